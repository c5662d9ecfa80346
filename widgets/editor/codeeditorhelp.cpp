// SPDX-License-Identifier: GPL-3.0-or-later
// Completion and inspection: what the kernel is asked and how its answers meet the text as it is by then.
#include <widgets/editor/codeeditor.h>

#include <core/runtime/requests.h>
#include <widgets/editor/completionpopup.h>
#include <widgets/editor/editoraction.h>
#include <widgets/editor/inspectiontip.h>
#include <widgets/editor/utf8.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

bool isWord(QStringView text)
{
    return std::ranges::all_of(text,
                               [](QChar c) { return c.isLetterOrNumber() || c == u'_' || c.isSurrogate(); });
}

/// The text of a MIME bundle's member, which may be a list of lines.
QString textOf(const nlohmann::json& data)
{
    const auto found = data.find("text/plain");
    if (found == data.end()) return {};
    if (found->is_string()) return QString::fromStdString(found->get<std::string>());
    QString result;
    if (found->is_array())
        for (const nlohmann::json& line : *found)
            if (line.is_string()) result += QString::fromStdString(line.get<std::string>());
    return result;
}

} // namespace

bool CodeEditor::hasPopup() const
{
    return (m_popup && m_popup->isVisible()) || (m_tip && m_tip->isVisible());
}

void CodeEditor::closePopups()
{
    if (m_popup) m_popup->hide();
    if (m_tip) m_tip->hide();
    m_completionAsked.reset();
    m_inspectionAsked.reset();
}

CodeEditor::PendingHelp CodeEditor::presentHelp() const
{
    const long caret = send(SCI_GETCURRENTPOS);
    const long start = send(SCI_POSITIONFROMLINE, send(SCI_LINEFROMPOSITION, caret));
    return {.cursor = toUnits(caret),
            .lineStart = toUnits(start),
            .head = fromUtf8(bytes(start, caret)),
            .revision = m_revision};
}

bool CodeEditor::askCompletion()
{
    if (isProse(cellLanguage().language) || cursorCount() > 1 || send(SCI_GETREADONLY) != 0) return true;
    closePopups();
    m_completionAsked = presentHelp();
    Q_EMIT completionRequested(m_completionAsked->cursor);
    return true;
}

void CodeEditor::showCompletions(const runtime::Completions& completions)
{
    if (!m_completionAsked) return;
    const PendingHelp asked = *std::exchange(m_completionAsked, std::nullopt);
    const PendingHelp now = presentHelp();
    // More of the word may have been typed since; anything else makes the answer void.
    const bool fits = hasFocus() && cursorCount() == 1 && now.lineStart == asked.lineStart &&
                      now.head.startsWith(asked.head) &&
                      isWord(QStringView(now.head).sliced(asked.head.size())) && completions.start >= 0 &&
                      completions.start <= asked.cursor;
    if (!fits || completions.matches.empty()) return;
    m_completionStart = completions.start;
    m_completionTail = std::max<qsizetype>(0, completions.end - asked.cursor);
    const auto typedUntil = [this](qsizetype end) {
        return text({m_completionStart, end - m_completionStart});
    };
    if (!m_popup) {
        m_popup = new CompletionPopup(m_appearance, this);
        connect(m_popup, &CompletionPopup::chosen, this, &CodeEditor::insertMatch);
    }
    m_popup->setMatches(completions.matches, typedUntil(asked.cursor));
    if (!m_popup->filter(typedUntil(now.cursor))) return;
    const QStringList shown = m_popup->shownMatches();
    if (shown.size() == 1) return insertMatch(shown.first());
    m_completionLine = now.lineStart;
    m_completionFrom = asked.cursor;
    m_completionTyped = typedUntil(now.cursor);
    m_popup->showAt(globalRect(m_completionStart));
}

/// The list follows what is typed, and goes where it makes no sense any more.
void CodeEditor::followCompletions()
{
    if (!m_popup || !m_popup->isVisible()) return;
    const PendingHelp now = presentHelp();
    const bool inside = cursorCount() == 1 && now.lineStart == m_completionLine &&
                        now.cursor >= m_completionStart && send(SCI_GETSELECTIONEMPTY) != 0;
    if (!inside) return m_popup->hide();
    const QString typed = text({m_completionStart, now.cursor - m_completionStart});
    const qsizetype before = std::min(m_completionFrom - m_completionStart, typed.size());
    if (!isWord(QStringView(typed).sliced(before)) ||
        (typed.isEmpty() && m_completionFrom > m_completionStart))
        return m_popup->hide();
    if (typed == m_completionTyped) return;
    m_completionTyped = typed;
    if (!m_popup->filter(typed)) m_popup->hide();
}

void CodeEditor::insertMatch(const QString& match)
{
    const qsizetype end = std::min(cursorPosition() + m_completionTail, textLength());
    replaceText({m_completionStart, end - m_completionStart}, match);
}

bool CodeEditor::askInspection()
{
    closePopups();
    m_detail = 0;
    m_inspectionAsked = presentHelp();
    Q_EMIT inspectionRequested(m_inspectionAsked->cursor, 0);
    return true;
}

void CodeEditor::showInspection(const runtime::Inspection& inspection)
{
    const bool again = m_tip && m_tip->isVisible();
    const bool fits = again || (m_inspectionAsked && m_inspectionAsked->revision == m_revision &&
                                m_inspectionAsked->cursor == cursorPosition());
    m_inspectionAsked.reset();
    if (!fits || !hasFocus()) return;
    const QString help = textOf(inspection.data);
    const bool found = inspection.found && !help.isEmpty();
    if (!found && again) return;
    if (!m_tip) m_tip = new InspectionTip(m_appearance, this);
    m_tip->setText(found ? help : tr("No help found."));
    m_tip->showAt(globalRect(cursorPosition()));
}

QRect CodeEditor::globalRect(qsizetype position) const
{
    const QRect place = rectAt(position);
    return {mapToGlobal(place.topLeft()), place.size()};
}

} // namespace cahier::widgets
