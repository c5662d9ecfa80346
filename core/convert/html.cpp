// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/convert/html.h>

#include <core/convert/containedhtml.h>
#include <core/convert/htmlimages.h>
#include <core/convert/jsontext.h>
#include <core/convert/mimerank.h>
#include <core/text/ansi.h>

#include <md4c-html.h>
#include <nlohmann/json.hpp>

using namespace Qt::StringLiterals;

namespace cahier::convert {

namespace {

constexpr QLatin1StringView pageStart = R"(<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Cahier">
<title>)"_L1;

constexpr QLatin1StringView pageStyle = R"(</title>
<style>
:root { color-scheme: light dark; --text: #1f2328; --paper: #fff; --faint: #59636e; --line: #d1d9e0; --code: #f6f8fa; --bad: #ffebe9; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --paper: #0d1117; --faint: #9198a1; --line: #3d444d; --code: #161b22; --bad: #3c1618; } }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: var(--text); background: var(--paper); font: 16px/1.55 system-ui, sans-serif; }
pre, code, x-equation { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .875em; }
pre { margin: 0; padding: .6rem .8rem; overflow-x: auto; line-height: 1.45; }
.cell { margin: 1rem 0; display: grid; grid-template-columns: 4.5rem minmax(0, 1fr); gap: .3rem 0; }
.cell > .count { color: var(--faint); font: .75rem/2.3 ui-monospace, monospace; }
.cell > .body { grid-column: 2; min-width: 0; overflow-x: auto; }
.source { background: var(--code); border: 1px solid var(--line); border-radius: 6px; }
.error { background: var(--bad); }
.stderr { background: color-mix(in srgb, var(--bad) 60%, transparent); }
.body img { max-width: 100%; }
img.output { background: #fff; }
table { border-collapse: collapse; font-size: .875em; }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; }
blockquote { margin: 0; padding: 0 1rem; color: var(--faint); border-left: .25rem solid var(--line); }
</style>
</head>
<body>
)"_L1;

void appendChunk(const MD_CHAR* text, MD_SIZE size, void* target)
{
    static_cast<QByteArray*>(target)->append(text, static_cast<qsizetype>(size));
}

QString markdownToHtml(const QString& source)
{
    const QByteArray utf8 = source.toUtf8();
    QByteArray html;
    const int failed = md_html(utf8.constData(), static_cast<MD_SIZE>(utf8.size()), &appendChunk, &html,
                               MD_DIALECT_GITHUB | MD_FLAG_LATEXMATHSPANS, MD_HTML_FLAG_SKIP_UTF8_BOM);
    return failed == 0 ? QString::fromUtf8(html) : u"<pre>"_s + source.toHtmlEscaped() + u"</pre>"_s;
}

QString colourText(const text::AnsiColour& colour)
{
    if (colour.kind == text::AnsiColour::Kind::Rgb)
        return u"rgb(%1,%2,%3)"_s.arg(colour.red).arg(colour.green).arg(colour.blue);
    const auto [red, green, blue] = text::xtermColour(colour.index);
    return u"rgb(%1,%2,%3)"_s.arg(red).arg(green).arg(blue);
}

QString styleText(const text::AnsiStyle& style)
{
    const bool foreground = style.foreground.kind != text::AnsiColour::Kind::Default;
    const bool background = style.background.kind != text::AnsiColour::Kind::Default;
    const QString front = foreground ? colourText(style.foreground) : u"var(--text)"_s;
    const QString back = background ? colourText(style.background) : u"var(--paper)"_s;
    QString css;
    if (foreground || style.inverse) css += u"color:%1;"_s.arg(style.inverse ? back : front);
    if (background || style.inverse) css += u"background:%1;"_s.arg(style.inverse ? front : back);
    if (style.bold) css += u"font-weight:bold;"_s;
    if (style.faint) css += u"opacity:.7;"_s;
    if (style.italic) css += u"font-style:italic;"_s;
    if (style.underline || style.strike) {
        css += u"text-decoration:%1%2;"_s.arg(style.underline ? u"underline "_s : QString(),
                                              style.strike ? u"line-through"_s : QString());
    }
    return css;
}

QString preformatted(const QString& inner, const QString& classes = {})
{
    return u"<pre class=\"%1\">"_s.arg(classes) + inner + u"</pre>\n"_s;
}

QString dataHtml(const nlohmann::json& output, const QString& mimeType)
{
    const QString data = mimeText(output, mimeType);
    if (mimeType.startsWith("image/"_L1))
        return u"<img class=\"output\" alt=\"output\" src=\"%1\">\n"_s.arg(
            dataAddress(mimeType, data).toHtmlEscaped());
    if (mimeType == "text/html"_L1) return containedHtml(data) + u'\n';
    if (mimeType == "text/markdown"_L1) return containedHtml(markdownToHtml(data));
    return preformatted(ansiToHtml(data));
}

QString outputHtml(const notebook::Output& output)
{
    if (output.type() == "stream"_L1)
        return preformatted(ansiToHtml(output.streamText()),
                            output.streamName() == "stderr"_L1 ? u"stderr"_s : QString());
    if (output.type() == "error"_L1)
        return preformatted(ansiToHtml(tracebackText(output.value())), u"error"_s);
    return dataHtml(output.value(), bestMimeType(output.mimeTypes(), Medium::Html));
}

QString cellHtml(const notebook::Cell& cell, const HtmlOptions& options)
{
    if (cell.type() == notebook::CellType::Markdown) {
        const QString html = containedHtml(markdownToHtml(cell.source()));
        return u"<section class=\"cell\"><div class=\"body\">"_s +
               embedImages(html, cell.attachments(), options.baseFolder) + u"</div></section>\n"_s;
    }
    if (cell.type() != notebook::CellType::Code)
        return u"<section class=\"cell\"><div class=\"body\">"_s +
               preformatted(cell.source().toHtmlEscaped()) + u"</div></section>\n"_s;
    const auto count = cell.executionCount();
    QString html = u"<section class=\"cell\"><div class=\"count\">[%1]</div>\n"_s.arg(
        count ? QString::number(*count) : u" "_s);
    html += u"<div class=\"body source\">"_s +
            preformatted(u"<code>"_s + cell.source().toHtmlEscaped() + u"</code>"_s) + u"</div>\n"_s;
    for (const notebook::Output& output : cell.outputs())
        html += u"<div class=\"body\">"_s + outputHtml(output) + u"</div>\n"_s;
    return html + u"</section>\n"_s;
}

} // namespace

QString ansiToHtml(const QString& text)
{
    QString html;
    for (const text::AnsiRun& run : text::parseAnsi(text)) {
        const QString style = styleText(run.style);
        if (style.isEmpty())
            html += run.text.toHtmlEscaped();
        else
            html += u"<span style=\""_s + style + u"\">"_s + run.text.toHtmlEscaped() + u"</span>"_s;
    }
    return html;
}

QByteArray toHtml(const notebook::Notebook& notebook, const HtmlOptions& options)
{
    QByteArray page = pageStart.toString().toUtf8() + options.title.toHtmlEscaped().toUtf8() +
                      pageStyle.toString().toUtf8();
    for (int i = 0; i < notebook.cellCount(); ++i)
        page += cellHtml(notebook.cellAt(i), options).toUtf8();
    page += "</body>\n</html>\n";
    return page;
}

} // namespace cahier::convert
