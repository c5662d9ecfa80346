// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/files/pathbar.h>

#include <widgets/files/filenames.h>
#include <widgets/theme/icons.h>

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

PathBar::PathBar(QWidget* parent) : QWidget(parent)
{
    m_up = makeButton(u"move-up"_s, tr("Folder above (Alt+Up)"));
    m_home = makeButton(u"home"_s, tr("Home folder (Alt+Home)"));
    m_start = makeButton(u"notebook"_s, tr("The notebook's folder"));
    m_refresh = makeButton(u"restart"_s, tr("List again (F5)"));
    m_menu = makeButton(u"more"_s, tr("More"));
    m_menu->setPopupMode(QToolButton::InstantPopup);
    m_field = new QLineEdit(this);
    m_field->setAccessibleName(tr("Folder"));
    m_field->setPlaceholderText(tr("Folder"));
    m_field->installEventFilter(this);
    auto* const buttons = new QHBoxLayout;
    buttons->setSpacing(0);
    for (QToolButton* const button : {m_up, m_home, m_start})
        buttons->addWidget(button);
    buttons->addStretch();
    for (QToolButton* const button : {m_refresh, m_menu})
        buttons->addWidget(button);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 0, 6, 2);
    layout->setSpacing(2);
    layout->addLayout(buttons);
    layout->addWidget(m_field);
    connect(m_up, &QToolButton::clicked, this, [this] { Q_EMIT pathEntered(parentPath(m_path)); });
    connect(m_home, &QToolButton::clicked, this, [this] { Q_EMIT pathEntered(u"~"_s); });
    connect(m_start, &QToolButton::clicked, this, [this] { Q_EMIT pathEntered(m_startFolder); });
    connect(m_refresh, &QToolButton::clicked, this, &PathBar::refreshRequested);
    connect(m_field, &QLineEdit::returnPressed, this, &PathBar::enter);
    setStartFolder({});
    setPath({});
}

QToolButton* PathBar::makeButton(const QString& name, const QString& title)
{
    auto* const button = new QToolButton(this);
    button->setIcon(icon(name));
    button->setAutoRaise(true);
    button->setToolTip(title);
    button->setAccessibleName(title);
    return button;
}

void PathBar::setPath(const QString& path)
{
    m_up->setEnabled(path.startsWith(u'/') && path != "/"_L1);
    if (path == m_path && !m_field->text().isEmpty()) return;
    m_path = path;
    m_field->setText(shownName(path));
    m_field->setCursorPosition(0);
    m_field->setToolTip(u"<p style='white-space:pre'>"_s + shownName(path).toHtmlEscaped() + u"</p>"_s);
}

void PathBar::setStartFolder(const QString& path)
{
    m_startFolder = path;
    m_start->setVisible(!path.isEmpty());
}

void PathBar::editPath()
{
    m_field->setFocus();
    m_field->selectAll();
}

void PathBar::enter()
{
    const QString text = m_field->text().trimmed();
    const bool isPath = text.startsWith(u'/') || text == "~"_L1 || text.startsWith("~/"_L1);
    if (text == shownName(m_path))
        Q_EMIT pathEntered(m_path);
    else
        Q_EMIT pathEntered(isPath ? text : text.isEmpty() ? u"~"_s : joinedPath(m_path, text));
    Q_EMIT left();
}

bool PathBar::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_field && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        m_field->setText(shownName(m_path));
        Q_EMIT left();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace cahier::widgets
