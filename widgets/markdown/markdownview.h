// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/markdown/markdowndocument.h>
#include <widgets/markdown/renderedmatches.h>
#include <widgets/mathematics/mathrenderer.h>
#include <widgets/theme/appearance.h>

#include <QTextBrowser>
#include <QThreadPool>
#include <QTimer>
#include <QUrl>

#include <atomic>
#include <memory>

namespace cahier::widgets {

/// What a MarkdownView works with; all of it outlives the view.
struct MarkdownServices {
    const Appearance& appearance;
    MathRenderer& mathematics;
    ColourCode colourCode; ///< may be empty
    QThreadPool* pool = QThreadPool::globalInstance();
};

/// Rendered Markdown, as high as its text: it never scrolls, and hands wheel events and keys that are not its
/// own to its parent. Made to be used again: setMarkdown() leaves nothing of what was shown.
///
/// Nothing is ever fetched: links are announced, pictures on the web are placeholders with a link.
class MarkdownView : public QTextBrowser {
    Q_OBJECT
public:
    explicit MarkdownView(MarkdownServices services, QWidget* parent = nullptr);
    ~MarkdownView() override;

    /// Short texts show at once; long ones, and those with pictures, when a worker has laid them out. ready()
    /// comes in both cases, before this returns in the first. In the second the view is empty until then, or,
    /// if the source is the same as before, shows what it did.
    void setMarkdown(MarkdownInput input);
    [[nodiscard]] const MarkdownInput& markdown() const { return m_input; }
    /// Shows nothing and forgets everything; for the pool.
    void clearMarkdown();
    /// Shown, muted, for text that is blank. The default is for a cell; empty for other uses.
    void setHint(const QString& hint) { m_hint = hint; }
    /// How soon its formulas are wanted. Visible unless told.
    void setUrgency(MathRenderer::Urgency urgency) { m_urgency = urgency; }

    [[nodiscard]] bool isReady() const { return m_ready; }
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// Marks what a search found, also in text that is set later; a formula whose source it found is marked
    /// whole.
    void setSearch(RenderedSearch search);
    [[nodiscard]] const RenderedMatches& matches() const { return m_matches; }
    /// Where the current match is; nothing where it is not to be seen.
    [[nodiscard]] std::optional<QRect> currentMatchRect() const;
    /// Where in the view the heading or equation of a link "#fragment" is.
    [[nodiscard]] std::optional<int> anchorTop(const QString& fragment) const;

Q_SIGNALS:
    /// The text needs another height at the same width than when it was set: a worker is done, or a formula
    /// came.
    void heightChanged();
    /// Any link; "#fragment" for one within the notebook, also where this very view has the heading.
    void linkActivated(const QUrl& link);
    void editRequested();
    /// The text is laid out; its formulas and pictures may still come.
    void ready();

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    QMimeData* createMimeDataFromSelection() const override;
    QVariant loadResource(int type, const QUrl& name) override;

private:
    /// What is shown stays until a worker is done, or goes at once.
    void rebuild(bool keepUntilReady);
    void finish(std::unique_ptr<MarkdownDocument> document);
    void adopt(std::unique_ptr<MarkdownDocument> document);
    void takeFormulas();
    void formulaReady(const FormulaKey& key);
    void decodePictures();
    void announceHeight();
    void followAppearance();
    void mark();

    MarkdownServices m_services;
    MarkdownInput m_input;
    QString m_hint;
    MarkdownDocument* m_document = nullptr; ///< a child
    MathRenderer::Urgency m_urgency = MathRenderer::Urgency::Visible;
    /// Counts the texts: what workers make for an earlier one is dropped. Shared with them.
    std::shared_ptr<std::atomic<quint64>> m_generation = std::make_shared<std::atomic<quint64>>(0);
    RenderedSearch m_search;
    RenderedMatches m_matches;
    bool m_ready = false;
    bool m_shown = false; ///< something was set
    int m_announcedHeight = 0;
    QTimer m_heightTimer;
};

} // namespace cahier::widgets
