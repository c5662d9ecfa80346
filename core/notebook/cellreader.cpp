// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/cellreader.h>

#include <core/notebook/jsontext.h>

#include <QCoreApplication>

#include <limits>

namespace cahier::notebook {
namespace {

constexpr const char* aString = QT_TRANSLATE_NOOP("CellReader", "a string");
constexpr const char* anObject = QT_TRANSLATE_NOOP("CellReader", "an object");
constexpr const char* aList = QT_TRANSLATE_NOOP("CellReader", "a list");
constexpr const char* lines = QT_TRANSLATE_NOOP("CellReader", "a string or a list of strings");
constexpr const char* stringList = QT_TRANSLATE_NOOP("CellReader", "a list of strings");
constexpr const char* wholeOrNull = QT_TRANSLATE_NOOP("CellReader", "a whole number or null");

std::optional<CellPart> partOf(std::string_view key)
{
    for (size_t i = 0; i < cellPartCount; ++i)
        if (stringIs(key, cellPartName(CellPart(i)))) return CellPart(i);
    return std::nullopt;
}

QString mustBe(const QString& path, const char* must, JsonKind found)
{
    return QCoreApplication::translate("CellReader", "%1 must be %2, found %3")
        .arg(path, QCoreApplication::translate("CellReader", must), jsonKindName(found));
}

bool isKnownOutput(std::string_view type)
{
    const auto is = [type](std::string_view known) { return stringIs(type, known); };
    return is("stream") || is("display_data") || is("execute_result") || is("error");
}

} // namespace

CellData* CellReader::take(qsizetype index)
{
    m_index = index;
    m_output = -1;
    m_problem.reset();
    if (const JsonKind kind = m_scanner.peek(); kind != JsonKind::Object) {
        wrong(nullptr, anObject, kind);
        return nullptr;
    }
    const size_t begin = m_scanner.offset();
    auto cell = std::make_unique<CellData>();
    cell->text = m_text.substr(begin);
    ByteRange key;
    if (!m_scanner.enterObject()) return nullptr;
    while (m_scanner.nextMember(&key))
        if (!takeMember(cell.get(), key)) return nullptr;
    if (m_scanner.failed()) return nullptr;
    cell->text = m_text.substr(begin, m_scanner.offset() - begin);
    cell->holder = m_holder;
    const std::string_view type = cell->original(CellPart::Type);
    cell->type = type == "\"code\"" ? CellType::Code : cellTypeFromName(decodeString(type));
    if (!type.empty() && cell->type == CellType::Unknown) tolerate(m_problem);
    if (cell->text.size() > std::numeric_limits<quint32>::max())
        note(QCoreApplication::translate("CellReader", "%1 is larger than 4 GiB").arg(path(nullptr)), begin);
    if (type.empty())
        note(QCoreApplication::translate("CellReader", "%1 has no cell_type").arg(path(nullptr)), begin);
    return m_problem ? nullptr : cell.release();
}

bool CellReader::takeMember(CellData* cell, ByteRange key)
{
    const auto part = partOf(key.in(m_text));
    if (!part) return m_scanner.takeValue(&m_taken);
    m_isOdd = false;
    if (!takePart(*part)) return false;
    const size_t start = size_t(cell->text.data() - m_text.data());
    cell->ranges[size_t(*part)] =
        m_isOdd ? PartRange() : PartRange{quint32(m_taken.begin - start), quint32(m_taken.end - start)};
    return true;
}

bool CellReader::takePart(CellPart part)
{
    switch (part) {
    case CellPart::Type:
        return takeKind(JsonKind::String, "cell_type", aString);
    case CellPart::Id:
        return takeKind(JsonKind::String, "id", aString);
    case CellPart::Source:
        return takeLines("source");
    case CellPart::Metadata:
        return takeKind(JsonKind::Object, "metadata", anObject);
    case CellPart::Outputs:
        return takeOutputs();
    case CellPart::Count:
        return takeCount("execution_count");
    case CellPart::Attachments:
        return takeKind(JsonKind::Object, "attachments", anObject);
    }
    return false;
}

bool CellReader::takeKind(JsonKind kind, const char* name, const char* must)
{
    const JsonKind found = m_scanner.peek();
    return found == kind ? m_scanner.takeValue(&m_taken) : wrong(name, must, found);
}

bool CellReader::takeCount(const char* name)
{
    const JsonKind found = m_scanner.peek();
    if (found != JsonKind::Number && found != JsonKind::Null) return wrong(name, wholeOrNull, found);
    if (!m_scanner.takeValue(&m_taken)) return false;
    const std::string_view number = m_taken.in(m_text);
    if (found == JsonKind::Number && number.find_first_of(".eEIN") != std::string_view::npos &&
        !countOf(number))
        note(mustBe(path(name), wholeOrNull, found), m_taken.begin);
    return true;
}

bool CellReader::takeLines(const char* name, bool listOnly)
{
    const JsonKind found = m_scanner.peek();
    if (found == JsonKind::String && !listOnly) return m_scanner.takeString(&m_taken);
    if (found != JsonKind::Array) return wrong(name, listOnly ? stringList : lines, found);
    const size_t begin = m_scanner.offset();
    if (!m_scanner.enterArray()) return false;
    ByteRange line;
    while (m_scanner.nextElement()) {
        const JsonKind kind = m_scanner.peek();
        const bool taken = kind == JsonKind::String ? m_scanner.takeString(&line)
                                                    : wrong(name, listOnly ? stringList : lines, kind);
        if (!taken) return false;
    }
    m_taken = {begin, m_scanner.offset()};
    return !m_scanner.failed();
}

bool CellReader::takeOutputs()
{
    if (const JsonKind found = m_scanner.peek(); found != JsonKind::Array)
        return wrong("outputs", aList, found);
    const size_t begin = m_scanner.offset();
    if (!m_scanner.enterArray()) return false;
    bool isOdd = false;
    for (m_output = 0; m_scanner.nextElement(); ++m_output) {
        m_isOdd = false;
        m_outputProblem.reset();
        if (!takeOutput()) return false;
        if (m_outputProblem && !m_problem) m_problem = std::move(m_outputProblem);
        isOdd = isOdd || m_isOdd;
    }
    m_output = -1;
    m_isOdd = isOdd;
    m_taken = {begin, m_scanner.offset()};
    return !m_scanner.failed();
}

/// Odd where it is no output at all: with a type that is not known it may hold anything.
bool CellReader::takeOutput()
{
    if (const JsonKind found = m_scanner.peek(); found != JsonKind::Object)
        return wrong(nullptr, anObject, found);
    const size_t start = m_scanner.offset();
    if (!m_scanner.enterObject()) return false;
    ByteRange key;
    std::optional<bool> isKnown;
    while (m_scanner.nextMember(&key)) {
        m_isOdd = false;
        if (!takeOutputMember(key.in(m_text))) return false;
        if (stringIs(key.in(m_text), "output_type") && !m_isOdd) isKnown = isKnownOutput(m_taken.in(m_text));
    }
    if (m_scanner.failed()) return false;
    m_isOdd = !isKnown;
    if (isKnown && !*isKnown) tolerate(m_outputProblem);
    if (!isKnown)
        note(QCoreApplication::translate("CellReader", "%1 has no output_type").arg(path(nullptr)), start);
    return true;
}

bool CellReader::takeOutputMember(std::string_view key)
{
    if (stringIs(key, "output_type")) return takeKind(JsonKind::String, "output_type", aString);
    if (stringIs(key, "data")) return takeKind(JsonKind::Object, "data", anObject);
    if (stringIs(key, "metadata")) return takeKind(JsonKind::Object, "metadata", anObject);
    if (stringIs(key, "execution_count")) return takeCount("execution_count");
    if (stringIs(key, "name")) return takeKind(JsonKind::String, "name", aString);
    if (stringIs(key, "text")) return takeLines("text");
    if (stringIs(key, "ename")) return takeKind(JsonKind::String, "ename", aString);
    if (stringIs(key, "evalue")) return takeKind(JsonKind::String, "evalue", aString);
    if (stringIs(key, "traceback")) return takeLines("traceback", true);
    return m_scanner.takeValue(&m_taken);
}

QString CellReader::path(const char* name) const
{
    QString text = QStringLiteral("cells[%1]").arg(m_index);
    if (m_output >= 0) text += QStringLiteral(".outputs[%1]").arg(m_output);
    if (name) text += QLatin1Char('.') + QLatin1StringView(name);
    return text;
}

/// Says what is wrong with the value that comes next, and steps over it.
bool CellReader::wrong(const char* name, const char* must, JsonKind found)
{
    // What is not a value at all is the scanner's to explain.
    const size_t offset = m_scanner.offset();
    if (!m_scanner.takeValue(&m_taken)) return false;
    note(mustBe(path(name), must, found), offset);
    return true;
}

void CellReader::note(const QString& problem, size_t offset)
{
    m_isOdd = true;
    std::optional<Problem>& place = m_output >= 0 ? m_outputProblem : m_problem;
    if (!place) place = {problem, offset};
}

void CellReader::tolerate(std::optional<Problem>& problem)
{
    if (problem && !m_tolerated) m_tolerated = std::move(problem);
    problem.reset();
}

} // namespace cahier::notebook
