// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/editor/editcollector.h>

#include <algorithm>

namespace cahier::widgets {

void EditCollector::insert(qsizetype position, const QString& text)
{
    if (text.isEmpty()) return;
    if (!m_changes.empty()) {
        TextChange& last = m_changes.back();
        if (position >= last.position && position <= last.position + last.inserted.size()) {
            last.inserted.insert(position - last.position, text);
            return;
        }
    }
    m_changes.push_back({position, 0, text});
}

void EditCollector::remove(qsizetype position, qsizetype count)
{
    if (count == 0) return;
    if (m_changes.empty()) {
        m_changes.push_back({position, count, {}});
        return;
    }
    TextChange& last = m_changes.back();
    const qsizetype end = position + count;
    const qsizetype lastEnd = last.position + last.inserted.size();
    if (end < last.position || position > lastEnd) {
        m_changes.push_back({position, count, {}});
        return;
    }
    // What was inserted before goes; what stands before and behind it joins what the change removes.
    const qsizetype from = std::max(position, last.position);
    const qsizetype to = std::min(end, lastEnd);
    last.inserted.remove(from - last.position, to - from);
    last.removed += count - (to - from);
    last.position = std::min(position, last.position);
    if (last.removed == 0 && last.inserted.isEmpty()) m_changes.pop_back();
}

} // namespace cahier::widgets
