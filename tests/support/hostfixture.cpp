// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/support/hostfixture.h>

#include <runtimes/wire/socketpath.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <format>
#include <fstream>
#include <utility>

namespace cahier::test {

using nlohmann::json;

namespace {

std::string field(const wire::Parts& parts, std::size_t part, const char* name)
{
    if (parts.size() <= part) return {};
    const json object = json::parse(parts[part], nullptr, false);
    return object.is_object() && object.contains(name) && object[name].is_string()
               ? object[name].get<std::string>()
               : std::string();
}

} // namespace

std::string HostEvent::type() const
{
    return field(parts, 0, "msg_type");
}
std::string HostEvent::parentId() const
{
    return field(parts, 1, "msg_id");
}

json HostEvent::content() const
{
    return parts.size() < 4 ? json() : json::parse(parts[3], nullptr, false);
}

HostClient::HostClient(HostClient&& other) noexcept
{
    *this = std::move(other);
}

HostClient& HostClient::operator=(HostClient&& other) noexcept
{
    close();
    m_in = std::exchange(other.m_in, -1);
    m_out = std::exchange(other.m_out, -1);
    m_nextId = other.m_nextId;
    m_reader = std::move(other.m_reader);
    m_events = std::move(other.m_events);
    return *this;
}

HostClient::~HostClient()
{
    close();
}

bool HostClient::open(const std::string& socketPath)
{
    close();
    m_reader = {};
    m_events.clear();
    const auto fd = wire::connectToHost(socketPath);
    if (fd) m_in = m_out = *fd;
    return fd.has_value();
}

void HostClient::useFds(int in, int out)
{
    close();
    m_in = in;
    m_out = out;
}

void HostClient::close()
{
    if (m_in >= 0) ::close(m_in);
    if (m_out >= 0 && m_out != m_in) ::close(m_out);
    m_in = m_out = -1;
}

void HostClient::shutDown() const
{
    ::shutdown(m_out, SHUT_RDWR);
}

void HostClient::sendRaw(std::string_view bytes)
{
    while (!bytes.empty() && m_out >= 0) {
        const ssize_t sent = ::write(m_out, bytes.data(), bytes.size());
        if (sent < 0 && errno != EINTR) return;
        if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void HostClient::sendRequest(int id, json envelope, const std::vector<std::string>& parts)
{
    envelope["id"] = id;
    const std::vector<std::string_view> rest(parts.begin(), parts.end());
    sendRaw(wire::encodeFrame(envelope.dump(), rest));
}

std::optional<wire::Parts> HostClient::nextFrame(int timeoutMs)
{
    QElapsedTimer timer;
    timer.start();
    std::string buffer(1 << 18, '\0');
    while (m_in >= 0) {
        auto parts = m_reader.next();
        if (!parts) return std::nullopt;
        if (!parts->empty()) return std::move(*parts);
        const auto left = timeoutMs - timer.elapsed();
        pollfd item{m_in, POLLIN, 0};
        if (left < 0 || poll(&item, 1, static_cast<int>(left)) == 0) return std::nullopt;
        const ssize_t got = ::read(m_in, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            close();
            return std::nullopt;
        }
        m_reader.append({buffer.data(), static_cast<std::size_t>(got)});
    }
    return std::nullopt;
}

json HostClient::request(json envelope, const std::vector<std::string>& parts)
{
    const int id = m_nextId++;
    sendRequest(id, std::move(envelope), parts);
    while (std::optional<wire::Parts> frame = nextFrame(patienceMs)) {
        json answer = json::parse(frame->front(), nullptr, false);
        const bool isMine = answer.value("op", "") == "reply" && answer.value("id", 0) == id;
        frame->erase(frame->begin());
        if (isMine) {
            m_lastParts = std::move(*frame);
            return answer;
        }
        m_events.push_back({std::move(answer), std::move(*frame)});
    }
    return {};
}

json HostClient::hello()
{
    return request({{"op", "hello"}, {"protocol", wire::protocolVersion}, {"client", "test"}});
}

std::string HostClient::startKernel(json start)
{
    start["op"] = "start";
    const json answer = request(std::move(start));
    if (!answer.is_object() || !answer.value("ok", false)) {
        qWarning("start: %s", answer.dump().c_str());
        return {};
    }
    std::string kernel = answer["kernel"];
    if (!request({{"op", "attach"}, {"kernel", kernel}, {"after", 0}}).value("ok", false)) return {};
    return waitForState("ready").op().empty() ? std::string() : kernel;
}

json HostClient::send(const std::string& kernel, const std::string& id, const std::string& type,
                      const json& content, const std::string& channel)
{
    const json header = {{"msg_id", id},       {"msg_type", type}, {"session", "test-session"},
                         {"username", "test"}, {"date", ""},       {"version", "5.3"}};
    return request({{"op", "send"}, {"kernel", kernel}, {"channel", channel}},
                   {header.dump(), "{}", "{}", content.dump()});
}

json HostClient::execute(const std::string& kernel, const std::string& id, const std::string& code)
{
    return send(kernel, id, "execute_request",
                {{"code", code},
                 {"silent", false},
                 {"store_history", true},
                 {"user_expressions", json::object()},
                 {"allow_stdin", true},
                 {"stop_on_error", false}});
}

HostEvent HostClient::nextEvent(int timeoutMs)
{
    if (!m_events.empty()) {
        HostEvent event = std::move(m_events.front());
        m_events.pop_front();
        return event;
    }
    std::optional<wire::Parts> frame = nextFrame(timeoutMs);
    if (!frame) return {json::object(), {}};
    json envelope = json::parse(frame->front(), nullptr, false);
    frame->erase(frame->begin());
    return {std::move(envelope), std::move(*frame)};
}

HostEvent HostClient::waitFor(const std::function<bool(const HostEvent&)>& fits, int timeoutMs)
{
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < timeoutMs) {
        HostEvent event = nextEvent(timeoutMs - static_cast<int>(timer.elapsed()));
        if (event.op().empty()) break;
        if (fits(event)) return event;
    }
    return {json::object(), {}};
}

HostEvent HostClient::waitForState(const std::string& state, int timeoutMs)
{
    return waitFor([&](const HostEvent& event) { return event.op() == "state" && event.state() == state; },
                   timeoutMs);
}

std::vector<HostEvent> HostClient::collect(const std::string& id, int timeoutMs)
{
    std::vector<HostEvent> events;
    bool idle = false, reply = false;
    QElapsedTimer timer;
    timer.start();
    while (!(idle && reply) && timer.elapsed() < timeoutMs) {
        HostEvent event = nextEvent(timeoutMs - static_cast<int>(timer.elapsed()));
        if (event.op().empty()) break;
        if (event.op() == "msg" && event.parentId() == id) {
            idle = idle || (event.type() == "status" && event.content()["execution_state"] == "idle");
            reply = reply || event.type().ends_with("_reply");
        }
        events.push_back(std::move(event));
    }
    return events;
}

bool HostClient::waitForClose(int timeoutMs)
{
    QElapsedTimer timer;
    timer.start();
    while (m_in >= 0 && timer.elapsed() < timeoutMs)
        (void)nextFrame(timeoutMs - static_cast<int>(timer.elapsed()));
    return m_in < 0;
}

// The host

HostFixture::HostFixture() : environment(QProcessEnvironment::systemEnvironment())
{
    QDir(m_folder.path()).mkdir(QStringLiteral("h"));
    QFile::setPermissions(folder(QStringLiteral("h")),
                          QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    environment.insert(QStringLiteral("CAHIER_HOST_DIR"), folder(QStringLiteral("h")));
    environment.insert(QStringLiteral("XDG_STATE_HOME"), folder(QStringLiteral("state")));
    environment.insert(QStringLiteral("HOME"), m_folder.path());
    environment.insert(QStringLiteral("IPYTHONDIR"), folder(QStringLiteral("ipython")));
    for (const QString& name : strayVariables())
        environment.remove(name);
    signal(SIGPIPE, SIG_IGN); // writing to a host that is gone fails
}

HostFixture::~HostFixture()
{
    terminate();
}

bool HostFixture::start()
{
    m_process.setProcessEnvironment(environment);
    m_process.setProcessChannelMode(QProcess::ForwardedChannels);
    m_process.setChildProcessModifier([] { prctl(PR_SET_PDEATHSIG, SIGTERM); });
    m_process.start(hostProgram(), QStringList{QStringLiteral("serve")} + arguments);
    return m_process.waitForStarted() &&
           waitUntil([this] { return !isRunning() || m_probe.open(socketPath()); }) && isRunning();
}

void HostFixture::kill()
{
    m_process.kill();
    m_process.waitForFinished();
}

void HostFixture::terminate()
{
    if (!isRunning()) return;
    m_process.terminate();
    if (!m_process.waitForFinished(10000)) kill();
}

HostClient HostFixture::connect()
{
    HostClient client(socketPath());
    if (!client.hello().is_object()) client.close();
    m_probe.close();
    return client;
}

HostClient HostFixture::connectThrough(QProcess& process) const
{
    std::array<int, 2> in{}, out{};
    if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) qFatal("no pipes");
    process.setProcessEnvironment(environment);
    process.setChildProcessModifier([in, out] {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
    });
    process.setInputChannelMode(QProcess::ForwardedInputChannel);
    process.setProcessChannelMode(QProcess::ForwardedChannels);
    process.start(hostProgram(), {QStringLiteral("attach")});
    if (!process.waitForStarted()) qFatal("cahier-host attach was not started");
    ::close(in[0]);
    ::close(out[1]);
    HostClient client;
    client.useFds(out[0], in[1]);
    return client;
}

std::string HostFixture::socketPath() const
{
    return folder(QStringLiteral("h/host.sock")).toStdString();
}

QString HostFixture::folder(const QString& name) const
{
    return m_folder.filePath(name);
}

QString HostFixture::journalFolder(const std::string& kernel) const
{
    return folder(QStringLiteral("state/cahier/host/") + QString::fromStdString(kernel));
}

QString HostFixture::log() const
{
    QFile file(folder(QStringLiteral("state/cahier/host.log")));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

long HostFixture::memoryKb(const char* figure) const
{
    std::ifstream stream(std::format("/proc/{}/status", pid()));
    for (std::string line; std::getline(stream, line);)
        if (line.starts_with(figure)) return std::stol(line.substr(line.find(':') + 1));
    return -1;
}

QStringList strayVariables()
{
    QStringList names{QStringLiteral("CAHIER_KERNEL_PATH"), QStringLiteral("XDG_DATA_HOME"),
                      QStringLiteral("VIRTUAL_ENV"), QStringLiteral("CONDA_PREFIX")};
    for (const QString& name : QProcessEnvironment::systemEnvironment().keys())
        if (name.startsWith(QStringLiteral("JUPYTER_"))) names << name;
    return names;
}

QString hostProgram()
{
    return QStringLiteral(CAHIER_HOST_PROGRAM);
}

json scripted(const std::vector<std::string>& options)
{
    json argv = {"python3", CAHIER_SCRIPTED_KERNEL, "{connection_file}"};
    for (const std::string& option : options)
        argv.push_back(option);
    return {{"argv", std::move(argv)}, {"language", "script"}, {"label", "scripted"}};
}

bool waitUntil(const std::function<bool()>& holds, int timeoutMs)
{
    return QTest::qWaitFor(holds, timeoutMs);
}

bool processLives(qint64 pid)
{
    std::ifstream stream(std::format("/proc/{}/stat", pid));
    std::string text;
    if (!std::getline(stream, text)) return false;
    const std::size_t state = text.rfind(')');
    return state != std::string::npos && text.size() > state + 2 && text[state + 2] != 'Z';
}

void writeScript(const QString& path, const QByteArray& text)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

} // namespace cahier::test
