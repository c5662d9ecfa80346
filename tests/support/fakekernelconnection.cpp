// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/support/fakekernelconnection.h>

namespace cahier::test {

using namespace Qt::StringLiterals;
using nlohmann::json;

namespace {

QFuture<Result<void>> finished(const std::optional<Error>& error)
{
    return QtFuture::makeReadyValueFuture(error ? Result<void>(std::unexpected(*error)) : Result<void>());
}

} // namespace

QFuture<Result<void>> FakeKernelConnection::send(Message message)
{
    sent.push_back(std::move(message));
    return finished(sendError);
}

QFuture<Result<void>> FakeKernelConnection::interrupt()
{
    ++interrupts;
    return finished({});
}

QFuture<Result<void>>
FakeKernelConnection::restart(const std::optional<runtime::AcceleratorChoice>& accelerator)
{
    ++restarts;
    restartAccelerator = accelerator;
    if (heldRestart) {
        heldRestart->start();
        return heldRestart->future();
    }
    return finished(restartError);
}

QFuture<Result<void>> FakeKernelConnection::shutdown()
{
    ++shutdowns;
    return finished({});
}

void FakeKernelConnection::deliver(std::vector<KernelEvent> events)
{
    Q_EMIT eventsArrived(events);
}

void FakeKernelConnection::deliver(std::vector<Message> messages)
{
    std::vector<KernelEvent> events;
    for (Message& message : messages)
        events.push_back({++m_seq, std::move(message)});
    deliver(std::move(events));
}

void FakeKernelConnection::changeState(KernelState state, runtime::KernelDeath death)
{
    current = state;
    const quint64 seq = state == KernelState::Reconnecting ? 0 : ++m_seq;
    deliver(std::vector<KernelEvent>{{seq, KernelEvent::StateChanged{state, std::move(death), false}}});
}

void FakeKernelConnection::catchUp(KernelState state, bool busy)
{
    current = state;
    deliver(std::vector<KernelEvent>{{m_seq, KernelEvent::CaughtUp{state, busy}}});
}

Message FakeKernelConnection::iopub(const Message& request, const char* type, json content) const
{
    Message message =
        runtime::makeRequest(Channel::IoPub, QString::fromLatin1(type), std::move(content), session);
    message.sent = false;
    message.parentId = request.id;
    message.parentType = request.type;
    message.parentSession = request.session;
    return message;
}

Message FakeKernelConnection::status(const Message& request, const char* state) const
{
    return iopub(request, "status", {{"execution_state", state}});
}

Message FakeKernelConnection::stream(const Message& request, const char* text, const char* name) const
{
    return iopub(request, "stream", {{"name", name}, {"text", text}});
}

Message FakeKernelConnection::reply(const Message& request, json content) const
{
    Message message = iopub(request, "", std::move(content));
    message.type = QString(request.type).replace("_request"_L1, "_reply"_L1);
    message.channel = request.channel;
    return message;
}

Message FakeKernelConnection::inputRequest(const Message& request, const char* prompt) const
{
    Message message = iopub(request, "input_request", {{"prompt", prompt}, {"password", false}});
    message.channel = Channel::Stdin;
    return message;
}

Message FakeKernelConnection::record(Message request)
{
    request.sent = true;
    return request;
}

std::vector<Message> FakeKernelConnection::okRun(const Message& request, int count) const
{
    return {status(request, "busy"),
            iopub(request, "execute_input", {{"code", ""}, {"execution_count", count}}),
            reply(request, {{"status", "ok"}, {"execution_count", count}}), status(request, "idle")};
}

std::vector<Message> FakeKernelConnection::requests(const char* type) const
{
    std::vector<Message> found;
    for (const Message& message : sent) {
        if (message.type == QLatin1StringView(type)) found.push_back(message);
    }
    return found;
}

Message FakeKernelConnection::lastRequest(const char* type) const
{
    const std::vector<Message> found = requests(type);
    return found.empty() ? Message{} : found.back();
}

CellKey FakeTarget::add(const QString& source, const QString& id, bool mayRaise)
{
    const CellKey key{static_cast<quint64>(cells.size() + 1)};
    cells[key] = {source, id, mayRaise, {}, {}};
    return key;
}

QString FakeTarget::text(CellKey key, const char* name) const
{
    QString text;
    for (const json& output : cells.at(key).outputs) {
        if (output.value("output_type", "") == "stream" && output.value("name", "") == name)
            text += QString::fromStdString(output.value("text", ""));
    }
    return text;
}

QStringList FakeTarget::outputTypes(CellKey key) const
{
    QStringList types;
    for (const json& output : cells.at(key).outputs)
        types.append(QString::fromStdString(output.value("output_type", "")));
    return types;
}

std::optional<runtime::RunnableCell> FakeTarget::runnableCell(CellKey key) const
{
    const auto found = cells.find(key);
    if (found == cells.end()) return std::nullopt;
    return runtime::RunnableCell{found->second.source, found->second.id, found->second.mayRaise};
}

std::optional<CellKey> FakeTarget::cellWithId(const QString& id) const
{
    for (const auto& [key, cell] : cells) {
        if (!id.isEmpty() && cell.id == id) return key;
    }
    return std::nullopt;
}

void FakeTarget::setExecutionCount(CellKey key, std::optional<qint64> count)
{
    if (cells.contains(key)) cells[key].count = count;
}

void FakeTarget::clearRunOutputs(CellKey key)
{
    if (cells.contains(key)) cells[key].outputs.clear();
}

int FakeTarget::appendOutput(CellKey key, const json& output)
{
    if (!cells.contains(key)) return -1;
    cells[key].outputs.push_back(output);
    return static_cast<int>(cells[key].outputs.size()) - 1;
}

void FakeTarget::appendStream(CellKey key, const QString& name, const QString& text)
{
    if (!cells.contains(key)) return;
    std::vector<json>& outputs = cells[key].outputs;
    const std::string streamName = name.toStdString();
    if (!outputs.empty() && outputs.back().value("name", "") == streamName) {
        outputs.back()["text"] = outputs.back().value("text", "") + text.toStdString();
    } else {
        outputs.push_back({{"output_type", "stream"}, {"name", streamName}, {"text", text.toStdString()}});
    }
}

void FakeTarget::replaceOutput(CellKey key, int index, const json& output)
{
    cells.at(key).outputs.at(static_cast<std::size_t>(index)) = output;
}

} // namespace cahier::test
