// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <core/runtime/environmentplan.h>
#include <core/runtime/runtime.h>

#include <QDialog>

#include <optional>

class QLabel;
class QLayout;
class QLineEdit;
class QListView;
class QPushButton;
class QStackedWidget;

namespace cahier::widgets {

class EnvironmentChoices;
class EnvironmentDetails;
class EnvironmentForm;
class EnvironmentWork;

/// The Pythons of a runtime's machine: what they have, which one the notebook uses, and new environments.
/// Nothing is installed before its commands were shown and a button was pressed.
class EnvironmentsDialog : public QDialog {
    Q_OBJECT
public:
    struct Notebook {
        QString folder; ///< on the runtime's machine; empty where it has none there
        QString spec;   ///< the name of the kernel spec that it has or wants; may be empty
    };
    /// Asks the runtime at once. kernelSpecs() of it looks for environments in the notebook's folder too. It
    /// and the appearance must outlive the dialog.
    EnvironmentsDialog(runtime::Runtime& runtime, Notebook notebook, const Appearance& appearance,
                       QWidget* parent = nullptr);
    ~EnvironmentsDialog() override;

    /// Asks the runtime again.
    void refresh();
    [[nodiscard]] bool isLooking() const { return !m_environments || !m_specs; }
    void reject() override;

Q_SIGNALS:
    /// The notebook is to run in this one; the dialog has closed.
    void environmentChosen(const cahier::runtime::KernelSpec& spec);

private:
    void makeListPage();
    [[nodiscard]] QLayout* makeListButtons();
    void makePages();
    void showAll();
    void showState(const QString& text);
    void showCurrent();
    void choose(const QString& interpreter);
    void useCurrent();
    void openForm();
    void openWork();
    void backToList();
    [[nodiscard]] const runtime::KernelSpec* specOf(const runtime::Environment& environment) const;
    [[nodiscard]] QString currentInterpreter() const;

    runtime::Runtime& m_runtime;
    Notebook m_notebook;
    const Appearance& m_appearance;
    QStackedWidget* m_pages;
    QWidget* m_listPage;
    QLineEdit* m_search;
    EnvironmentChoices* m_choices;
    QListView* m_list;
    QLabel* m_state; ///< in place of the list: loading, empty, an error
    EnvironmentDetails* m_details;
    QPushButton* m_new;
    QPushButton* m_use;
    EnvironmentForm* m_form;
    EnvironmentWork* m_work;
    int m_round = 0; ///< answers to earlier questions are dropped
    std::optional<Result<runtime::Environments>> m_environments;
    std::optional<Result<runtime::KernelSpecs>> m_specs;
    QString m_wanted; ///< an interpreter to select once the answers are there
    bool m_useWanted = false;
};

} // namespace cahier::widgets
