// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/connectionstate.h>
#include <core/runtime/sessionstate.h>
#include <widgets/theme/appearance.h>

#include <QTimer>
#include <QWidget>

class QLabel;
class QToolButton;

namespace cahier::window {

/// The kernel's state at the lower edge: a dot, a word, how many cells wait, and the kernel's name, which
/// opens the choice of kernels.
class KernelStatus : public QWidget {
    Q_OBJECT
public:
    struct State {
        runtime::SessionState session = runtime::SessionState::NoKernel;
        bool isPreparing = false;
        int waiting = 0;
        QString title; ///< of the kernel
        QString place; ///< where it runs; empty for this machine
        runtime::ConnectionState connection;
    };

    explicit KernelStatus(const widgets::Appearance& appearance, QWidget* parent = nullptr);

    /// Nothing: no notebook is shown.
    void showState(const std::optional<State>& state);
    [[nodiscard]] QString text() const;

Q_SIGNALS:
    void chooseRequested();

private:
    void update();

    const widgets::Appearance& m_appearance;
    std::optional<State> m_state;
    QLabel* m_dot;
    QLabel* m_word;
    QToolButton* m_kernel;
    QTimer m_tick; ///< while an attempt to connect is waited for
};

} // namespace cahier::window
