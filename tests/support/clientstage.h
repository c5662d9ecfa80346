// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/kernelconnection.h>
#include <runtimes/local/hostruntime.h>
#include <tests/support/fakehost.h>

#include <QTest>

#include <algorithm>

namespace cahier::test {

using ConnectionFuture = QFuture<Result<std::shared_ptr<runtime::KernelConnection>>>;

/// A HostRuntime on a fake host, and everything a connection delivered.
struct ClientStage {
    FakeHost host;
    runtimes::HostRuntime runtime{QStringLiteral("test"), host.makeConnector()};
    std::shared_ptr<runtime::KernelConnection> kernel;
    std::vector<runtime::KernelEvent> events;

    /// The next request of this op; answers hello by itself. {} after a while without one.
    nlohmann::json expect(const char* op)
    {
        nlohmann::json request;
        const bool came = QTest::qWaitFor(
            [&] {
                while (request = host.nextRequest(), request.is_object()) {
                    if (request.value("op", "") == op) return true;
                    if (request.value("op", "") == "hello") host.answerHello(request);
                }
                return false;
            },
            5000);
        return came ? request : nlohmann::json::object();
    }
    void watch(const std::shared_ptr<runtime::KernelConnection>& connection)
    {
        kernel = connection;
        QObject::connect(kernel.get(), &runtime::KernelConnection::eventsArrived, kernel.get(),
                         [this](const std::vector<runtime::KernelEvent>& batch) {
                             events.insert(events.end(), batch.begin(), batch.end());
                         });
        kernel->open();
    }
    /// Attaches to kernel "k" whose journal ends at `last`.
    bool attach(quint64 after, quint64 last, const char* state = "ready")
    {
        const ConnectionFuture future = runtime.attach(QStringLiteral("k"), after);
        const nlohmann::json request = expect("attach");
        if (request.empty()) return false;
        host.answer(request, {{"first", 1}, {"last", last}, {"state", state}, {"busy", false}});
        if (!QTest::qWaitFor([&] { return future.isFinished(); }) || !future.result()) return false;
        watch(*future.result());
        return true;
    }
    [[nodiscard]] int caughtUpCount() const
    {
        return static_cast<int>(std::ranges::count_if(events, [](const runtime::KernelEvent& event) {
            return std::holds_alternative<runtime::KernelEvent::CaughtUp>(event.what);
        }));
    }
    /// Bytes of streamText(), for texts that are too long to be put together again and again.
    [[nodiscard]] std::size_t streamSize() const
    {
        std::size_t size = 0;
        for (const runtime::KernelEvent& event : events) {
            const auto* message = std::get_if<runtime::Message>(&event.what);
            if (message && message->type == QLatin1StringView("stream"))
                size += message->content.at("text").get_ref<const std::string&>().size();
        }
        return size;
    }
    [[nodiscard]] QString streamText() const
    {
        QString text;
        for (const runtime::KernelEvent& event : events) {
            const auto* message = std::get_if<runtime::Message>(&event.what);
            if (message && message->type == QLatin1StringView("stream"))
                text += QString::fromStdString(message->content.value("text", ""));
        }
        return text;
    }
};

} // namespace cahier::test
