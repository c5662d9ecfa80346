// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/notebook.
#pragma once

#include <core/notebook/cell.h>
#include <core/notebook/lazy.h>
#include <core/notebook/streamtext.h>

namespace cahier::notebook {

/// Where the parts of an output object are in its JSON text. Views into that text.
struct OutputShape {
    struct Member {
        QString name;
        std::string_view value;
    };
    QString type;
    std::vector<Member> members;
    std::vector<Member> data; ///< of the member data, in the file's order

    [[nodiscard]] static std::string_view find(const std::vector<Member>& members, QStringView name);
};

/// Either JSON text, or a stream that is still being written to (json is then made when asked for).
struct OutputData {
    RawJson json;
    bool isStream = false;
    QString streamName;
    StreamText streamText;
    Lazy<RawJson> streamJson;
    Lazy<OutputShape> shape;
};

/// The output object as nbformat writes it, compact: text split into lists of lines, transient dropped.
[[nodiscard]] RawJson outputToJson(const nlohmann::json& output);
/// The elements of a JSON array of outputs.
[[nodiscard]] std::vector<Output> splitOutputs(const RawJson& array);
/// The JSON array of outputs, compact.
[[nodiscard]] QByteArray joinOutputs(const std::vector<Output>& outputs);

/// A JSON string or list of strings, joined; empty for anything else.
[[nodiscard]] QString multilineText(std::string_view json);
/// Appends a JSON list of the lines of a text (as Python's splitlines(keepends=True) splits), compact.
void appendLines(std::string& out, QStringView text);
void appendLines(std::string& out, std::string_view utf8);
/// The value of a member of a JSON object, empty if there is none. The last one where it is repeated.
[[nodiscard]] std::string_view memberOf(std::string_view object, std::string_view key);
/// The end of the line that begins at `from`, behind its line break, as Python's str.splitlines sees it.
[[nodiscard]] qsizetype pythonLineEnd(QStringView text, qsizetype from);

} // namespace cahier::notebook
