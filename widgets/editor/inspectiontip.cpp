// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/editor/inspectiontip.h>

#include <core/text/ansi.h>
#include <widgets/editor/popupplace.h>
#include <widgets/theme/appearance.h>
#include <widgets/theme/thinscrollbar.h>

#include <QPainter>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextEdit>
#include <QVBoxLayout>

#include <algorithm>

namespace cahier::widgets {

namespace {

/// Longer help is cut: laying it out would hold up the window.
constexpr qsizetype longest = 40'000;
constexpr int widestColumns = 88;
constexpr int highestLines = 16;

QTextCharFormat formatOf(const text::AnsiStyle& style, const Theme& theme)
{
    QTextCharFormat format;
    format.setForeground(theme.foreground(style.inverse ? style.background : style.foreground));
    const QColor ground =
        style.inverse ? theme.foreground(style.foreground) : theme.background(style.background);
    if (ground.isValid()) format.setBackground(ground);
    if (style.inverse && style.background.kind == text::AnsiColour::Kind::Default)
        format.setForeground(theme.page);
    if (style.bold) format.setFontWeight(QFont::Bold);
    format.setFontItalic(style.italic);
    format.setFontUnderline(style.underline);
    format.setFontStrikeOut(style.strike);
    return format;
}

} // namespace

InspectionTip::InspectionTip(const Appearance& appearance, QWidget* editor)
    : QFrame(editor, Qt::ToolTip), m_appearance(appearance), m_view(new QTextEdit(this))
{
    setAttribute(Qt::WA_ShowWithoutActivating);
    setFocusPolicy(Qt::NoFocus);
    setAccessibleName(tr("Help"));
    m_view->setAccessibleName(tr("Help"));
    m_view->setFocusPolicy(Qt::NoFocus);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setVerticalScrollBar(new ThinScrollBar(appearance, Qt::Vertical, m_view));
    m_view->setReadOnly(true);
    m_view->setUndoRedoEnabled(false);
    m_view->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_view->setLineWrapMode(QTextEdit::WidgetWidth);
    m_view->setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->addWidget(m_view);
    connect(&appearance, &Appearance::changed, this, &InspectionTip::applyAppearance);
    applyAppearance();
}

void InspectionTip::applyAppearance()
{
    const Theme& theme = m_appearance.theme();
    QPalette palette = theme.palette();
    palette.setColor(QPalette::Highlight, theme.selection);
    palette.setColor(QPalette::HighlightedText, theme.text);
    m_view->setPalette(palette);
    m_view->setFont(theme.code);
    m_view->document()->setDocumentMargin(8 * theme.zoom);
    hide();
}

void InspectionTip::setText(const QString& text)
{
    m_view->clear();
    QTextCursor cursor(m_view->document());
    cursor.beginEditBlock();
    for (const text::AnsiRun& run : text::parseAnsi(QStringView(text).first(std::min(longest, text.size()))))
        cursor.insertText(run.text, formatOf(run.style, m_appearance.theme()));
    if (text.size() > longest) cursor.insertText(QStringLiteral("\n…"), formatOf({}, m_appearance.theme()));
    cursor.endEditBlock();
    m_view->moveCursor(QTextCursor::Start); // what is shown first
}

QString InspectionTip::text() const
{
    return m_view->toPlainText();
}

QSize InspectionTip::wantedSize() const
{
    const QFontMetricsF metrics(m_appearance.theme().code);
    const double margins = 2 * m_view->document()->documentMargin() + 2;
    const double column = metrics.horizontalAdvance(u'm');
    qsizetype columns = 20;
    int lines = 0;
    for (QTextBlock block = m_view->document()->begin(); block.isValid(); block = block.next()) {
        columns = std::max<qsizetype>(columns, block.length());
        lines += 1 + block.length() / widestColumns;
    }
    const int bar = lines > highestLines ? m_view->verticalScrollBar()->sizeHint().width() : 0;
    return {int(double(std::min<qsizetype>(columns + 1, widestColumns)) * column + margins) + bar,
            int(std::min(lines, highestLines) * metrics.lineSpacing() + margins)};
}

void InspectionTip::showAt(const QRect& cursor)
{
    setGeometry(popupPlace(cursor, wantedSize()));
    show();
}

bool InspectionTip::copySelection()
{
    if (!m_view->textCursor().hasSelection()) return false;
    m_view->copy();
    return true;
}

void InspectionTip::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_appearance.theme().page);
    painter.setPen(m_appearance.theme().border);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

} // namespace cahier::widgets
