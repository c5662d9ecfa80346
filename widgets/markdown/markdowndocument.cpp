// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/markdown/markdowndocument.h>

#include <widgets/markdown/documentbuilder.h>
#include <widgets/markdown/documentobjects.h>
#include <widgets/markdown/markdownreader.h>

#include <QAbstractTextDocumentLayout>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextTable>

namespace cahier::widgets {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype longSource = 6000; // characters: built in a few ms
constexpr double widestReadable = 80;  // em of a formula: more becomes small on a page

} // namespace

MarkdownDocument::MarkdownDocument(const Theme& theme) : m_theme(theme)
{
    setUndoRedoEnabled(false);
    setDocumentMargin(0);
    setDefaultFont(theme.prose);
    // As QTextEdit has it, which else would lay out again on the window's thread what a worker has done.
    QTextOption option = defaultTextOption();
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    setDefaultTextOption(option);
    auto* objects = new DocumentObjects(this);
    documentLayout()->registerHandler(FormulaObject, objects);
    documentLayout()->registerHandler(PictureObject, objects);
}

void MarkdownDocument::setFormula(size_t index, std::shared_ptr<const Formula> formula)
{
    FormulaSlot& slot = m_formulas[index];
    slot.formula = std::move(formula);
    QTextCursor cursor(this);
    cursor.setPosition(slot.position);
    cursor.movePosition(QTextCursor::NextCharacter, QTextCursor::KeepAnchor);
    QTextCharFormat format = cursor.charFormat();
    if (slot.formula->error.isEmpty()) DocumentObjects::alignOnBaseline(format, *slot.formula, m_theme);
    const bool isReadable = slot.formula->error.isEmpty() && slot.formula->widthWithTag() < widestReadable;
    if (!isReadable) format.setToolTip(slot.source);
    cursor.setCharFormat(format); // lays the block out again
}

void MarkdownDocument::setPicture(size_t index, const QImage& image)
{
    Picture& picture = m_pictures[index];
    picture.image = image;
    picture.data.clear();
    if (image.isNull()) picture.natural = {};
    markContentsDirty(picture.position, 1);
}

std::optional<int> MarkdownDocument::anchorPosition(const QString& fragment) const
{
    for (QTextBlock block = begin(); block.isValid(); block = block.next())
        for (auto part = block.begin(); !part.atEnd(); ++part)
            if (part.fragment().charFormat().anchorNames().contains(fragment)) return block.position();
    if (!fragment.startsWith("mjx-eqn:"_L1)) return std::nullopt;
    const QString label = u"\\label{%1}"_s.arg(fragment.mid(8));
    for (const FormulaSlot& slot : m_formulas)
        if (slot.source.contains(label)) return slot.position;
    return std::nullopt;
}

QString MarkdownDocument::textBetween(int start, int end) const
{
    QString result;
    const QTextTable* table = nullptr;
    int row = -1;
    for (QTextBlock block = findBlock(start); block.isValid() && block.position() < end;
         block = block.next()) {
        QTextTable* in = QTextCursor(block).currentTable();
        const int thisRow = in ? in->cellAt(block.position()).row() : -1;
        const bool sameRow = in && in == table && thisRow == row;
        if (!result.isEmpty()) result += sameRow ? u'\t' : u'\n';
        table = in;
        row = thisRow;
        if (start <= block.position()) result += block.blockFormat().stringProperty(ListPrefix);
        for (auto part = block.begin(); !part.atEnd(); ++part) {
            const QTextFragment fragment = part.fragment();
            const int from = std::max(start, fragment.position());
            const int to = std::min(end, fragment.position() + fragment.length());
            if (from >= to) continue;
            const QTextCharFormat format = fragment.charFormat();
            const auto index = size_t(format.intProperty(ObjectIndex));
            if (format.objectType() == FormulaObject && index < m_formulas.size())
                result += m_formulas[index].source;
            else if (format.objectType() == PictureObject && index < m_pictures.size())
                result += u"![%1](%2)"_s.arg(m_pictures[index].alternative, m_pictures[index].address);
            else
                result += fragment.text().sliced(from - fragment.position(), to - from);
        }
    }
    result.replace(QChar::LineSeparator, u'\n').replace(QChar::Nbsp, u' ');
    return result.remove(QChar(0x200b));
}

std::unique_ptr<MarkdownDocument> buildMarkdown(const MarkdownInput& input, const Theme& theme,
                                                const ColourCode& colourCode)
{
    auto document = std::make_unique<MarkdownDocument>(theme);
    DocumentBuilder builder(*document, input, colourCode);
    MarkdownReader(builder, input).read();
    builder.finish();
    return document;
}

bool needsWorker(const MarkdownInput& input)
{
    const QString& source = input.source;
    return source.size() > longSource || source.contains("!["_L1) ||
           source.contains("<img"_L1, Qt::CaseInsensitive);
}

QStringList headingAnchors(const QString& heading)
{
    const QString text = heading.trimmed();
    QString jupyter = text;
    jupyter.replace(u' ', u'-');
    QString github;
    for (const QChar c : text.toLower()) {
        if (c.isLetterOrNumber() || c.isSurrogate() || c.isMark() || c == u'-' || c == u'_') github += c;
        if (c == u' ') github += u'-';
    }
    return {jupyter, github};
}

} // namespace cahier::widgets
