// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/searchedtext.h>

#include <core/convert/jsontext.h>
#include <core/text/ansi.h>
#include <widgets/html/htmltokens.h>
#include <widgets/outputs/htmlsafe.h>
#include <widgets/outputs/htmltable.h>
#include <widgets/outputs/mimetext.h>

#include <nlohmann/json.hpp>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

QString textOf(const notebook::Output& output, const QString& mimeType)
{
    return QString::fromUtf8(mimeUtf8(output.mimeJson(mimeType)));
}

/// The text between the tags.
QString wordsOf(const QString& html)
{
    QString words;
    HtmlTokenizer tokenizer(html);
    for (HtmlToken token; tokenizer.next(token);)
        words += token.text;
    return words;
}

} // namespace

QString shownTraceback(const notebook::Output& error)
{
    const QString traceback = convert::tracebackText(error.value());
    const qsizetype end = traceback.indexOf(u'\n');
    const QString first =
        text::plainText(QStringView(traceback).first(std::max<qsizetype>(0, end))).trimmed();
    const bool isRule = !first.isEmpty() && first.count(u'-') == first.size();
    return isRule ? traceback.sliced(end + 1) : traceback;
}

SearchedText searchedText(const notebook::Output& output)
{
    const QString type = output.type();
    if (type == "stream"_L1) return {{}, text::plainText(output.streamText())};
    if (type == "error"_L1) return {{}, text::plainText(shownTraceback(output))};
    const QStringList types = output.mimeTypes();
    if (types.contains("text/html"_L1)) {
        const QString html = textOf(output, u"text/html"_s);
        if (const auto table = readTable(html, true)) return {u"text/html"_s, table->toTsv()};
        const SafeHtml document = safeHtml(html, Qt::white);
        if (!document.isEmpty && !document.isTooComplex) return {u"text/html"_s, wordsOf(document.html)};
    }
    if (types.contains("text/markdown"_L1)) return {u"text/markdown"_s, textOf(output, u"text/markdown"_s)};
    return {u"text/plain"_s, text::plainText(textOf(output, u"text/plain"_s))};
}

} // namespace cahier::widgets
