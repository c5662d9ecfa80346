// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/textblock.h>

#include <widgets/theme/thinscrollbar.h>

#include <QTextDocument>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int usualWidth = 300;
constexpr qsizetype longestName = 60;

bool turnsDirection(char16_t c)
{
    return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

} // namespace

TextBlock::TextBlock(const QString& text, const Appearance& appearance, QWidget* parent) : QTextEdit(parent)
{
    setFrameShape(QFrame::NoFrame);
    setReadOnly(true);
    setAcceptRichText(false);
    setTabChangesFocus(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBar(new ThinScrollBar(appearance, Qt::Vertical, this));
    document()->setDocumentMargin(0);
    viewport()->setAutoFillBackground(false);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    showText(text);
}

void TextBlock::showText(const QString& text)
{
    setPlainText(shownText(text));
    m_width = -1;
    updateGeometry();
}

void TextBlock::setLines(int least, int most)
{
    m_least = least;
    m_most = most;
    m_width = -1;
    updateGeometry();
}

int TextBlock::heightForWidth(int width) const
{
    if (width == m_width) return m_height;
    // Its own document is laid out for the width that it has.
    QTextDocument document;
    document.setDocumentMargin(0);
    document.setDefaultFont(font());
    document.setDefaultTextOption(QTextOption(this->document()->defaultTextOption()));
    document.setPlainText(toPlainText());
    document.setTextWidth(width);
    const int line = QFontMetrics(font()).lineSpacing();
    m_width = width;
    m_height = std::clamp(int(std::ceil(document.size().height())), m_least * line, m_most * line);
    return m_height;
}

QSize TextBlock::sizeHint() const
{
    return {usualWidth, heightForWidth(usualWidth)};
}

QSize TextBlock::minimumSizeHint() const
{
    return {80, m_least * QFontMetrics(font()).lineSpacing()};
}

void TextBlock::changeEvent(QEvent* event)
{
    QTextEdit::changeEvent(event);
    if (event->type() != QEvent::FontChange) return;
    m_width = -1;
    updateGeometry();
}

void TextBlock::resizeEvent(QResizeEvent* event)
{
    QTextEdit::resizeEvent(event);
    // Only what scrolls needs the keyboard.
    const bool scrolls = heightForWidth(width()) >= m_most * QFontMetrics(font()).lineSpacing();
    setVerticalScrollBarPolicy(scrolls ? Qt::ScrollBarAsNeeded : Qt::ScrollBarAlwaysOff);
    setFocusPolicy(scrolls ? Qt::StrongFocus : Qt::ClickFocus);
}

QString shownText(const QString& text)
{
    QString shown = text;
    shown.replace("\r\n"_L1, "\n"_L1);
    for (QChar& c : shown) {
        const bool isPlain = c == u'\n' || c == u'\t' || c.category() != QChar::Other_Control;
        if (!isPlain || turnsDirection(c.unicode())) c = QChar::ReplacementCharacter;
    }
    while (shown.endsWith(u'\n'))
        shown.chop(1);
    return shown;
}

QString shortName(const QString& name)
{
    const QString shown = shownText(name).simplified();
    if (shown.size() <= longestName) return shown;
    return shown.first(longestName / 2) + u'…' + shown.last(longestName / 2 - 1);
}

} // namespace cahier::widgets
