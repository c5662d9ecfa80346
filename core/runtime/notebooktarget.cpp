// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/notebooktarget.h>

#include <core/notebook/notebook.h>

#include <QScopedValueRollback>

namespace cahier::runtime {

using namespace Qt::StringLiterals;
using notebook::Cell;
using notebook::CellType;

NotebookTarget::NotebookTarget(notebook::Notebook& notebook, QObject* parent)
    : OutputTarget(parent), m_notebook(notebook)
{
    connect(&notebook, &notebook::Notebook::outputsChanged, this, [this](CellKey key, int first) {
        if (!m_writing) Q_EMIT outputsChangedElsewhere(key, first);
    });
}

std::vector<CellKey> NotebookTarget::codeCells() const
{
    std::vector<CellKey> keys;
    for (int index = 0; index < m_notebook.cellCount(); ++index) {
        const Cell& cell = m_notebook.cellAt(index);
        if (cell.type() == CellType::Code) keys.push_back(cell.key());
    }
    return keys;
}

std::optional<RunnableCell> NotebookTarget::runnableCell(CellKey key) const
{
    const Cell* cell = m_notebook.find(key);
    if (!cell || cell->type() != CellType::Code) return std::nullopt;
    QString source = cell->source();
    source.replace("\r\n"_L1, "\n"_L1);
    return RunnableCell{source, cell->id(), cell->tags().contains(u"raises-exception"_s)};
}

std::optional<CellKey> NotebookTarget::cellWithId(const QString& id) const
{
    if (id.isEmpty()) return std::nullopt;
    for (int index = 0; index < m_notebook.cellCount(); ++index) {
        const Cell& cell = m_notebook.cellAt(index);
        if (cell.type() == CellType::Code && cell.id() == id) return cell.key();
    }
    return std::nullopt;
}

void NotebookTarget::setExecutionCount(CellKey key, std::optional<qint64> count)
{
    const QScopedValueRollback writing(m_writing, true);
    m_notebook.setExecutionCount(key, count);
}

void NotebookTarget::clearRunOutputs(CellKey key)
{
    const QScopedValueRollback writing(m_writing, true);
    m_notebook.clearRunOutputs(key);
}

int NotebookTarget::appendOutput(CellKey key, const nlohmann::json& output)
{
    const QScopedValueRollback writing(m_writing, true);
    return m_notebook.appendOutput(key, output);
}

void NotebookTarget::appendStream(CellKey key, const QString& name, const QString& text)
{
    const QScopedValueRollback writing(m_writing, true);
    m_notebook.appendStream(key, name, text);
}

void NotebookTarget::replaceOutput(CellKey key, int index, const nlohmann::json& output)
{
    const QScopedValueRollback writing(m_writing, true);
    m_notebook.replaceOutput(key, index, output);
}

void NotebookTarget::setLanguageInfo(const nlohmann::json& languageInfo)
{
    m_notebook.setLanguageInfo(languageInfo);
}

} // namespace cahier::runtime
