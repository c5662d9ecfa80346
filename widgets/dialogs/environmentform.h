// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/environmentplan.h>

#include <QWidget>

#include <vector>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QRadioButton;

namespace cahier::widgets {

/// Asks for what a new environment is to be, and shows the commands that make it.
class EnvironmentForm : public QWidget {
    Q_OBJECT
public:
    /// notebookFolder: on the runtime's machine; empty where the notebook has none there.
    EnvironmentForm(QString notebookFolder, QWidget* parent = nullptr);

    /// What there is to make environments of. Keeps what was filled in.
    void setEnvironments(const runtime::Environments& environments);
    /// It was brought to the front.
    void activate();
    /// Whether there is anything to make one of.
    [[nodiscard]] static bool canMake(const runtime::Environments& environments);

Q_SIGNALS:
    void planWanted(const cahier::runtime::EnvironmentPlan& plan);
    void dismissed();

private:
    void addPlace(class QFormLayout& form);
    void addPackages(class QFormLayout& form);
    void fillPythons();
    [[nodiscard]] Result<runtime::NewEnvironment> wanted() const;
    [[nodiscard]] QString folder() const;
    void update();

    QString m_notebookFolder;
    runtime::Environments m_environments;
    QRadioButton* m_beside;
    QRadioButton* m_common;
    QLineEdit* m_name;
    QComboBox* m_python;
    QComboBox* m_tool;
    QLabel* m_toolLabel;
    QCheckBox* m_systemPackages;
    std::vector<QCheckBox*> m_packages;
    QLineEdit* m_more;
    QLabel* m_problem;
    QPlainTextEdit* m_commands;
    QPushButton* m_create;
};

} // namespace cahier::widgets
