// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/errorheader.h>

#include <QPainter>
#include <QTextLayout>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {
constexpr int margin = 4;
constexpr int mostLines = 4;
constexpr qsizetype mostText = 2000;
} // namespace

ErrorHeader::ErrorHeader(Appearance& appearance, QWidget* parent) : QWidget(parent), m_appearance(appearance)
{
    connect(&m_appearance, &Appearance::changed, this, [this] { update(); });
}

void ErrorHeader::setError(const QString& name, const QString& message)
{
    m_text = message.isEmpty() ? name : name.isEmpty() ? message : name + u": "_s + message;
    m_text = m_text.left(mostText).replace(u'\n', QChar::LineSeparator);
    m_nameLength = std::min(name.size(), m_text.size());
    setAccessibleName(m_text);
    update();
}

int ErrorHeader::layOut(int width, QPainter* painter) const
{
    const Theme& theme = m_appearance.theme();
    QTextLayout layout(m_text, theme.code);
    QTextCharFormat bold;
    bold.setFontWeight(QFont::Bold);
    layout.setFormats({{0, int(m_nameLength), bold}});
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(option);
    layout.beginLayout();
    double y = margin;
    for (int i = 0; i < mostLines; ++i) {
        QTextLine line = layout.createLine();
        if (!line.isValid()) break;
        line.setLineWidth(std::max(40, width - 2 * margin));
        line.setPosition(QPointF(0, y));
        y += line.height();
    }
    layout.endLayout();
    if (painter) {
        painter->setPen(theme.error);
        for (int i = 0; i < layout.lineCount(); ++i)
            layout.lineAt(i).draw(painter, QPointF(margin, 0));
    }
    return qCeil(y) + margin;
}

int ErrorHeader::heightForWidth(int width) const
{
    return layOut(width, nullptr);
}

void ErrorHeader::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_appearance.theme().errorPage);
    layOut(width(), &painter);
}

} // namespace cahier::widgets
