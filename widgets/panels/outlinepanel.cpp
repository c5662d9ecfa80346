// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/panels/outlinepanel.h>

#include <widgets/theme/icons.h>
#include <widgets/theme/thinscrollbar.h>

#include <QKeyEvent>
#include <QLabel>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int indent = 14, chevron = 14, rowPadding = 3, margin = 6;

/// Where the chevron of a row is.
QRect chevronRect(const QRect& row, int depth)
{
    return {row.left() + margin + depth * indent, row.center().y() - chevron / 2, chevron, chevron};
}

class HeadingPainter : public QStyledItemDelegate {
public:
    HeadingPainter(const Appearance& appearance, QObject* parent)
        : QStyledItemDelegate(parent), m_appearance(appearance)
    {
    }

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        return {60, option.fontMetrics.height() + 2 * rowPadding};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const Theme& theme = m_appearance.theme();
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const bool current = option.state & QStyle::State_Selected;
        const QRectF ground = QRectF(option.rect).adjusted(2, 0, -2, 0);
        painter->setPen(Qt::NoPen);
        if (current || (option.state & QStyle::State_MouseOver)) {
            painter->setBrush(current ? theme.selection : theme.border);
            painter->drawRoundedRect(ground, 3, 3);
        }
        const QRect mark = chevronRect(option.rect, index.data(OutlineModel::DepthRole).toInt());
        if (index.data(OutlineModel::HasChildrenRole).toBool()) {
            const bool collapsed = index.data(OutlineModel::CollapsedRole).toBool();
            icon(collapsed ? u"chevron-right"_s : u"chevron-down"_s).paint(painter, mark);
        }
        QRect text = option.rect.adjusted(0, 0, -margin, 0);
        text.setLeft(mark.right() + 4);
        QFont font = option.font;
        if (index.data(OutlineModel::DepthRole).toInt() == 0) font.setWeight(QFont::DemiBold);
        painter->setFont(font);
        painter->setPen(theme.text);
        painter->drawText(
            text, Qt::AlignVCenter | Qt::AlignLeft,
            QFontMetrics(font).elidedText(index.data().toString(), Qt::ElideRight, text.width()));
        painter->restore();
    }

private:
    const Appearance& m_appearance;
};

} // namespace

OutlinePanel::OutlinePanel(const Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_appearance(appearance), m_model(new OutlineModel(this)), m_list(new QListView(this)),
      m_empty(new QLabel(this))
{
    setAccessibleName(tr("Outline"));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new HeadingPainter(appearance, m_list));
    m_list->setUniformItemSizes(true);
    m_list->setVerticalScrollBar(new ThinScrollBar(appearance, Qt::Vertical, m_list));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setMouseTracking(true);
    m_list->setAccessibleName(tr("Headings"));
    m_list->installEventFilter(this);
    m_list->viewport()->setAutoFillBackground(false);
    m_list->viewport()->installEventFilter(this);
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_empty->setContentsMargins(margin + 4, 0, margin, 0);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_empty, 1);

    connect(m_list, &QListView::clicked, this, &OutlinePanel::handleClick);
    connect(m_model, &OutlineModel::completed, this, &OutlinePanel::updateState);
    connect(m_model, &OutlineModel::modelReset, this, &OutlinePanel::updateState);
    connect(&appearance, &Appearance::changed, m_list->viewport(), qOverload<>(&QWidget::update));
    updateState();
}

void OutlinePanel::setNotebook(notebook::Notebook* notebook)
{
    m_active.reset();
    m_hasNotebook = notebook;
    m_model->setNotebook(notebook);
}

void OutlinePanel::setActiveCell(std::optional<notebook::CellKey> cell)
{
    m_active = cell;
    markActive();
}

void OutlinePanel::markActive()
{
    const int row = m_active ? m_model->rowOf(*m_active) : -1;
    if (row == m_list->currentIndex().row()) return;
    m_list->setCurrentIndex(m_model->index(row, 0));
}

void OutlinePanel::updateState()
{
    const bool any = m_model->rowCount() > 0;
    m_list->setVisible(any);
    m_empty->setVisible(!any && m_model->isComplete());
    m_empty->setText(m_hasNotebook ? tr("Headings of text cells appear here.") : tr("No notebook is open."));
    markActive();
}

void OutlinePanel::handleClick(const QModelIndex& index)
{
    const int depth = index.data(OutlineModel::DepthRole).toInt();
    const QPoint place = m_list->viewport()->mapFromGlobal(QCursor::pos());
    const bool folds = index.data(OutlineModel::HasChildrenRole).toBool() &&
                       chevronRect(m_list->visualRect(index), depth).contains(place);
    if (folds)
        m_model->setCollapsed(index.row(), !index.data(OutlineModel::CollapsedRole).toBool());
    else
        Q_EMIT cellActivated(index.data(OutlineModel::CellRole).value<notebook::CellKey>());
}

bool OutlinePanel::handleKey(int key)
{
    const QModelIndex current = m_list->currentIndex();
    if (!current.isValid()) return false;
    switch (key) {
    case Qt::Key_Left:
        m_model->setCollapsed(current.row(), true);
        return true;
    case Qt::Key_Right:
        m_model->setCollapsed(current.row(), false);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        Q_EMIT cellActivated(current.data(OutlineModel::CellRole).value<notebook::CellKey>());
        return true;
    default:
        return false;
    }
}

bool OutlinePanel::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_list && event->type() == QEvent::KeyPress &&
        handleKey(static_cast<QKeyEvent*>(event)->key()))
        return true;
    return QWidget::eventFilter(watched, event);
}

} // namespace cahier::widgets
