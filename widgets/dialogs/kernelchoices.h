// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <core/runtime/runtime.h>

#include <QAbstractListModel>
#include <QStyledItemDelegate>

namespace cahier::widgets {

/// What the kernel picker offers: the kernels that can be started, then those that run, each group with a
/// heading.
class KernelChoices : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role {
        KindRole = Qt::UserRole, ///< Kind
        NameRole,                ///< the spec's name or the running kernel's id
        DetailRole,              ///< the second line
        NoteRole,                ///< at the right: "Python", "busy"
        CurrentRole,             ///< the notebook has it
    };
    enum class Kind { Heading, Spec, Kernel };

    using QAbstractListModel::QAbstractListModel;

    /// currentKernel: the id of the notebook's running kernel; currentSpec: what the notebook wants.
    void show(const runtime::KernelSpecs& specs, const std::vector<runtime::KernelInfo>& kernels,
              const QString& currentSpec, const QString& currentKernel);
    /// The row to select at first; -1 where there is none.
    [[nodiscard]] int preferredRow() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    struct Row {
        Kind kind = Kind::Heading;
        QString name, title, detail, note;
        bool isCurrent = false;
    };
    void addSpecs(const runtime::KernelSpecs& specs, const QString& current);
    void addKernels(const std::vector<runtime::KernelInfo>& kernels, const QString& current);

    std::vector<Row> m_rows;
};

class KernelChoicePainter : public QStyledItemDelegate {
    Q_OBJECT
public:
    KernelChoicePainter(const Appearance& appearance, QObject* parent);
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

private:
    const Appearance& m_appearance;
};

} // namespace cahier::widgets
