// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/resources/samplesubscription.h>

#include <core/runtime/runtimelist.h>

#include <QAbstractItemModel>
#include <QHash>
#include <QSet>
#include <QTimer>

namespace cahier::widgets {

/// The kernels of every runtime that was opened, grouped by runtime: two levels, with the kernels' columns.
/// Rows keep their place while they are there, so that a selection stays.
class SessionsModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column {
        NotebookColumn,
        SpecColumn,
        AcceleratorColumn,
        StateColumn,
        MemoryColumn,
        GpuMemoryColumn,
        ActivityColumn,
        StartedColumn,
        allColumns
    };
    enum Role {
        IsRuntimeRole = Qt::UserRole, ///< a runtime, not a kernel
        DetailRole,                   ///< a kernel's folder; how the connection to a runtime stands
        ProblemRole,                  ///< DetailRole says what is wrong
        OwnRole,                      ///< a notebook of this window has the kernel
    };
    /// A kernel and where it runs.
    struct Kernel {
        QString runtimeId;
        std::shared_ptr<runtime::Runtime> runtime;
        runtime::KernelInfo info;
    };

    /// The list must outlive it.
    explicit SessionsModel(runtime::RuntimeList& list, QObject* parent = nullptr);
    ~SessionsModel() override;

    /// While it is followed it asks the runtimes every two seconds, and for samples.
    void setFollowed(bool followed);
    /// Asks now.
    void refresh();
    void setOwnKernels(const QSet<QString>& ids);
    [[nodiscard]] bool isOwn(const QString& kernelId) const { return m_own.contains(kernelId); }
    /// What is being done to a kernel, in place of its state; empty: nothing any more.
    void setPending(const QString& kernelId, const QString& text);

    [[nodiscard]] std::optional<Kernel> kernelAt(const QModelIndex& index) const;
    /// Of the row itself or of the kernel's row.
    [[nodiscard]] std::shared_ptr<runtime::Runtime> runtimeAt(const QModelIndex& index) const;
    [[nodiscard]] std::vector<Kernel> kernels() const;
    /// No runtime has answered yet.
    [[nodiscard]] bool isLoading() const;
    /// Some runtime has something to say besides its kernels: it does not answer, or not yet.
    [[nodiscard]] bool hasNews() const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& index) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    /// What isLoading(), hasNews() or the rows say may have changed.
    void refreshed();

private:
    struct Group;
    void syncGroups();
    void addGroup(int row, const runtime::RuntimeEntry& entry, std::shared_ptr<runtime::Runtime> runtime);
    void removeGroup(int row);
    void ask(Group& group);
    void take(Group& group, const Result<std::vector<runtime::KernelInfo>>& kernels);
    void takeKernels(Group& group, const std::vector<runtime::KernelInfo>& kernels);
    void takeSample(Group& group, const runtime::ResourceSample& sample);
    void subscribe(Group& group);
    void tick();
    void showGroup(const Group& group);
    [[nodiscard]] int rowOf(const Group& group) const;
    [[nodiscard]] const Group* groupOf(const QModelIndex& index) const;
    [[nodiscard]] QVariant kernelData(const Group& group, const runtime::KernelInfo& kernel, int column,
                                      int role) const;
    [[nodiscard]] QString text(const Group& group, const runtime::KernelInfo& kernel, int column) const;
    [[nodiscard]] QString detail(const runtime::KernelInfo& kernel) const;

    runtime::RuntimeList& m_list;
    std::vector<std::unique_ptr<Group>> m_groups;
    QSet<QString> m_own;
    QHash<QString, QString> m_pending;
    QTimer m_timer;
    bool m_isFollowed = false;
};

} // namespace cahier::widgets
