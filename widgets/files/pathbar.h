// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLineEdit;
class QToolButton;

namespace cahier::widgets {

/// The folder that is shown, as a field to type another one into, and the ways to others.
class PathBar : public QWidget {
    Q_OBJECT
public:
    explicit PathBar(QWidget* parent = nullptr);

    /// Absolute; empty: none is known yet.
    void setPath(const QString& path);
    /// The folder of the notebook; empty: none.
    void setStartFolder(const QString& path);
    [[nodiscard]] const QString& startFolder() const { return m_startFolder; }
    void editPath();
    /// Where the panel puts its own button.
    [[nodiscard]] QToolButton& menuButton() { return *m_menu; }

Q_SIGNALS:
    void pathEntered(const QString& path);
    void refreshRequested();
    void left(); ///< Escape: the files want the focus

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QToolButton* makeButton(const QString& icon, const QString& title);
    void enter();

    QString m_path, m_startFolder;
    QToolButton *m_up, *m_home, *m_start, *m_refresh, *m_menu;
    QLineEdit* m_field;
};

} // namespace cahier::widgets
