// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/notebook.h>

#include <core/notebook/celldata.h>
#include <core/notebook/history.h>
#include <core/notebook/jsontext.h>
#include <core/notebook/origin.h>
#include <core/notebook/reader.h>
#include <core/notebook/writer.h>

#include <nlohmann/json.hpp>

namespace cahier::notebook {

Notebook::Notebook(NotebookData data, QObject* parent)
    : QObject(parent), m_origin(std::move(data.origin)), m_cells(std::move(data.cells)),
      m_metadata(std::move(data.metadata)), m_formatMinor(data.formatMinor),
      m_notices(std::move(data.notices)), m_history(std::make_unique<History>())
{
    // In recovered data cells of the file may be missing, and their keys still mean them in the journal.
    if (m_origin) m_nextKey = quint64(m_origin->cellRanges.size()) + 1;
    for (const Cell& cell : m_cells)
        m_nextKey = std::max(m_nextKey, quint64(cell.key()) + 1);
    m_history->setInitialState(nextState());
    m_savedEditState = data.unsaved ? 0 : m_history->state();
    m_wasModified = data.unsaved;
}

Notebook::~Notebook() = default;

int Notebook::cellCount() const
{
    return int(m_cells.size());
}

const Cell& Notebook::cellAt(int index) const
{
    Q_ASSERT(index >= 0 && index < cellCount());
    return m_cells[size_t(index)];
}

void Notebook::indexCells() const
{
    if (!m_index.isEmpty() || m_cells.empty()) return;
    m_index.reserve(qsizetype(m_cells.size()));
    for (size_t i = 0; i < m_cells.size(); ++i)
        m_index.insert(m_cells[i].key(), int(i));
}

int Notebook::indexOf(CellKey key) const
{
    indexCells();
    return m_index.value(key, -1);
}

const Cell* Notebook::find(CellKey key) const
{
    const int index = indexOf(key);
    return index < 0 ? nullptr : &m_cells[size_t(index)];
}

Cell* Notebook::cellRef(CellKey key)
{
    if (const int index = indexOf(key); index >= 0) return &m_cells[size_t(index)];
    const auto removed = m_removed.find(key);
    return removed == m_removed.end() ? nullptr : &*removed;
}

nlohmann::json Notebook::metadata() const
{
    nlohmann::json value = toDom(m_metadata.text());
    return value.is_object() ? value : nlohmann::json::object();
}

namespace {

QString stringAt(const RawJson& metadata, std::string_view object, std::string_view key)
{
    const std::string_view text = memberOf(memberOf(metadata.text(), object), key);
    return text.starts_with('"') ? decodeString(text) : QString();
}

} // namespace

QString Notebook::kernelName() const
{
    return stringAt(m_metadata, "kernelspec", "name");
}

QString Notebook::language() const
{
    const QString language = stringAt(m_metadata, "language_info", "name");
    return language.isEmpty() ? stringAt(m_metadata, "kernelspec", "language") : language;
}

int Notebook::formatMinor() const
{
    return m_formatMinor;
}

bool Notebook::isModified() const
{
    return m_history->state() != m_savedEditState || m_runState != m_savedRunState;
}

QStringList Notebook::notices() const
{
    return m_notices;
}

NotebookSnapshot Notebook::snapshot() const
{
    return {m_origin, m_cells, m_metadata, m_formatMinor, m_history->state(), m_runState};
}

void Notebook::endTyping()
{
    m_history->seal();
}

void Notebook::setSaved(const NotebookSnapshot& snapshot)
{
    m_savedEditState = snapshot.editState;
    m_savedRunState = snapshot.runState;
    announceState();
}

void Notebook::adoptIds(const std::vector<std::pair<CellKey, QString>>& ids, const QStringList& notices)
{
    for (const auto& [key, id] : ids) {
        Cell* cell = cellRef(key);
        if (!cell) continue;
        cell->detached().change(CellPart::Id).id = id;
        if (indexOf(key) >= 0) Q_EMIT cellChanged(key);
    }
    m_notices += notices;
}

void Notebook::setClock(std::function<qint64()> milliseconds)
{
    m_history->setClock(std::move(milliseconds));
}

void Notebook::announceState()
{
    const bool modified = isModified();
    if (modified == m_wasModified) return;
    m_wasModified = modified;
    Q_EMIT modifiedChanged(modified);
}

} // namespace cahier::notebook
