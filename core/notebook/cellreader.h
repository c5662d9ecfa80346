// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/notebook.
#pragma once

#include <core/error.h>
#include <core/notebook/celldata.h>
#include <core/notebook/jsonscanner.h>

#include <QSet>

namespace cahier::notebook {

/// Takes one cell after another from a scanner, checking the types of everything known.
class CellReader {
public:
    CellReader(JsonScanner& scanner, std::string_view text, std::shared_ptr<const void> holder)
        : m_scanner(scanner), m_text(text), m_holder(std::move(holder))
    {
    }

    /// Null where it failed: the scanner's error, or problem().
    [[nodiscard]] CellData* take(qsizetype index);

    /// "cells[3].source must be …, found a number"; empty when the JSON itself is wrong.
    [[nodiscard]] const QString& problem() const { return m_problem; }
    [[nodiscard]] size_t problemOffset() const { return m_problemOffset; }

private:
    bool takeMember(CellData* cell, ByteRange key);
    bool takePart(CellData* cell, CellPart part);
    bool takeCount(const char* name);
    bool takeOutputs();
    bool takeOutput();
    bool takeOutputMember(std::string_view key);
    bool takeLines(const char* name, bool listOnly = false);
    bool takeKind(JsonKind kind, const char* name, const char* must);
    bool wrong(const char* name, const char* must, JsonKind found);
    [[nodiscard]] QString path(const char* name) const;

    JsonScanner& m_scanner;
    std::string_view m_text;
    std::shared_ptr<const void> m_holder;
    qsizetype m_index = 0;
    qsizetype m_output = -1; ///< index of the output inside which the scanner is
    ByteRange m_taken;       ///< of the last value
    QString m_problem;
    size_t m_problemOffset = 0;
};

} // namespace cahier::notebook
