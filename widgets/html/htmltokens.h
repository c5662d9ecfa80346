// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringView>

#include <utility>
#include <vector>

namespace cahier::widgets {

struct HtmlToken {
    enum class Kind { Text, Start, End };
    Kind kind = Kind::Text;
    QString name;                                        ///< of the element, lower case
    std::vector<std::pair<QString, QString>> attributes; ///< names lower case, values decoded
    QString text; ///< decoded; entities that are not known stay as they are

    /// The first of that name; empty where there is none.
    [[nodiscard]] QString attribute(QStringView attributeName) const;
};

/// Cuts HTML into tags and text as browsers do, in one pass. Left out are comments, declarations, what is
/// inside of scripts, style sheets and the like, and a tag that is broken off at the end. Never fails:
/// anything is HTML. https://html.spec.whatwg.org/multipage/parsing.html#tokenization, as far as it matters
/// where no script runs.
class HtmlTokenizer {
public:
    explicit HtmlTokenizer(QStringView html) : m_html(html) {}
    /// False at the end.
    [[nodiscard]] bool next(HtmlToken& token);
    [[nodiscard]] bool sawScript() const { return m_sawScript; }

private:
    [[nodiscard]] bool atMarkup(qsizetype at) const;
    void readText(HtmlToken& token);
    void skipComment();
    [[nodiscard]] bool readTag(HtmlToken& token);
    [[nodiscard]] bool readAttributes(HtmlToken& token);
    QString readValue();
    void skipRawText(const QString& name);
    void skipBlanks();
    [[nodiscard]] bool at(QChar c) const { return m_at < m_html.size() && m_html[m_at] == c; }

    QStringView m_html;
    qsizetype m_at = 0;
    bool m_sawScript = false;
};

/// All of them.
[[nodiscard]] std::vector<HtmlToken> htmlTokens(QStringView html);

} // namespace cahier::widgets
