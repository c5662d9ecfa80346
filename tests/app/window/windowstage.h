// SPDX-License-Identifier: GPL-3.0-or-later
// A main window with a settings file, a recovery folder and a host of its own.
#pragma once

#include <app/window/drawing.h>
#include <app/window/kernelstatus.h>
#include <app/window/mainwindow.h>
#include <tests/support/localstage.h>
#include <widgets/editor/codeeditor.h>

#include <QApplication>
#include <QFile>
#include <QMessageBox>
#include <QPushButton>
#include <QTest>

namespace cahier::test {

class WindowStage {
public:
    WindowStage() { QDir().mkpath(path({})); }

    [[nodiscard]] QString path(const QString& name) const
    {
        return m_local.folder(QStringLiteral("work/") + name);
    }
    [[nodiscard]] LocalStage& local() { return m_local; }

    /// Everything that one run of the program has.
    struct Program {
        explicit Program(const WindowStage& stage, const runtimes::SshOptions& ssh = {})
            : settings(stage.m_local.folder(QStringLiteral("settings.ini"))),
              runtime(stage.m_local.makeRuntime()),
              runtimes(runtime, stage.m_local.folder(QStringLiteral("runtimes.ini")), ssh),
              memory(stage.m_local.folder(QStringLiteral("memory.ini"))), drawing(appearance),
              window({settings,
                      appearance,
                      runtimes,
                      memory,
                      {stage.m_local.folder(QStringLiteral("recovery"))},
                      [this]() -> const widgets::ViewServices& { return drawing.services(); },
                      [&stage] { return stage.m_local.hostPid() != 0; },
                      {},
                      true})
        {
            settings.applyTo(appearance);
        }
        widgets::Settings settings;
        widgets::Appearance appearance;
        std::shared_ptr<runtimes::LocalRuntime> runtime;
        SavedRuntimes runtimes;
        window::KernelMemory memory;
        window::Drawing drawing;
        window::MainWindow window;

        [[nodiscard]] window::NotebookTab* tab() { return window.tabs().current(); }
        [[nodiscard]] widgets::NotebookPage* page() { return tab() ? tab()->page() : nullptr; }
        [[nodiscard]] notebook::Notebook& notebook() { return page()->notebook(); }
        /// The text of a cell's streams.
        [[nodiscard]] QString text(int cell)
        {
            QString text;
            for (const notebook::Output& output : notebook().cellAt(cell).outputs())
                text += output.streamText();
            return text;
        }
        [[nodiscard]] bool isIdle()
        {
            return tab() && tab()->session() && tab()->session()->state() == runtime::SessionState::Idle &&
                   !tab()->session()->hasWork();
        }
    };

    /// A notebook file with these code cells.
    QString write(const QString& name, const QStringList& cells) const
    {
        nlohmann::json file = {
            {"cells", nlohmann::json::array()},
            {"metadata",
             {{"kernelspec", {{"name", "python3"}, {"display_name", "Python 3"}, {"language", "python"}}}}},
            {"nbformat", 4},
            {"nbformat_minor", 5}};
        for (const QString& source : cells) {
            const bool text = source.startsWith(u'#');
            nlohmann::json cell = {{"cell_type", text ? "markdown" : "code"},
                                   {"id", "cell-" + std::to_string(file["cells"].size())},
                                   {"metadata", nlohmann::json::object()},
                                   {"source", source.toStdString()}};
            if (!text) cell.update({{"outputs", nlohmann::json::array()}, {"execution_count", nullptr}});
            file["cells"].push_back(cell);
        }
        QFile out(path(name));
        if (out.open(QIODevice::WriteOnly)) out.write(QByteArray::fromStdString(file.dump(1)));
        return path(name);
    }

    [[nodiscard]] static std::vector<runtime::KernelInfo> alive(runtime::Runtime& runtime)
    {
        auto kernels = LocalStage::wait(runtime.kernels());
        if (!kernels) return {};
        std::erase_if(*kernels,
                      [](const auto& kernel) { return kernel.state == runtime::KernelState::Dead; });
        return *kernels;
    }
    /// What a test left running; no window is attached.
    void endKernels() const
    {
        if (m_local.hostPid() == 0) return;
        const auto runtime = m_local.makeRuntime();
        for (const runtime::KernelInfo& kernel : alive(*runtime)) {
            const auto connection = LocalStage::wait(runtime->attach(kernel.id, kernel.lastSeq));
            if (connection) (void)LocalStage::wait((*connection)->shutdown());
        }
    }

private:
    LocalStage m_local;
};

/// A test of one window at a time.
class WindowTest : public QObject {
protected:
    /// A window anew, as after another start.
    void restart()
    {
        m_program.reset();
        m_program = std::make_unique<WindowStage::Program>(*m_stage, m_ssh);
        m_program->window.show();
        m_program->window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&m_program->window));
    }
    void begin()
    {
        QFile::remove(m_stage->local().folder(QStringLiteral("settings.ini")));
        restart();
    }
    void end()
    {
        m_program.reset();
        m_stage->endKernels();
    }
    void open(const QString& path)
    {
        m_program->window.open({path});
        QTRY_VERIFY(m_program->page());
        m_program->page()->setFocus();
    }
    /// To the widget that has the focus.
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        QWidget* const focus = QApplication::focusWidget();
        QTest::keyClick(focus ? focus : static_cast<QWidget*>(&m_program->window), key, modifiers);
    }

    std::unique_ptr<WindowStage> m_stage;
    std::unique_ptr<WindowStage::Program> m_program;
    runtimes::SshOptions m_ssh; ///< of the next window
};

/// The question that is open, waited for; null when none comes.
inline QMessageBox* openQuestion()
{
    QMessageBox* box = nullptr;
    (void)QTest::qWaitFor([&] {
        for (QWidget* const widget : QApplication::topLevelWidgets()) {
            if (widget->isVisible() && qobject_cast<QMessageBox*>(widget))
                box = static_cast<QMessageBox*>(widget);
        }
        return box != nullptr;
    });
    return box;
}

/// Presses the button with this text.
inline bool answer(const QString& title)
{
    QMessageBox* const box = openQuestion();
    if (!box) return false;
    for (QAbstractButton* const button : box->buttons()) {
        if (button->text().remove(u'&') != title) continue;
        QTest::mouseClick(button, Qt::LeftButton);
        return true;
    }
    return false;
}

} // namespace cahier::test
