// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <QStyledItemDelegate>

namespace cahier::widgets {

/// Draws the rows of a FilesModel, and renames in place.
class FilePainter : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit FilePainter(const Appearance& appearance, QObject* parent);

    /// Where a folder's chevron is in its name's cell.
    [[nodiscard]] static QRect chevronRect(const QRect& cell, int depth);
    [[nodiscard]] static int rowHeight(const QFontMetrics& metrics);

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    [[nodiscard]] QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                                        const QModelIndex& index) const override;
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;
    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override;
    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const override;

private:
    void paintName(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;

    const Appearance& m_appearance;
};

} // namespace cahier::widgets
