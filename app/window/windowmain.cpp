// SPDX-License-Identifier: GPL-3.0-or-later
// The start of the window, in steps: first it is shown, then everything that showing it did not need.
#include <app/window/windowmain.h>

#include <app/window/drawing.h>
#include <app/window/mainwindow.h>
#include <runtimes/local/localruntime.h>
#include <runtimes/wire/socketpath.h>
#include <widgets/theme/icons.h>

#include <QApplication>
#include <QDir>
#include <QFileInfo>
#include <QLockFile>
#include <QSemaphore>
#include <QStandardPaths>
#include <QThreadPool>
#include <QTimer>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace cahier::window {

namespace {

constexpr int exitNoDisplay = 2;
/// Within it the first notebook is on the screen; what is loaded for its colours and formulas begins then.
constexpr std::chrono::milliseconds paintingTime{30};

constexpr const char* noDisplay =
    "cahier: there is no display for the window. On this machine notebooks can be executed without one:\n"
    "  cahier run NOTEBOOK -o OUT\n";

/// Platforms that draw without a display server.
bool needsNoServer(std::string_view platform)
{
    constexpr std::array names{"offscreen", "minimal", "vnc", "linuxfb", "eglfs", "vkkhrdisplay"};
    return std::ranges::any_of(names, [platform](const char* name) { return platform.starts_with(name); });
}

bool isSet(const char* variable)
{
    const char* const value = std::getenv(variable);
    return value && *value;
}

/// A display that is named and not there ends Qt with an abort; this ends with a sentence instead.
void endWithoutDisplay(QtMsgType type, const QMessageLogContext&, const QString& message)
{
    if (type != QtFatalMsg) return;
    std::fputs(noDisplay, stderr);
    std::fprintf(stderr, "(%s)\n", qPrintable(message.section(u'\n', 0, 0)));
    ::_exit(exitNoDisplay);
}

/// While a library is being loaded no thread can be started, and who tries waits: those that the window
/// starts work with are there before.
void startWorkers()
{
    QThreadPool& pool = *QThreadPool::globalInstance();
    pool.setExpiryTimeout(-1);
    const int count = std::min(4, pool.maxThreadCount());
    const auto started = std::make_shared<QSemaphore>();
    for (int worker = 0; worker < count; ++worker) {
        pool.start([started, count] { // each waits for all, so that none does the task of another
            started->release();
            started->acquire(count);
            started->release(count);
        });
    }
}

/// A host of this user listens. Starts none.
bool hostRuns()
{
    const auto path = wire::hostSocketPath();
    if (!path) return false;
    const auto fd = wire::connectToHost(*path);
    if (!fd) return false;
    ::close(*fd);
    return true;
}

std::vector<widgets::AboutPart> aboutParts()
{
    std::vector<widgets::AboutPart> parts = widgets::widgetParts();
    parts.push_back({u"MathJax"_s, QStringLiteral(CAHIER_MATHJAX_VERSION), u"Apache-2.0"_s});
    parts.push_back({u"md4c"_s, QStringLiteral(CAHIER_MD4C_VERSION), u"MIT"_s});
    parts.push_back({u"ZeroMQ (libzmq)"_s, QStringLiteral(CAHIER_ZMQ_VERSION), u"MPL-2.0"_s});
    parts.push_back({u"JSON for Modern C++"_s,
                     u"%1.%2.%3"_s.arg(NLOHMANN_JSON_VERSION_MAJOR)
                         .arg(NLOHMANN_JSON_VERSION_MINOR)
                         .arg(NLOHMANN_JSON_VERSION_PATCH),
                     u"MIT"_s});
    return parts;
}

/// The first window remembers its tabs; others beside it do not.
class TabsLock {
public:
    TabsLock()
        : m_folder(QStandardPaths::writableLocation(QStandardPaths::GenericStateLocation) + u"/cahier"_s),
          m_lock(m_folder + u"/window.lock"_s)
    {
        m_lock.setStaleLockTime(0); // a window may be open for weeks
        isHeld = QDir().mkpath(m_folder) && m_lock.tryLock();
    }
    bool isHeld = false;

private:
    QString m_folder;
    QLockFile m_lock;
};

} // namespace

bool hasDisplay(int argc, const char* const* argv)
{
    std::string_view platform;
    if (isSet("QT_QPA_PLATFORM")) platform = std::getenv("QT_QPA_PLATFORM");
    for (int argument = 1; argument + 1 < argc; ++argument) {
        const std::string_view name = argv[argument];
        if (name == "-platform" || name == "--platform") platform = argv[argument + 1];
    }
    return needsNoServer(platform) || isSet("DISPLAY") || isSet("WAYLAND_DISPLAY");
}

int runWindow(int& argc, char** argv, const std::function<void()>& started,
              const std::function<void(MainWindow&)>& shown)
{
    if (!hasDisplay(argc, argv)) {
        std::fputs(noDisplay, stderr);
        return exitNoDisplay;
    }
    QtMessageHandler before = qInstallMessageHandler(&endWithoutDisplay);
    QApplication application(argc, argv);
    qInstallMessageHandler(before);
    if (started) started();
    QApplication::setApplicationName(u"cahier"_s);
    QApplication::setApplicationDisplayName(u"Cahier"_s);
    QApplication::setApplicationVersion(QStringLiteral(CAHIER_VERSION));
    QApplication::setDesktopFileName(u"cahier"_s);

    widgets::Settings settings;
    widgets::Appearance appearance;
    settings.applyTo(appearance);
    startWorkers();
    SavedRuntimes runtimes(std::make_shared<runtimes::LocalRuntime>());
    KernelMemory memory;
    std::optional<Drawing> drawing;
    TabsLock lock;
    const auto view = [&]() -> const widgets::ViewServices& {
        if (!drawing) {
            drawing.emplace(appearance).setHeld(true);
            QTimer::singleShot(paintingTime, &appearance, [&drawing] { drawing->setHeld(false); });
        }
        return drawing->services();
    };
    MainWindow window({settings,
                       appearance,
                       runtimes,
                       memory,
                       {notebook::defaultRecoveryFolder()},
                       view,
                       &hostRuns,
                       aboutParts(),
                       lock.isHeld});
    const QStringList files = QApplication::arguments().sliced(1);
    if (files.isEmpty() && lock.isHeld)
        window.restoreTabs();
    else
        window.open(files);
    window.show();
    // A window that begins as an icon is not painted.
    QTimer::singleShot(std::chrono::seconds(1), &window, &MainWindow::finishStart);
    if (shown) shown(window);
    return QApplication::exec();
}

} // namespace cahier::window
