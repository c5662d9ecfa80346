// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/server/servercontents.h>

#include <core/runtime/jsonaccess.h>
#include <runtimes/local/hostcodec.h>

#include <QThreadPool>

#include <algorithm>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace runtime;
using nlohmann::json;

namespace {

constexpr std::chrono::minutes transferLimit{5};

QString endpoint(const QString& path)
{
    return u"api/contents/"_s + encodedPath(path);
}

QUrlQuery query(std::initializer_list<std::pair<QString, QString>> items)
{
    QUrlQuery result;
    result.setQueryItems(items);
    return result;
}

ServerFile fileIn(const json& model)
{
    ServerFile file;
    file.path = textOf(model, "path");
    file.name = textOf(model, "name");
    const QString type = textOf(model, "type");
    if (type == "directory"_L1) file.kind = ServerFile::Kind::Folder;
    if (type == "notebook"_L1) file.kind = ServerFile::Kind::Notebook;
    file.size = numberOf(model, "size").value_or(-1);
    file.writable = flagOf(model, "writable", true);
    file.version = textOf(model, "last_modified");
    file.modified = QDateTime::fromString(file.version, Qt::ISODateWithMs);
    return file;
}

std::optional<QByteArray> bytesIn(const json& model)
{
    const json* content = fieldOf(model, "content");
    if (!content || !content->is_string()) return std::nullopt;
    const QByteArray text = QByteArray::fromStdString(content->get_ref<const std::string&>());
    if (textOf(model, "format") != "base64"_L1) return text;
    auto decoded = QByteArray::fromBase64Encoding(text.simplified().replace(' ', QByteArray()),
                                                  QByteArray::AbortOnBase64DecodingErrors);
    return decoded ? std::optional(std::move(*decoded)) : std::nullopt;
}

std::vector<ServerFile> filesIn(const json& model)
{
    std::vector<ServerFile> files;
    for (const json& entry : arrayOf(model, "content"))
        files.push_back(fileIn(entry));
    std::ranges::sort(files, [](const ServerFile& left, const ServerFile& right) {
        const bool leftFolder = left.kind == ServerFile::Kind::Folder;
        const bool rightFolder = right.kind == ServerFile::Kind::Folder;
        return leftFolder != rightFolder ? leftFolder
                                         : left.name.compare(right.name, Qt::CaseInsensitive) < 0;
    });
    return files;
}

/// What to send for a document, on whichever thread: base64 and JSON of a large notebook take their time.
QByteArray bodyOf(const ServerDocument& document)
{
    if (document.reformatted)
        return R"({"type":"notebook","format":"json","content":)" + document.bytes + "}";
    return R"({"type":"file","format":"base64","content":")" + document.bytes.toBase64() + R"("})";
}

template <typename T> void keep(QPromise<Result<T>>& promise, Result<T> result)
{
    promise.addResult(std::move(result));
    promise.finish();
}

/// A promise whose future's cancelling is looked at by its steps: the next one is not begun.
template <typename T> std::shared_ptr<QPromise<Result<T>>> begin()
{
    auto promise = std::make_shared<QPromise<Result<T>>>();
    promise->start();
    return promise;
}

Error noDocument(const QString& path)
{
    return {ErrorCode::Protocol, u"The server did not give what is in %1."_s.arg(path)};
}

} // namespace

QFuture<Result<std::vector<ServerFile>>> ServerContents::list(const QString& folder)
{
    const ServerRequest request{.path = endpoint(folder), .query = query({{u"type"_s, u"directory"_s}})};
    return m_client->requestJson(request).then(
        this, [](const Result<json>& model) { return model.transform(filesIn); });
}

QFuture<Result<ServerDocument>> ServerContents::read(const QString& path)
{
    const auto promise = begin<ServerDocument>();
    const ServerRequest request{.path = endpoint(path),
                                .query = query({{u"type"_s, u"file"_s}, {u"format"_s, u"base64"_s}}),
                                .limit = transferLimit};
    m_client->request(request).then(this, [this, path, promise](const Result<ServerReply>& reply) {
        if (!reply) return keep<ServerDocument>(*promise, std::unexpected(reply.error()));
        // Contents managers that keep no files may know notebooks alone.
        if (reply->status == 400 && path.endsWith(".ipynb"_L1)) return readAsNotebook(path, promise);
        if (!reply->isOk()) return keep<ServerDocument>(*promise, std::unexpected(m_client->errorIn(*reply)));
        QThreadPool::globalInstance()->start([promise, path, body = reply->body] {
            const json model = parseJson(body.toStdString());
            const std::optional<QByteArray> bytes = bytesIn(model);
            keep<ServerDocument>(*promise, bytes ? Result<ServerDocument>({fileIn(model), *bytes, false})
                                                 : std::unexpected(noDocument(path)));
        });
    });
    return promise->future();
}

void ServerContents::readAsNotebook(const QString& path, const ReadPromise& promise)
{
    const ServerRequest request{
        .path = endpoint(path), .query = query({{u"type"_s, u"notebook"_s}}), .limit = transferLimit};
    m_client->requestOk(request).then(this, [path, promise](const Result<ServerReply>& reply) {
        if (!reply) return keep<ServerDocument>(*promise, std::unexpected(reply.error()));
        QThreadPool::globalInstance()->start([promise, path, body = reply->body] {
            const json model = parseJson(body.toStdString());
            const json* content = fieldOf(model, "content");
            if (!content || !content->is_object())
                return keep<ServerDocument>(*promise, std::unexpected(noDocument(path)));
            const std::string text = content->dump(1, ' ', false, json::error_handler_t::replace) + "\n";
            keep<ServerDocument>(*promise,
                                 ServerDocument{fileIn(model), QByteArray::fromStdString(text), true});
        });
    });
}

QFuture<Result<std::variant<ServerFile, SaveConflict>>> ServerContents::save(const ServerDocument& known)
{
    const auto promise = begin<Saved>();
    const ServerRequest request{.path = endpoint(known.file.path), .query = query({{u"content"_s, u"0"_s}})};
    m_client->request(request).then(this, [this, known, promise](const Result<ServerReply>& reply) {
        if (!reply) return keep<Saved>(*promise, std::unexpected(reply.error()));
        const bool gone = reply->status == 404;
        if (!gone && !reply->isOk()) return keep<Saved>(*promise, std::unexpected(m_client->errorIn(*reply)));
        const ServerFile found = gone ? ServerFile() : fileIn(parseJson(reply->body.toStdString()));
        if (found.version != known.file.version)
            return keep<Saved>(*promise, Saved(SaveConflict{known.file.modified, found.modified}));
        if (!promise->isCanceled()) write(known, promise);
    });
    return promise->future();
}

void ServerContents::write(const ServerDocument& document, const SavePromise& promise)
{
    QtFuture::makeReadyValueFuture(document)
        .then(QThreadPool::globalInstance(), bodyOf)
        .then(this, [this, promise, path = document.file.path](const QByteArray& body) {
            const ServerRequest request{
                .method = "PUT", .path = endpoint(path), .body = body, .limit = transferLimit};
            m_client->requestJson(request).then(this, [promise](const Result<json>& model) {
                keep<Saved>(*promise,
                            model.transform([](const json& saved) { return Saved(fileIn(saved)); }));
            });
        });
}

QFuture<Result<ServerFile>> ServerContents::createFolder(const QString& path)
{
    const ServerRequest request{.method = "PUT", .path = endpoint(path), .body = R"({"type":"directory"})"};
    return m_client->requestJson(request).then(
        this, [](const Result<json>& model) { return model.transform(fileIn); });
}

QFuture<Result<ServerFile>> ServerContents::rename(const QString& from, const QString& to)
{
    const json body = {{"path", to.toStdString()}};
    const ServerRequest request{
        .method = "PATCH", .path = endpoint(from), .body = QByteArray::fromStdString(jsonText(body))};
    return m_client->requestJson(request).then(
        this, [](const Result<json>& model) { return model.transform(fileIn); });
}

QFuture<Result<void>> ServerContents::remove(const QString& path)
{
    return chained<void>(
        m_client->requestOk({.method = "DELETE", .path = endpoint(path)}), this,
        [](const Result<ServerReply>& reply) { return reply.transform([](const auto&) {}); });
}

} // namespace cahier::runtimes
