// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/theme.h>

#include <QAbstractItemModel>

#include <nlohmann/json.hpp>

#include <memory>
#include <vector>

namespace cahier::widgets {

/// A JSON value as a tree with one invisible root above it. What is inside a value is made when it is
/// unfolded, a page at a time.
class JsonModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Roles { KeyRole = Qt::UserRole, ValueRole, KindRole };
    enum Kind { Container, String, Number, Word };

    explicit JsonModel(QObject* parent = nullptr);
    ~JsonModel() override;

    /// Null: nothing.
    void setValue(std::shared_ptr<const nlohmann::json> value);

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& index) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& /*parent*/ = {}) const override { return 1; }
    [[nodiscard]] bool hasChildren(const QModelIndex& parent = {}) const override;
    [[nodiscard]] bool canFetchMore(const QModelIndex& parent) const override;
    void fetchMore(const QModelIndex& parent) override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    /// The value at an index, as JSON text.
    [[nodiscard]] QString textOf(const QModelIndex& index) const;

private:
    struct Node;
    [[nodiscard]] Node* nodeOf(const QModelIndex& index) const;
    [[nodiscard]] QString summaryOf(const Node& node) const;

    std::shared_ptr<const nlohmann::json> m_value;
    std::unique_ptr<Node> m_root;
};

} // namespace cahier::widgets
