// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/commands/pagekeys.h>

#include <QApplication>
#include <QComboBox>
#include <QKeyEvent>
#include <QLineEdit>

namespace cahier::widgets {

namespace {

/// A field for a line of text, whatever it is part of.
bool isField(const QWidget* widget)
{
    return qobject_cast<const QLineEdit*>(widget) || qobject_cast<const QComboBox*>(widget);
}

} // namespace

PageKeys::PageKeys(CommandList& commands, QWidget& page, std::function<bool()> isEditing)
    : QObject(&page), m_commands(commands), m_page(page), m_isEditing(std::move(isEditing))
{
    connect(&commands, &CommandList::keysChanged, this, &PageKeys::build);
    connect(qApp, &QApplication::focusChanged, this, &PageKeys::refresh);
    qApp->installEventFilter(this);
    build();
}

void PageKeys::build()
{
    for (const Key& key : m_keys)
        delete key.action;
    m_keys.clear();
    m_ofPage.clear();
    // One action for each place: enabled and disabled as one.
    for (const QString& id : m_commands.ids()) {
        QHash<KeyPlace, QList<QKeySequence>> sequences;
        for (const CommandKey& key : m_commands.keys(id)) {
            if (key.place == KeyPlace::Window) continue;
            sequences[key.place].append(key.key);
            if (const auto enter = withKeypadEnter(key.key)) sequences[key.place].append(*enter);
        }
        for (const auto [place, keys] : sequences.asKeyValueRange()) {
            auto* const action = new QAction(this);
            action->setObjectName(id);
            action->setShortcuts(keys);
            action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
            connect(action, &QAction::triggered, this, [this, id] { m_commands.perform(id); });
            m_page.addAction(action);
            m_keys.push_back({place, action});
            if (place != KeyPlace::Page) continue;
            for (const QKeySequence& sequence : keys)
                m_ofPage.insert(QKeySequence(sequence[0]));
        }
    }
    refresh();
}

void PageKeys::refresh()
{
    for (const Key& key : m_keys)
        key.action->setEnabled(isOn(key.place));
}

bool PageKeys::isOn(KeyPlace place) const
{
    if (place == KeyPlace::Page) return true;
    if (isField(QApplication::focusWidget())) return false;
    return m_isEditing() == (place == KeyPlace::EditMode);
}

bool PageKeys::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() != QEvent::ShortcutOverride || !watched->isWidgetType()) return false;
    const auto* const widget = static_cast<QWidget*>(watched);
    if (isField(widget) || !m_page.isAncestorOf(widget)) return false;
    if (!m_ofPage.contains(QKeySequence(static_cast<QKeyEvent*>(event)->keyCombination()))) return false;
    event->ignore();
    return true;
}

} // namespace cahier::widgets
