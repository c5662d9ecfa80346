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

    /// The format for a formula: QTextDocument's layout puts an object's middle at half the height of an x of
    /// its format's font above the baseline, so the font's size decides how far the object goes down.
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
