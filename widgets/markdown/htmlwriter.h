// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/html/htmltokens.h>
#include <widgets/markdown/documentbuilder.h>

#include <functional>
#include <vector>

namespace cahier::widgets {

/// Writes the HTML that GitHub lets through in Markdown: text formats, links, pictures, headings, paragraphs,
/// lists, quotes, tables, details (shown open). Other tags are left out and their text stays; what is in
/// script, style, iframe and their like is left out too. Keeps what is open between calls, since Markdown
/// hands over tag by tag.
class HtmlWriter {
public:
    /// `plain` writes text in which formulas may stand.
    HtmlWriter(DocumentBuilder& builder, std::function<void(const QString&)> plain);

    void write(QStringView html);
    /// Whether text that comes now is within something that is left out.
    [[nodiscard]] bool dropsText() const { return !m_dropped.isEmpty(); }
    void closeAll();

private:
    struct Open {
        QString tag;
        std::function<void()> close;
    };

    void writeToken(const std::vector<HtmlToken>& tokens, size_t& index);
    void writeText(const QString& text);
    void open(const HtmlToken& token);
    bool openFormat(const HtmlToken& token);
    bool openBlock(const HtmlToken& token);
    void openParagraph(const HtmlToken& token);
    void openLink(const HtmlToken& token);
    void openList(const HtmlToken& token);
    void picture(const HtmlToken& token);
    void close(const QString& tag);
    void remember(const QString& tag, std::function<void()> close);
    void openFormatted(const QString& tag, const std::function<void(QTextCharFormat&)>& change);
    /// Writes a whole table, up to its end; the index is then of its last token.
    void table(const std::vector<HtmlToken>& tokens, size_t& index);

    DocumentBuilder& m_builder;
    std::function<void(const QString&)> m_plain;
    std::vector<Open> m_open;
    QString m_dropped; ///< the tag whose content is left out
    int m_preformatted = 0;
    bool m_afterBlank = true; ///< so that blanks fold
};

} // namespace cahier::widgets
