// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/markdown/markdownview.h>

#include <widgets/markdown/decorations.h>

#include <QAbstractTextDocumentLayout>
#include <QApplication>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMimeData>
#include <QPainter>
#include <QPointer>
#include <QScrollBar>
#include <QTextBlock>

#include <algorithm>
#include <cmath>

namespace cahier::widgets {

using namespace Qt::StringLiterals;

namespace {

constexpr int widestPicture = 2400; // pixels decoded; more than a page shows at 200 %

} // namespace

MarkdownView::MarkdownView(MarkdownServices services, QWidget* parent)
    : QTextBrowser(parent), m_services(std::move(services)), m_hint(tr("Double-click or press Enter to edit"))
{
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    setOpenLinks(false);
    setUndoRedoEnabled(false);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::LinksAccessibleByMouse |
                            Qt::LinksAccessibleByKeyboard);
    setAccessibleName(tr("Rendered text"));
    viewport()->setAutoFillBackground(false);
    m_heightTimer.setSingleShot(true);
    m_heightTimer.setInterval(0);
    connect(&m_heightTimer, &QTimer::timeout, this, &MarkdownView::announceHeight);
    connect(this, &QTextBrowser::anchorClicked, this, &MarkdownView::linkActivated);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, [this](int value) {
        if (value != 0) verticalScrollBar()->setValue(0); // selecting by mouse must not scroll inside
    });
    connect(&m_services.mathematics, &MathRenderer::formulaReady, this, &MarkdownView::formulaReady);
    connect(&m_services.appearance, &Appearance::changed, this, &MarkdownView::followAppearance);
    adopt(std::make_unique<MarkdownDocument>(m_services.appearance.theme()));
}

MarkdownView::~MarkdownView()
{
    m_services.mathematics.cancel(this);
}

void MarkdownView::setMarkdown(MarkdownInput input)
{
    const bool again = m_shown && input.source == m_input.source;
    m_input = std::move(input);
    m_shown = true;
    rebuild(again);
}

void MarkdownView::clearMarkdown()
{
    ++*m_generation;
    m_input = {};
    m_shown = false;
    m_ready = false;
    m_search = {};
    adopt(std::make_unique<MarkdownDocument>(m_services.appearance.theme()));
}

void MarkdownView::followAppearance()
{
    if (m_shown)
        rebuild(true);
    else
        clearMarkdown();
}

void MarkdownView::rebuild(bool keepUntilReady)
{
    const quint64 generation = ++*m_generation;
    m_ready = false;
    if (!needsWorker(m_input)) {
        auto document = buildMarkdown(m_input, m_services.appearance.theme(), m_services.colourCode);
        m_ready = true;
        adopt(std::move(document));
        m_announcedHeight = heightForWidth(viewport()->width());
        Q_EMIT ready();
        return;
    }
    if (!keepUntilReady) adopt(std::make_unique<MarkdownDocument>(m_services.appearance.theme()));
    m_announcedHeight = heightForWidth(viewport()->width());
    m_services.pool->start([self = QPointer(this), generation, wanted = m_generation,
                            width = viewport()->width(), input = m_input, window = thread(),
                            theme = m_services.appearance.theme(), colour = m_services.colourCode] {
        if (*wanted != generation) return; // the view shows something else by now
        auto document = buildMarkdown(input, theme, colour);
        document->setTextWidth(width);
        document->size(); // lays it out here
        document->moveToThread(window);
        const auto made = std::make_shared<std::unique_ptr<MarkdownDocument>>(std::move(document));
        QMetaObject::invokeMethod(qApp, [self, generation, made] {
            if (self && *self->m_generation == generation) self->finish(std::move(*made));
        });
    });
}

void MarkdownView::finish(std::unique_ptr<MarkdownDocument> document)
{
    m_ready = true;
    adopt(std::move(document));
    decodePictures();
    Q_EMIT ready();
    announceHeight();
}

void MarkdownView::adopt(std::unique_ptr<MarkdownDocument> document)
{
    m_services.mathematics.cancel(this);
    m_heightTimer.stop();
    MarkdownDocument* const before = std::exchange(m_document, document.release());
    m_document->setParent(this);
    takeFormulas();
    const int width = viewport()->width();
    if (m_document->textWidth() != width) m_document->setTextWidth(width);
    setDocument(m_document);
    mark();
    delete before;
    viewport()->update();
    updateGeometry();
    setAccessibleDescription(m_document->textBetween(0, 300));
}

void MarkdownView::setSearch(RenderedSearch search)
{
    m_search = std::move(search);
    mark();
}

void MarkdownView::mark()
{
    if (m_search.expression.pattern().isEmpty() && m_matches.ranges.empty()) return;
    m_matches = {};
    if (!m_search.expression.pattern().isEmpty()) {
        const QString text = toPlainText();
        m_matches.ranges = rangesIn(text, m_search.expression);
        for (const FormulaSlot& slot : m_document->formulas())
            if (m_search.expression.match(slot.source).capturedLength() > 0)
                m_matches.ranges.push_back({slot.position, 1});
        std::ranges::sort(m_matches.ranges, {}, &TextRange::start);
        m_matches.current = renderedCurrent(m_search, text, m_matches.ranges);
    }
    markMatches(*this, m_matches, m_document->theme());
}

std::optional<QRect> MarkdownView::currentMatchRect() const
{
    if (m_matches.current < 0) return std::nullopt;
    return rectOf(*this, m_matches.ranges[size_t(m_matches.current)]);
}

void MarkdownView::takeFormulas()
{
    for (size_t i = 0; i < m_document->formulas().size(); ++i) {
        const FormulaSlot& slot = m_document->formulas()[i];
        if (auto formula = m_services.mathematics.find(slot.key))
            m_document->setFormula(i, std::move(formula));
        else
            m_services.mathematics.request(slot.key, this, m_urgency);
    }
}

void MarkdownView::formulaReady(const FormulaKey& key)
{
    for (size_t i = 0; i < m_document->formulas().size(); ++i) {
        const FormulaSlot& slot = m_document->formulas()[i];
        if (slot.formula || slot.key != key) continue;
        m_document->setFormula(i, m_services.mathematics.find(key));
        if (!m_heightTimer.isActive()) m_heightTimer.start();
    }
}

void MarkdownView::decodePictures()
{
    for (size_t i = 0; i < m_document->pictures().size(); ++i) {
        const Picture& picture = m_document->pictures()[i];
        if (picture.data.isEmpty()) continue;
        m_services.pool->start([self = QPointer(this), i, generation = m_generation->load(),
                                wanted = m_generation, data = picture.data] {
            if (*wanted != generation) return;
            const QImage image = decodePicture(data, widestPicture);
            QMetaObject::invokeMethod(qApp, [self, i, generation, image] {
                if (!self || *self->m_generation != generation) return;
                self->m_document->setPicture(i, image);
                self->m_heightTimer.start();
            });
        });
    }
}

void MarkdownView::announceHeight()
{
    const int height = heightForWidth(viewport()->width());
    if (std::exchange(m_announcedHeight, height) == height) return;
    updateGeometry();
    Q_EMIT heightChanged();
}

int MarkdownView::heightForWidth(int width) const
{
    if (width > 0 && m_document->textWidth() != width) m_document->setTextWidth(width);
    const int line = QFontMetrics(m_document->theme().prose).lineSpacing();
    return std::max(line, int(std::ceil(m_document->size().height())));
}

QSize MarkdownView::sizeHint() const
{
    return {400, heightForWidth(viewport()->width())};
}

QSize MarkdownView::minimumSizeHint() const
{
    return {60, QFontMetrics(m_document->theme().prose).lineSpacing()};
}

std::optional<int> MarkdownView::anchorTop(const QString& fragment) const
{
    const auto position = m_document->anchorPosition(fragment);
    if (!position) return std::nullopt;
    return int(m_document->documentLayout()->blockBoundingRect(m_document->findBlock(*position)).top());
}

void MarkdownView::paintEvent(QPaintEvent* event)
{
    {
        QPainter painter(viewport());
        paintDecorations(painter, *m_document, event->rect());
        if (m_ready && m_input.source.trimmed().isEmpty() && !m_hint.isEmpty()) {
            painter.setPen(m_document->theme().muted);
            painter.setFont(m_document->theme().prose);
            painter.drawText(viewport()->rect(), Qt::AlignLeft | Qt::AlignVCenter, m_hint);
        }
    }
    QTextBrowser::paintEvent(event);
}

void MarkdownView::wheelEvent(QWheelEvent* event)
{
    event->ignore();
}

void MarkdownView::keyPressEvent(QKeyEvent* event)
{
    const bool follows = (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) &&
                         event->modifiers() == Qt::NoModifier && textCursor().charFormat().isAnchor();
    if (follows || (event->matches(QKeySequence::Copy) && textCursor().hasSelection()))
        QTextBrowser::keyPressEvent(event);
    else
        event->ignore();
}

void MarkdownView::mouseDoubleClickEvent(QMouseEvent* event)
{
    event->accept();
    if (event->button() == Qt::LeftButton) Q_EMIT editRequested();
}

void MarkdownView::contextMenuEvent(QContextMenuEvent* event)
{
    event->ignore();
}

QMimeData* MarkdownView::createMimeDataFromSelection() const
{
    auto* copied = new QMimeData;
    copied->setText(m_document->textBetween(textCursor().selectionStart(), textCursor().selectionEnd()));
    return copied;
}

QVariant MarkdownView::loadResource(int, const QUrl&)
{
    return {};
}

} // namespace cahier::widgets
