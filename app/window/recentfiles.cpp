// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/window/recentfiles.h>

#include <QDir>
#include <QFileInfo>
#include <QMenu>

using namespace Qt::StringLiterals;

namespace cahier::window {

namespace {

constexpr int maxInMenu = 12;

} // namespace

ShownPath shownPath(const QString& path)
{
    const QFileInfo file(path);
    QString folder = file.path();
    const QString home = QDir::homePath();
    if (folder == home)
        folder = u"~"_s;
    else if (folder.startsWith(home + u'/'))
        folder = u'~' + folder.sliced(home.size());
    return {file.fileName(), folder};
}

RecentFiles::RecentFiles(widgets::Settings& settings, QMenu& menu, QObject* parent)
    : QObject(parent), m_settings(settings), m_menu(menu)
{
    connect(&settings, &widgets::Settings::recentFilesChanged, this, &RecentFiles::fill);
    fill();
}

void RecentFiles::add(const QString& path)
{
    QStringList paths = m_settings.recentFiles();
    paths.removeAll(path);
    paths.prepend(path);
    m_settings.setRecentFiles(paths);
}

void RecentFiles::remove(const QString& path)
{
    QStringList paths = m_settings.recentFiles();
    paths.removeAll(path);
    m_settings.setRecentFiles(paths);
}

void RecentFiles::fill()
{
    m_menu.clear();
    const QStringList paths = m_settings.recentFiles();
    for (const QString& path : paths.first(std::min<qsizetype>(paths.size(), maxInMenu))) {
        const auto [name, folder] = shownPath(path);
        QAction* const action = m_menu.addAction(u"%1   %2"_s.arg(name, folder).replace(u'&', u"&&"_s));
        action->setToolTip(path);
        connect(action, &QAction::triggered, this, [this, path] { Q_EMIT chosen(path); });
    }
    m_menu.setEnabled(!paths.isEmpty());
    if (paths.isEmpty()) return;
    m_menu.addSeparator();
    QAction* const clear = m_menu.addAction(tr("Clear the list"));
    connect(clear, &QAction::triggered, this, [this] { m_settings.setRecentFiles({}); });
}

} // namespace cahier::window
