// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/commands/commandlist.h>

#include <widgets/theme/icons.h>

#include <QMenu>
#include <QMenuBar>

#include <array>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

std::optional<QKeySequence> withKeypadEnter(const QKeySequence& key)
{
    std::array<QKeyCombination, 4> keys;
    keys.fill(QKeyCombination::fromCombined(0)); // no key; a default one is Key_unknown
    bool found = false;
    for (int place = 0; place < key.count(); ++place) {
        const QKeyCombination one = key[static_cast<uint>(place)];
        const bool isReturn = one.key() == Qt::Key_Return;
        found = found || isReturn;
        keys.at(static_cast<std::size_t>(place)) =
            isReturn ? QKeyCombination(one.keyboardModifiers(), Qt::Key_Enter) : one;
    }
    if (!found) return std::nullopt;
    return QKeySequence(keys[0], keys[1], keys[2], keys[3]);
}

CommandList::CommandList(const Settings& settings, QObject* parent) : QObject(parent), m_settings(settings)
{
    for (const CommandRow& row : commandTable())
        makeAction(row);
    connect(&settings, &Settings::keysChanged, this, &CommandList::applyKeys);
    applyKeys();
}

void CommandList::makeAction(const CommandRow& row)
{
    const QString id = QString::fromLatin1(row.id);
    auto* const action = new QAction(titleOf(row), this);
    action->setObjectName(id);
    if (row.icon) action->setIcon(icon(QString::fromLatin1(row.icon)));
    action->setCheckable(row.isCheckable);
    action->setEnabled(false);
    action->setMenuRole(id == "file.quit"_L1 ? QAction::QuitRole : QAction::NoRole);
    connect(action, &QAction::triggered, this, [this, id] { perform(id); });
    m_ids.append(id);
    m_actions.insert(id, action);
}

std::vector<CommandKey> CommandList::keys(const QString& id) const
{
    const CommandRow* const row = findCommand(id);
    if (!row) return {};
    const auto chosen = m_overrides.constFind(id);
    if (chosen == m_overrides.constEnd()) return defaultKeys(*row, m_settings.keymap());
    std::vector<CommandKey> keys;
    for (const QKeySequence& key : *chosen)
        keys.push_back({placeFor(*row, key), key});
    return keys;
}

QString CommandList::keyText(const QString& id) const
{
    const std::vector<CommandKey> all = keys(id);
    return all.empty() ? QString() : widgets::keyText(all.front().key);
}

QString keyText(const QKeySequence& key)
{
    return withKeypadEnter(key).value_or(key).toString(QKeySequence::NativeText);
}

QString CommandList::whyNot(const QString& id) const
{
    const auto binding = m_bindings.constFind(id);
    return binding == m_bindings.constEnd() || !binding->whyNot || isAvailable(id) ? QString()
                                                                                   : binding->whyNot();
}

void CommandList::bind(const QString& id, Perform perform, IsAvailable isAvailable, WhyNot whyNot)
{
    Q_ASSERT(m_actions.contains(id));
    m_bindings.insert(id, {std::move(perform), std::move(isAvailable), std::move(whyNot)});
    m_actions.value(id)->setEnabled(this->isAvailable(id));
}

bool CommandList::isAvailable(const QString& id) const
{
    const auto binding = m_bindings.constFind(id);
    return binding != m_bindings.constEnd() && (!binding->isAvailable || binding->isAvailable());
}

bool CommandList::perform(const QString& id)
{
    if (!isAvailable(id)) return false;
    const Perform perform = m_bindings.value(id).perform; // it may bind anew
    perform();
    Q_EMIT performed(id);
    return true;
}

void CommandList::refresh()
{
    for (const QString& id : std::as_const(m_ids))
        m_actions.value(id)->setEnabled(isAvailable(id));
}

void CommandList::applyKeys()
{
    m_overrides = m_settings.keyOverrides(m_settings.keymap());
    for (const QString& id : std::as_const(m_ids))
        showKeys(*m_actions.value(id), id);
    Q_EMIT keysChanged();
}

void CommandList::showKeys(QAction& action, const QString& id)
{
    QList<QKeySequence> everywhere, inNotebooks;
    for (const CommandKey& key : keys(id)) {
        QList<QKeySequence>& list = key.place == KeyPlace::Window ? everywhere : inNotebooks;
        // Of the two the number pad's is called as most keyboards call both: Enter.
        if (const auto enter = withKeypadEnter(key.key)) list.append(*enter);
        list.append(key.key);
    }
    // A menu shows the key of an action whatever its context; in this one it does not act from here.
    action.setShortcutContext(everywhere.isEmpty() ? Qt::WidgetShortcut : Qt::WindowShortcut);
    action.setShortcuts(everywhere.isEmpty() ? inNotebooks : everywhere);
    const QString title = action.text().remove(u'&').remove(u'…');
    const QString key = keyText(id);
    action.setToolTip(key.isEmpty() ? title : tr("%1 (%2)").arg(title, key));
    action.setStatusTip(QString());
}

void CommandList::fillMenuBar(QMenuBar& bar)
{
    for (const CommandMenu& row : commandMenus()) {
        QMenu* const menu = bar.addMenu(menuTitle(row.title));
        menu->setObjectName(QString::fromLatin1(row.title).remove(u'&'));
        for (const CommandMenu::Entry& entry : row.entries)
            addTo(*menu, entry);
    }
}

void CommandList::addTo(QMenu& menu, const CommandMenu::Entry& entry)
{
    if (entry.submenu) {
        QMenu* const submenu = menu.addMenu(menuTitle(entry.submenu));
        for (const char* const command : entry.commands)
            submenu->addAction(action(QString::fromLatin1(command)));
    } else if (!entry.command) {
        menu.addSeparator();
    } else if (const QString id = QString::fromLatin1(entry.command); id == "file.openRecent"_L1) {
        // The action of a menu would open it when performed from the palette; it keeps one of its own.
        QMenu* const submenu = menu.addMenu(action(id)->icon(), action(id)->text());
        m_menus.insert(id, submenu);
    } else {
        menu.addAction(action(id));
    }
}

} // namespace cahier::widgets
