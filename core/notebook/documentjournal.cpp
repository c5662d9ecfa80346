// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/documentjournal.h>

#include <utility>

namespace cahier::notebook {

DocumentJournal::DocumentJournal(QString folder, QString path, const FileVersion& version,
                                 NotebookSnapshot base)
    : m_folder(std::move(folder)), m_path(std::move(path)), m_version(version), m_base(std::move(base))
{
}

Result<void> DocumentJournal::noted(Result<void> done)
{
    m_recordFailed = !done;
    m_isTold = m_isTold && (m_recordFailed || m_baseFailed);
    return done;
}

Result<void> DocumentJournal::keep(const NumberedState& state)
{
    const std::lock_guard lock(m_mutex);
    if (m_isRemoved || state.number <= m_latest.number) return {};
    Result<void> done;
    if (state.isModified)
        done = record(state.snapshot);
    else if (m_file && m_holdsChanges)
        done = m_file->restart(m_path, m_version, nullptr);
    if (done) {
        m_latest = state;
        m_holdsChanges = state.isModified;
    }
    return noted(std::move(done));
}

Result<void> DocumentJournal::record(const NotebookSnapshot& snapshot)
{
    if (m_file && m_file->record(snapshot)) return {};
    return recordInANewFile(snapshot);
}

Result<void> DocumentJournal::recordInANewFile(const NotebookSnapshot& snapshot)
{
    auto made = RecoveryJournal::create(m_folder, m_path, m_version, m_base);
    if (!made) return std::unexpected(made.error());
    if (auto done = (*made)->record(snapshot); !done) {
        (*made)->remove();
        return done;
    }
    if (m_file) m_file->remove();
    m_file = std::move(*made);
    return {};
}

bool DocumentJournal::wantsBase()
{
    const std::lock_guard lock(m_mutex);
    return m_file && !m_file->hasBase() && !std::exchange(m_isCopying, true);
}

Result<void> DocumentJournal::finishBase()
{
    std::unique_lock lock(m_mutex);
    const auto file = m_isRemoved ? nullptr : m_file;
    lock.unlock();
    Result<void> done = file ? file->finishBase() : Result<void>();
    lock.lock();
    m_isCopying = false;
    m_baseFailed = !done;
    m_isTold = m_isTold && (m_recordFailed || m_baseFailed);
    return done;
}

bool DocumentJournal::isNews()
{
    const std::lock_guard lock(m_mutex);
    return (m_recordFailed || m_baseFailed) && !std::exchange(m_isTold, true);
}

void DocumentJournal::remove()
{
    const std::lock_guard lock(m_mutex);
    m_isRemoved = true;
    if (m_file) m_file->remove();
}

DocumentJournal::Replacement::Replacement(DocumentJournal& journal, const QString& path,
                                          const FileVersion& version, const NumberedState& saved)
    : m_journal(journal), m_path(path), m_saved(saved), m_lock(journal.m_mutex)
{
    // A base takes long: records are written meanwhile, perhaps to a journal that is begun now.
    while (m_outcome && m_journal.m_file && !m_journal.m_isRemoved && !m_journal.m_file->hasBase()) {
        m_lock.unlock();
        m_outcome = m_journal.finishBase();
        m_lock.lock();
    }
    if (m_journal.m_file && !m_journal.m_isRemoved && m_outcome)
        m_outcome = m_journal.noted(prepare(version));
}

bool DocumentJournal::Replacement::holdsOtherThanSaved() const
{
    const NotebookSnapshot& latest = m_journal.m_latest.snapshot;
    return m_journal.m_latest.number > m_saved.number &&
           (latest.editState != m_saved.snapshot.editState || latest.runState != m_saved.snapshot.runState);
}

Result<void> DocumentJournal::Replacement::prepare(const FileVersion& version)
{
    if (m_saved.number > m_journal.m_latest.number) {
        if (auto done = m_journal.record(m_saved.snapshot); !done) return done;
        m_journal.m_latest = m_saved;
        m_journal.m_holdsChanges = true;
    }
    return m_journal.m_file->recordSave(m_path, version, holdsOtherThanSaved());
}

Result<void> DocumentJournal::Replacement::finish(const FileVersion& version)
{
    m_journal.m_path = m_path;
    m_journal.m_version = version;
    const bool isOther = holdsOtherThanSaved();
    if (m_saved.number > m_journal.m_latest.number) m_journal.m_latest = m_saved; // nothing earlier is wanted
    if (!m_journal.m_file || m_journal.m_isRemoved) return {};
    auto done = m_journal.m_file->restart(m_path, version, isOther ? &m_journal.m_latest.snapshot : nullptr);
    m_journal.m_holdsChanges = isOther || !done;
    return m_journal.noted(std::move(done));
}

} // namespace cahier::notebook
