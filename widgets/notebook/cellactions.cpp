// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/notebook/cellactions.h>

#include <core/notebook/clipboard.h>
#include <widgets/notebook/cellselection.h>

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using notebook::Cell;
using notebook::CellContent;
using notebook::CellKey;
using notebook::CellType;

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("CellActions", text);
}

/// "## text" without its marks.
QStringView withoutHeading(QStringView line)
{
    qsizetype marks = 0;
    while (marks < line.size() && line[marks] == u'#')
        ++marks;
    const bool heading = marks > 0 && (marks == line.size() || line[marks] == u' ');
    return heading ? line.sliced(marks).trimmed() : line;
}

} // namespace

CellKey CellActions::insertAt(int index, CellType type)
{
    CellContent content;
    content.type = type;
    const CellKey key = m_notebook.insertCells(index, {std::move(content)}).front();
    m_selection.select(index);
    return key;
}

CellKey CellActions::insertAbove(CellType type)
{
    return insertAt(std::max(0, m_selection.firstIndex()), type);
}

CellKey CellActions::insertBelow(CellType type)
{
    return insertAt(m_selection.lastIndex() + 1, type);
}

void CellActions::insert(int index, std::vector<CellContent> cells)
{
    const int count = static_cast<int>(cells.size());
    if (count == 0) return;
    m_notebook.insertCells(index, std::move(cells));
    m_selection.select(index);
    if (count > 1) m_selection.extendTo(index + count - 1);
}

void CellActions::removeSelected()
{
    if (m_selection.size() == 0) return;
    const int first = m_selection.firstIndex();
    m_notebook.beginGroup(m_selection.size() == 1 ? tr("Delete Cell") : tr("Delete Cells"));
    m_notebook.removeCells(m_selection.keys());
    // A notebook without cells leaves nothing to type into.
    if (m_notebook.cellCount() == 0) m_notebook.insertCells(0, {CellContent{}});
    m_notebook.endGroup();
    m_selection.select(first);
}

void CellActions::duplicateSelected()
{
    std::vector<CellContent> copies;
    for (const CellKey key : m_selection.keys()) {
        copies.push_back(notebook::contentOf(*m_notebook.find(key)));
        copies.back().id.clear();
    }
    insert(m_selection.lastIndex() + 1, std::move(copies));
}

bool CellActions::canMove(int direction) const
{
    if (m_selection.size() == 0) return false;
    return direction < 0 ? m_selection.firstIndex() > 0
                         : m_selection.lastIndex() < m_notebook.cellCount() - 1;
}

void CellActions::moveSelected(int direction)
{
    if (canMove(direction)) m_notebook.moveCells(m_selection.keys(), m_selection.firstIndex() + direction);
}

void CellActions::moveSelectedTo(int index)
{
    if (m_selection.size() == 0) return;
    if (index > m_selection.lastIndex())
        index -= m_selection.size();
    else if (index > m_selection.firstIndex())
        return;
    if (index != m_selection.firstIndex()) m_notebook.moveCells(m_selection.keys(), index);
}

void CellActions::split(CellKey key, qsizetype position)
{
    const CellKey lower = m_notebook.splitCell(key, position);
    m_selection.select(m_notebook.indexOf(lower));
}

bool CellActions::canMerge() const
{
    return m_selection.size() > 1 ||
           (m_selection.size() == 1 && m_selection.activeIndex() < m_notebook.cellCount() - 1);
}

void CellActions::mergeSelected()
{
    if (!canMerge()) return;
    if (m_selection.size() == 1) m_selection.extendTo(m_selection.activeIndex() + 1);
    const int first = m_selection.firstIndex();
    m_notebook.mergeCells(m_selection.keys());
    m_selection.select(first);
}

void CellActions::setType(CellType type)
{
    m_notebook.beginGroup(tr("Change Cell Type"));
    for (const CellKey key : m_selection.keys())
        if (m_notebook.find(key)->type() != type) m_notebook.setCellType(key, type);
    m_notebook.endGroup();
}

void CellActions::setHeading(int level)
{
    m_notebook.beginGroup(tr("Make Heading"));
    for (const CellKey key : m_selection.keys()) {
        if (m_notebook.find(key)->type() != CellType::Markdown)
            m_notebook.setCellType(key, CellType::Markdown);
        const QString source = m_notebook.find(key)->source();
        const qsizetype end = source.indexOf(u'\n') < 0 ? source.size() : source.indexOf(u'\n');
        const QString line =
            QString(level, u'#') + u' ' + withoutHeading(QStringView(source).first(end)).toString();
        if (line != QStringView(source).first(end)) m_notebook.replaceText(key, 0, end, line);
    }
    m_notebook.endGroup();
}

void CellActions::clearOutputs()
{
    m_notebook.clearOutputs(m_selection.keys());
}

void CellActions::clearAllOutputs()
{
    std::vector<CellKey> keys;
    for (int index = 0; index < m_notebook.cellCount(); ++index)
        keys.push_back(m_notebook.cellAt(index).key());
    m_notebook.clearOutputs(keys);
}

std::unique_ptr<QMimeData> CellActions::copySelected() const
{
    std::vector<Cell> cells;
    QStringList sources;
    for (const CellKey key : m_selection.keys()) {
        cells.push_back(*m_notebook.find(key));
        sources += cells.back().source();
    }
    auto data = std::make_unique<QMimeData>();
    data->setData(QString::fromLatin1(notebook::cellsMimeType), notebook::cellsToClipboardJson(cells));
    data->setText(sources.join(u"\n\n"_s));
    return data;
}

bool CellActions::canPaste(const QMimeData& data)
{
    return data.hasFormat(QString::fromLatin1(notebook::cellsMimeType)) || data.hasText();
}

Result<void> CellActions::paste(const QMimeData& data, bool above)
{
    std::vector<CellContent> cells;
    if (const QString type = QString::fromLatin1(notebook::cellsMimeType); data.hasFormat(type)) {
        auto parsed = notebook::cellsFromClipboardJson(data.data(type));
        if (!parsed) return std::unexpected(parsed.error());
        cells = std::move(*parsed);
    } else if (data.hasText()) {
        cells.push_back({.source = data.text()});
    }
    insert(above ? std::max(0, m_selection.firstIndex()) : m_selection.lastIndex() + 1, std::move(cells));
    return {};
}

} // namespace cahier::widgets
