// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/notebook.
#pragma once

#include <core/error.h>
#include <core/notebook/celldata.h>
#include <core/notebook/jsonscanner.h>

#include <optional>

namespace cahier::notebook {

/// Takes one cell after another from a scanner, checking the types of everything known. What is wrong inside
/// of a cell or an output whose type is not known is kept as it is: a newer format may mean it so.
class CellReader {
public:
    struct Problem {
        QString text; ///< "cells[3].source must be …, found a number"
        size_t offset = 0;
    };

    CellReader(JsonScanner& scanner, std::string_view text, std::shared_ptr<const void> holder)
        : m_scanner(scanner), m_text(text), m_holder(std::move(holder))
    {
    }

    /// Null where it failed: the scanner's error, or problem().
    [[nodiscard]] CellData* take(qsizetype index);

    [[nodiscard]] const Problem& problem() const { return *m_problem; }
    /// The first that is none in a format newer than those known.
    [[nodiscard]] const std::optional<Problem>& toleratedProblem() const { return m_tolerated; }

private:
    bool takeMember(CellData* cell, ByteRange key);
    bool takePart(CellPart part);
    bool takeCount(const char* name);
    bool takeOutputs();
    bool takeOutput();
    bool takeOutputMember(std::string_view key);
    bool takeLines(const char* name, bool listOnly = false);
    bool takeKind(JsonKind kind, const char* name, const char* must);
    bool wrong(const char* name, const char* must, JsonKind found);
    void note(const QString& problem, size_t offset);
    void tolerate(std::optional<Problem>& problem);
    [[nodiscard]] QString path(const char* name) const;

    JsonScanner& m_scanner;
    std::string_view m_text;
    std::shared_ptr<const void> m_holder;
    qsizetype m_index = 0;
    qsizetype m_output = -1;                ///< index of the output inside which the scanner is
    ByteRange m_taken;                      ///< of the last value
    bool m_isOdd = false;                   ///< the last value is not what its name says
    std::optional<Problem> m_problem;       ///< the first in the cell
    std::optional<Problem> m_outputProblem; ///< the first in the output inside which the scanner is
    std::optional<Problem> m_tolerated;     ///< the first that its cell's or output's type excuses
};

} // namespace cahier::notebook
