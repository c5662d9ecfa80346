// SPDX-License-Identifier: Apache-2.0
// Requests about files: checked here, done by the file service, answered from the loop.
#include <runtimes/host/fileoperations.h>
#include <runtimes/host/requestparts.h>
#include <runtimes/host/trash.h>

#include <limits>

namespace cahier::host {

namespace {

/// A path of the request; answers when it is none.
std::optional<std::string> pathOf(const Request& request, const char* field = "path")
{
    const auto found = request.envelope.find(field);
    if (found == request.envelope.end() || !found->is_string()) {
        request.reply.fail(wire::errorCodeBadRequest, std::string(field) + " is the path of a file.");
        return std::nullopt;
    }
    const wire::Result<std::string> path = filePath(found->get_ref<const std::string&>());
    if (path) return *path;
    request.reply.fail(path.error());
    return std::nullopt;
}

std::optional<std::uint64_t> numberOf(const Request& request, const char* field)
{
    const auto found = request.envelope.find(field);
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    if (found != request.envelope.end() && found->is_number_unsigned() &&
        found->get<std::uint64_t>() <= largest)
        return found->get<std::uint64_t>();
    request.reply.fail(wire::errorCodeBadRequest, std::string(field) + " is a number of bytes.");
    return std::nullopt;
}

bool flagOf(const Request& request, const char* field)
{
    const auto found = request.envelope.find(field);
    return found != request.envelope.end() && found->is_boolean() && found->get<bool>();
}

/// Runs what gives a Json object, or nothing, and answers with it.
template <typename Work> void answerWith(const Request& request, Work work)
{
    request.host.files().run([reply = request.reply, work = std::move(work)]() -> FileService::Finish {
        return [reply, result = work()] {
            if (!result) return reply.fail(result.error());
            if constexpr (std::is_void_v<typename decltype(result)::value_type>)
                reply.ok();
            else
                reply.ok(*result);
        };
    });
}

} // namespace

void listFiles(const Request& request)
{
    if (const auto path = pathOf(request))
        answerWith(request, [path = *path, after = request.text("after"),
                             &lister = request.host.files().lister()] { return lister.list(path, after); });
}

void statFile(const Request& request)
{
    if (const auto path = pathOf(request)) answerWith(request, [path = *path] { return describeFile(path); });
}

void makeFolder(const Request& request)
{
    if (const auto path = pathOf(request))
        answerWith(request, [path = *path, parents = flagOf(request, "parents")] {
            return makeFolder(path, parents);
        });
}

void renameFile(const Request& request)
{
    const auto from = pathOf(request);
    const auto to = from ? pathOf(request, "to") : std::nullopt;
    if (to) answerWith(request, [from = *from, to = *to] { return renameFile(from, to); });
}

void removeFile(const Request& request)
{
    if (const auto path = pathOf(request))
        answerWith(request, [path = *path, forGood = flagOf(request, "for_good")] {
            if (const auto allowed = mayRemove(path); !allowed) return allowed;
            return forGood ? removeFile(path) : moveToTrash(path);
        });
}

void readFile(const Request& request)
{
    const auto path = pathOf(request);
    const auto offset = path ? numberOf(request, "offset") : std::nullopt;
    const auto size = offset ? numberOf(request, "size") : std::nullopt;
    if (!size) return;
    request.host.files().run(
        [reply = request.reply, path = *path, offset = *offset, size = *size]() -> FileService::Finish {
            return [reply, result = readFile(path, offset, size)]() mutable {
                if (!result) return reply.fail(result.error());
                reply.ok({{"size", result->size}, {"modified", result->modified}}, std::move(result->bytes));
            };
        });
}

void beginUpload(const Request& request)
{
    if (const auto path = pathOf(request))
        answerWith(request,
                   [path = *path, token = request.text("token"), replace = flagOf(request, "replace")] {
                       return beginUpload(path, token, replace).transform([](std::uint64_t offset) {
                           return Json{{"offset", offset}};
                       });
                   });
}

void writeUpload(const Request& request)
{
    const auto path = pathOf(request);
    const auto offset = path ? numberOf(request, "offset") : std::nullopt;
    if (!offset) return;
    if (request.parts.size() != 2 || request.parts[1].size() > maxFileChunk)
        return request.reply.fail(wire::errorCodeBadRequest, "A write carries its bytes in one part.");
    answerWith(request,
               [path = *path, token = request.text("token"), offset = *offset,
                bytes = std::move(request.parts[1])] { return writeUpload(path, token, offset, bytes); });
}

void finishUpload(const Request& request)
{
    const auto path = pathOf(request);
    const auto size = path ? numberOf(request, "size") : std::nullopt;
    if (size)
        answerWith(request, [path = *path, token = request.text("token"), size = *size,
                             replace = flagOf(request, "replace")] {
            return finishUpload(path, token, size, replace);
        });
}

void abandonUpload(const Request& request)
{
    if (const auto path = pathOf(request))
        answerWith(request,
                   [path = *path, token = request.text("token")] { return abandonUpload(path, token); });
}

} // namespace cahier::host
