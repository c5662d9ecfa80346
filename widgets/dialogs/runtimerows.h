// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <core/runtime/runtimelist.h>

#include <QAbstractListModel>
#include <QStyledItemDelegate>

#include <optional>

namespace cahier::widgets {

/// The user's runtimes with how the way to each stands, as it changes. Opens none of them.
class RuntimeRows : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role {
        IdRole = Qt::UserRole,
        AddressRole, ///< the second line: what it is and where
        StateRole,   ///< for people
    };
    /// The list must outlive it.
    explicit RuntimeRows(runtime::RuntimeList& list, QObject* parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] const runtime::RuntimeEntry& entry(int row) const { return m_entries[std::size_t(row)]; }
    /// Nothing before it was opened.
    [[nodiscard]] std::optional<runtime::ConnectionState> state(int row) const;
    /// -1: none.
    [[nodiscard]] int rowOf(const QString& id) const;
    /// There is another one than this machine.
    [[nodiscard]] bool hasRemote() const;

private:
    void load();
    void watch(const QString& id);
    void tell(const QString& id);

    runtime::RuntimeList& m_list;
    std::vector<runtime::RuntimeEntry> m_entries;
    QHash<QString, QMetaObject::Connection> m_watched;
};

class RuntimeRowPainter : public QStyledItemDelegate {
    Q_OBJECT
public:
    RuntimeRowPainter(const RuntimeRows& rows, const Appearance& appearance, QObject* parent);
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

private:
    const RuntimeRows& m_rows;
    const Appearance& m_appearance;
};

} // namespace cahier::widgets
