// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/convert/markdown.h>

#include <core/convert/jsontext.h>
#include <core/convert/mimerank.h>
#include <core/text/ansi.h>

#include <QRegularExpression>
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
        m_export.files.push_back({name, bytes});
        return QString::fromUtf8(QUrl::toPercentEncoding(name, "/"));
    }

    /// The address for the picture of this name, or nothing where the cell has none.
    QString attachment(const nlohmann::json& attachments, const QString& name)
    {
        const auto bundle = attachments.find(name.toStdString());
        if (bundle == attachments.end() || !bundle->is_object() || bundle->empty()) return {};
        const auto first = bundle->begin();
        if (!first.value().is_string()) return {};
        const QString mimeType = QString::fromStdString(first.key());
        const QString data = QString::fromStdString(first.value().get_ref<const std::string&>());
        if (m_filesFolder.isEmpty()) return dataAddress(mimeType, data);
        const auto number = std::distance(attachments.begin(), bundle);
        return addFile(u"attachment_%1_%2"_s.arg(m_cell).arg(number), mimeType, pictureBytes(mimeType, data));
    }

    QString withAttachments(const notebook::Cell& cell)
    {
        static const QRegularExpression reference(uR"re(<attachment:([^>\n]+)>|attachment:([^)\s>"']+))re"_s);
        const nlohmann::json attachments = cell.attachments();
        const QString source = cell.source();
        QString result;
        qsizetype done = 0;
        for (auto matches = reference.globalMatch(source); matches.hasNext();) {
            const QRegularExpressionMatch match = matches.next();
            const QString name = match.captured(match.lastCapturedIndex());
            QString address = attachment(attachments, name);
            if (address.isEmpty())
                address = attachment(attachments, QUrl::fromPercentEncoding(name.toUtf8()));
            if (address.isEmpty()) continue;
            result += QStringView(source).sliced(done, match.capturedStart() - done);
            result += address;
            done = match.capturedEnd();
        }
        result += QStringView(source).sliced(done);
        return result;
    }

    const notebook::Notebook& m_notebook;
    QString m_filesFolder;
    MarkdownExport m_export;
    int m_cell = 0;
    int m_output = 0;
};

} // namespace

MarkdownExport toMarkdown(const notebook::Notebook& notebook, const QString& filesFolder)
{
    return MarkdownWriter(notebook, filesFolder).write();
}

} // namespace cahier::convert
