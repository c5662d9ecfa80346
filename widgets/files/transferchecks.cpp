// SPDX-License-Identifier: GPL-3.0-or-later
// What comes before a copy: whether it may be made, and what to do where its target is there already.
#include <widgets/files/transferqueue.h>

#include <widgets/files/filenames.h>
#include <widgets/outputs/background.h>

#include <QSet>

#include <algorithm>

namespace cahier::widgets {

using runtime::FileEntry;

namespace {

constexpr int mostChecking = 8;

} // namespace

void TransferQueue::checkMore()
{
    for (const auto& item : m_items) {
        if (m_checking >= mostChecking) return;
        if (item->phase == Phase::Checking && !item->isBeingChecked) check(*item);
    }
}

/// Runs on when the item is still there, its check being over.
TransferQueue::Item* TransferQueue::checked(quint64 id)
{
    --m_checking;
    Item* const found = item(id);
    if (!found) goOnChecking();
    if (found) found->isBeingChecked = false;
    return found;
}

void TransferQueue::check(Item& item)
{
    ++m_checking;
    item.isBeingChecked = true;
    runInBackground(
        this, [copy = item.copy] { return lookAt(copy); },
        [this, id = item.id](const std::shared_ptr<LocalFacts>& facts) {
            Item* const found = checked(id);
            if (!found) return;
            // Its own name with a number is another one.
            if (!facts->allowed && found->number == 0)
                fail(*found, facts->allowed.error());
            else if (found->copy.isUpload())
                return checkTarget(*found);
            else if (facts->targetExists)
                handleConflict(*found, facts->targetIsFolder);
            else
                makeReady(*found);
            goOnChecking();
        });
}

void TransferQueue::checkTarget(Item& item)
{
    runtime::Files* const files = item.copy.runtime->files();
    if (!files) return makeReady(item); // which says so
    ++m_checking;
    item.isBeingChecked = true;
    files->stat(item.copy.farPath).then(this, [this, id = item.id](const Result<FileEntry>& entry) {
        Item* const found = checked(id);
        if (!found) return;
        if (entry)
            handleConflict(*found, entry->kind == FileEntry::Kind::Folder);
        else if (entry.error().code == ErrorCode::NotFound || entry.error().retry == Retry::Later)
            makeReady(*found); // without a connection: the copy itself waits for it
        else
            fail(*found, entry.error());
        goOnChecking();
    });
}

void TransferQueue::makeReady(Item& item)
{
    item.phase = Phase::Waiting;
    startMore();
    tellSoon();
}

void TransferQueue::handleConflict(Item& item, bool targetIsFolder)
{
    item.targetIsFolder = targetIsFolder;
    if (item.number > 0) return apply(item, Answer::KeepBoth); // that number is taken, too
    if (const auto known = m_answers.constFind(item.batch); known != m_answers.constEnd())
        return apply(item, *known);
    item.phase = Phase::Asking;
    tellSoon();
    Q_EMIT questionRaised();
}

const TransferQueue::Item* TransferQueue::question() const
{
    // In the order of the files: checks may end in another one.
    QSet<quint64> waiting; // batches
    for (const auto& item : m_items) {
        if (item->phase == Phase::Checking) waiting.insert(item->batch);
        if (item->phase == Phase::Asking && !waiting.contains(item->batch)) return item.get();
    }
    return nullptr;
}

void TransferQueue::goOnChecking()
{
    checkMore();
    if (question()) Q_EMIT questionRaised();
}

bool TransferQueue::hasSiblings(const Item& item) const
{
    return std::ranges::any_of(m_items, [&](const auto& other) {
        return other.get() != &item && other->batch == item.batch &&
               (other->phase == Phase::Checking || other->phase == Phase::Asking);
    });
}

void TransferQueue::answer(quint64 id, Answer answer, bool forAll)
{
    Item* const asked = item(id);
    if (!asked || asked->phase != Phase::Asking) return;
    std::vector<quint64> ids{id};
    if (forAll) {
        m_answers.insert(asked->batch, answer);
        for (const auto& other : m_items)
            if (other->id != id && other->batch == asked->batch && other->phase == Phase::Asking)
                ids.push_back(other->id);
    }
    for (const quint64 one : ids)
        if (Item* const found = item(one)) apply(*found, answer);
    Q_EMIT changed();
    if (question()) Q_EMIT questionRaised();
}

void TransferQueue::apply(Item& item, Answer answer)
{
    switch (answer) {
    case Answer::Skip:
        return remove(item.id);
    case Answer::Replace:
        item.replace = runtime::Replace::Yes;
        return makeReady(item);
    case Answer::KeepBoth:
        item.copy.setTarget(joinedPath(parentPath(item.wantedTarget),
                                       numberedName(lastName(item.wantedTarget), ++item.number)));
        item.phase = Phase::Checking;
        checkMore();
        tellSoon();
    }
}

} // namespace cahier::widgets
