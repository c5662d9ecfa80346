// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <utility>
#include <vector>

namespace cahier::widgets {

/// One change of a text: `removed` UTF-16 units at `position` give way to `inserted`.
struct TextChange {
    qsizetype position = 0;
    qsizetype removed = 0;
    QString inserted;

    friend bool operator==(const TextChange&, const TextChange&) = default;
};

/// Gathers the small changes that a text widget makes during one action of the user, in their order, and
/// joins neighbouring ones: a deletion and an insertion at the same place are one replacement.
class EditCollector {
public:
    void insert(qsizetype position, const QString& text);
    void remove(qsizetype position, qsizetype count);
    [[nodiscard]] bool isEmpty() const { return m_changes.empty(); }
    /// To be made one after the other; the collector is empty afterwards.
    [[nodiscard]] std::vector<TextChange> take() { return std::exchange(m_changes, {}); }

private:
    std::vector<TextChange> m_changes;
};

} // namespace cahier::widgets
