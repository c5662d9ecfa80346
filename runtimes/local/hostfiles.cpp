// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/hostfiles.h>

#include <core/runtime/jsonaccess.h>
#include <runtimes/local/filedownload.h>
#include <runtimes/local/fileupload.h>

#include <QPromise>
#include <QThreadPool>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace runtime;
using nlohmann::json;

namespace {

template <typename T, typename Parse>
QFuture<Result<T>> ask(HostClient& client, const QString& op, json fields, Parse parse)
{
    const auto promise = std::make_shared<QPromise<Result<T>>>();
    promise->start();
    client.request(op, std::move(fields), {}, [promise, parse](const Result<json>& reply) {
        promise->addResult(reply.transform(parse));
        promise->finish();
    });
    return promise->future();
}

} // namespace

FileEntry parseFileEntry(const json& object)
{
    FileEntry entry;
    entry.name = textOf(object, "name");
    const QString kind = textOf(object, "kind");
    entry.kind = kind == "folder"_L1 ? FileEntry::Kind::Folder
                 : kind == "file"_L1 ? FileEntry::Kind::File
                                     : FileEntry::Kind::Other;
    entry.isLink = flagOf(object, "link");
    entry.size = numberOf(object, "size").value_or(0);
    entry.modified = numberOf(object, "modified").value_or(0);
    return entry;
}

FileListing parseListing(const json& reply)
{
    FileListing listing;
    listing.folder = textOf(reply, "folder");
    listing.next = textOf(reply, "next");
    listing.truncated = !listing.next.isEmpty();
    for (const json& entry : arrayOf(reply, "entries"))
        listing.entries.push_back(parseFileEntry(entry));
    return listing;
}

QFuture<Result<FileListing>> HostFiles::list(const QString& folder, const QString& from)
{
    const auto promise = std::make_shared<QPromise<Result<FileListing>>>();
    promise->start();
    m_client->request(u"file_list"_s, {{"path", folder.toStdString()}, {"after", from.toStdString()}}, {},
                      [promise](Result<json> reply) {
                          // Thousands of entries are no work for the window's thread.
                          QThreadPool::globalInstance()->start([promise, reply = std::move(reply)] {
                              promise->addResult(reply.transform(parseListing));
                              promise->finish();
                          });
                      });
    return promise->future();
}

QFuture<Result<FileEntry>> HostFiles::stat(const QString& path)
{
    return ask<FileEntry>(*m_client, u"file_stat"_s, {{"path", path.toStdString()}}, parseFileEntry);
}

QFuture<Result<void>> HostFiles::change(const QString& op, json fields)
{
    return ask<void>(*m_client, op, std::move(fields), [](const json&) {});
}

QFuture<Result<void>> HostFiles::makeFolder(const QString& path)
{
    return change(u"file_mkdir"_s, {{"path", path.toStdString()}});
}

QFuture<Result<void>> HostFiles::rename(const QString& from, const QString& to)
{
    return change(u"file_rename"_s, {{"path", from.toStdString()}, {"to", to.toStdString()}});
}

QFuture<Result<void>> HostFiles::remove(const QString& path, Removal removal)
{
    return change(u"file_remove"_s,
                  {{"path", path.toStdString()}, {"for_good", removal == Removal::ForGood}});
}

std::unique_ptr<FileTransfer> HostFiles::upload(const QString& localPath, const QString& farPath,
                                                Replace replace)
{
    return std::make_unique<FileUpload>(m_client, localPath, farPath, replace);
}

std::unique_ptr<FileTransfer> HostFiles::download(const QString& farPath, const QString& localPath,
                                                  Replace replace)
{
    return std::make_unique<FileDownload>(m_client, farPath, localPath, replace);
}

} // namespace cahier::runtimes
