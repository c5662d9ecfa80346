// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/markdown/markdowndocument.h>

#include <QHash>
#include <QPointer>
#include <QTextBlockFormat>
#include <QTextCharFormat>
#include <QTextCursor>
#include <QTextList>
#include <QTextTable>

#include <vector>

namespace cahier::widgets {

/// Writes a document from its start to its end. Knows no syntax: Markdown and HTML both drive it. Blocks
/// begin by themselves where text comes; the depth of what is nested is bounded, as is the length.
class DocumentBuilder {
public:
    DocumentBuilder(MarkdownDocument& document, const MarkdownInput& input, const ColourCode& colourCode);

    /// Text in the present format. False once the document is as long as it may be.
    bool text(const QString& text);
    void lineBreak();
    void formula(const FormulaKey& key, const QString& source);
    void picture(const QString& address, const QString& alternative, QSize wanted);
    void anchor(const QString& name);

    /// Nested text formats. `change` alters the format of what is around.
    template <typename Change> void pushFormat(Change change)
    {
        QTextCharFormat format = m_formats.back();
        change(format);
        m_formats.push_back(std::move(format));
    }
    void popFormat();
    void pushCodeFormat();
    void pushLink(const QString& address, const QString& title);

    void beginHeading(int level);
    void endHeading();
    void beginParagraph();
    void endParagraph();
    void pushAlignment(Qt::Alignment alignment) { m_alignments.push_back(alignment); }
    void popAlignment();
    void beginQuote();
    void endQuote();
    void beginList(bool ordered, int start, bool tight);
    void endList();
    enum class Task { None, Open, Done };
    void beginItem(Task task);
    void endItem();
    void code(QString text, const QString& language);
    void rule();

    void beginTable(int rows, int columns);
    void beginCell(int row, int column, bool header, Qt::Alignment alignment, int columnSpan = 1,
                   int rowSpan = 1);
    void endCell();
    void endTable();
    [[nodiscard]] bool inTable() const { return m_table != nullptr; }

    [[nodiscard]] const QTextCharFormat& format() const { return m_formats.back(); }
    [[nodiscard]] const Theme& theme() const { return m_theme; }
    void finish();

private:
    static constexpr int charactersAtMost = 300'000;

    struct Level {
        enum class Kind { Quote, List } kind = Kind::Quote;
        QTextListFormat listFormat;
        QPointer<QTextList> list;
        bool tight = false;
        bool itemPending = false; ///< the next block is the first of an item
        Task task = Task::None;
        MarkdownListMark mark = DiscMark;
        int number = 1;
        double indent = 0; ///< what it adds at the left
    };

    void newBlock(QTextBlockFormat format);
    void ensureBlock();
    void startItem(QTextBlockFormat& format, Level& level);
    void insertObject(int type, size_t index, QTextCharFormat format);
    [[nodiscard]] QTextBlockFormat paragraphFormat() const;
    [[nodiscard]] double left() const;
    [[nodiscard]] QVariantList quoteBars() const;
    void shrinkBlock();

    MarkdownDocument& m_document;
    const MarkdownInput& m_input;
    const ColourCode& m_colourCode;
    const Theme& m_theme;
    QTextCursor m_cursor;
    double m_em;
    std::vector<QTextCharFormat> m_formats;
    std::vector<Qt::Alignment> m_alignments;
    std::vector<Level> m_levels;
    QTextTable* m_table = nullptr;
    QString m_headingText;
    int m_heading = 0; ///< its level; 0 outside
    int m_headingStart = 0;
    bool m_fresh = true; ///< the cursor's block is new and empty
    bool m_open = false; ///< text goes into the cursor's block
    bool m_full = false;
    int m_runs = 0; ///< stretches of text in the cursor's block
};

} // namespace cahier::widgets
