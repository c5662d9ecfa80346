// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/settings/inifile.h>

#include <QEvent>
#include <QThreadPool>

namespace cahier::widgets {

/// With this event QSettings asks itself to write, in this thread.
bool IniFile::QuietSettings::event(QEvent* event)
{
    return event->type() == QEvent::UpdateRequest || QSettings::event(event);
}

IniFile::IniFile(const QString& path) : m_settings(path, QSettings::IniFormat)
{
    m_writing.setSingleShot(true);
    QObject::connect(&m_writing, &QTimer::timeout, &m_writing, [this] {
        // Objects for the same file share its contents, also what is not written yet.
        QThreadPool::globalInstance()->start(
            [path = m_settings.fileName()] { QSettings(path, QSettings::IniFormat).sync(); });
    });
}

void IniFile::setValue(QAnyStringView key, const QVariant& value)
{
    m_settings.setValue(key, value);
    m_writing.start(0);
}

void IniFile::remove(QAnyStringView key)
{
    m_settings.remove(key);
    m_writing.start(0);
}

} // namespace cahier::widgets
