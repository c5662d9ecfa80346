// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/dialogs/runtimerows.h>

#include <QDialog>

class QLabel;
class QListView;
class QPushButton;
class QVBoxLayout;

namespace cahier::widgets {

class TextBlock;

/// Shows the user's runtimes and how the ways to them stand. What is asked for is done by its owner; the list
/// follows by itself.
class RuntimesDialog : public QDialog {
    Q_OBJECT
public:
    /// Both must outlive it.
    RuntimesDialog(runtime::RuntimeList& list, const Appearance& appearance, QWidget* parent = nullptr);

    void select(const QString& id);
    /// The id of the one that is chosen.
    [[nodiscard]] QString current() const;

Q_SIGNALS:
    void addHostRequested();
    void addServerRequested();
    void editRequested(const QString& id);
    /// The user was asked already, and told that a token or password of the server is forgotten.
    void removeRequested(const QString& id);
    void connectRequested(const QString& id);
    void disconnectRequested(const QString& id);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void setUpView(const Appearance& appearance);
    [[nodiscard]] QWidget* makeButtons();
    QPushButton* addButton(QVBoxLayout& column, const QString& text, const std::function<void()>& take);
    void update();
    void askToRemove();

    runtime::RuntimeList& m_list;
    RuntimeRows* m_rows;
    QListView* m_view;
    QLabel* m_empty;      ///< what another machine is good for, where there is none
    TextBlock* m_problem; ///< why the last attempt to connect failed
    QPushButton* m_edit = nullptr;
    QPushButton* m_remove = nullptr;
    QPushButton* m_connect = nullptr;
    QPushButton* m_disconnect = nullptr;
    QString m_current; ///< stays chosen when the list changes
};

} // namespace cahier::widgets
