// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/notebook/celltoolbar.h>

#include <widgets/theme/icons.h>

#include <QHBoxLayout>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

CellToolbar::CellToolbar(QWidget* parent) : QFrame(parent)
{
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    setAccessibleName(tr("Cell tools"));
    setCursor(Qt::ArrowCursor);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(2, 1, 2, 1);
    row->setSpacing(0);
    addButton(u"cell.moveUp"_s, u"move-up"_s, tr("Move up"));
    addButton(u"cell.moveDown"_s, u"move-down"_s, tr("Move down"));
    addButton(u"cell.duplicate"_s, u"copy"_s, tr("Duplicate"));
    addButton(u"cell.split"_s, u"split"_s, tr("Split at the cursor"));
    addButton(u"cell.merge"_s, u"merge"_s, tr("Merge with the cell below"));
    addButton(u"cell.clearOutput"_s, u"clear"_s, tr("Clear output"));
    addButton(u"cell.delete"_s, u"delete"_s, tr("Delete"));
    hide();
}

void CellToolbar::addButton(const QString& command, const QString& name, const QString& title)
{
    auto* button = new QToolButton(this);
    button->setIcon(icon(name));
    button->setIconSize(QSize(16, 16));
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::NoFocus); // what is being typed goes on; every command has a key
    button->setToolTip(title);
    button->setAccessibleName(title);
    connect(button, &QToolButton::clicked, this, [this, command] { Q_EMIT triggered(command); });
    layout()->addWidget(button);
}

} // namespace cahier::widgets
