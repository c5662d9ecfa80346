// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/fileupload.h>

#include <core/runtime/jsonaccess.h>

#include <QDateTime>
#include <QDirIterator>
#include <QFileInfo>

#include <algorithm>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

FileUpload::FileUpload(std::shared_ptr<HostClient> client, QString localPath, QString farPath,
                       runtime::Replace replace)
    : HostTransfer(std::move(client)), m_localPath(std::move(localPath)), m_farPath(std::move(farPath)),
      m_replace(replace)
{
    QMetaObject::invokeMethod(this, [this] { resume(); }, Qt::QueuedConnection);
}

Result<std::vector<FileUpload::Item>> FileUpload::look(const QString& localPath, const QString& farPath,
                                                       const std::atomic_bool& stop)
{
    const auto itemOf = [](const QFileInfo& info, const QString& far) {
        return Item{info.filePath(), far, info.isDir(), info.size(), info.lastModified().toMSecsSinceEpoch()};
    };
    const QFileInfo top(localPath);
    if (!top.exists()) return failure(ErrorCode::NotFound, u"%1 is not there."_s.arg(localPath));
    std::vector<Item> items{itemOf(top, farPath)};
    if (!top.isDir()) return items;
    // Links to folders are left out: they may lead round in circles.
    QDirIterator entry(localPath, QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot,
                       QDirIterator::Subdirectories);
    while (!stop && entry.hasNext()) {
        const QFileInfo info = entry.nextFileInfo();
        if (info.isDir() ? info.isSymLink() : !info.isFile()) continue;
        items.push_back(itemOf(info, farPath + info.filePath().sliced(localPath.size())));
    }
    std::ranges::sort(items, {}, &Item::farPath); // a folder before what is in it
    return items;
}

FileUpload::Chunk FileUpload::read(const Item& item, qint64 offset, qint64 size)
{
    const auto failed = [&](const QString& why) {
        return Chunk{offset, failure(ErrorCode::Io, u"%1 cannot be read."_s.arg(item.localPath), why)};
    };
    QFile file(item.localPath);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered) || !file.seek(offset))
        return failed(file.errorString());
    const QFileInfo now(item.localPath);
    if (now.size() != item.size || now.lastModified().toMSecsSinceEpoch() != item.modified)
        return {offset, failure(ErrorCode::ChangedOnDisk,
                                u"%1 changed while it was copied. Copy it again."_s.arg(item.localPath))};
    std::string bytes(static_cast<std::size_t>(size), '\0');
    if (file.read(bytes.data(), size) != size) return failed(file.errorString());
    return {offset, std::move(bytes)};
}

void FileUpload::resume()
{
    if (m_looked) return nextItem();
    onDisk([local = m_localPath, far = m_farPath, stop = m_stop] { return look(local, far, *stop); },
           [this](Result<std::vector<Item>> items) {
               if (!items) return fail(items.error());
               m_items = std::move(*items);
               m_looked = true;
               qint64 total = 0;
               for (const Item& item : m_items)
                   total += item.isFolder ? 0 : item.size;
               addTotal(total);
               nextItem();
           });
}

json FileUpload::about(const Item& item) const
{
    return {{"path", item.farPath.toStdString()},
            {"token", transferToken(item.localPath, item.size, item.modified).toStdString()}};
}

void FileUpload::nextItem()
{
    if (m_at == m_items.size()) return succeed();
    const Item& item = m_items[m_at];
    if (item.isFolder) {
        ask(u"file_mkdir"_s, {{"path", item.farPath.toStdString()}, {"parents", true}}, {},
            [this](const json&) { itemDone(); });
    } else if (m_finishing) {
        // The answer was lost with the connection: it may be in place.
        describe(item.farPath, [this](const std::optional<runtime::FileEntry>& there) {
            if (there && there->size == m_items[m_at].size) return itemDone();
            m_finishing = false;
            beginFile();
        });
    } else {
        beginFile();
    }
}

void FileUpload::beginFile()
{
    json fields = about(m_items[m_at]);
    fields["replace"] = m_replace == runtime::Replace::Yes;
    ask(u"file_begin"_s, std::move(fields), {}, [this](const json& reply) {
        const qint64 size = m_items[m_at].size;
        const qint64 there = std::clamp<qint64>(runtime::numberOf(reply, "offset").value_or(0), 0, size);
        addDone(there - m_written);
        m_read = m_written = there;
        m_open = 0;
        pump();
    });
}

void FileUpload::itemDone()
{
    ++m_at;
    m_read = m_written = 0;
    m_finishing = false;
    nextItem();
}

void FileUpload::pump()
{
    const Item& item = m_items[m_at];
    if (m_written == item.size) return finishItem();
    while (m_open < TransferPace::depth && m_read < item.size) {
        const qint64 size = std::min(m_pace.chunk(), item.size - m_read);
        ++m_open;
        onDisk([item, offset = m_read, size] { return read(item, offset, size); },
               [this](Chunk chunk) { send(std::move(chunk)); });
        m_read += size;
    }
}

void FileUpload::send(Chunk chunk)
{
    if (!chunk.bytes) return fail(chunk.bytes.error());
    json fields = about(m_items[m_at]);
    fields["offset"] = static_cast<quint64>(chunk.offset);
    const auto size = static_cast<qint64>(chunk.bytes->size());
    wire::Parts parts;
    parts.push_back(std::move(*chunk.bytes));
    ask(u"file_write"_s, std::move(fields), parts,
        [this, size, sentAt = Clock::now()](const json&) { written(size, sentAt); });
}

void FileUpload::written(qint64 size, Clock::time_point sentAt)
{
    --m_open;
    m_written += size;
    m_pace.note(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - sentAt));
    addDone(size);
    pump();
}

void FileUpload::finishItem()
{
    json fields = about(m_items[m_at]);
    fields["size"] = static_cast<quint64>(m_items[m_at].size);
    fields["replace"] = m_replace == runtime::Replace::Yes;
    m_finishing = true;
    ask(u"file_finish"_s, std::move(fields), {}, [this](const json&) { itemDone(); });
}

} // namespace cahier::runtimes
