// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <core/runtime/acceleratorwish.h>
#include <core/runtime/runtimelist.h>

#include <QDialog>

class QComboBox;
class QLabel;
class QPushButton;
class QToolButton;

namespace cahier::widgets {

class KernelList;

/// Asks where a notebook's code is to run, with which kernel, and on what: Runtime > Change runtime type. A
/// runtime that is selected is connected to, for what it has is not known otherwise.
class RuntimeDialog : public QDialog {
    Q_OBJECT
public:
    /// What the notebook has now.
    struct Current {
        QString runtime;  ///< an entry's id
        QString spec;     ///< the kernel's, or the one that is wished; may be empty
        QString kernelId; ///< empty: no kernel
        std::optional<runtime::AcceleratorChoice> accelerator;
        runtime::AcceleratorWish wish;
        bool isBusy = false;
        QString folder; ///< the notebook's, on this machine; may be empty
    };
    /// The list and the appearance must outlive it.
    RuntimeDialog(runtime::RuntimeList& runtimes, Current current, const Appearance& appearance,
                  QWidget* parent = nullptr);

    void selectRuntime(const QString& id);
    /// Asks the runtime again, and then selects this kernel.
    void selectSpec(const QString& spec);
    [[nodiscard]] QString selectedRuntime() const { return m_selected; }
    /// On the machine that is selected; empty where the notebook has none there.
    [[nodiscard]] QString notebookFolder() const;
    /// It waits for the runtime's answers.
    [[nodiscard]] bool isLooking() const;

Q_SIGNALS:
    void chosen(const cahier::runtime::RuntimeChoice& choice);
    void addMachineRequested();
    void addServerRequested();
    void manageRequested();
    void environmentsRequested(const QString& runtime);

private:
    void makeLayout();
    [[nodiscard]] QLayout* makePlaceRow();
    [[nodiscard]] QLayout* makeButtons();
    void fillPlaces();
    void handlePlace(int index);
    void showRuntime();
    void take(const std::shared_ptr<runtime::Runtime>& runtime);
    void askHardware();
    void showHardware(const Result<runtime::Hardware>& hardware);
    void showAccelerators();
    void showConnection();
    void showConsequence();
    [[nodiscard]] QString consequence() const;
    [[nodiscard]] QString wishText() const;
    [[nodiscard]] std::optional<runtime::AcceleratorChoice> selectedAccelerator() const;
    [[nodiscard]] bool changesAccelerator() const;
    void choose();

    runtime::RuntimeList& m_runtimes;
    Current m_current;
    const Appearance& m_appearance;
    QComboBox* m_places;
    QLabel* m_state; ///< how the connection stands, or what the machine is
    QToolButton* m_again;
    KernelList* m_kernels;
    QComboBox* m_accelerators;
    QLabel* m_wish;
    QLabel* m_consequence;
    QPushButton *m_environments, *m_accept;
    QString m_selected; ///< the id of the entry
    std::shared_ptr<runtime::Runtime> m_runtime;
    QMetaObject::Connection m_watched;
    int m_round = 0; ///< answers to earlier questions are dropped
    std::optional<Result<runtime::Hardware>> m_hardware;
    std::optional<runtime::ResourceSample> m_now;
    std::vector<runtime::AcceleratorOption> m_options;
};

} // namespace cahier::widgets
