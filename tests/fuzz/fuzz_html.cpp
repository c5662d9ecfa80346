// SPDX-License-Identifier: GPL-3.0-or-later
// Reads any bytes as the HTML of an output: as tokens, as a safe document (nothing in it runs or is fetched,
// its tags are closed) and as a table (its rows have as many cells as its header).
#include <tests/fuzz/guiapplication.h>
#include <tests/fuzz/require.h>
#include <widgets/html/htmltokens.h>
#include <widgets/outputs/htmlsafe.h>
#include <widgets/outputs/htmltable.h>

#include <QColor>

#include <algorithm>
#include <array>

using namespace cahier::widgets;

namespace {

void checkToken(const HtmlToken& token)
{
    const bool isText = token.kind == HtmlToken::Kind::Text;
    require(isText == token.name.isEmpty(), "tags alone have names");
    require(isText || token.text.isEmpty(), "tags have no text");
    for (const auto& [name, value] : token.attributes)
        require(name == name.toLower() && !name.isEmpty(), "names of attributes");
}

void checkSafe(const HtmlToken& token)
{
    static constexpr std::array forbidden{"script", "style", "iframe", "object",
                                          "embed",  "form",  "link",   "meta"};
    require(std::ranges::none_of(forbidden,
                                 [&](const char* name) { return token.name == QLatin1StringView(name); }),
            "nothing that runs");
    for (const auto& [name, value] : token.attributes) {
        require(!name.startsWith(QLatin1StringView("on")), "no handlers");
        if (name == u"href") require(isSafeLink(value), "links lead to the web");
        if (name == u"src")
            require(value.startsWith(QLatin1StringView("data:image/"), Qt::CaseInsensitive),
                    "pictures are data");
        if (name == u"style")
            require(!value.contains(u'(') && !value.contains(u'@'), "no address in a style");
    }
}

void checkDocument(const SafeHtml& safe)
{
    QStringList open;
    for (const HtmlToken& token : htmlTokens(safe.html)) {
        checkSafe(token);
        const bool isVoid = token.name == u"br" || token.name == u"hr" || token.name == u"img";
        if (token.kind == HtmlToken::Kind::Start && !isVoid) open.append(token.name);
        if (token.kind == HtmlToken::Kind::End) {
            require(!open.isEmpty() && open.back() == token.name, "tags are closed in order");
            open.removeLast();
        }
    }
    require(open.isEmpty(), "all tags are closed");
}

void checkTable(const HtmlTable& table)
{
    require(qsizetype(table.isNumeric.size()) == table.columnCount(), "a kind for each column");
    for (const HtmlTable::Row& row : table.rows) {
        require(row.cells.size() == table.columnCount(), "cells in a row");
        require(row.headers >= 0 && row.headers <= row.cells.size(), "headers in a row");
    }
    require(table.toTsv().count(u'\n') == qsizetype(table.rows.size()) + 1, "lines of tab-separated text");
    require(table.toTsv().count(u'\t') == (table.columnCount() - 1) * (qsizetype(table.rows.size()) + 1),
            "its fields");
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv)
{
    startGuiApplication(argc, argv);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    const QString html = QString::fromUtf8(reinterpret_cast<const char*>(data), qsizetype(size));
    for (const HtmlToken& token : htmlTokens(html))
        checkToken(token);
    const SafeHtml safe = safeHtml(html, Qt::white);
    checkDocument(safe);
    for (const bool isWhole : {true, false})
        if (const auto table = readTable(html, isWhole)) checkTable(*table);
    return 0;
}
