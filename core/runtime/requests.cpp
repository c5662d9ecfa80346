// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/requests.h>

#include <core/runtime/jsonaccess.h>
#include <core/runtime/textposition.h>

#include <QPromise>
#include <QTimer>

namespace cahier::runtime {

using namespace Qt::StringLiterals;
using nlohmann::json;

namespace {

Completions parseCompletions(const QString& code, qsizetype cursor, const json& content)
{
    Completions completions;
    const qint64 cursorPoint = codePointsBefore(code, cursor);
    completions.start = unitOfCodePoint(code, numberOf(content, "cursor_start").value_or(cursorPoint));
    completions.end = unitOfCodePoint(code, numberOf(content, "cursor_end").value_or(cursorPoint));
    completions.end = std::max(completions.start, completions.end);
    for (const QString& match : textsOf(content, "matches"))
        completions.matches.push_back({match, {}, {}});
    // IPython describes the matches, in the same order, in a field of its own.
    const json& types = arrayOf(objectOf(content, "metadata"), "_jupyter_types_experimental");
    if (types.size() != completions.matches.size()) return completions;
    for (std::size_t index = 0; index < types.size(); ++index) {
        completions.matches[index].type = textOf(types[index], "type");
        completions.matches[index].signature = textOf(types[index], "signature");
    }
    return completions;
}

Completeness parseCompleteness(const json& content)
{
    using enum Completeness::Status;
    const QString status = textOf(content, "status");
    Completeness result{Unknown, textOf(content, "indent")};
    if (status == "complete"_L1) result.status = Complete;
    if (status == "incomplete"_L1) result.status = Incomplete;
    if (status == "invalid"_L1) result.status = Invalid;
    return result;
}

std::vector<HistoryEntry> parseHistory(const json& content)
{
    std::vector<HistoryEntry> entries;
    for (const json& entry : arrayOf(content, "history")) {
        if (!entry.is_array() || entry.size() < 3 || !entry[0].is_number_integer() ||
            !entry[1].is_number_integer())
            continue;
        const json& input = entry[2].is_array() && !entry[2].empty() ? entry[2][0] : entry[2];
        if (!input.is_string()) continue;
        entries.push_back({entry[0].get<qint64>(), entry[1].get<qint64>(),
                           QString::fromStdString(input.get<std::string>())});
    }
    return entries;
}

Error replyError(const Message& message)
{
    if (textOf(message.content, "status") == "aborted"_L1)
        return Error{ErrorCode::Cancelled, u"The kernel skipped the request."_s, {}, Retry::Later};
    return Error{ErrorCode::Protocol, u"The kernel could not answer: %1."_s.arg(message.type),
                 u"%1: %2"_s.arg(textOf(message.content, "ename"), textOf(message.content, "evalue")),
                 Retry::No};
}

} // namespace

Requests::Requests(QString session, QObject* parent) : QObject(parent), m_session(std::move(session)) {}

Requests::~Requests()
{
    failAll({ErrorCode::Cancelled, u"The session was closed."_s, {}, Retry::Fatal});
}

template <typename T, typename Parse>
QFuture<Result<T>> Requests::submit(Channel channel, const QString& type, json content, Parse parse)
{
    const auto promise = std::make_shared<QPromise<Result<T>>>();
    promise->start();
    const Message message = makeRequest(channel, type, std::move(content), m_session);
    const QString id = message.id;
    m_pending.insert(id, {type, [promise, parse](Result<const json*> reply) {
                              if (reply) {
                                  promise->addResult(Result<T>(parse(**reply)));
                              } else {
                                  promise->addResult(Result<T>(std::unexpected(reply.error())));
                              }
                              promise->finish();
                          }});
    QTimer::singleShot(m_limit, this, [this, id] {
        fail(id,
             {ErrorCode::Timeout, u"The kernel did not answer in time; it may be busy."_s, {}, Retry::Later});
    });
    Q_EMIT requestMade(message);
    return promise->future();
}

void Requests::supersede(const QString& type)
{
    QStringList older;
    for (auto entry = m_pending.cbegin(); entry != m_pending.cend(); ++entry) {
        if (entry->type == type) older.append(entry.key());
    }
    for (const QString& id : older)
        fail(id, {ErrorCode::Cancelled, u"A newer request took its place."_s, {}, Retry::No});
}

QFuture<Result<Completions>> Requests::complete(const QString& code, qsizetype cursor)
{
    supersede(u"complete_request"_s);
    json content = {{"code", code.toStdString()}, {"cursor_pos", codePointsBefore(code, cursor)}};
    return submit<Completions>(
        Channel::Shell, u"complete_request"_s, std::move(content),
        [code, cursor](const json& reply) { return parseCompletions(code, cursor, reply); });
}

QFuture<Result<Inspection>> Requests::inspect(const QString& code, qsizetype cursor, int detail)
{
    supersede(u"inspect_request"_s);
    json content = {{"code", code.toStdString()},
                    {"cursor_pos", codePointsBefore(code, cursor)},
                    {"detail_level", detail}};
    return submit<Inspection>(
        Channel::Shell, u"inspect_request"_s, std::move(content), [](const json& reply) {
            return Inspection{flagOf(reply, "found"), objectOf(reply, "data"), objectOf(reply, "metadata")};
        });
}

QFuture<Result<Completeness>> Requests::isComplete(const QString& code)
{
    supersede(u"is_complete_request"_s);
    return submit<Completeness>(Channel::Shell, u"is_complete_request"_s, {{"code", code.toStdString()}},
                                parseCompleteness);
}

QFuture<Result<std::vector<HistoryEntry>>> Requests::history(int count)
{
    json content = {{"output", false}, {"raw", true}, {"hist_access_type", "tail"}, {"n", count}};
    return submit<std::vector<HistoryEntry>>(Channel::Shell, u"history_request"_s, std::move(content),
                                             parseHistory);
}

QFuture<Result<KernelInfoReply>> Requests::kernelInfo(Channel channel)
{
    return submit<KernelInfoReply>(channel, u"kernel_info_request"_s, json::object(), [](const json& reply) {
        return KernelInfoReply{textOf(reply, "implementation"), textOf(reply, "banner"),
                               objectOf(reply, "language_info")};
    });
}

bool Requests::handleReply(const Message& message)
{
    const auto found = m_pending.constFind(message.parentId);
    if (found == m_pending.constEnd()) return false;
    if (message.channel != Channel::Shell && message.channel != Channel::Control) return false;
    const Finish finish = found->finish;
    const bool isComplete = found->type == "is_complete_request"_L1;
    m_pending.erase(found);
    const QString status = textOf(message.content, "status", u"ok"_s);
    const bool failed = !isComplete && status != "ok"_L1;
    finish(failed ? Result<const json*>(std::unexpected(replyError(message)))
                  : Result<const json*>(&message.content));
    return true;
}

void Requests::fail(const QString& messageId, const Error& error)
{
    const auto found = m_pending.constFind(messageId);
    if (found == m_pending.constEnd()) return;
    const Finish finish = found->finish;
    m_pending.erase(found);
    finish(std::unexpected(error));
}

void Requests::failAll(const Error& error)
{
    const QStringList ids = m_pending.keys();
    for (const QString& id : ids)
        fail(id, error);
}

} // namespace cahier::runtime
