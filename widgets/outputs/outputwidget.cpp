// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/outputwidget.h>

namespace cahier::widgets {

OutputWidget::OutputWidget(OutputServices& services, QWidget* parent) : QWidget(parent), m_services(services)
{
    connect(&services.appearance, &Appearance::changed, this, [this] {
        applyTheme();
        Q_EMIT heightChanged();
    });
}

bool OutputWidget::updateOutput(const notebook::Output& output, const QString& mimeType)
{
    return setOutput(output, mimeType);
}

void OutputWidget::addActions(QMenu& /*menu*/, QPoint /*position*/) {}

void OutputWidget::setScrolling(OutputScrolling /*scrolling*/) {}

void OutputWidget::setMatches(const OutputMatches& /*matches*/) {}

QRect OutputWidget::revealMatch()
{
    return rect();
}

} // namespace cahier::widgets
