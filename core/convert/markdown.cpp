// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/convert/markdown.h>

#include <core/convert/jsontext.h>
#include <core/convert/mimerank.h>
#include <core/notebook/attachmentreference.h>
#include <core/text/ansi.h>

#include <QSet>
#include <QUrl>

#include <nlohmann/json.hpp>

using namespace Qt::StringLiterals;

namespace cahier::convert {

namespace {

/// A code fence longer than any run of backticks in the text.
QString fenced(const QString& text, const QString& language)
{
    qsizetype longest = 2, run = 0;
    for (const QChar c : text) {
        run = c == u'`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    const QString fence(longest + 1, u'`');
    return fence + language + u'\n' + text + (text.endsWith(u'\n') ? u""_s : u"\n"_s) + fence + u'\n';
}

class MarkdownWriter {
public:
    MarkdownWriter(const notebook::Notebook& notebook, const QString& filesFolder)
        : m_notebook(notebook), m_filesFolder(filesFolder)
    {
    }

    MarkdownExport write()
    {
        for (m_cell = 0; m_cell < m_notebook.cellCount(); ++m_cell)
            writeCell(m_notebook.cellAt(m_cell));
        return std::move(m_export);
    }

private:
    void paragraph(const QString& text)
    {
        if (text.isEmpty()) return;
        if (!m_export.text.isEmpty()) m_export.text += u'\n';
        m_export.text += text;
        if (!text.endsWith(u'\n')) m_export.text += u'\n';
    }

    void writeCell(const notebook::Cell& cell)
    {
        switch (cell.type()) {
        case notebook::CellType::Markdown:
            paragraph(withAttachments(cell));
            return;
        case notebook::CellType::Code:
            if (!cell.source().isEmpty()) paragraph(fenced(cell.source(), m_notebook.language()));
            m_output = 0;
            for (const notebook::Output& output : cell.outputs()) {
                writeOutput(output);
                ++m_output;
            }
            return;
        case notebook::CellType::Raw:
        case notebook::CellType::Unknown:
            paragraph(fenced(cell.source(), {}));
        }
    }

    void writeOutput(const notebook::Output& output)
    {
        if (output.type() == "stream"_L1) {
            paragraph(fenced(text::plainText(output.streamText()), u"text"_s));
            return;
        }
        const nlohmann::json value = output.value();
        if (output.type() == "error"_L1)
            paragraph(fenced(text::plainText(tracebackText(value)), u"text"_s));
        else
            writeData(value, bestMimeType(output.mimeTypes(), Medium::Markdown));
    }

    void writeData(const nlohmann::json& output, const QString& mimeType)
    {
        const QString data = mimeText(output, mimeType);
        if (mimeType.startsWith("image/"_L1))
            paragraph(u"![output](%1)"_s.arg(picture(mimeType, data)));
        else if (mimeType == "text/plain"_L1)
            paragraph(fenced(text::plainText(data), u"text"_s));
        else if (mimeType == "application/json"_L1)
            paragraph(fenced(data, u"json"_s));
        else
            paragraph(data);
    }

    /// The address to write for a picture, given as nbformat stores it (SVG as text, others as base64).
    QString picture(const QString& mimeType, const QString& data)
    {
        if (m_filesFolder.isEmpty()) return dataAddress(mimeType, data);
        return addFile(u"output_%1_%2"_s.arg(m_cell).arg(m_output), mimeType, pictureBytes(mimeType, data));
    }

    QString addFile(const QString& stem, const QString& mimeType, const QByteArray& bytes)
    {
        const QString name = m_filesFolder + u'/' + stem + u'.' + fileSuffix(mimeType);
        if (!m_names.contains(name)) m_export.files.push_back({name, bytes});
        m_names.insert(name);
        return QString::fromUtf8(QUrl::toPercentEncoding(name, "/"));
    }

    /// The address for the picture of this name, or nothing where it is none.
    QString attachment(const nlohmann::json& attachments, const std::string& name)
    {
        const auto picture = attachedPicture(attachments, QString::fromStdString(name));
        if (!picture) return {};
        if (m_filesFolder.isEmpty()) return dataAddress(picture->mimeType, picture->data);
        const auto number = std::distance(attachments.begin(), attachments.find(name));
        return addFile(u"attachment_%1_%2"_s.arg(m_cell).arg(number), picture->mimeType,
                       pictureBytes(picture->mimeType, picture->data));
    }

    QString withAttachments(const notebook::Cell& cell)
    {
        const nlohmann::json attachments = cell.attachments();
        const QString source = cell.source();
        const QLatin1StringView scheme = notebook::attachmentScheme;
        QString result;
        qsizetype done = 0;
        for (qsizetype at = source.indexOf(scheme); at >= 0; at = source.indexOf(scheme, at + 1)) {
            qsizetype end = at + scheme.size();
            std::string name;
            for (const auto& [key, bundle] : attachments.items()) {
                const qsizetype length = notebook::attachmentReferenceLength(source, at + scheme.size(),
                                                                             QString::fromStdString(key));
                if (at + scheme.size() + length > end) name = key;
                end = std::max(end, at + scheme.size() + length);
            }
            const QString address = attachment(attachments, name);
            if (at < done || address.isEmpty()) continue;
            const bool inBrackets =
                at > done && source.at(at - 1) == u'<' && end < source.size() && source.at(end) == u'>';
            result += QStringView(source).sliced(done, at - (inBrackets ? 1 : 0) - done);
            result += address;
            done = end + (inBrackets ? 1 : 0);
        }
        result += QStringView(source).sliced(done);
        return result;
    }

    const notebook::Notebook& m_notebook;
    QString m_filesFolder;
    MarkdownExport m_export;
    QSet<QString> m_names; ///< of the files
    int m_cell = 0;
    int m_output = 0;
};

} // namespace

MarkdownExport toMarkdown(const notebook::Notebook& notebook, const QString& filesFolder)
{
    return MarkdownWriter(notebook, filesFolder).write();
}

} // namespace cahier::convert
