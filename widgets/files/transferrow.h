// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/files/transferqueue.h>
#include <widgets/theme/appearance.h>

#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace cahier::widgets {

/// One copy: its name, how far it is, and what can be done about it.
class TransferRow : public QWidget {
    Q_OBJECT
public:
    TransferRow(TransferQueue& queue, const Appearance& appearance, QWidget* parent);

    void show(const TransferQueue::Item& item);
    [[nodiscard]] quint64 id() const { return m_id; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void elide();
    void applyTheme();

    TransferQueue& m_queue;
    const Appearance& m_appearance;
    quint64 m_id = 0;
    bool m_isUpload = true, m_isFailed = false;
    QString m_nameText, m_stateText;
    QLabel *m_sign, *m_name, *m_state;
    QProgressBar* m_bar;
    QToolButton *m_again, *m_stop;
};

/// "3 of 60 MB · 4.5 MB/s · 12 s left", or what it waits for, or why it failed.
[[nodiscard]] QString stateText(const TransferQueue::Item& item);
/// "12 s", "3 min", "2 h 5 min".
[[nodiscard]] QString timeText(qint64 seconds);

} // namespace cahier::widgets
