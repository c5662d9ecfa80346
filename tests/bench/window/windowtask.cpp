// SPDX-License-Identifier: GPL-3.0-or-later
// windowtask TASK NOTEBOOK: the program's window does one thing and prints what it took as one JSON line.
// Times in ms, memory in MB. bench_window starts it.
#include <tests/bench/window/paintwatch.h>

#include <app/window/mainwindow.h>
#include <app/window/windowmain.h>
#include <widgets/commands/commandlist.h>
#include <widgets/editor/codeeditor.h>

#include <nlohmann/json.hpp>

#include <QApplication>
#include <QKeyEvent>
#include <QScrollBar>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <optional>
#include <vector>

using namespace Qt::StringLiterals;
using namespace cahier;
using namespace cahier::bench;
using nlohmann::json;

namespace {

constexpr int quietMs = 400;

[[noreturn]] void fail(const char* what)
{
    std::fprintf(stderr, "windowtask: %s\n", what);
    std::_Exit(1);
}

void require(bool holds, const char* what)
{
    if (!holds) fail(what);
}

double percentile(std::vector<double> values, double fraction)
{
    require(!values.empty(), "nothing was measured");
    std::ranges::sort(values);
    return values[std::min(values.size() - 1, std::size_t(fraction * double(values.size())))];
}

double rounded(double value)
{
    return std::round(value * 100) / 100;
}

/// The window under measurement.
struct Stage {
    window::MainWindow& window;
    PaintWatch& paints;

    [[nodiscard]] window::NotebookTab& tab() const
    {
        window::NotebookTab* const tab = window.tabs().current();
        require(tab != nullptr, "no notebook");
        return *tab;
    }
    [[nodiscard]] widgets::NotebookPage& page() const
    {
        require(tab().page() != nullptr, "the notebook is not read");
        return *tab().page();
    }
    [[nodiscard]] widgets::NotebookView& view() const { return page().view(); }
    void waitForPage() const
    {
        require(waitUntil([&] {
                    const window::NotebookTab* const tab = window.tabs().current();
                    return tab && tab->page();
                }),
                "the notebook did not open");
        paints.setRoot(view().viewport());
    }
    void waitForFirstEditor() const
    {
        waitForPage();
        const QWidget* const cells = view().viewport();
        require(waitUntil([&] {
                    const auto* const editor = cells->findChild<widgets::CodeEditor*>();
                    return editor && editor->isVisible() && paints.count() > 0;
                }),
                "no cell was painted");
    }
    [[nodiscard]] bool isIdle() const
    {
        const runtime::Session* const session = tab().session();
        return session && session->state() == runtime::SessionState::Idle && !session->hasWork();
    }
};

void press(QWidget* widget, int key, const QString& text)
{
    QKeyEvent event(QEvent::KeyPress, key, Qt::NoModifier, text);
    QApplication::sendEvent(widget, &event);
}

/// Until what was painted is on the screen.
double timeToPaint(const PaintWatch& paints, const std::function<void()>& action)
{
    const int before = paints.count();
    const double begin = now();
    action();
    while (paints.count() == before && now() - begin < 2000)
        QApplication::processEvents(QEventLoop::AllEvents);
    require(paints.count() != before, "nothing was painted");
    return now() - begin;
}

/// Until a key typed into the first cell is in the notebook.
json start(const Stage& stage)
{
    stage.waitForFirstEditor();
    stage.view().enterEditMode();
    widgets::CodeEditor* const editor = stage.view().activeEditor();
    require(editor != nullptr, "the first cell is not edited");
    const QString before = stage.page().notebook().cellAt(0).source();
    press(editor, Qt::Key_X, u"x"_s);
    require(stage.page().notebook().cellAt(0).source() == u'x' + before, "the key did not arrive");
    const double editable = sinceStart();
    waitForQuiet(stage.paints, quietMs);
    return {{"editable", rounded(editable)},
            {"rss", rounded(memory("VmRSS"))},
            {"anonymous", rounded(memory("RssAnon"))}};
}

void jump(const Stage& stage, json& figures)
{
    const int last = stage.page().notebook().cellCount() - 1;
    const double begin = now();
    require(stage.page().perform(u"view.lastCell"_s), "no last cell");
    const auto key = stage.page().notebook().cellAt(last).key();
    require(waitUntil([&] { return stage.view().widgetFor(key) && stage.paints.last() > begin; }),
            "the last cell was not painted");
    figures["jump"] = rounded(stage.paints.last() - begin);
    waitForQuiet(stage.paints, quietMs);
    figures["jump_settled"] = rounded(stage.paints.last() - begin);
}

/// Until everything in view is drawn, then to the last cell and, page by page, back through all.
json read(const Stage& stage)
{
    std::optional<StallWatch> stalls(std::in_place);
    stage.waitForFirstEditor();
    const double first = sinceStart();
    waitForQuiet(stage.paints, quietMs);
    json figures{{"first_cells", rounded(first)},
                 {"painted", rounded(stage.paints.last() - now() + sinceStart())},
                 {"opening_stall", rounded(stalls->longest())},
                 {"rss", rounded(memory("VmRSS"))},
                 {"anonymous", rounded(memory("RssAnon"))}};
    stalls.reset();

    if (stage.page().notebook().cellCount() > 1) jump(stage, figures);
    stage.page().perform(u"view.firstCell"_s);
    waitForQuiet(stage.paints, quietMs);
    stalls.emplace();
    std::vector<double> frames;
    QScrollBar* const bar = stage.view().verticalScrollBar();
    while (bar->value() < bar->maximum() && frames.size() < 600) {
        frames.push_back(
            timeToPaint(stage.paints, [bar] { bar->triggerAction(QAbstractSlider::SliderPageStepAdd); }));
        // As a person holding the key: 30 pages a second.
        const double next = now() + 33 - frames.back();
        waitUntil([next] { return now() >= next; });
    }
    if (!frames.empty()) {
        figures["pages"] = frames.size();
        figures["frame_p50"] = rounded(percentile(frames, 0.5));
        figures["frame_p99"] = rounded(percentile(frames, 0.99));
        figures["frame_longest"] = rounded(percentile(frames, 1));
        figures["scrolling_stall"] = rounded(stalls->longest());
    }
    figures["anonymous_afterwards"] = rounded(memory("RssAnon"));
    return figures;
}

/// Keys into the cell in the middle, each until it is painted.
json type(const Stage& stage)
{
    constexpr int keys = 500;
    stage.waitForFirstEditor();
    const notebook::Notebook& notebook = stage.page().notebook();
    int middle = notebook.cellCount() / 2;
    while (notebook.cellAt(middle).type() != notebook::CellType::Code)
        ++middle;
    stage.page().revealCell(notebook.cellAt(middle).key());
    stage.view().enterEditMode();
    widgets::CodeEditor* const editor = stage.view().activeEditor();
    require(editor != nullptr, "no cell is edited");
    waitForQuiet(stage.paints, quietMs);
    stage.paints.setRoot(editor);
    const StallWatch stalls;
    std::vector<double> times;
    for (int i = 0; i < keys; ++i) {
        const QChar letter = i % 9 == 8 ? u' ' : QChar(u'a' + i % 26);
        if (i % 60 == 59)
            times.push_back(timeToPaint(stage.paints, [&] { press(editor, Qt::Key_Return, u"\r"_s); }));
        else
            times.push_back(
                timeToPaint(stage.paints, [&] { press(editor, letter.toUpper().unicode(), letter); }));
        const double next = now() + 30;
        waitUntil([next] { return now() >= next; });
    }
    return {{"key_p50", rounded(percentile(times, 0.5))},
            {"key_p99", rounded(percentile(times, 0.99))},
            {"key_longest", rounded(percentile(times, 1))},
            {"stall", rounded(stalls.longest())}};
}

/// One edit and a save of a copy.
json save(const Stage& stage)
{
    stage.waitForFirstEditor();
    waitForQuiet(stage.paints, quietMs);
    stage.view().enterEditMode();
    require(stage.view().activeEditor() != nullptr, "no cell is edited");
    press(stage.view().activeEditor(), Qt::Key_X, u"x"_s);
    require(stage.tab().file().isModified(), "the edit did not count");
    waitForQuiet(stage.paints, 100);
    const StallWatch stalls;
    const double begin = now();
    stage.window.commands().perform(u"file.save"_s);
    require(waitUntil([&] { return !stage.tab().file().isModified(); }), "it was not saved");
    return {{"saved", rounded(now() - begin)}, {"stall", rounded(stalls.longest())}};
}

/// Runs all cells on a kernel that is up already.
json run(const Stage& stage)
{
    stage.waitForFirstEditor();
    stage.tab().kernel()->restart(false);
    require(waitUntil([&] { return stage.isIdle(); }), "no kernel came up");
    waitForQuiet(stage.paints, quietMs);
    const double memoryBefore = memory("RssAnon");
    const StallWatch stalls;
    const double begin = now();
    stage.window.commands().perform(u"cells.runAll"_s);
    require(waitUntil([&] { return stage.isIdle(); }, 300'000), "the cells did not finish");
    const double took = now() - begin;
    waitForQuiet(stage.paints, quietMs);
    const notebook::Notebook& notebook = stage.page().notebook();
    qsizetype lines = 0;
    int ran = 0;
    for (int i = 0; i < notebook.cellCount(); ++i) {
        ran += notebook.cellAt(i).executionCount().has_value() ? 1 : 0;
        for (const notebook::Output& output : notebook.cellAt(i).outputs())
            lines += output.streamText().count(u'\n');
    }
    const auto stopped = stage.tab().kernel()->stop();
    require(waitUntil([&] { return stopped.isFinished(); }), "the kernel did not end");
    return {{"took", rounded(took)},
            {"stall", rounded(stalls.longest())},
            {"stall_own", rounded(stalls.longestOwn())},
            {"stalls_above_33", stalls.above33()},
            {"memory", rounded(memory("RssAnon") - memoryBefore)},
            {"cells", ran},
            {"lines", lines}};
}

struct Task {
    const char* name;
    json (*perform)(const Stage&);
};
constexpr std::array tasks{Task{"start", &start}, Task{"read", &read}, Task{"type", &type},
                           Task{"save", &save}, Task{"run", &run}};

} // namespace

int main(int argc, char** argv)
{
    const auto task = std::ranges::find_if(
        tasks, [&](const Task& each) { return argc == 3 && std::strcmp(argv[1], each.name) == 0; });
    if (task == tasks.end()) fail("windowtask start|read|type|save|run NOTEBOOK");
    std::array<char*, 3> arguments{argv[0], argv[2], nullptr};
    int count = 2;
    PaintWatch paints;
    return window::runWindow(count, arguments.data(), {}, [&](window::MainWindow& window) {
        qApp->installEventFilter(&paints);
        QTimer::singleShot(0, &window, [&paints, &window, task] {
            const json figures = task->perform({window, paints});
            std::printf("%s\n", figures.dump().c_str());
            std::fflush(stdout);
            std::_Exit(0); // no question about what is unsaved
        });
    });
}
