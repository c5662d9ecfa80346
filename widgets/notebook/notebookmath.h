// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/notebook/notebook.h>
#include <widgets/mathematics/equations.h>

#include <QHash>
#include <QObject>
#include <QTimer>

#include <memory>

namespace cahier::widgets {

/// What the formulas of each Markdown cell need to know of the cells before it: equation numbers, labels and
/// macros. Found out on a worker, anew after changes.
class NotebookMath : public QObject {
    Q_OBJECT
public:
    /// The notebook must outlive it. The first result comes once the event loop runs.
    explicit NotebookMath(notebook::Notebook& notebook, QObject* parent = nullptr);

    /// As far as it is known now.
    [[nodiscard]] MathContext contextOf(notebook::CellKey key) const { return m_contexts.value(key); }

Q_SIGNALS:
    void changed();

private:
    using Contexts = QHash<notebook::CellKey, MathContext>;
    using Scanned = QHash<notebook::CellKey, std::pair<QString, CellMath>>;
    void scan();

    notebook::Notebook& m_notebook;
    Contexts m_contexts;
    std::shared_ptr<const Scanned> m_scanned; ///< by cell, with the source that it was made from
    QTimer m_timer;
    bool m_running = false;
    bool m_again = false;
};

} // namespace cahier::widgets
