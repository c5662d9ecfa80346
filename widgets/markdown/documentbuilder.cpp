// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/markdown/documentbuilder.h>

#include <widgets/markdown/documentobjects.h>

#include <QAbstractTextDocumentLayout>
#include <QCoreApplication>
#include <QFontInfo>
#include <QTextBlock>
#include <QTextFrame>

#include <algorithm>
#include <array>

namespace cahier::widgets {

using namespace Qt::StringLiterals;

namespace {

constexpr int runsAtMost = 4000;     ///< stretches of text in one block; laying more out takes long
constexpr size_t indentsAtMost = 12; ///< nested deeper, things stand no further to the right
constexpr std::array headingSizes{1.8, 1.45, 1.22, 1.08, 1.0, .92};

double emOf(const QFont& font)
{
    return font.pixelSize() > 0 ? font.pixelSize() : QFontInfo(font).pixelSize();
}

QColor mixed(const QColor& a, const QColor& b, float share)
{
    return QColor::fromRgbF(a.redF() + (b.redF() - a.redF()) * share,
                            a.greenF() + (b.greenF() - a.greenF()) * share,
                            a.blueF() + (b.blueF() - a.blueF()) * share);
}

void scaleFont(QTextCharFormat& format, double factor)
{
    QFont font = format.font();
    if (font.pixelSize() > 0)
        font.setPixelSize(std::max(1, qRound(font.pixelSize() * factor)));
    else
        font.setPointSizeF(font.pointSizeF() * factor);
    format.setFont(font);
}

} // namespace

DocumentBuilder::DocumentBuilder(MarkdownDocument& document, const MarkdownInput& input,
                                 const ColourCode& colourCode)
    : m_document(document), m_input(input), m_colourCode(colourCode), m_theme(document.m_theme),
      m_cursor(&document), m_em(emOf(m_theme.prose))
{
    QTextCharFormat plain;
    plain.setFont(m_theme.prose);
    plain.setForeground(m_theme.text);
    m_formats.push_back(plain);
    m_cursor.beginEditBlock();
}

bool DocumentBuilder::text(const QString& text)
{
    if (m_full || text.isEmpty()) return !m_full;
    ensureBlock();
    const qsizetype room = charactersAtMost - m_cursor.position();
    m_full = text.size() > room;
    const QTextCharFormat& look = ++m_runs > runsAtMost ? m_formats.front() : m_formats.back();
    m_cursor.insertText(m_full ? text.first(std::max<qsizetype>(0, room)) : text, look);
    if (m_heading > 0) m_headingText += text;
    return !m_full;
}

void DocumentBuilder::lineBreak()
{
    text(QString(QChar::LineSeparator));
}

void DocumentBuilder::popFormat()
{
    if (m_formats.size() > 1) m_formats.pop_back();
}

void DocumentBuilder::pushCodeFormat()
{
    pushFormat([this](QTextCharFormat& format) {
        QFont font = m_theme.code;
        const QFont around = format.font();
        // Monospace looks larger than text of the same size; in headings it grows with them.
        const double factor = emOf(around) / m_em * .96;
        if (font.pixelSize() > 0)
            font.setPixelSize(std::max(1, qRound(font.pixelSize() * factor)));
        else
            font.setPointSizeF(font.pointSizeF() * factor);
        font.setBold(around.bold());
        font.setItalic(around.italic());
        format.setFont(font);
        format.setBackground(mixed(m_theme.page, m_theme.text, .075));
    });
}

void DocumentBuilder::pushLink(const QString& address, const QString& title)
{
    pushFormat([&](QTextCharFormat& format) {
        format.setAnchor(true);
        format.setAnchorHref(address);
        format.setToolTip(title.isEmpty() ? address.left(500) : title);
        format.setForeground(m_theme.accent);
    });
}

void DocumentBuilder::anchor(const QString& name)
{
    if (name.isEmpty()) return;
    ensureBlock();
    QTextCharFormat format = m_formats.back();
    format.setAnchor(true);
    format.setAnchorNames({name});
    m_cursor.insertText(QString(QChar(0x200b)), format); // a zero-width space to hold it
}

void DocumentBuilder::insertObject(int type, size_t index, QTextCharFormat format)
{
    format.setObjectType(type);
    format.setProperty(ObjectIndex, int(index));
    m_cursor.insertText(QString(QChar::ObjectReplacementCharacter), format);
}

void DocumentBuilder::formula(const FormulaKey& key, const QString& source)
{
    if (m_full) return;
    const bool apart = key.display && m_heading == 0 && !inTable();
    if (apart) {
        // A block of its own, also within a sentence.
        m_open = false;
        QTextBlockFormat block = paragraphFormat();
        block.setAlignment(Qt::AlignHCenter);
        block.setTopMargin(.7 * m_em);
        block.setBottomMargin(.7 * m_em);
        block.setLineHeight(100, QTextBlockFormat::ProportionalHeight);
        newBlock(block);
    } else {
        ensureBlock();
    }
    QTextCharFormat format = m_formats.back();
    format.setProperty(ObjectEm, formulaEm(format.font()));
    format.clearBackground();
    m_document.m_formulas.push_back({.key = key, .source = source, .position = m_cursor.position()});
    insertObject(FormulaObject, m_document.m_formulas.size() - 1, format);
    if (m_heading > 0) m_headingText += source;
    if (apart) m_open = false;
}

void DocumentBuilder::picture(const QString& address, const QString& alternative, QSize wanted)
{
    if (m_full) return;
    ensureBlock();
    Picture picture{.address = address, .alternative = alternative, .wanted = wanted};
    findPicture(picture, m_input.attachments, m_input.folder);
    picture.position = m_cursor.position();
    QTextCharFormat format = m_formats.back();
    format.setToolTip(alternative.isEmpty() ? address.left(200) : alternative);
    if (picture.remote && !format.isAnchor()) {
        format.setAnchor(true);
        format.setAnchorHref(address);
    }
    m_document.m_pictures.push_back(std::move(picture));
    insertObject(PictureObject, m_document.m_pictures.size() - 1, format);
}

double DocumentBuilder::left() const
{
    if (inTable()) return 0; // the table stands where they lead
    double sum = 0;
    for (size_t i = 0; i < std::min(m_levels.size(), indentsAtMost); ++i)
        sum += m_levels[i].indent;
    return sum;
}

QVariantList DocumentBuilder::quoteBars() const
{
    QVariantList bars;
    double x = 0;
    for (size_t i = 0; i < std::min(m_levels.size(), indentsAtMost); ++i) {
        if (m_levels[i].kind == Level::Kind::Quote) bars.append(x);
        x += m_levels[i].indent;
    }
    return bars;
}

QTextBlockFormat DocumentBuilder::paragraphFormat() const
{
    QTextBlockFormat format;
    format.setLeftMargin(left());
    const bool tight = !m_levels.empty() && m_levels.back().tight;
    const double gap = inTable() ? 0 : tight ? .15 * m_em : .65 * m_em;
    format.setTopMargin(gap);
    format.setBottomMargin(gap);
    format.setLineHeight(.2 * m_em, QTextBlockFormat::LineDistanceHeight);
    if (!m_alignments.empty()) format.setAlignment(m_alignments.back());
    const QVariantList bars = quoteBars();
    if (!bars.isEmpty()) format.setProperty(QuoteBars, bars);
    return format;
}

void DocumentBuilder::newBlock(QTextBlockFormat format)
{
    QTextCharFormat text = m_formats.back();
    text.clearBackground();
    Level* item = nullptr;
    if (!m_levels.empty() && m_levels.back().itemPending) item = &m_levels.back();
    if (item) startItem(format, *item);
    if (m_fresh) {
        m_cursor.setBlockFormat(format);
        if (!inTable()) m_cursor.setBlockCharFormat(text); // there it is the cell's own format, with its span
    } else {
        m_cursor.insertBlock(format, text);
    }
    if (item) {
        if (item->list)
            item->list->add(m_cursor.block());
        else
            item->list = m_cursor.createList(item->listFormat);
    } else if (m_cursor.currentList()) {
        m_cursor.currentList()->remove(m_cursor.block());
        m_cursor.setBlockFormat(format);
    }
    m_fresh = false;
    m_open = true;
    m_runs = 0;
}

void DocumentBuilder::startItem(QTextBlockFormat& format, Level& level)
{
    level.itemPending = false;
    const bool ordered = level.listFormat.style() == QTextListFormat::ListDecimal;
    if (level.task != Task::None)
        format.setProperty(ListMark, level.task == Task::Done ? DoneMark : OpenMark);
    else if (!ordered)
        format.setProperty(ListMark, level.mark);
    QString prefix = QString(2 * std::min(m_levels.size() - 1, indentsAtMost), u' ');
    prefix += ordered ? u"%1. "_s.arg(level.number) : u"- "_s;
    if (level.task != Task::None) prefix += level.task == Task::Done ? u"[x] "_s : u"[ ] "_s;
    format.setProperty(ListPrefix, prefix);
    ++level.number;
}

void DocumentBuilder::ensureBlock()
{
    if (!m_open) newBlock(paragraphFormat());
}

void DocumentBuilder::beginHeading(int level)
{
    level = std::clamp(level, 1, int(headingSizes.size()));
    const double size = headingSizes[size_t(level - 1)];
    pushFormat([&](QTextCharFormat& format) {
        scaleFont(format, size);
        format.setFontWeight(QFont::DemiBold);
        if (level == int(headingSizes.size())) format.setForeground(m_theme.muted);
    });
    QTextBlockFormat format = paragraphFormat();
    format.setHeadingLevel(level);
    format.setTopMargin(m_em * (level <= 2 ? 1.1 : .9));
    format.setBottomMargin(m_em * (level <= 2 ? .5 : .4));
    format.setLineHeight(.1 * m_em, QTextBlockFormat::LineDistanceHeight);
    newBlock(format);
    m_heading = level;
    m_headingStart = m_cursor.position();
    m_headingText.clear();
}

void DocumentBuilder::endHeading()
{
    if (m_heading == 0) return;
    QTextCursor whole(m_cursor);
    whole.setPosition(m_headingStart);
    whole.movePosition(QTextCursor::NextCharacter, QTextCursor::KeepAnchor);
    QTextCharFormat names;
    names.setAnchor(true);
    names.setAnchorNames(headingAnchors(m_headingText));
    whole.mergeCharFormat(names);
    m_heading = 0;
    popFormat();
    m_open = false;
}

void DocumentBuilder::beginParagraph()
{
    m_open = false;
}

void DocumentBuilder::endParagraph()
{
    m_open = false;
}

void DocumentBuilder::popAlignment()
{
    if (!m_alignments.empty()) m_alignments.pop_back();
}

void DocumentBuilder::beginQuote()
{
    m_open = false;
    m_levels.push_back({.kind = Level::Kind::Quote, .indent = 1.15 * m_em});
    pushFormat([this](QTextCharFormat& format) { format.setForeground(m_theme.muted); });
}

void DocumentBuilder::endQuote()
{
    if (m_levels.empty()) return;
    m_levels.pop_back();
    popFormat();
    m_open = false;
}

void DocumentBuilder::beginList(bool ordered, int start, bool tight)
{
    constexpr std::array marks{DiscMark, CircleMark, SquareMark};
    const auto depth = size_t(std::ranges::count(m_levels, Level::Kind::List, &Level::kind));
    m_open = false;
    Level level{.kind = Level::Kind::List, .tight = tight, .number = start, .indent = 1.75 * m_em};
    level.listFormat.setStyle(ordered ? QTextListFormat::ListDecimal : QTextListFormat::ListStyleUndefined);
    level.mark = marks[depth % marks.size()];
    level.listFormat.setStart(start);
    level.listFormat.setIndent(0);
    m_levels.push_back(std::move(level));
}

void DocumentBuilder::endList()
{
    if (m_levels.empty()) return;
    m_levels.pop_back();
    m_open = false;
}

void DocumentBuilder::beginItem(Task task)
{
    m_open = false;
    if (m_levels.empty() || m_levels.back().kind != Level::Kind::List) return;
    m_levels.back().itemPending = true;
    m_levels.back().task = task;
}

void DocumentBuilder::endItem()
{
    if (!m_levels.empty() && m_levels.back().itemPending) ensureBlock(); // of an empty item
    m_open = false;
}

void DocumentBuilder::finish()
{
    endTable();
    if (m_full) {
        m_levels.clear();
        m_formats.resize(1);
        pushFormat([this](QTextCharFormat& format) { format.setForeground(m_theme.muted); });
        newBlock(paragraphFormat());
        const qsizetype length = m_input.source.size();
        m_cursor.insertText(QCoreApplication::translate("DocumentBuilder",
                                                        "This text is too long to be shown whole "
                                                        "(%L1 characters).")
                                .arg(length),
                            m_formats.back());
    }
    // No space before and after the whole, but for what panels of code take.
    QTextFrameFormat root = m_document.rootFrame()->frameFormat();
    root.setTopMargin(m_document.firstBlock().blockFormat().doubleProperty(CodePanel));
    root.setBottomMargin(m_document.lastBlock().blockFormat().doubleProperty(CodePanel));
    m_document.rootFrame()->setFrameFormat(root);
    for (const QTextBlock& block : {m_document.firstBlock(), m_document.lastBlock()}) {
        QTextBlockFormat format = block.blockFormat();
        if (block == m_document.firstBlock()) format.setTopMargin(0);
        if (block == m_document.lastBlock()) format.setBottomMargin(0);
        QTextCursor(block).setBlockFormat(format);
    }
    m_cursor.endEditBlock();
}

} // namespace cahier::widgets
