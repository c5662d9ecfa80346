// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/safebrowser.h>

#include <widgets/outputs/imagestore.h>
#include <widgets/outputs/wheelgate.h>
#include <widgets/theme/thinscrollbar.h>

#include <QKeyEvent>
#include <QTextDocument>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {
constexpr int highest = 1'000'000;
}

SafeBrowser::SafeBrowser(Appearance& appearance, QWidget* parent)
    : QTextBrowser(parent), m_appearance(appearance)
{
    setFrameShape(QFrame::NoFrame);
    setOpenLinks(false);
    setUndoRedoEnabled(false);
    setContextMenuPolicy(Qt::NoContextMenu);
    setVerticalScrollBar(new ThinScrollBar(Qt::Vertical, this));
    setHorizontalScrollBar(new ThinScrollBar(Qt::Horizontal, this));
    document()->setDocumentMargin(4);
    connect(&m_appearance, &Appearance::changed, this, &SafeBrowser::applyTheme);
    applyTheme();
}

void SafeBrowser::applyTheme()
{
    const Theme& theme = m_appearance.theme();
    QPalette palette = theme.palette();
    palette.setColor(QPalette::Highlight, theme.selection);
    palette.setColor(QPalette::HighlightedText, theme.text);
    setPalette(palette);
    document()->setDefaultFont(theme.prose);
    document()->setDefaultStyleSheet(
        u"a { color: %1; } code, pre, kbd, samp, tt { font-family: '%2'; } pre { white-space: pre-wrap; } "
        "th { font-weight: bold; padding: 3px 8px; } td { padding: 3px 8px; } "
        "mark { background-color: %3; }"_s.arg(theme.accent.name(), theme.code.family(), theme.match.name()));
    static_cast<ThinScrollBar*>(verticalScrollBar())->setTheme(theme);
    static_cast<ThinScrollBar*>(horizontalScrollBar())->setTheme(theme);
    if (!m_html.isEmpty()) setSafeHtml(m_html);
}

void SafeBrowser::setSafeHtml(const QString& html)
{
    m_html = html;
    setHtml(html);
}

int SafeBrowser::heightOfAll(int width) const
{
    if (m_html.isEmpty()) return 0;
    if (std::abs(document()->textWidth() - width) > 0.5) document()->setTextWidth(width);
    return std::min(highest, int(std::ceil(document()->size().height())));
}

int SafeBrowser::lineHeight() const
{
    return QFontMetrics(document()->defaultFont()).lineSpacing();
}

QVariant SafeBrowser::loadResource(int type, const QUrl& name)
{
    constexpr qsizetype longest = 512 * 1024;
    if (type != QTextDocument::ImageResource || name.scheme() != u"data") return {};
    const QString address = name.toString(QUrl::FullyEncoded);
    const qsizetype comma = address.indexOf(u',');
    if (comma < 0 || address.size() > longest) return {};
    const QByteArray bytes =
        QByteArray::fromBase64(QByteArray::fromPercentEncoding(address.sliced(comma + 1).toLatin1()));
    return decodePicture(u"image/png"_s, bytes, {}).image;
}

void SafeBrowser::wheelEvent(QWheelEvent* event)
{
    const bool canScroll = verticalScrollBar()->maximum() > 0;
    if (event->modifiers().testFlag(Qt::ControlModifier) || !canScroll || !hasFocus()) return event->ignore();
    QTextBrowser::wheelEvent(event);
}

void SafeBrowser::keyPressEvent(QKeyEvent* event)
{
    const bool isCommand = !event->text().isEmpty() && event->text().front().isPrint();
    if (isCommand) return event->ignore();
    QTextBrowser::keyPressEvent(event);
}

} // namespace cahier::widgets
