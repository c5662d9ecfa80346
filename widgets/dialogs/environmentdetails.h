// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/environmentplan.h>
#include <core/runtime/frameworkcheck.h>
#include <core/runtime/runtime.h>

#include <QWidget>

#include <memory>
#include <optional>

class QGridLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace cahier::widgets {

/// What one environment has, and what can be done to it.
class EnvironmentDetails : public QWidget {
    Q_OBJECT
public:
    /// The runtime must outlive it.
    explicit EnvironmentDetails(runtime::Runtime& runtime, QWidget* parent = nullptr);
    ~EnvironmentDetails() override;

    /// isKernel: a kernel spec starts it. uv: the program's path; may be empty.
    void show(const runtime::Environment& environment, bool isKernel, const QString& uv);
    void clear();

Q_SIGNALS:
    /// Asks for packages, or a kernel spec, to be added: the plan is to be shown before it is carried out.
    void planWanted(const cahier::runtime::EnvironmentPlan& plan);

private:
    void addRow(const QString& name, const QString& value);
    void showPackages();
    void showRemedy(bool isKernel, const QString& uv);
    void checkGpu();
    void showState(const runtime::FrameworkState& state);
    void endCheck(const QString& sentence);

    runtime::Runtime& m_runtime;
    QLabel* m_title;
    QLabel* m_kind;
    QLineEdit* m_path; ///< to be read and copied, however long
    QLabel* m_problem; ///< why it does not run, or is no kernel
    QGridLayout* m_packages;
    QLabel* m_gpu;
    QPushButton* m_check;
    QPushButton* m_remedy; ///< makes a kernel of it, one way or another
    std::optional<runtime::Environment> m_environment;
    std::optional<runtime::EnvironmentPlan> m_plan;
    std::unique_ptr<runtime::FrameworkCheck> m_running;
    QStringList m_found; ///< sentences of the check
};

/// What a framework said, in a sentence.
[[nodiscard]] QString frameworkSentence(const runtime::FrameworkState& state);

} // namespace cahier::widgets
