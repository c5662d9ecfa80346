// SPDX-License-Identifier: GPL-3.0-or-later
// bench_window FOLDER [SUBJECT...]: the program's window on the notebooks of FOLDER, each figure in a process
// of its own and the reference in turn with it. One JSON line per figure; medians of the rounds.
//
// Subjects: start read type save flood run (all of them without a choice). CAHIER_BENCH_ROUNDS is 5 without a
// value. The display is an Xvfb of its own where there is one, unless QT_QPA_PLATFORM names a platform and it
// is not "offscreen".
#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <map>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;
using nlohmann::json;

namespace {

constexpr int patienceMs = 600'000;

double now()
{
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6;
}

double median(std::vector<double> values)
{
    if (values.empty()) return 0;
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// An X server for this run; none where there is no Xvfb.
class Display {
public:
    Display()
    {
        const QString program = QStandardPaths::findExecutable(u"Xvfb"_s);
        if (program.isEmpty()) return;
        m_server.start(program, {u"-displayfd"_s, u"1"_s, u"-screen"_s, u"0"_s, u"1280x900x24"_s,
                                 u"-noreset"_s, u"-nolisten"_s, u"tcp"_s});
        if (m_server.waitForReadyRead(10'000))
            m_name = u':' + QString::fromLatin1(m_server.readLine().trimmed());
    }
    ~Display()
    {
        m_server.terminate();
        m_server.waitForFinished();
    }
    Q_DISABLE_COPY_MOVE(Display)
    [[nodiscard]] const QString& name() const { return m_name; }

private:
    QProcess m_server;
    QString m_name;
};

/// Where the processes under measurement live.
class Stage {
public:
    explicit Stage(QString folder) : m_notebooks(std::move(folder))
    {
        m_environment = QProcessEnvironment::systemEnvironment();
        const QString platform = m_environment.value(u"QT_QPA_PLATFORM"_s);
        if ((platform.isEmpty() || platform == u"offscreen") && !m_display.name().isEmpty()) {
            m_environment.insert(u"QT_QPA_PLATFORM"_s, u"xcb"_s);
            m_environment.insert(u"DISPLAY"_s, m_display.name());
        }
        m_environment.insert(u"HOME"_s, m_home.path());
        m_environment.insert(u"CAHIER_HOST_DIR"_s, m_home.filePath(u"host"_s));
        QDir().mkpath(m_home.filePath(u"host"_s));
        QFile::setPermissions(m_home.filePath(u"host"_s),
                              QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        for (const auto* name : {"XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"})
            m_environment.remove(QLatin1StringView(name));
    }

    /// A copy that may be changed.
    [[nodiscard]] QString notebook(const QString& name)
    {
        const QString path = m_home.filePath(u"%1-%2.ipynb"_s.arg(name).arg(++m_copies));
        if (!QFile::copy(m_notebooks + u'/' + name + u".ipynb"_s, path)) {
            std::fprintf(stderr, "%s.ipynb is missing\n", qPrintable(name));
            std::exit(1);
        }
        return path;
    }

    json run(const QString& program, const QStringList& arguments)
    {
        QProcess process;
        m_environment.insert(u"CAHIER_BENCH_START"_s, QString::number(now(), 'f', 3));
        process.setProcessEnvironment(m_environment);
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start(program, arguments);
        process.waitForFinished(patienceMs);
        const QByteArray line = process.readAllStandardOutput();
        const json figures = json::parse(line.toStdString(), nullptr, false);
        if (process.exitCode() == 0 && figures.is_object()) return figures;
        std::fprintf(stderr, "%s %s: no figures\n", qPrintable(program), qPrintable(arguments.join(u' ')));
        std::exit(1);
    }
    json task(const QString& task, const QString& notebook)
    {
        const QString copy = this->notebook(notebook);
        const json figures = run(QCoreApplication::applicationDirPath() + u"/windowtask"_s, {task, copy});
        QFile::remove(copy);
        return figures;
    }
    json bare() { return run(QCoreApplication::applicationDirPath() + u"/barewindow"_s, {}); }

private:
    QString m_notebooks;
    QTemporaryDir m_home{u"/tmp/cahier-bench-XXXXXX"_s};
    Display m_display;
    QProcessEnvironment m_environment;
    int m_copies = 0;
};

/// What the rounds gave, by figure.
class Rounds {
public:
    void add(const std::string& prefix, const json& figures)
    {
        for (const auto& [name, value] : figures.items())
            m_values[prefix + name].push_back(value.get<double>());
    }
    [[nodiscard]] double of(const std::string& name) const { return median(m_values.at(name)); }
    [[nodiscard]] bool has(const std::string& name) const { return m_values.contains(name); }
    /// `bound`: to reach, at most; negative: none.
    void print(const std::string& name, const char* unit, double bound = -1) const
    {
        json line{{"bench", "window"},
                  {"figure", name},
                  {"unit", unit},
                  {"value", of(name)},
                  {"runs", m_values.at(name)}};
        if (bound >= 0) {
            line["to_reach"] = bound;
            line["reached"] = of(name) <= bound;
        }
        std::printf("%s\n", line.dump().c_str());
        std::fflush(stdout);
    }

private:
    std::map<std::string, std::vector<double>> m_values;
};

int rounds()
{
    const int number = qEnvironmentVariableIntValue("CAHIER_BENCH_ROUNDS");
    return number > 0 ? number : 5;
}

void start(Stage& stage)
{
    stage.task(u"start"_s, u"small"_s); // warms the disk's cache
    Rounds result;
    for (int i = 0; i < rounds(); ++i) {
        result.add("bare window: ", stage.bare());
        result.add("small: ", stage.task(u"start"_s, u"small"_s));
    }
    result.print("bare window: editable", "ms");
    result.print("small: editable", "ms", 2 * result.of("bare window: editable"));
    result.print("bare window: rss", "MB");
    result.print("small: rss", "MB", 90);
}

void read(Stage& stage)
{
    constexpr std::array names{"small", "images-100mb", "wide-output", "dataframe", "longcell", "cells-10k"};
    Rounds result;
    for (int i = 0; i < rounds(); ++i) {
        for (const char* name : names)
            result.add(std::string(name) + ": ", stage.task(u"read"_s, QString::fromLatin1(name)));
    }
    for (const std::string name : names) {
        const bool isSmall = name == "small";
        result.print(name + ": first_cells", "ms", isSmall ? -1 : 2 * result.of("small: first_cells"));
        result.print(name + ": painted", "ms", isSmall ? -1 : 2 * result.of("small: painted"));
        result.print(name + ": anonymous", "MB", isSmall ? -1 : result.of("small: anonymous") + 40);
        result.print(name + ": opening_stall", "ms");
        if (result.has(name + ": jump")) {
            result.print(name + ": jump", "ms", 100);
            result.print(name + ": jump_settled", "ms");
        }
        if (!result.has(name + ": pages")) continue;
        result.print(name + ": pages", "pages");
        result.print(name + ": frame_p50", "ms");
        result.print(name + ": frame_p99", "ms", 16);
        result.print(name + ": frame_longest", "ms");
        result.print(name + ": scrolling_stall", "ms");
        result.print(name + ": anonymous_afterwards", "MB");
    }
}

void type(Stage& stage)
{
    Rounds result;
    for (int i = 0; i < rounds(); ++i)
        result.add("cells-10k: ", stage.task(u"type"_s, u"cells-10k"_s));
    result.print("cells-10k: key_p50", "ms");
    result.print("cells-10k: key_p99", "ms", 8);
    result.print("cells-10k: key_longest", "ms");
    result.print("cells-10k: stall", "ms");
}

void save(Stage& stage)
{
    Rounds result;
    for (int i = 0; i < rounds(); ++i)
        result.add("images-100mb: ", stage.task(u"save"_s, u"images-100mb"_s));
    result.print("images-100mb: saved", "ms", 500);
    result.print("images-100mb: stall", "ms", 16);
}

/// Milliseconds that jupyter_client takes for the same.
double floodReference()
{
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(u"python3"_s, {QStringLiteral(CAHIER_REFERENCE), u"flood"_s, u"1000000"_s});
    process.waitForFinished(patienceMs);
    return json::parse(process.readAllStandardOutput().toStdString()).at("value").get<double>() * 1000;
}

double roundTripReference()
{
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(u"python3"_s, {QStringLiteral(CAHIER_REFERENCE), u"roundtrip"_s, u"1000"_s});
    process.waitForReadyRead(patienceMs);
    process.readAllStandardOutput(); // "ready"
    process.write("go\n");
    process.closeWriteChannel();
    process.waitForFinished(patienceMs);
    double sum = 0;
    for (const json& each : json::parse(process.readAllStandardOutput().toStdString()))
        sum += each.get<double>();
    return sum;
}

void runs(Stage& stage, const char* notebook, double (*reference)(), double factor, const char* counted,
          double count)
{
    const std::string name = std::string(notebook) + ": ";
    Rounds result;
    for (int i = 0; i < rounds(); ++i) {
        result.add(name, {{"jupyter_client", reference()}});
        const json figures = stage.task(u"run"_s, QString::fromLatin1(notebook));
        if (figures.at(counted).get<double>() != count) {
            std::fprintf(stderr, "%s: something is missing: %s\n", notebook, figures.dump().c_str());
            std::exit(1);
        }
        result.add(name, figures);
    }
    result.print(name + "jupyter_client", "ms");
    result.print(name + "took", "ms", factor * result.of(name + "jupyter_client"));
    result.print(name + "stall", "ms", 33);
    result.print(name + "stall_own", "ms");
    result.print(name + "stalls_above_33", "times");
    result.print(name + "memory", "MB", 100);
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments().sliced(1);
    if (arguments.isEmpty()) {
        std::fprintf(stderr, "bench_window FOLDER [start|read|type|save|flood|run...]\n");
        return 2;
    }
    Stage stage(QFileInfo(arguments.front()).absoluteFilePath());
    const auto wanted = [&](const QString& subject) {
        return arguments.size() == 1 || arguments.contains(subject, Qt::CaseSensitive);
    };
    if (wanted(u"start"_s)) start(stage);
    if (wanted(u"read"_s)) read(stage);
    if (wanted(u"type"_s)) type(stage);
    if (wanted(u"save"_s)) save(stage);
    if (wanted(u"flood"_s)) runs(stage, "flood", &floodReference, 1.15, "lines", 1'000'000);
    if (wanted(u"run"_s)) runs(stage, "run-1000", &roundTripReference, 1.3, "cells", 1000);
    return 0;
}
