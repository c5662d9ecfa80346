// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/markdown/markdowndocument.h>

#include <QObject>
#include <QTextObjectInterface>

namespace cahier::widgets {

/// Draws the formulas and pictures of a document, whose child it is.
class DocumentObjects : public QObject, public QTextObjectInterface {
    Q_OBJECT
    Q_INTERFACES(QTextObjectInterface)
public:
    explicit DocumentObjects(MarkdownDocument* document);

    QSizeF intrinsicSize(QTextDocument* document, int position, const QTextFormat& format) override;
    void drawObject(QPainter* painter, const QRectF& rect, QTextDocument* document, int position,
                    const QTextFormat& format) override;

    /// The format for a formula: QTextDocument's layout lets an object go below the baseline as far as the
    /// letters of its format's font do, so that font is chosen by the formula's depth.
    static void alignOnBaseline(QTextCharFormat& format, const Formula& formula, const Theme& theme);

private:
    [[nodiscard]] double availableWidth(int position) const;
    [[nodiscard]] QSizeF formulaSize(const FormulaSlot& slot, int position, const QTextFormat& format) const;
    [[nodiscard]] QSizeF pictureSize(const Picture& picture, int position) const;
    void drawFormula(QPainter& painter, const QRectF& rect, const FormulaSlot& slot,
                     const QTextFormat& format) const;
    void drawPicture(QPainter& painter, const QRectF& rect, const Picture& picture) const;

    const MarkdownDocument* m_document;
};

} // namespace cahier::widgets
