// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/files/transferqueue.h>

#include <algorithm>

namespace cahier::widgets {

using namespace std::chrono_literals;
using runtime::FileTransfer;

namespace {

constexpr auto newsPause = 100ms;
constexpr auto measurePause = 500ms;
constexpr double weightOfNew = 0.3; ///< of the last measurement in the speed

/// A transfer must not be destroyed while it tells of its end.
void drop(std::unique_ptr<FileTransfer>& transfer, QObject* listener)
{
    if (!transfer) return;
    transfer->disconnect(listener);
    transfer.release()->deleteLater();
}

} // namespace

std::optional<qint64> TransferQueue::Item::timeLeft() const
{
    if (phase != Phase::Running || speed < 1 || total <= done) return std::nullopt;
    return static_cast<qint64>(static_cast<double>(total - done) / speed) + 1;
}

TransferQueue::TransferQueue(QObject* parent) : QObject(parent), m_lingering(5s)
{
    m_news.setSingleShot(true);
    m_news.setInterval(newsPause);
    connect(&m_news, &QTimer::timeout, this, &TransferQueue::changed);
    m_measuring.setInterval(measurePause);
    connect(&m_measuring, &QTimer::timeout, this, &TransferQueue::measure);
}

TransferQueue::~TransferQueue() = default;

void TransferQueue::add(std::vector<FileCopy> copies)
{
    for (FileCopy& copy : copies) {
        auto item = std::make_unique<Item>();
        item->id = m_nextId++;
        item->batch = m_nextBatch;
        item->wantedTarget = copy.target();
        item->copy = std::move(copy);
        m_items.push_back(std::move(item));
    }
    ++m_nextBatch;
    checkMore();
    Q_EMIT changed();
}

TransferQueue::Item* TransferQueue::item(quint64 id) const
{
    const auto found = std::ranges::find(m_items, id, [](const auto& item) { return item->id; });
    return found == m_items.end() ? nullptr : found->get();
}

const TransferQueue::Item* TransferQueue::find(quint64 id) const
{
    return item(id);
}

bool TransferQueue::isBusy() const
{
    return std::ranges::any_of(m_items, [](const auto& item) { return !item->isOver(); });
}

bool TransferQueue::mayStart(const Item& item) const
{
    int running = 0;
    for (const auto& other : m_items) {
        if (!other->transfer || other->copy.runtime != item.copy.runtime) continue;
        if (other->copy.target() == item.copy.target()) return false; // they would write the same file
        ++running;
    }
    return running < mostRunning;
}

void TransferQueue::startMore()
{
    for (const auto& item : m_items)
        if (item->phase == Phase::Waiting && mayStart(*item)) start(*item);
}

void TransferQueue::start(Item& item)
{
    runtime::Files* const files = item.copy.runtime->files();
    if (!files) return fail(item, {ErrorCode::Unsupported, tr("This runtime gives no access to its files.")});
    const FileCopy& copy = item.copy;
    item.transfer = copy.isUpload() ? files->upload(copy.localPath, copy.farPath, item.replace)
                                    : files->download(copy.farPath, copy.localPath, item.replace);
    item.phase = Phase::Running;
    item.hasStarted = true;
    item.speed = 0;
    item.measured = -1;
    FileTransfer* const transfer = item.transfer.get();
    // The item lives as long as its transfer.
    connect(transfer, &FileTransfer::progressed, this, [this, &item](qint64 done, qint64 total) {
        item.done = done;
        item.total = total;
        tellSoon();
    });
    connect(transfer, &FileTransfer::stalled, this, [this, &item](bool waiting) {
        item.phase = waiting ? Phase::Stalled : Phase::Running;
        item.speed = 0;
        item.measured = -1;
        tellSoon();
    });
    connect(transfer, &FileTransfer::succeeded, this, [this, &item] { finish(item); });
    connect(transfer, &FileTransfer::failed, this,
            [this, &item](const Error& error) { takeFailure(item, error); });
    m_measuring.start();
    tellSoon();
}

void TransferQueue::finish(Item& item)
{
    drop(item.transfer, this);
    item.phase = Phase::Succeeded;
    item.done = item.total;
    QTimer::singleShot(m_lingering, this, [this, id = item.id] { clear(id); });
    const FileCopy copy = item.copy;
    startMore();
    Q_EMIT changed();
    Q_EMIT succeeded(copy);
}

void TransferQueue::takeFailure(Item& item, const Error& error)
{
    drop(item.transfer, this);
    if (error.code == ErrorCode::Cancelled) return remove(item.id);
    // The target came after it was looked for.
    if (error.code == ErrorCode::IllegalState && item.replace == runtime::Replace::No)
        return handleConflict(item, item.targetIsFolder);
    fail(item, error);
}

void TransferQueue::fail(Item& item, const Error& error)
{
    item.phase = Phase::Failed;
    item.error = error;
    const FileCopy copy = item.copy;
    startMore();
    Q_EMIT changed();
    Q_EMIT failed(copy, error);
}

void TransferQueue::remove(quint64 id)
{
    const auto found = std::ranges::find(m_items, id, [](const auto& item) { return item->id; });
    if (found == m_items.end()) return;
    drop((*found)->transfer, this);
    m_items.erase(found);
    startMore();
    checkMore();
    Q_EMIT changed();
}

void TransferQueue::cancel(quint64 id)
{
    Item* const found = item(id);
    if (!found || found->isOver()) return;
    if (found->transfer)
        found->transfer->cancel(); // its failure follows
    else
        remove(id);
}

void TransferQueue::cancelAll()
{
    std::vector<quint64> ids;
    for (const auto& item : m_items)
        if (!item->isOver()) ids.push_back(item->id);
    // From the end: no other one starts in between.
    for (auto id = ids.rbegin(); id != ids.rend(); ++id)
        cancel(*id);
}

void TransferQueue::retry(quint64 id)
{
    Item* const found = item(id);
    if (!found || found->phase != Phase::Failed) return;
    // What is at its target now came from its first attempt, or was to be replaced.
    const bool isOwn = found->hasStarted && found->error && found->error->code != ErrorCode::IllegalState;
    if (isOwn) found->replace = runtime::Replace::Yes;
    found->error.reset();
    found->done = 0;
    found->phase = isOwn ? Phase::Waiting : Phase::Checking;
    startMore();
    checkMore();
    Q_EMIT changed();
}

void TransferQueue::clear(quint64 id)
{
    const Item* const found = item(id);
    if (found && found->isOver()) remove(id);
}

void TransferQueue::clearFinished()
{
    std::erase_if(m_items, [](const auto& item) { return item->isOver(); });
    Q_EMIT changed();
}

void TransferQueue::measure()
{
    bool any = false;
    for (const auto& item : m_items) {
        any = any || item->transfer;
        if (item->phase != Phase::Running) continue;
        const qint64 before = std::exchange(item->measured, item->done);
        if (before < 0) continue;
        const double now =
            static_cast<double>(item->done - before) / std::chrono::duration<double>(measurePause).count();
        item->speed = item->speed > 0 ? item->speed + weightOfNew * (now - item->speed) : now;
    }
    if (!any) return m_measuring.stop();
    tellSoon();
}

void TransferQueue::tellSoon()
{
    if (!m_news.isActive()) m_news.start();
}

} // namespace cahier::widgets
