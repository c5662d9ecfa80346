// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/filedownload.h>

#include <core/runtime/jsonaccess.h>
#include <runtimes/local/hostfiles.h>

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace runtime;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

std::unexpected<Error> cannotWrite(const QString& path, const QString& why)
{
    return failure(ErrorCode::Io, u"%1 cannot be written."_s.arg(path), why);
}

Result<void> appendAt(const QString& path, qint64 offset, const QByteArray& bytes)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadWrite | QIODevice::Unbuffered) || !file.seek(offset) ||
        file.write(bytes) != bytes.size())
        return cannotWrite(path, file.errorString());
    // The disk begins now, so that the fsync() at the end has little left to wait for.
    (void)::sync_file_range(file.handle(), offset, bytes.size(), SYNC_FILE_RANGE_WRITE);
    return {};
}

/// Gives a whole partial file its name.
Result<void> putInPlace(const QString& part, const QString& path, bool replace)
{
    QFile file(part);
    if (!file.open(QIODevice::ReadWrite) || ::fsync(file.handle()) != 0)
        return cannotWrite(path, file.errorString());
    const QByteArray from = QFile::encodeName(part);
    const QByteArray to = QFile::encodeName(path);
    const unsigned flags = replace ? 0 : RENAME_NOREPLACE;
    if (::renameat2(AT_FDCWD, from.constData(), AT_FDCWD, to.constData(), flags) == 0) return {};
    if (errno == EEXIST) return failure(ErrorCode::IllegalState, u"%1 is there already."_s.arg(path));
    if (errno == EINVAL && !QFile::exists(path) && QFile::rename(part, path)) return {};
    return cannotWrite(path, QString::fromLocal8Bit(std::strerror(errno)));
}

/// A name from the far machine becomes part of a path here.
bool isPlainName(const QString& name)
{
    return !name.isEmpty() && name != "."_L1 && name != ".."_L1 && !name.contains(u'/') &&
           !name.contains(QChar(u'\0'));
}

} // namespace

FileDownload::FileDownload(std::shared_ptr<HostClient> client, QString farPath, QString localPath,
                           Replace replace)
    : HostTransfer(std::move(client)), m_farPath(std::move(farPath)), m_replace(replace)
{
    m_items.push_back({m_farPath, std::move(localPath), false});
    QMetaObject::invokeMethod(this, [this] { resume(); }, Qt::QueuedConnection);
}

void FileDownload::resume()
{
    if (m_stated) return nextItem();
    ask(u"file_stat"_s, {{"path", m_farPath.toStdString()}}, {}, [this](const json& reply) {
        const FileEntry entry = parseFileEntry(reply);
        m_stated = true;
        m_items.front().isFolder = entry.kind == FileEntry::Kind::Folder;
        if (!m_items.front().isFolder) addTotal(entry.size);
        nextItem();
    });
}

void FileDownload::nextItem()
{
    if (m_items.empty()) return succeed();
    if (m_items.front().isFolder)
        listFolder();
    else
        beginFile();
}

void FileDownload::listFolder()
{
    const Item folder = m_items.front();
    const json fields = {{"path", folder.farPath.toStdString()}, {"after", m_listNext.toStdString()}};
    ask(u"file_list"_s, fields, {}, [this, folder](const json& reply) {
        const auto make = [folder]() -> Result<void> {
            if (QDir().mkpath(folder.localPath)) return {};
            return cannotWrite(folder.localPath, {});
        };
        onDisk(make, [this, folder, listing = parseListing(reply)](const Result<void>& made) {
            if (!made) return fail(made.error());
            take(listing, folder);
            m_listNext = listing.next;
            if (m_listNext.isEmpty()) m_items.pop_front();
            nextItem();
        });
    });
}

void FileDownload::take(const FileListing& listing, const Item& folder)
{
    qint64 size = 0;
    for (const FileEntry& entry : listing.entries) {
        const bool isFolder = entry.kind == FileEntry::Kind::Folder;
        // Links to folders are left out: they may lead round in circles.
        const bool left = entry.kind == FileEntry::Kind::Other || (isFolder && entry.isLink);
        if (left || !isPlainName(entry.name)) continue;
        if (!isFolder) size += entry.size;
        m_items.push_back(
            {folder.farPath + u'/' + entry.name, folder.localPath + u'/' + entry.name, isFolder});
    }
    addTotal(size);
}

void FileDownload::beginFile()
{
    m_open = 0;
    ask(u"file_read"_s, {{"path", m_items.front().farPath.toStdString()}, {"offset", 0u}, {"size", 0u}}, {},
        [this](const json& reply) { learnSource(reply); });
}

void FileDownload::learnSource(const json& reply)
{
    m_source = {numberOf(reply, "size").value_or(0), numberOf(reply, "modified").value_or(0)};
    const auto look = [part = partPath(), path = m_items.front().localPath,
                       replace = m_replace == Replace::Yes]() -> Result<qint64> {
        const QFileInfo target(path);
        if (target.exists() && (target.isDir() || !replace))
            return failure(ErrorCode::IllegalState, u"%1 is there already."_s.arg(path));
        QFile file(part); // it is there from the first moment on, for a file without bytes too
        if (!file.open(QIODevice::ReadWrite)) return cannotWrite(part, file.errorString());
        return file.size();
    };
    onDisk(look, [this](const Result<qint64>& there) {
        if (!there) return fail(there.error());
        const qint64 size = std::min(*there, m_source.size);
        addDone(size - m_written);
        m_asked = m_arrived = m_written = size;
        pump();
    });
}

QString FileDownload::partPath() const
{
    const Item& item = m_items.front();
    const QFileInfo target(item.localPath);
    const QString token = transferToken(item.farPath, m_source.size, m_source.modified);
    const QString name = u".%1.%2.cahier-part"_s.arg(target.fileName(), token);
    constexpr qsizetype longest = 255; // NAME_MAX
    return target.path() + u'/' + (name.toUtf8().size() > longest ? u".%1.cahier-part"_s.arg(token) : name);
}

void FileDownload::pump()
{
    if (m_written == m_source.size) return finishItem();
    while (m_open < TransferPace::depth && m_asked < m_source.size) {
        const qint64 size = std::min(m_pace.chunk(), m_source.size - m_asked);
        ++m_open;
        ask(u"file_read"_s,
            {{"path", m_items.front().farPath.toStdString()},
             {"offset", static_cast<quint64>(m_asked)},
             {"size", static_cast<quint64>(size)}},
            {}, [this, size, askedAt = Clock::now()](const json& reply) { arrived(reply, size, askedAt); });
        m_asked += size;
    }
}

void FileDownload::arrived(const json& reply, qint64 asked, Clock::time_point askedAt)
{
    m_pace.note(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - askedAt));
    const auto found = reply.find("bytes");
    const bool same =
        numberOf(reply, "size") == m_source.size && numberOf(reply, "modified") == m_source.modified;
    if (!same || found == reply.end() || !found->is_string() ||
        std::cmp_not_equal(found->get_ref<const std::string&>().size(), asked))
        return fail({ErrorCode::ChangedOnDisk,
                     u"%1 changed while it was copied. Copy it again."_s.arg(m_items.front().farPath)});
    const QByteArray bytes = QByteArray::fromStdString(found->get_ref<const std::string&>());
    // Answers come in the order of the requests, and the disk's work is done in its order.
    const qint64 offset = m_arrived;
    m_arrived += bytes.size();
    onDisk([part = partPath(), offset, bytes] { return appendAt(part, offset, bytes); },
           [this, size = bytes.size()](const Result<void>& written) {
               if (!written) return fail(written.error());
               --m_open;
               m_written += size;
               addDone(size);
               pump();
           });
}

void FileDownload::finishItem()
{
    const auto place = [part = partPath(), path = m_items.front().localPath,
                        replace = m_replace == Replace::Yes] { return putInPlace(part, path, replace); };
    onDisk(place, [this](const Result<void>& placed) {
        if (!placed) return fail(placed.error());
        m_items.pop_front();
        m_source = {};
        m_asked = m_arrived = m_written = 0;
        nextItem();
    });
}

} // namespace cahier::runtimes
