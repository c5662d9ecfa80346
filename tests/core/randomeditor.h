// SPDX-License-Identifier: GPL-3.0-or-later
// Edits a notebook at random, always the same for the same seed.
#pragma once

#include <core/notebook/notebook.h>

#include <nlohmann/json.hpp>

#include <random>

namespace cahier::notebook::testing {

class RandomEditor {
public:
    RandomEditor(Notebook& notebook, unsigned seed) : m_notebook(notebook), m_random(seed) {}

    void edit()
    {
        const int count = m_notebook.cellCount();
        const CellKey key = count > 0 ? m_notebook.cellAt(below(count)).key() : CellKey{};
        const CellKey other = count > 0 ? m_notebook.cellAt(below(count)).key() : CellKey{};
        const int size = count > 0 ? int(m_notebook.find(key)->source().size()) : 0;
        const CellKey keys[] = {key, other};
        switch (below(12)) {
        case 0:
        case 1:
        case 2:
            return m_notebook.replaceText(key, below(size + 1), below(5), text());
        case 3:
            m_notebook.insertCells(below(count + 1), {content(), content()});
            return;
        case 4:
            return m_notebook.removeCells(keys);
        case 5:
            return m_notebook.moveCells(keys, below(count + 1));
        case 6:
            if (count > 0) m_notebook.splitCell(key, below(size + 1));
            return;
        case 7:
            return m_notebook.mergeCells(keys);
        case 8:
            return m_notebook.setCellType(key, CellType(below(3)));
        case 9:
            return m_notebook.clearOutputs(keys);
        case 10:
            return m_notebook.setCellMetadata(key, {{"tags", {"t"}}, {"n", below(100)}});
        default: {
            auto metadata = m_notebook.metadata();
            metadata["seen"] = below(100);
            return m_notebook.setMetadata(metadata);
        }
        }
    }

private:
    int below(int limit) { return limit > 0 ? int(m_random() % unsigned(limit)) : 0; }
    QString text()
    {
        static const QStringList texts{
            QStringLiteral("x"),       QStringLiteral("\n"),           QString(),
            QStringLiteral("é\u2028"), QStringLiteral("\"\\\t\r\n"),   QStringLiteral("\U0001F600"),
            QString(QChar(0xDFFF)),    QStringLiteral("two\nlines\n"), QStringLiteral("word ")};
        return texts[below(int(texts.size()))];
    }
    CellContent content() { return {CellType(below(3)), text(), {}, {}, {}, {}, {}}; }

    Notebook& m_notebook;
    std::mt19937 m_random;
};

} // namespace cahier::notebook::testing
