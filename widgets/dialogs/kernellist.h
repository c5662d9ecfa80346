// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/dialogs/kernelchoices.h>

#include <QPointer>
#include <QWidget>

class QLabel;
class QListView;
class QVBoxLayout;

namespace cahier::widgets {

/// The kernels of a runtime: those that can be started and those that run, with what is wrong with others.
class KernelList : public QWidget {
    Q_OBJECT
public:
    /// The kernel that the notebook has or wants; both may be empty.
    struct Current {
        QString spec;
        QString kernelId;
    };
    KernelList(Current current, const Appearance& appearance, QWidget* parent = nullptr);

    /// Asks the runtime, which must live as long as it is shown. Null: nothing to show but `why`.
    void showRuntime(runtime::Runtime* runtime, const QString& why = {});
    /// Asks again.
    void refresh();
    /// After the next answer this spec is the selected one.
    void prefer(const QString& spec) { m_current = {spec, {}}; }

    /// It waits for the runtime's answer.
    [[nodiscard]] bool isLooking() const { return m_runtime && !m_specs; }
    /// Nothing: no spec is selected.
    [[nodiscard]] std::optional<runtime::KernelSpec> selectedSpec() const;
    /// Empty: no running kernel is selected.
    [[nodiscard]] QString selectedKernel() const;
    /// The notebook has what is selected.
    [[nodiscard]] bool isCurrentSelected() const;
    [[nodiscard]] QListView* view() const { return m_list; }

Q_SIGNALS:
    void selectionChanged();
    void activated();
    /// The runtime answered, or could not.
    void looked();

private:
    void showSpecs(const Result<runtime::KernelSpecs>& specs);
    void showKernels(const Result<std::vector<runtime::KernelInfo>>& kernels);
    void showAll();
    void showText(const QString& text);
    void addProblem(const QString& sentence, const QString& detail = {});
    void clearProblems();

    QPointer<runtime::Runtime> m_runtime;
    Current m_current;
    KernelChoices* m_choices;
    QListView* m_list;
    QLabel* m_state; ///< in place of the list: looking, or nothing is there
    QVBoxLayout* m_problems;
    int m_round = 0; ///< answers to earlier questions are dropped
    bool m_failed = false;
    std::optional<runtime::KernelSpecs> m_specs;
    std::vector<runtime::KernelInfo> m_kernels;
};

/// The shell command at the end of a sentence such as "… has no ipykernel. Install it with: COMMAND"; empty
/// where there is none.
[[nodiscard]] QString commandIn(const QString& sentence);

} // namespace cahier::widgets
