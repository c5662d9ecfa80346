// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/environmentcreation.h>
#include <core/runtime/runtime.h>

#include <QStringDecoder>
#include <QTimer>
#include <QWidget>

#include <memory>

class QLabel;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;

namespace cahier::widgets {

/// Shows a plan, carries it out when told to, with what it prints, and says how it ended.
class EnvironmentWork : public QWidget {
    Q_OBJECT
public:
    /// The runtime must outlive it.
    explicit EnvironmentWork(runtime::Runtime& runtime, QWidget* parent = nullptr);
    ~EnvironmentWork() override;

    /// Shows the commands and waits for the button.
    void propose(const runtime::EnvironmentPlan& plan);
    /// Carries it out at once: its commands were shown before.
    void run(const runtime::EnvironmentPlan& plan);
    [[nodiscard]] bool isRunning() const { return m_creation && m_creation->isRunning(); }
    /// Says that it has to be stopped first.
    void refuseToClose();

Q_SIGNALS:
    void succeeded(const QString& python);
    void dismissed();
    /// "Use it", after it went well.
    void useWanted(const QString& python);

private:
    void showPlan(const runtime::EnvironmentPlan& plan);
    void begin();
    void showStep(int index);
    void take(const QByteArray& bytes);
    void flush();
    void end(const Result<void>& result);
    void press();
    void say(const QString& sentence, const QString& iconName);

    enum class Stage { Proposed, Running, Stopping, Done };
    void setStage(Stage stage);

    runtime::Runtime& m_runtime;
    QLabel* m_sign;
    QLabel* m_state;
    QProgressBar* m_progress;
    QPlainTextEdit* m_output;
    QPushButton* m_back;
    QPushButton* m_main; ///< Run, Stop, or Use
    Stage m_stage = Stage::Proposed;
    runtime::EnvironmentPlan m_plan;
    bool m_wentWell = false;
    std::unique_ptr<runtime::EnvironmentCreation> m_creation;
    QStringDecoder m_decoder{QStringDecoder::Utf8};
    QString m_pending; ///< text that is not shown yet
    QTimer m_flushTimer;
};

/// The text as a terminal would leave it, without colours: a carriage return begins the line anew.
[[nodiscard]] QString plainTerminalText(QString text);

} // namespace cahier::widgets
