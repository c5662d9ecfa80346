// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/files/transferqueue.h>
#include <widgets/theme/appearance.h>

#include <QWidget>

class QLabel;
class QScrollArea;
class QToolButton;
class QVBoxLayout;

namespace cahier::widgets {

class TransferRow;

/// The copies of a queue, those that run or failed first. Takes no room without any.
class TransferList : public QWidget {
    Q_OBJECT
public:
    /// Copies with a row of their own; of more it says how many there are.
    static constexpr int mostRows = 50;

    TransferList(TransferQueue& queue, const Appearance& appearance, QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void update();
    [[nodiscard]] std::vector<const TransferQueue::Item*> wanted() const;

    TransferQueue& m_queue;
    const Appearance& m_appearance;
    QLabel* m_title;
    QToolButton *m_clear, *m_cancel;
    QScrollArea* m_area;
    QWidget* m_content;
    QVBoxLayout* m_layout;
    std::vector<TransferRow*> m_rows;
    QLabel* m_more;
};

} // namespace cahier::widgets
