// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

namespace cahier::widgets {

/// The buttons that float over the active cell. Each stands for a command, which the page carries out.
class CellToolbar : public QFrame {
    Q_OBJECT
public:
    explicit CellToolbar(QWidget* parent);

Q_SIGNALS:
    void triggered(const QString& command);

private:
    void addButton(const QString& command, const QString& icon, const QString& title);
};

} // namespace cahier::widgets
