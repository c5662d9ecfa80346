// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/dialogs/kernelorders.h>
#include <widgets/dialogs/sessionsmodel.h>
#include <widgets/theme/appearance.h>

#include <QDialog>

#include <functional>

class QLabel;
class QPushButton;
class QTreeView;

namespace cahier::widgets {

/// Every kernel on every runtime that was opened: to go to it, to interrupt it and to end it. What concerns a
/// kernel of a notebook of this window is left to the window; orders to others are carried out here.
class SessionsDialog : public QDialog {
    Q_OBJECT
public:
    /// Both must outlive it.
    SessionsDialog(runtime::RuntimeList& list, const Appearance& appearance, QWidget* parent = nullptr);

    /// The ids of the kernels that notebooks of this window are attached to.
    void setOwnKernels(const QSet<QString>& ids) { m_model->setOwnKernels(ids); }
    [[nodiscard]] SessionsModel& model() { return *m_model; }

Q_SIGNALS:
    /// The user wants the notebook, attached to this kernel. The label is the notebook's path, or empty.
    void attachRequested(const QString& runtimeId, const QString& kernelId, const QString& label);
    /// Of an own kernel; what may be lost has been asked about.
    void orderRequested(const QString& runtimeId, const QString& kernelId,
                        cahier::widgets::KernelOrder order);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    using Kernels = std::vector<SessionsModel::Kernel>;
    void makeView();
    [[nodiscard]] QLayout* makeButtons();
    QPushButton* addButton(QLayout& row, const QString& text, void (SessionsDialog::*action)());
    void showRows();
    void showFirst();
    void updateButtons();
    void openMenu(const QPoint& place);
    [[nodiscard]] Kernels selected() const;
    [[nodiscard]] Kernels selectedAlive() const;
    [[nodiscard]] Kernels idleOnes() const;

    void goTo();
    void interrupt();
    void restart();
    void shutDown();
    void shutDownIdle();
    void reconnect();
    void askFirst(const QString& question, const QString& explanation, const QString& answer,
                  const std::function<void()>& take);
    void order(const Kernels& kernels, KernelOrder order);
    void orderOne(const SessionsModel::Kernel& kernel, KernelOrder order);
    void tell(const QString& problem);

    const Appearance& m_appearance;
    SessionsModel* m_model;
    QTreeView* m_view;
    QLabel* m_empty; ///< in place of the view
    QLabel* m_problem;
    QPushButton* m_goTo = nullptr;
    QPushButton* m_interrupt = nullptr;
    QPushButton* m_restart = nullptr;
    QPushButton* m_shutDown = nullptr;
    QPushButton* m_shutDownIdle = nullptr;
    bool m_isSized = false;
};

} // namespace cahier::widgets
