// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/notebook/notebookmath.h>

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>

namespace cahier::widgets {

using notebook::Cell;
using notebook::CellKey;
using notebook::CellType;
using notebook::Notebook;

namespace {

constexpr int pauseMs = 300; // between a change and its effect on other cells

} // namespace

NotebookMath::NotebookMath(Notebook& notebook, QObject* parent)
    : QObject(parent), m_notebook(notebook), m_scanned(std::make_shared<Scanned>())
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &NotebookMath::scan);
    const auto later = [this] { m_timer.start(pauseMs); };
    const auto ofText = [this, later](CellKey key) {
        const Cell* cell = m_notebook.find(key);
        if (cell && cell->type() == CellType::Markdown) later();
    };
    connect(&notebook, &Notebook::cellsInserted, this, later);
    connect(&notebook, &Notebook::cellsRemoved, this, later);
    connect(&notebook, &Notebook::cellsReordered, this, later);
    connect(&notebook, &Notebook::textReplaced, this, ofText);
    connect(&notebook, &Notebook::cellChanged, this, ofText);
    m_timer.start(0);
}

void NotebookMath::scan()
{
    if (m_running) {
        m_again = true;
        return;
    }
    std::vector<Cell> cells;
    for (int index = 0; index < m_notebook.cellCount(); ++index)
        if (m_notebook.cellAt(index).type() == CellType::Markdown) cells.push_back(m_notebook.cellAt(index));
    m_running = true;
    QThreadPool::globalInstance()->start(
        [self = QPointer(this), cells = std::move(cells), known = m_scanned] {
            auto scanned = std::make_shared<Scanned>();
            std::vector<CellMath> maths;
            for (const Cell& cell : cells) {
                const QString source = cell.source();
                const auto earlier = known->constFind(cell.key());
                const bool same = earlier != known->constEnd() && earlier->first == source;
                maths.push_back(same ? earlier->second : scanMath(source));
                if (maths.back() != CellMath()) scanned->insert(cell.key(), {source, maths.back()});
            }
            Contexts contexts;
            // A notebook without any needs no contexts.
            if (!scanned->isEmpty()) {
                const std::vector<MathContext> numbered = numberEquations(maths);
                for (size_t i = 0; i < cells.size(); ++i)
                    contexts.insert(cells[i].key(), numbered[i]);
            }
            QMetaObject::invokeMethod(qApp, [self, contexts = std::move(contexts), scanned] {
                if (!self) return;
                self->m_contexts = contexts;
                self->m_scanned = scanned;
                self->m_running = false;
                Q_EMIT self->changed();
                if (std::exchange(self->m_again, false)) self->scan();
            });
        });
}

} // namespace cahier::widgets
