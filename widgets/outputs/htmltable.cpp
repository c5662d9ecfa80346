// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/html/htmltokens.h>
#include <widgets/outputs/htmltable.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr qsizetype mostColumns = 4000;
constexpr qsizetype mostCaption = 400;
constexpr qsizetype mostCells = 2'000'000;

bool isNumber(QStringView text)
{
    static constexpr QStringView words[] = {u"NaN", u"nan", u"None", u"inf", u"-inf", u"<NA>", u"NaT", u""};
    if (std::ranges::find(words, text) != std::end(words)) return true;
    bool digits = false;
    for (const QChar c : text) {
        digits = digits || c.isDigit();
        if (!c.isDigit() && !QStringView(u"+-.,eE%\u2212 \u00a0$\u20ac").contains(c)) return false;
    }
    return digits;
}

class TableReader {
public:
    std::optional<HtmlTable> read(QStringView html, bool isWhole)
    {
        HtmlTokenizer tokenizer(html);
        HtmlToken token;
        while (tokenizer.next(token)) {
            const bool fits = token.kind == HtmlToken::Kind::Text    ? takeText(token.text)
                              : token.kind == HtmlToken::Kind::Start ? takeStart(token)
                                                                     : takeEnd(token.name);
            if (!fits) return {};
        }
        if (tokenizer.sawScript() || m_tables != 1 || (m_inTable && isWhole && !m_inRow && m_rows.empty()))
            return {};
        if (isWhole) endRow();
        return finish();
    }

private:
    struct RawRow {
        HtmlTable::Row row;
        bool inHead = false;
        bool allHeaders = true;
    };

    bool takeText(const QString& text)
    {
        if (m_inCell)
            m_cell += text;
        else if (!m_inTable)
            m_caption += text;
        return m_caption.size() <= mostCaption;
    }

    bool takeStart(const HtmlToken& token)
    {
        const QString& name = token.name;
        static const QStringList foreign{u"img"_s,    u"svg"_s,    u"iframe"_s,   u"video"_s,
                                         u"audio"_s,  u"canvas"_s, u"object"_s,   u"input"_s,
                                         u"pre"_s,    u"ul"_s,     u"ol"_s,       u"details"_s,
                                         u"button"_s, u"a"_s,      u"progress"_s, u"select"_s};
        if (foreign.contains(name)) return false;
        if (name == u"table") {
            m_inTable = true;
            return ++m_tables == 1;
        }
        if (!m_inTable) return true;
        if (name == u"thead") m_inHead = true;
        if (name == u"tbody") m_inHead = false;
        if (name == u"tr") beginRow();
        if (name == u"td" || name == u"th") beginCell(token);
        if (name == u"br" && m_inCell) m_cell += u' ';
        return m_cells < mostCells;
    }

    bool takeEnd(const QString& name)
    {
        if (name == u"td" || name == u"th") endCell();
        if (name == u"tr") endRow();
        if (name == u"thead") m_inHead = false;
        if (name == u"table") {
            endRow();
            m_inTable = false;
        }
        return true;
    }

    void beginRow()
    {
        endRow();
        m_inRow = true;
        m_row = {};
        m_row.inHead = m_inHead;
        fillSpans();
    }

    /// Cells of rows above that reach into this row.
    void fillSpans()
    {
        auto& cells = m_row.row.cells;
        while (size_t(cells.size()) < m_rowSpans.size() && m_rowSpans[size_t(cells.size())].left > 0) {
            Span& span = m_rowSpans[size_t(cells.size())];
            --span.left;
            if (span.isHeader && m_row.row.headers == cells.size()) ++m_row.row.headers;
            cells.append(QString());
        }
    }

    void beginCell(const HtmlToken& token)
    {
        if (!m_inRow) beginRow();
        endCell();
        m_inCell = true;
        m_cell.clear();
        m_cellIsHeader = token.name == u"th";
        m_columnSpan = std::clamp(token.attribute(u"colspan").toInt(), 1, 1000);
        m_rowSpan = std::clamp(token.attribute(u"rowspan").toInt(), 1, 65'534);
    }

    void endCell()
    {
        if (!m_inCell) return;
        m_inCell = false;
        auto& cells = m_row.row.cells;
        for (int i = 0; i < m_columnSpan && cells.size() < mostColumns; ++i) {
            const auto column = size_t(cells.size());
            if (m_rowSpan > 1) {
                if (m_rowSpans.size() <= column) m_rowSpans.resize(column + 1);
                m_rowSpans[column] = {m_rowSpan - 1, m_cellIsHeader};
            }
            if (m_cellIsHeader && m_row.row.headers == cells.size()) ++m_row.row.headers;
            cells.append(i == 0 ? m_cell.simplified() : QString());
            ++m_cells;
        }
        m_row.allHeaders = m_row.allHeaders && m_cellIsHeader;
        fillSpans();
    }

    void endRow()
    {
        endCell();
        if (!m_inRow) return;
        m_inRow = false;
        if (!m_row.row.cells.isEmpty()) m_rows.push_back(std::move(m_row));
    }

    std::optional<HtmlTable> finish()
    {
        if (m_rows.empty()) return {};
        HtmlTable table;
        qsizetype columns = 0;
        for (const RawRow& row : m_rows)
            columns = std::max(columns, row.row.cells.size());
        table.header.resize(columns);
        size_t heads = 0;
        while (heads < m_rows.size() && (m_rows[heads].inHead || (heads == 0 && m_rows[heads].allHeaders)))
            addHeader(table, m_rows[heads++].row);
        table.rows.reserve(m_rows.size() - heads);
        for (size_t i = heads; i < m_rows.size(); ++i) {
            table.rows.push_back(std::move(m_rows[i].row));
            table.rows.back().cells.resize(columns);
        }
        table.caption = m_caption.simplified();
        markNumeric(table);
        return table;
    }

    static void addHeader(HtmlTable& table, const HtmlTable::Row& row)
    {
        for (qsizetype i = 0; i < row.cells.size(); ++i) {
            QString& header = table.header[i];
            if (!header.isEmpty() && !row.cells[i].isEmpty()) header += u'\n';
            header += row.cells[i];
        }
    }

    static void markNumeric(HtmlTable& table)
    {
        constexpr size_t sample = 200;
        table.isNumeric.assign(size_t(table.header.size()), !table.rows.empty());
        for (size_t r = 0; r < std::min(sample, table.rows.size()); ++r) {
            const QStringList& cells = table.rows[r].cells;
            for (qsizetype c = 0; c < cells.size(); ++c)
                if (!isNumber(cells[c])) table.isNumeric[size_t(c)] = false;
        }
    }

    struct Span {
        int left = 0;
        bool isHeader = false;
    };
    std::vector<RawRow> m_rows;
    std::vector<Span> m_rowSpans;
    RawRow m_row;
    QString m_cell, m_caption;
    int m_tables = 0, m_columnSpan = 1, m_rowSpan = 1;
    qsizetype m_cells = 0;
    bool m_inTable = false, m_inHead = false, m_inRow = false, m_inCell = false, m_cellIsHeader = false;
};

QString csvField(QString text)
{
    const bool quote = text.contains(u',') || text.contains(u'"') || text.contains(u'\n');
    return quote ? u'"' + text.replace(u'"', u"\"\""_s) + u'"' : text;
}

} // namespace

QString HtmlTable::toTsv() const
{
    QString text = QStringList(header).join(u'\t').replace(u'\n', u' ') + u'\n';
    for (const Row& row : rows)
        text += row.cells.join(u'\t') + u'\n';
    return text;
}

QString HtmlTable::toCsv() const
{
    const auto line = [](const QStringList& cells) {
        QStringList fields;
        for (const QString& cell : cells)
            fields.append(csvField(cell));
        return fields.join(u',') + u"\r\n"_s;
    };
    QString text = line(QStringList(header).replaceInStrings(u"\n"_s, u" "_s));
    for (const Row& row : rows)
        text += line(row.cells);
    return text;
}

std::optional<HtmlTable> readTable(QStringView html, bool isWhole)
{
    return TableReader().read(html, isWhole);
}

} // namespace cahier::widgets
