// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/reader.h>

#include <core/notebook/cellreader.h>
#include <core/notebook/origin.h>
#include <core/notebook/upgrade.h>

#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <QFileInfo>
#include <QRandomGenerator>

#include <charconv>
#include <new>

namespace cahier::notebook {
namespace {

constexpr int newestMinor = 5;

QString tr(const char* text)
{
    return QCoreApplication::translate("NotebookReader", text);
}

class Reader {
public:
    explicit Reader(std::shared_ptr<const FileImage> image)
        : m_image(std::move(image)), m_text(m_image->bytes())
    {
    }

    Result<NotebookData> read();

private:
    Result<size_t> skipByteOrderMark();
    bool takeMembers(JsonScanner& scanner);
    bool takeMember(JsonScanner& scanner, ByteRange key);
    bool takeCells(JsonScanner& scanner);
    bool takeMetadata(JsonScanner& scanner);
    bool takeVersion(JsonScanner& scanner, const char* name, std::optional<int>* version);
    bool wrong(const QString& problem, size_t offset);
    Result<NotebookData> finish(const JsonScanner& scanner);
    Result<NotebookData> upgrade();
    [[nodiscard]] std::unexpected<Error> refusal() const;
    [[nodiscard]] std::unexpected<Error> refuse(const QString& problem,
                                                ErrorCode code = ErrorCode::InvalidFormat) const;
    [[nodiscard]] QString fileName() const;

    std::shared_ptr<const FileImage> m_image;
    std::string_view m_text;
    std::shared_ptr<DocumentOrigin> m_origin = std::make_shared<DocumentOrigin>();
    NotebookData m_data;
    std::optional<int> m_major;
    std::optional<int> m_minor;
    std::vector<MemberRange> m_members;
    bool m_hasCells = false;
    bool m_hasWorksheets = false;
    QString m_problem;
    size_t m_problemOffset = 0;
    std::optional<CellReader::Problem> m_tolerated; ///< wrong in the formats that are known
};

QString Reader::fileName() const
{
    const QString name = QFileInfo(m_image->path()).fileName();
    return name.isEmpty() ? tr("The notebook") : QStringLiteral("“%1”").arg(name);
}

std::unexpected<Error> Reader::refuse(const QString& problem, ErrorCode code) const
{
    return failure(
        code, tr("%1 cannot be opened as a notebook: %2. You can open it as text.").arg(fileName(), problem));
}

std::unexpected<Error> Reader::refusal() const
{
    const TextPosition at = positionAt(m_text, m_problemOffset);
    return refuse(tr("%1 (line %2, column %3)").arg(m_problem).arg(at.line).arg(at.column));
}

bool Reader::wrong(const QString& problem, size_t offset)
{
    m_problem = problem;
    m_problemOffset = offset;
    return false;
}

/// How many bytes come before the JSON text.
Result<size_t> Reader::skipByteOrderMark()
{
    using namespace std::string_view_literals;
    const auto encoded = [this](const char* name) {
        return refuse(tr("it is encoded as %1, and notebooks are UTF-8. Save it as UTF-8 in a text editor")
                          .arg(QLatin1StringView(name)));
    };
    if (m_text.starts_with("\xFF\xFE\0\0"sv) || m_text.starts_with("\0\0\xFE\xFF"sv))
        return encoded("UTF-32");
    if (m_text.starts_with("\xFF\xFE"sv) || m_text.starts_with("\xFE\xFF"sv)) return encoded("UTF-16");
    if (!m_text.starts_with("\xEF\xBB\xBF"sv)) return 0;
    m_data.notices.append(
        tr("The file begins with a UTF-8 byte order mark, which is kept. Some programs refuse it."));
    return 3;
}

Result<NotebookData> Reader::read()
{
    const auto start = skipByteOrderMark();
    if (!start) return std::unexpected(start.error());
    JsonScanner scanner(m_text, *start);
    const JsonKind kind = scanner.peek();
    if (kind == JsonKind::End)
        return refuse(m_text.empty() ? tr("the file is empty") : tr("the file has no content"));
    if (kind == JsonKind::Object) {
        m_origin->object.begin = scanner.offset();
        if (takeMembers(scanner)) {
            m_origin->object.end = scanner.offset();
            if (scanner.takeEnd()) return finish(scanner);
        }
    } else if (scanner.takeValue(nullptr) && scanner.takeEnd()) {
        return refuse(tr("it is JSON, but no notebook: it holds %1 where a notebook's object should be")
                          .arg(jsonKindName(kind)));
    }
    if (scanner.failed())
        wrong(tr("it is not valid JSON: %1").arg(scanner.errorText()), scanner.errorOffset());
    return refusal();
}

bool Reader::takeMembers(JsonScanner& scanner)
{
    ByteRange key;
    if (!scanner.enterObject()) return false;
    while (scanner.nextMember(&key)) {
        (void)scanner.peek(); // moves to the value
        const size_t begin = scanner.offset();
        if (!takeMember(scanner, key)) return false;
        m_members.push_back({key, {begin, scanner.offset()}});
    }
    return !scanner.failed();
}

bool Reader::takeMember(JsonScanner& scanner, ByteRange key)
{
    const std::string_view name = key.in(m_text);
    if (stringIs(name, "cells")) return takeCells(scanner);
    if (stringIs(name, "metadata")) return takeMetadata(scanner);
    if (stringIs(name, "nbformat")) return takeVersion(scanner, "nbformat", &m_major);
    if (stringIs(name, "nbformat_minor")) return takeVersion(scanner, "nbformat_minor", &m_minor);
    m_hasWorksheets = m_hasWorksheets || stringIs(name, "worksheets");
    return scanner.takeValue(nullptr);
}

bool Reader::takeMetadata(JsonScanner& scanner)
{
    if (const JsonKind kind = scanner.peek(); kind != JsonKind::Object && kind != JsonKind::End)
        return wrong(tr("metadata must be an object, found %1").arg(jsonKindName(kind)), scanner.offset());
    return scanner.takeValue(&m_origin->metadata);
}

bool Reader::takeVersion(JsonScanner& scanner, const char* name, std::optional<int>* version)
{
    const JsonKind kind = scanner.peek();
    const size_t start = scanner.offset();
    ByteRange range;
    if (!scanner.takeValue(&range)) return false;
    const std::string_view text = range.in(m_text);
    int value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (kind == JsonKind::Number && parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() &&
        value >= 0) {
        *version = value;
        return true;
    }
    const QString found = kind == JsonKind::Number
                              ? QString::fromUtf8(text.data(), qMin(qsizetype(text.size()), 20))
                              : jsonKindName(kind);
    return wrong(tr("%1 must be a small whole number, found %2").arg(QLatin1StringView(name), found), start);
}

bool Reader::takeCells(JsonScanner& scanner)
{
    if (const JsonKind kind = scanner.peek(); kind != JsonKind::Array && kind != JsonKind::End)
        return wrong(tr("cells must be a list, found %1").arg(jsonKindName(kind)), scanner.offset());
    m_hasCells = true;
    m_data.cells.clear(); // a repeated key: the last one counts
    m_origin->cellRanges.clear();
    m_origin->cells.begin = scanner.offset();
    if (!scanner.enterArray()) return false;
    CellReader cells(scanner, m_text, m_image);
    while (scanner.nextElement()) {
        const auto index = qsizetype(m_data.cells.size());
        CellData* cell = cells.take(index);
        if (!cell) return scanner.failed() ? false : wrong(cells.problem().text, cells.problem().offset);
        cell->key = CellKey(index + 1);
        m_data.cells.emplace_back(cell);
        m_origin->cellRanges.push_back({scanner.offset() - cell->text.size(), scanner.offset()});
    }
    m_origin->cells.end = scanner.offset();
    m_tolerated = cells.toleratedProblem();
    return !scanner.failed();
}

Result<NotebookData> Reader::finish(const JsonScanner& scanner)
{
    if (!m_major) return refuse(tr("it is JSON, but no notebook: its object has no nbformat"));
    if (*m_major > 4)
        return refuse(
            tr("it is of nbformat %1, and this version of Cahier reads 2 to 4. A newer version may open it")
                .arg(*m_major),
            ErrorCode::Unsupported);
    if (*m_major < 2)
        return refuse(tr("it is of nbformat %1, which only very old programs wrote").arg(*m_major),
                      ErrorCode::Unsupported);
    if (*m_major < 4) return upgrade();
    if (!m_hasCells) return refuse(tr("it is JSON, but no notebook: its object has no cells"));
    if (!m_minor)
        m_data.notices.append(tr("The file does not say its minor format version; 4.0 is assumed."));
    m_data.formatMinor = m_minor.value_or(0);
    if (m_tolerated && m_data.formatMinor <= newestMinor) {
        wrong(m_tolerated->text, m_tolerated->offset);
        return refusal();
    }
    if (m_data.formatMinor > newestMinor)
        m_data.notices.append(
            tr("The file is of nbformat 4.%1, newer than 4.%2. What is unknown in it is kept.")
                .arg(m_data.formatMinor)
                .arg(newestMinor));
    m_origin->image = m_image;
    m_origin->idSeed = QRandomGenerator::global()->generate64();
    const auto& ranges = m_origin->cellRanges;
    m_origin->style = detectStyle(m_text, m_origin->object.begin, m_members,
                                  ranges.empty() ? std::string_view() : ranges.front().in(m_text),
                                  scanner.sawEscapedNonAscii() && !scanner.sawRawNonAscii());
    if (!m_origin->metadata.isEmpty()) m_data.metadata = RawJson(m_image, m_origin->metadata.in(m_text));
    m_data.origin = m_origin;
    return std::move(m_data);
}

Result<NotebookData> Reader::upgrade()
{
    const ByteRange object = m_origin->object;
    auto upgraded = upgradeNotebook(object.in(m_text), *m_major);
    if (!upgraded) return refuse(upgraded.error());
    auto data = readNotebook(FileImage::fromBytes(std::move(*upgraded), m_image->path()));
    if (!data) return data;
    data->upgraded = true;
    data->notices = m_data.notices;
    data->notices.append(
        tr("The file is of nbformat %1 and was upgraded to 4.5 in memory. Saving writes the new format.")
            .arg(*m_major));
    return data;
}

/// A file of a newer format may differ in what it holds: say that rather than what is different.
std::optional<int> majorVersion(std::string_view text)
{
    const size_t open = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    if (open == std::string_view::npos || text[open] != '{') return std::nullopt;
    JsonScanner scanner(text, open);
    if (!scanner.enterObject()) return std::nullopt;
    ByteRange key, value;
    std::optional<int> major;
    while (scanner.nextMember(&key) && scanner.takeValue(&value)) {
        if (!stringIs(key.in(text), "nbformat")) continue;
        int number = 0;
        const std::string_view digits = value.in(text);
        if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec == std::errc())
            major = number;
    }
    return major;
}

} // namespace

namespace {

Result<NotebookData> readInMemory(const std::shared_ptr<const FileImage>& image)
try {
    return Reader(image).read();
} catch (const std::bad_alloc&) {
    return failure(ErrorCode::Unsupported,
                   tr("There is not enough memory to open “%1”. Close other programs.").arg(image->path()));
}

} // namespace

Result<NotebookData> readNotebook(std::shared_ptr<const FileImage> image)
{
    auto data = readInMemory(image);
    if (data || data.error().code != ErrorCode::InvalidFormat) return data;
    if (const auto major = majorVersion(image->bytes()); major && *major > 4)
        return failure(
            ErrorCode::Unsupported,
            tr("“%1” is of nbformat %2, and this version of Cahier reads 2 to 4. A newer version may open "
               "it; you can open it as text.")
                .arg(QFileInfo(image->path()).fileName())
                .arg(*major));
    return data;
}

Result<NotebookData> readNotebookFile(const QString& path)
{
    auto image = FileImage::open(path);
    if (!image) return std::unexpected(image.error());
    return readNotebook(*image);
}

NotebookData newNotebook(const NewNotebookKernel& kernel)
{
    nlohmann::json metadata = nlohmann::json::object();
    if (!kernel.name.isEmpty())
        metadata["kernelspec"] = {{"display_name", kernel.displayName.toStdString()},
                                  {"language", kernel.language.toStdString()},
                                  {"name", kernel.name.toStdString()}};
    if (!kernel.language.isEmpty()) metadata["language_info"] = {{"name", kernel.language.toStdString()}};
    const nlohmann::json notebook = {{"cells", nlohmann::json::array()},
                                     {"metadata", metadata},
                                     {"nbformat", 4},
                                     {"nbformat_minor", newestMinor}};
    std::string text;
    appendFormatted(text, toText(notebook), JsonStyle(), {});
    text += '\n';
    auto data = readNotebook(FileImage::fromBytes(QByteArray::fromStdString(text)));
    Q_ASSERT(data);
    return std::move(*data);
}

} // namespace cahier::notebook
