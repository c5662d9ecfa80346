// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/settings/settings.h>

#include <QObject>

class QMenu;

namespace cahier::window {

/// The notebooks that were open lately, newest first. Whether they are still there is seen when they are
/// opened: a folder across the network must not keep a menu waiting.
class RecentFiles : public QObject {
    Q_OBJECT
public:
    /// Keeps `menu` filled. Both outlive it.
    RecentFiles(widgets::Settings& settings, QMenu& menu, QObject* parent = nullptr);

    void add(const QString& path);
    void remove(const QString& path);

Q_SIGNALS:
    void chosen(const QString& path);

private:
    void fill();

    widgets::Settings& m_settings;
    QMenu& m_menu;
};

/// "report.ipynb" and the folder "~/work" that tells it from others.
struct ShownPath {
    QString name, folder;
};
[[nodiscard]] ShownPath shownPath(const QString& path);

} // namespace cahier::window
