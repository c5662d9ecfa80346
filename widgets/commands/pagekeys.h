// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/commands/commandlist.h>

#include <QSet>
#include <QWidget>

#include <functional>

namespace cahier::widgets {

/// The keys that count with the focus in one notebook page. Keys of a mode are off in the other mode, and
/// while the focus is in a text field that is no cell (the find bar, an input prompt), whose own they are.
class PageKeys : public QObject {
    Q_OBJECT
public:
    /// Becomes the page's child. `commands` must outlive the page.
    PageKeys(CommandList& commands, QWidget& page, std::function<bool()> isEditing);

    /// The mode may be another one.
    void refresh();

protected:
    /// Takes keys of the page from editors that would use them up: Shift+Enter is a new line to them.
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Key {
        KeyPlace place;
        QAction* action;
    };
    void build();
    [[nodiscard]] bool isOn(KeyPlace place) const;

    CommandList& m_commands;
    QWidget& m_page;
    std::function<bool()> m_isEditing;
    std::vector<Key> m_keys;
    QSet<QKeySequence> m_ofPage; ///< of place Page; of longer ones the first key
};

} // namespace cahier::widgets
