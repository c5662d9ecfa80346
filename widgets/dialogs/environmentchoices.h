// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/environments.h>

#include <QAbstractListModel>

#include <vector>

namespace cahier::widgets {

/// The Pythons of a machine for a list, painted by KernelChoicePainter: gives the roles of KernelChoices.
class EnvironmentChoices : public QAbstractListModel {
    Q_OBJECT
public:
    using QAbstractListModel::QAbstractListModel;

    /// current: an interpreter's path, what the notebook uses; may be empty.
    void show(std::vector<runtime::Environment> environments, const QString& current);
    /// Only those that have every word of it in their names, packages or paths.
    void setFilter(const QString& text);
    /// Null for an invalid index.
    [[nodiscard]] const runtime::Environment* at(const QModelIndex& index) const;
    /// The row of the interpreter, else of the current one, else the first; -1 where there is none.
    [[nodiscard]] int rowOf(const QString& interpreter) const;
    [[nodiscard]] bool isEmpty() const { return m_all.empty(); } ///< whatever the filter

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    void apply();

    std::vector<runtime::Environment> m_all;
    std::vector<std::size_t> m_rows; ///< of m_all
    QString m_current;
    QString m_filter;
};

/// "System Python", or what its owner calls it.
[[nodiscard]] QString environmentTitle(const runtime::Environment& environment);
/// "virtual environment", "conda environment", …
[[nodiscard]] QString environmentKind(const runtime::Environment& environment);

} // namespace cahier::widgets
