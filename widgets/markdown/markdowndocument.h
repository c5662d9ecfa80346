// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/markdown/markdowninput.h>
#include <widgets/markdown/pictures.h>
#include <widgets/theme/formatrun.h>
#include <widgets/theme/theme.h>

#include <QStringList>
#include <QTextDocument>
#include <QTextFormat>

#include <memory>
#include <optional>
#include <vector>

namespace cahier::widgets {

/// Marks of our own in a document's formats.
enum MarkdownProperty : int {
    ObjectIndex = QTextFormat::UserProperty + 1, ///< of a formula or picture, in its document's lists
    ObjectEm,                                    ///< a formula's em, in pixels
    QuoteBars,                                   ///< of a block or table: where the bars at its left are
    CodePanel,                                   ///< of a block: it has a panel behind it
    Rule,                                        ///< of a block: it is a line across
    ListMark,                                    ///< of a block: what stands before it, a MarkdownListMark
    ListPrefix,                                  ///< of a block: what copied text starts with
};

enum MarkdownListMark : int { DiscMark = 1, CircleMark, SquareMark, OpenMark, DoneMark };

enum MarkdownObject : int {
    FormulaObject = QTextFormat::UserObject + 1,
    PictureObject,
};

/// A formula in a document. Its source is drawn until it is ready.
struct FormulaSlot {
    FormulaKey key;
    QString source; ///< with delimiters
    std::shared_ptr<const Formula> formula;
    int position = -1;
};

/// Markdown laid out. May be made on a worker and moved to the window's thread (moveToThread); read-only but
/// for formulas and pictures, which come later.
class MarkdownDocument : public QTextDocument {
    Q_OBJECT
public:
    explicit MarkdownDocument(const Theme& theme);

    [[nodiscard]] const std::vector<FormulaSlot>& formulas() const { return m_formulas; }
    [[nodiscard]] const std::vector<Picture>& pictures() const { return m_pictures; }
    [[nodiscard]] const Theme& theme() const { return m_theme; }

    void setFormula(size_t index, std::shared_ptr<const Formula> formula);
    void setPicture(size_t index, const QImage& image);

    /// The block that a link to `fragment` ("My-Heading" as Jupyter names it, "my-heading" as GitHub does)
    /// leads to.
    [[nodiscard]] std::optional<int> anchorPosition(const QString& fragment) const;
    /// Markdown's text of what is between two positions: formulas as TeX, list marks, no other syntax.
    [[nodiscard]] QString textBetween(int start, int end) const;

private:
    friend class DocumentBuilder;

    Theme m_theme;
    std::vector<FormulaSlot> m_formulas;
    std::vector<Picture> m_pictures;
};

/// Makes a document. Never fails: what is too deep or too long is left out, with a sentence that says so.
[[nodiscard]] std::unique_ptr<MarkdownDocument> buildMarkdown(const MarkdownInput& input, const Theme& theme,
                                                              const ColourCode& colourCode);

/// Whether buildMarkdown() would read files or take long: then it belongs on a worker.
[[nodiscard]] bool needsWorker(const MarkdownInput& input);

/// The names that a heading answers to, Jupyter's first.
[[nodiscard]] QStringList headingAnchors(const QString& heading);

} // namespace cahier::widgets
