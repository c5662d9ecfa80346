// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/notebook/insertionbar.h>

#include <widgets/theme/icons.h>

#include <QHBoxLayout>
#include <QPainter>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using notebook::CellType;

InsertionBar::InsertionBar(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Insert a cell here"));
    setCursor(Qt::ArrowCursor);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addStretch();
    addButton(tr("Code"), tr("Insert a code cell here"), CellType::Code);
    addButton(tr("Text"), tr("Insert a text cell here"), CellType::Markdown);
    row->addStretch();
    hide();
}

void InsertionBar::addButton(const QString& title, const QString& tip, CellType type)
{
    auto* button = new QToolButton(this);
    button->setText(title);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    button->setIcon(icon(u"add"_s));
    button->setIconSize(QSize(14, 14));
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setFocusPolicy(Qt::NoFocus);
    connect(button, &QToolButton::clicked, this, [this, type] {
        hide();
        Q_EMIT insertRequested(m_gap, type);
    });
    layout()->addWidget(button);
}

void InsertionBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(QRect(16, height() / 2, width() - 32, 1), palette().color(QPalette::Midlight));
}

void InsertionBar::leaveEvent(QEvent*)
{
    hide();
}

} // namespace cahier::widgets
