// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/markdown/documentbuilder.h>
#include <widgets/markdown/htmlwriter.h>

#include <vector>

namespace cahier::widgets {

/// Reads GitHub's Markdown by md4c and writes it with a builder. Formulas are kept from Markdown's syntax:
/// each is a word in private characters while Markdown is read.
class MarkdownReader {
public:
    MarkdownReader(DocumentBuilder& builder, const MarkdownInput& input);

    void read();

private:
    friend struct Md4cCallbacks;

    int enterBlock(int type, void* detail);
    int leaveBlock(int type);
    int enterSpan(int type, void* detail);
    int leaveSpan(int type);
    int text(int type, const char* text, size_t size);

    [[nodiscard]] QString protectedSource();
    void plain(const QString& text);
    void formulaOrReference(size_t index);
    /// Formulas given back their source.
    [[nodiscard]] QString restored(const QString& text) const;
    void flushHtml();
    void beginTable(void* detail);
    void beginItem(void* detail);

    DocumentBuilder& m_builder;
    const MarkdownInput& m_input;
    HtmlWriter m_html;
    std::vector<MathSpan> m_spans;
    std::vector<FormulaKey> m_keys;
    QString m_rawHtml;
    QString m_code, m_codeLanguage;
    QString m_pictureAddress, m_pictureText;
    int m_inPicture = 0;
    bool m_inCode = false;
    int m_row = -1, m_column = 0;
    int m_depth = 0;
};

} // namespace cahier::widgets
