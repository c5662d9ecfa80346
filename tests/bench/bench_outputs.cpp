// SPDX-License-Identifier: GPL-3.0-or-later
// bench_outputs FOLDER: drawing outputs, on the notebooks that shared/workloads/make_workloads.py writes.
// Times are of the window's thread.
#include <core/notebook/multilinereader.h>
#include <core/notebook/outputdata.h>
#include <core/notebook/reader.h>
#include <widgets/outputs/builtinoutputs.h>
#include <widgets/outputs/imageoutput.h>
#include <widgets/outputs/imagestore.h>
#include <widgets/outputs/outputarea.h>
#include <widgets/outputs/textoutput.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QImage>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <vector>

using namespace cahier;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

namespace {

constexpr int width = 900;

struct Stage {
    Stage() { addBuiltInOutputs(registry); }
    Appearance appearance;
    OutputRegistry registry;
    ImageStore images;
    OutputStates states;
    OutputServices services{appearance, registry, images, states};
};

double milliseconds(const std::function<void()>& work)
{
    QElapsedTimer timer;
    timer.start();
    work();
    return double(timer.nsecsElapsed()) / 1e6;
}

void print(const char* name, const char* unit, double value)
{
    std::printf("{\"bench\":\"outputs\",\"figure\":\"%s\",\"%s\":%.3f}\n", name, unit, value);
    std::fflush(stdout);
}

/// Of this process, without what is mapped from files, in MB.
double anonymousMemory()
{
    QFile status(u"/proc/self/status"_s);
    if (!status.open(QIODevice::ReadOnly)) return 0;
    for (const QByteArray& line : status.readAll().split('\n'))
        if (line.startsWith("RssAnon:")) return line.simplified().split(' ').at(1).toDouble() / 1024;
    return 0;
}

/// Runs the event loop until `done`; the longest stretch that it was blocked, in ms.
double waitUntil(const std::function<bool()>& done)
{
    QElapsedTimer sinceTick;
    double longest = 0;
    QEventLoop loop;
    QTimer tick;
    QObject::connect(&tick, &QTimer::timeout, &loop, [&] {
        longest = std::max(longest, double(sinceTick.nsecsElapsed()) / 1e6);
        sinceTick.restart();
        if (done()) loop.quit();
    });
    sinceTick.start();
    tick.start(1);
    loop.exec();
    return longest;
}

std::vector<notebook::Cell> cellsOf(const QString& path)
{
    auto data = notebook::readNotebookFile(path);
    if (!data) {
        std::fprintf(stderr, "%s\n", qPrintable(path));
        std::exit(1);
    }
    return std::move(data->cells);
}

void paint(OutputArea& area, int height)
{
    area.resize(width, area.heightForWidth(width));
    QImage image(width, std::min(height, std::max(1, area.height())), QImage::Format_RGB32);
    image.fill(Qt::white);
    area.render(&image, {}, QRegion(0, 0, width, image.height()));
}

void open(const char* name, const QString& path)
{
    const std::vector<notebook::Cell> cells = cellsOf(path);
    const auto cell =
        std::ranges::find_if(cells, [](const notebook::Cell& c) { return !c.outputs().empty(); });
    if (cell == cells.end()) return;
    const std::vector<notebook::Output>& outputs = cell->outputs();
    Stage stage;
    std::vector<double> times;
    double stall = 0;
    for (int round = 0; round < 7; ++round) {
        OutputArea area(stage.services);
        times.push_back(milliseconds([&] {
            area.setOutputs(outputs);
            paint(area, 1000);
        }));
        QElapsedTimer settled;
        settled.start();
        stall = std::max(stall, waitUntil([&] { return settled.elapsed() > 300; }));
    }
    std::ranges::sort(times);
    print((std::string(name) + ": setOutputs to first paint").c_str(), "ms", times[times.size() / 2]);
    print((std::string(name) + ": longest stall afterwards").c_str(), "ms", stall);
}

void openWide(const QString& folder)
{
    double split = 0;
    const std::vector<notebook::Cell> cells = cellsOf(folder + u"/wide-output.ipynb"_s);
    split = milliseconds([&] { static_cast<void>(cells.front().outputs().size()); });
    print("wide-output: the notebook's own split of outputs", "ms", split);
    Stage stage;
    OutputArea area(stage.services);
    area.setOutputs(cells.front().outputs());
    const auto* text = qobject_cast<TextOutput*>(area.widgetOf(0));
    const double decoded =
        milliseconds([&] { waitUntil([&] { return text->terminal().text()->isComplete(); }); });
    print("wide-output: all lines indexed after", "ms", decoded);
}

void flood()
{
    constexpr int lines = 1'000'000, batch = 2700;
    Stage stage;
    OutputArea area(stage.services);
    area.setOutputs({});
    const double before = anonymousMemory();
    notebook::StreamText stream;
    std::vector<double> times;
    double total = 0;
    for (int from = 0; from < lines; from += batch) {
        std::string text;
        for (int i = from; i < std::min(lines, from + batch); ++i)
            text += "line " + std::to_string(i) + "\n";
        stream = stream.appended(text);
        auto data = std::make_shared<notebook::OutputData>();
        data->isStream = true;
        data->streamName = u"stdout"_s;
        data->streamText = stream;
        const notebook::Output output{std::shared_ptr<const notebook::OutputData>(data)};
        times.push_back(milliseconds([&] {
            area.updateOutputs({output}, 0);
            paint(area, 1000);
        }));
        total += times.back();
    }
    std::ranges::sort(times);
    print("flood: a batch of 2,700 lines taken in and painted, p99", "ms", times[times.size() * 99 / 100]);
    print("flood: longest batch", "ms", times.back());
    print("flood: a million lines in all", "ms", total);
    print("flood: memory beside the text", "MB",
          anonymousMemory() - before - double(stream.size()) / (1 << 20));
    auto* output = qobject_cast<TextOutput*>(area.widgetOf(0));
    print("flood: show all", "ms", milliseconds([&] {
              output->setExpanded(true);
              paint(area, 1000);
          }));
}

void scrollImages(const QString& folder)
{
    const std::vector<notebook::Cell> cells = cellsOf(folder + u"/images-100mb.ipynb"_s);
    Stage stage;
    std::vector<std::unique_ptr<OutputArea>> pool;
    for (int i = 0; i < 6; ++i)
        pool.push_back(std::make_unique<OutputArea>(stage.services));
    const double before = anonymousMemory();
    std::vector<double> times;
    double most = 0;
    for (size_t i = 0; i < cells.size(); ++i) {
        if (cells[i].outputs().empty()) continue;
        OutputArea& area = *pool[i % pool.size()];
        times.push_back(milliseconds([&] {
            area.setOutputs(cells[i].outputs());
            paint(area, 1000);
        }));
        const auto* image = qobject_cast<ImageOutput*>(area.widgetOf(0));
        if (image) waitUntil([&] { return image->isReady(); });
        most = std::max(most, anonymousMemory() - before);
    }
    std::ranges::sort(times);
    print("images-100mb: setOutputs to first paint, median of 400", "ms", times[times.size() / 2]);
    print("images-100mb: setOutputs to first paint, p99", "ms", times[times.size() * 99 / 100]);
    print("images-100mb: most memory while scrolling through", "MB", most);
}

} // namespace

int main(int argc, char** argv)
{
    const QApplication application(argc, argv);
    if (argc != 2) {
        std::fprintf(stderr, "bench_outputs FOLDER: where the workload notebooks are\n");
        return 2;
    }
    const QString folder = QString::fromLocal8Bit(argv[1]);
    open("small", folder + u"/small.ipynb"_s);
    open("wide-output", folder + u"/wide-output.ipynb"_s);
    openWide(folder);
    open("dataframe", folder + u"/dataframe.ipynb"_s);
    scrollImages(folder);
    flood();
    return 0;
}
