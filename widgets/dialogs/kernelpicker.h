// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/dialogs/kernelchoices.h>

#include <QDialog>
#include <QPointer>

class QLabel;
class QListView;
class QPushButton;
class QVBoxLayout;

namespace cahier::widgets {

/// Offers the kernels of a runtime: to start one, or to join one that runs.
class KernelPicker : public QDialog {
    Q_OBJECT
public:
    /// The kernel that the notebook has or wants; both may be empty.
    struct Current {
        QString spec;
        QString kernelId;
    };
    /// Asks the runtime at once. It and the appearance must outlive the picker.
    KernelPicker(runtime::Runtime& runtime, Current current, const Appearance& appearance,
                 QWidget* parent = nullptr);

    /// Asks the runtime again.
    void refresh();
    /// It waits for the runtime's answer.
    [[nodiscard]] bool isLooking() const { return !m_specs; }

Q_SIGNALS:
    void specChosen(const cahier::runtime::KernelSpec& spec);
    void kernelChosen(const QString& kernelId);

private:
    void showSpecs(const Result<runtime::KernelSpecs>& specs);
    void showKernels(const Result<std::vector<runtime::KernelInfo>>& kernels);
    void showAll();
    void addProblem(const QString& sentence, const QString& detail = {});
    void clearProblems();
    void choose();
    void updateButton();

    runtime::Runtime& m_runtime;
    Current m_current;
    const Appearance& m_appearance;
    KernelChoices* m_choices;
    QListView* m_list;
    QLabel* m_state; ///< in place of the list: loading, or nothing is there
    QVBoxLayout* m_problems;
    QPushButton* m_accept;
    int m_round = 0; ///< answers to earlier questions are dropped
    std::optional<runtime::KernelSpecs> m_specs;
    std::vector<runtime::KernelInfo> m_kernels;
};

/// The shell command at the end of a sentence such as "… has no ipykernel. Install it with: COMMAND"; empty
/// where there is none.
[[nodiscard]] QString commandIn(const QString& sentence);

} // namespace cahier::widgets
