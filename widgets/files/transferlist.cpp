// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/files/transferlist.h>

#include <widgets/files/transferrow.h>
#include <widgets/theme/thinscrollbar.h>

#include <QLabel>
#include <QPainter>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int margin = 10, mostShownAtOnce = 4;

using Phase = TransferQueue::Phase;

/// Lower comes first.
int rankOf(Phase phase)
{
    switch (phase) {
    case Phase::Failed:
    case Phase::Asking:
    case Phase::Running:
    case Phase::Stalled:
        return 0;
    case Phase::Succeeded:
        return 1;
    case Phase::Checking:
    case Phase::Waiting:
        return 2;
    }
    return 2;
}

} // namespace

TransferList::TransferList(TransferQueue& queue, const Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_queue(queue), m_appearance(appearance), m_title(new QLabel(this)),
      m_clear(new QToolButton(this)), m_cancel(new QToolButton(this)), m_area(new QScrollArea(this)),
      m_content(new QWidget), m_layout(new QVBoxLayout(m_content)), m_more(new QLabel(m_content))
{
    setAccessibleName(tr("Transfers"));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    m_title->setContentsMargins(margin, 4, 0, 4);
    m_clear->setText(tr("Clear"));
    m_clear->setAccessibleName(tr("Clear the finished transfers"));
    m_cancel->setText(tr("Cancel all"));
    for (QToolButton* const button : {m_clear, m_cancel})
        button->setAutoRaise(true);
    m_layout->setContentsMargins(0, 0, 0, 4);
    m_layout->setSpacing(0);
    m_more->setContentsMargins(margin, 2, margin, 2);
    m_more->setForegroundRole(QPalette::PlaceholderText);
    m_layout->addWidget(m_more);
    m_layout->addStretch();
    m_area->setWidget(m_content);
    m_area->setWidgetResizable(true);
    m_area->setFrameShape(QFrame::NoFrame);
    m_area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_area->setVerticalScrollBar(new ThinScrollBar(appearance, Qt::Vertical, m_area));
    m_area->setFocusPolicy(Qt::NoFocus);
    auto* const head = new QHBoxLayout;
    head->setContentsMargins(0, 0, margin - 4, 0);
    head->addWidget(m_title, 1);
    head->addWidget(m_clear);
    head->addWidget(m_cancel);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(head);
    layout->addWidget(m_area);
    connect(m_clear, &QToolButton::clicked, &queue, &TransferQueue::clearFinished);
    connect(m_cancel, &QToolButton::clicked, &queue, &TransferQueue::cancelAll);
    connect(&queue, &TransferQueue::changed, this, &TransferList::update);
    update();
}

std::vector<const TransferQueue::Item*> TransferList::wanted() const
{
    std::vector<const TransferQueue::Item*> items;
    for (const int rank : {0, 1, 2}) {
        for (const auto& item : m_queue.items()) {
            if (items.size() == mostRows) return items;
            if (rankOf(item->phase) == rank) items.push_back(item.get());
        }
    }
    return items;
}

void TransferList::update()
{
    const std::vector<const TransferQueue::Item*> items = wanted();
    while (m_rows.size() < items.size()) {
        m_rows.push_back(new TransferRow(m_queue, m_appearance, m_content));
        m_layout->insertWidget(static_cast<int>(m_rows.size()) - 1, m_rows.back());
    }
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        if (row < items.size())
            m_rows[row]->show(*items[row]);
        else
            m_rows[row]->hide();
    }
    const auto count = static_cast<int>(m_queue.items().size());
    const int more = count - static_cast<int>(items.size());
    m_more->setVisible(more > 0);
    m_more->setText(tr("and %n more", nullptr, more));
    const auto over =
        static_cast<int>(std::ranges::count_if(m_queue.items(), &TransferQueue::Item::isOver,
                                               [](const auto& item) -> const auto& { return *item; }));
    m_clear->setVisible(over > 0);
    m_cancel->setVisible(count - over > 1);
    m_title->setText(count > over ? tr("Transfers (%1)").arg(count - over) : tr("Transfers"));
    const int rowHeight = items.empty() ? 0 : m_rows.front()->sizeHint().height();
    const int shown = std::min(static_cast<int>(items.size()), mostShownAtOnce);
    m_area->setFixedHeight(std::min(m_content->sizeHint().height(), shown * (rowHeight + 6)) + 4);
    setVisible(count > 0);
}

void TransferList::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(QRect(0, 0, width(), 1), m_appearance.theme().border);
}

QSize TransferList::sizeHint() const
{
    return {200, QWidget::sizeHint().height()};
}

} // namespace cahier::widgets
