// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/runtimelist.h>
#include <widgets/settings/inifile.h>

#include <QString>

#include <optional>

namespace cahier::window {

/// Where each notebook's code runs, which kernel it had, and up to which of its events the notebook's file
/// holds what it said. Kept in a small file, so that a window that is opened later finds the kernel and asks
/// for the rest.
class KernelMemory {
public:
    struct Entry {
        QString kernelId;
        quint64 lastSeq = 0;
        QString runtime = QString::fromLatin1(runtime::RuntimeList::localId);
        friend bool operator==(const Entry&, const Entry&) = default;
    };

    /// `file`: empty for ${XDG_STATE_HOME:-~/.local/state}/cahier/kernels.ini
    explicit KernelMemory(const QString& file = {});

    [[nodiscard]] std::optional<Entry> find(const QString& notebookPath) const;
    void remember(const QString& notebookPath, const Entry& entry);
    void forget(const QString& notebookPath);

    /// What the user chose for the notebook, without a kernel to join. Nothing: never anything.
    [[nodiscard]] std::optional<runtime::RuntimeChoice> findChoice(const QString& notebookPath) const;
    void rememberChoice(const QString& notebookPath, const runtime::RuntimeChoice& choice);

private:
    widgets::IniFile m_file;
};

} // namespace cahier::window
