// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/window/kernelmemory.h>

#include <QStandardPaths>
#include <QStringList>
#include <QUrl>

using namespace Qt::StringLiterals;

namespace cahier::window {

namespace {

QString keyOf(const QString& path)
{
    return u"kernels/"_s + QString::fromLatin1(QUrl::toPercentEncoding(path));
}

QString defaultFile()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericStateLocation) + u"/cahier/kernels.ini"_s;
}

} // namespace

KernelMemory::KernelMemory(const QString& file) : m_file(file.isEmpty() ? defaultFile() : file) {}

std::optional<KernelMemory::Entry> KernelMemory::find(const QString& notebookPath) const
{
    const QStringList parts = m_file.value(keyOf(notebookPath)).toString().split(u' ');
    bool ok = false;
    const quint64 seq = parts.size() == 2 ? parts[1].toULongLong(&ok) : 0;
    if (!ok || parts[0].isEmpty()) return std::nullopt;
    return Entry{parts[0], seq};
}

void KernelMemory::remember(const QString& notebookPath, const Entry& entry)
{
    m_file.setValue(keyOf(notebookPath), u"%1 %2"_s.arg(entry.kernelId).arg(entry.lastSeq));
}

void KernelMemory::forget(const QString& notebookPath)
{
    m_file.remove(keyOf(notebookPath));
}

} // namespace cahier::window
