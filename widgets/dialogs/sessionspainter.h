// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <QStyledItemDelegate>

namespace cahier::widgets {

/// Draws the rows of SessionsModel: a runtime with how its connection stands, a notebook over its folder.
class SessionsPainter : public QStyledItemDelegate {
    Q_OBJECT
public:
    SessionsPainter(const Appearance& appearance, QObject* parent);
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;

private:
    void paintRuntime(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
    void paintNotebook(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;

    const Appearance& m_appearance;
};

} // namespace cahier::widgets
