// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/markdown/markdownreader.h>

#include <widgets/html/htmlentities.h>

#include <md4c.h>

#include <algorithm>

namespace cahier::widgets {

using namespace Qt::StringLiterals;

namespace {

// Characters that no text holds (Unicode calls them noncharacters) enclose the number of a formula.
constexpr QChar mathStart(0xfdd0), mathEnd(0xfdd1);
constexpr int depthAtMost = 400;

QString fromUtf8(const char* text, size_t size)
{
    return QString::fromUtf8(text, qsizetype(size));
}

QString attributeText(const MD_ATTRIBUTE& attribute)
{
    QString result;
    for (int i = 0; attribute.text && attribute.substr_offsets[i] < attribute.size; ++i) {
        const MD_OFFSET start = attribute.substr_offsets[i];
        const QString part = fromUtf8(attribute.text + start, attribute.substr_offsets[i + 1] - start);
        result += attribute.substr_types[i] == MD_TEXT_ENTITY ? decodeEntity(part) : part;
    }
    return result;
}

Qt::Alignment alignmentOf(MD_ALIGN align)
{
    if (align == MD_ALIGN_CENTER) return Qt::AlignHCenter;
    return align == MD_ALIGN_RIGHT ? Qt::AlignRight : Qt::AlignLeft;
}

} // namespace

/// md4c's C interface.
struct Md4cCallbacks {
    static MarkdownReader& reader(void* user) { return *static_cast<MarkdownReader*>(user); }
    static int enterBlock(MD_BLOCKTYPE type, void* detail, void* user)
    {
        return reader(user).enterBlock(type, detail);
    }
    static int leaveBlock(MD_BLOCKTYPE type, void*, void* user) { return reader(user).leaveBlock(type); }
    static int enterSpan(MD_SPANTYPE type, void* detail, void* user)
    {
        return reader(user).enterSpan(type, detail);
    }
    static int leaveSpan(MD_SPANTYPE type, void*, void* user) { return reader(user).leaveSpan(type); }
    static int text(MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* user)
    {
        return reader(user).text(type, text, size);
    }
};

MarkdownReader::MarkdownReader(DocumentBuilder& builder, const MarkdownInput& input)
    : m_builder(builder), m_input(input), m_html(builder, [this](const QString& text) { plain(text); }),
      m_spans(findMath(input.source)), m_keys(formulaKeys(m_spans, input.math))
{
}

void MarkdownReader::read()
{
    MD_PARSER parser{};
    parser.flags = MD_DIALECT_GITHUB;
    parser.enter_block = Md4cCallbacks::enterBlock;
    parser.leave_block = Md4cCallbacks::leaveBlock;
    parser.enter_span = Md4cCallbacks::enterSpan;
    parser.leave_span = Md4cCallbacks::leaveSpan;
    parser.text = Md4cCallbacks::text;
    const QByteArray source = protectedSource().toUtf8();
    md_parse(source.constData(), MD_SIZE(source.size()), &parser, this);
    flushHtml();
    m_html.closeAll();
}

QString MarkdownReader::protectedSource()
{
    QString result;
    const QString& source = m_input.source;
    result.reserve(source.size());
    const auto append = [&](qsizetype start, qsizetype end) {
        for (const QChar c : QStringView(source).sliced(start, end - start))
            result += c == mathStart || c == mathEnd ? QChar(QChar::ReplacementCharacter) : c;
    };
    qsizetype at = 0;
    for (size_t i = 0; i < m_spans.size(); ++i) {
        append(at, m_spans[i].start);
        result += mathStart + QString::number(i) + mathEnd;
        at = m_spans[i].start + m_spans[i].length;
    }
    append(at, source.size());
    return result;
}

QString MarkdownReader::restored(const QString& text) const
{
    if (!text.contains(mathStart)) return text;
    QString result;
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype start = text.indexOf(mathStart, at);
        const qsizetype end = text.indexOf(mathEnd, start);
        if (start < 0 || end < 0) return result.append(QStringView(text).sliced(at));
        result += QStringView(text).sliced(at, start - at);
        const size_t index = QStringView(text).sliced(start + 1, end - start - 1).toULongLong();
        if (index < m_spans.size())
            result += QStringView(m_input.source).sliced(m_spans[index].start, m_spans[index].length);
        at = end + 1;
    }
    return result;
}

void MarkdownReader::plain(const QString& text)
{
    if (m_inPicture > 0) {
        m_pictureText += restored(text);
        return;
    }
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype start = text.indexOf(mathStart, at);
        const qsizetype end = start < 0 ? -1 : text.indexOf(mathEnd, start);
        m_builder.text(text.sliced(at, (end < 0 ? text.size() : start) - at));
        if (end < 0) return;
        formulaOrReference(QStringView(text).sliced(start + 1, end - start - 1).toULongLong());
        at = end + 1;
    }
}

void MarkdownReader::formulaOrReference(size_t index)
{
    if (index >= m_spans.size()) return;
    const MathSpan& span = m_spans[index];
    const QString source = m_input.source.sliced(span.start, span.length);
    if (span.kind != MathKind::Reference) {
        m_builder.formula(m_keys[index], source);
        return;
    }
    const QString tag = m_input.math.tagOf(span.tex.trimmed());
    m_builder.pushLink(u"#mjx-eqn:"_s + span.tex.trimmed(), source);
    m_builder.text(source.startsWith("\\eqref"_L1) ? u'(' + tag + u')' : tag);
    m_builder.popFormat();
}

void MarkdownReader::flushHtml()
{
    if (m_rawHtml.isEmpty()) return;
    const QString html = std::exchange(m_rawHtml, {});
    m_html.write(html);
}

void MarkdownReader::beginTable(void* detail)
{
    const auto* table = static_cast<MD_BLOCK_TABLE_DETAIL*>(detail);
    m_builder.beginTable(int(std::min(table->head_row_count + table->body_row_count, 100'000U)),
                         int(table->col_count));
    m_row = -1;
}

void MarkdownReader::beginItem(void* detail)
{
    const auto* item = static_cast<MD_BLOCK_LI_DETAIL*>(detail);
    using Task = DocumentBuilder::Task;
    const bool done = item->task_mark == 'x' || item->task_mark == 'X';
    m_builder.beginItem(!item->is_task ? Task::None : done ? Task::Done : Task::Open);
}

int MarkdownReader::enterBlock(int type, void* detail)
{
    flushHtml();
    if (++m_depth > depthAtMost) return 0;
    switch (type) {
    case MD_BLOCK_QUOTE:
        m_builder.beginQuote();
        break;
    case MD_BLOCK_UL:
        m_builder.beginList(false, 1, static_cast<MD_BLOCK_UL_DETAIL*>(detail)->is_tight);
        break;
    case MD_BLOCK_OL: {
        const auto* list = static_cast<MD_BLOCK_OL_DETAIL*>(detail);
        m_builder.beginList(true, int(list->start), list->is_tight);
        break;
    }
    case MD_BLOCK_LI:
        beginItem(detail);
        break;
    case MD_BLOCK_HR:
        m_builder.rule();
        break;
    case MD_BLOCK_H:
        m_builder.beginHeading(int(static_cast<MD_BLOCK_H_DETAIL*>(detail)->level));
        break;
    case MD_BLOCK_CODE:
        m_codeLanguage = restored(attributeText(static_cast<MD_BLOCK_CODE_DETAIL*>(detail)->lang));
        m_code.clear();
        m_inCode = true;
        break;
    case MD_BLOCK_P:
        m_builder.beginParagraph();
        break;
    case MD_BLOCK_TABLE:
        beginTable(detail);
        break;
    case MD_BLOCK_TR:
        ++m_row;
        m_column = 0;
        break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        m_builder.beginCell(m_row, m_column++, type == MD_BLOCK_TH,
                            alignmentOf(static_cast<MD_BLOCK_TD_DETAIL*>(detail)->align));
        break;
    default:
        break;
    }
    return 0;
}

int MarkdownReader::leaveBlock(int type)
{
    flushHtml();
    if (m_depth-- > depthAtMost) return 0;
    switch (type) {
    case MD_BLOCK_QUOTE:
        m_builder.endQuote();
        break;
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
        m_builder.endList();
        break;
    case MD_BLOCK_LI:
        m_builder.endItem();
        break;
    case MD_BLOCK_H:
        m_builder.endHeading();
        break;
    case MD_BLOCK_CODE:
        m_inCode = false;
        m_builder.code(std::exchange(m_code, {}), m_codeLanguage);
        break;
    case MD_BLOCK_P:
        m_builder.endParagraph();
        break;
    case MD_BLOCK_TABLE:
        m_builder.endTable();
        break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        m_builder.endCell();
        break;
    default:
        break;
    }
    return 0;
}

int MarkdownReader::enterSpan(int type, void* detail)
{
    flushHtml();
    if (type == MD_SPAN_IMG) {
        if (m_inPicture++ > 0) return 0;
        m_pictureAddress = restored(attributeText(static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src));
        m_pictureText.clear();
        return 0;
    }
    if (m_inPicture > 0) return 0;
    switch (type) {
    case MD_SPAN_EM:
        m_builder.pushFormat([](QTextCharFormat& format) { format.setFontItalic(true); });
        break;
    case MD_SPAN_STRONG:
        m_builder.pushFormat([](QTextCharFormat& format) { format.setFontWeight(QFont::Bold); });
        break;
    case MD_SPAN_DEL:
        m_builder.pushFormat([](QTextCharFormat& format) { format.setFontStrikeOut(true); });
        break;
    case MD_SPAN_CODE:
        m_builder.pushCodeFormat();
        break;
    case MD_SPAN_A: {
        const auto* link = static_cast<MD_SPAN_A_DETAIL*>(detail);
        m_builder.pushLink(restored(attributeText(link->href)), restored(attributeText(link->title)));
        break;
    }
    default:
        m_builder.pushFormat([](QTextCharFormat&) {});
        break;
    }
    return 0;
}

int MarkdownReader::leaveSpan(int type)
{
    flushHtml();
    if (type == MD_SPAN_IMG) {
        if (--m_inPicture == 0) m_builder.picture(m_pictureAddress, m_pictureText, {});
    } else if (m_inPicture == 0) {
        m_builder.popFormat();
    }
    return 0;
}

int MarkdownReader::text(int type, const char* data, size_t size)
{
    const QString read =
        type == MD_TEXT_NULLCHAR ? QString(QChar(QChar::ReplacementCharacter)) : fromUtf8(data, size);
    if (type == MD_TEXT_HTML) {
        m_rawHtml += restored(read);
        return 0;
    }
    flushHtml();
    if (m_html.dropsText()) return 0;
    if (m_inCode)
        m_code += restored(read);
    else if (type == MD_TEXT_CODE)
        m_inPicture > 0 ? plain(restored(read)) : void(m_builder.text(restored(read)));
    else if (type == MD_TEXT_BR)
        m_builder.lineBreak();
    else if (type == MD_TEXT_SOFTBR)
        plain(u" "_s);
    else
        plain(type == MD_TEXT_ENTITY ? decodeEntity(read) : read);
    return 0;
}

} // namespace cahier::widgets
