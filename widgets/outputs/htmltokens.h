// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringView>

#include <utility>
#include <vector>

namespace cahier::widgets {

struct OutputHtmlToken {
    enum class Kind { Text, Start, End };
    Kind kind = Kind::Text;
    QString name;                                        ///< of the element, lower case
    std::vector<std::pair<QString, QString>> attributes; ///< names lower case, values decoded
    QString text; ///< decoded; entities that are not known stay as they are

    [[nodiscard]] QString attribute(QStringView attributeName) const;
};

/// Cuts HTML into tags and text as browsers do, as far as outputs need it. What is inside of scripts, style
/// sheets, comments and the like is left out. Never fails: anything is HTML.
class HtmlTokenizer {
public:
    explicit HtmlTokenizer(QStringView html) : m_html(html) {}
    bool next(OutputHtmlToken& token);
    [[nodiscard]] bool sawScript() const { return m_sawScript; }

private:
    bool skipMarkup();
    void readTag(OutputHtmlToken& token);
    void readAttributes(OutputHtmlToken& token);
    void skipRawText(const QString& name);

    QStringView m_html;
    qsizetype m_at = 0;
    bool m_sawScript = false;
};

} // namespace cahier::widgets
