// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/jsontree.h>

#include <widgets/outputs/jsonmodel.h>
#include <widgets/outputs/wheelgate.h>
#include <widgets/theme/thinscrollbar.h>

#include <QClipboard>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QWheelEvent>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int rowPadding = 4;

/// Keys and values in the colours of code.
class JsonDelegate : public QStyledItemDelegate {
public:
    JsonDelegate(Appearance& appearance, QObject* parent)
        : QStyledItemDelegate(parent), m_appearance(appearance)
    {
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const Theme& theme = m_appearance.theme();
        if (option.state.testFlag(QStyle::State_Selected)) painter->fillRect(option.rect, theme.selection);
        painter->setFont(theme.code);
        const QFontMetrics metrics(theme.code);
        QRect place = option.rect.adjusted(rowPadding, 0, -rowPadding, 0);
        const QString key = index.data(JsonModel::KeyRole).toString();
        if (!key.isEmpty()) {
            const QString shown = metrics.elidedText(key, Qt::ElideRight, place.width() / 2) + u": "_s;
            painter->setPen(theme.ansi[4]);
            painter->drawText(place, Qt::AlignVCenter | Qt::AlignLeft, shown);
            place.setLeft(place.left() + metrics.horizontalAdvance(shown));
        }
        painter->setPen(colourOf(theme, index.data(JsonModel::KindRole).toInt()));
        painter->drawText(
            place, Qt::AlignVCenter | Qt::AlignLeft,
            metrics.elidedText(index.data(JsonModel::ValueRole).toString(), Qt::ElideRight, place.width()));
    }

    QSize sizeHint(const QStyleOptionViewItem& /*option*/, const QModelIndex& /*index*/) const override
    {
        return {100, QFontMetrics(m_appearance.theme().code).height() + rowPadding};
    }

private:
    static QColor colourOf(const Theme& theme, int kind)
    {
        switch (kind) {
        case JsonModel::String:
            return theme.ansi[2];
        case JsonModel::Number:
            return theme.ansi[6];
        case JsonModel::Word:
            return theme.ansi[5];
        default:
            return theme.muted;
        }
    }

    Appearance& m_appearance;
};

} // namespace

JsonTree::JsonTree(Appearance& appearance, QWidget* parent)
    : QTreeView(parent), m_appearance(appearance), m_model(new JsonModel(this)),
      m_gate(new WheelGate(viewport(), this))
{
    setModel(m_model);
    setItemDelegate(new JsonDelegate(appearance, this));
    setHeaderHidden(true);
    setFrameShape(QFrame::NoFrame);
    setUniformRowHeights(true);
    setContextMenuPolicy(Qt::NoContextMenu);
    setVerticalScrollMode(ScrollPerPixel);
    setVerticalScrollBar(new ThinScrollBar(Qt::Vertical, this));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTabKeyNavigation(false);
    for (const auto signal : {&QTreeView::expanded, &QTreeView::collapsed})
        connect(this, signal, this, &JsonTree::rowsChanged);
    connect(m_model, &QAbstractItemModel::rowsInserted, this, &JsonTree::rowsChanged);
    connect(&m_appearance, &Appearance::changed, this, &JsonTree::applyTheme);
    applyTheme();
}

void JsonTree::applyTheme()
{
    QPalette palette = m_appearance.theme().palette();
    palette.setColor(QPalette::Highlight, m_appearance.theme().selection);
    palette.setColor(QPalette::HighlightedText, m_appearance.theme().text);
    setPalette(palette);
    setFont(m_appearance.theme().code);
    setIndentation(QFontMetrics(font()).horizontalAdvance(u"MM"_s));
    static_cast<ThinScrollBar*>(verticalScrollBar())->setTheme(m_appearance.theme());
    doItemsLayout();
}

void JsonTree::setValue(std::shared_ptr<const nlohmann::json> value)
{
    m_value = value;
    m_model->setValue(std::move(value));
    const QModelIndex top = m_model->index(0, 0);
    if (!top.isValid()) return;
    if (m_model->canFetchMore(top)) m_model->fetchMore(top);
    expand(top);
    setCurrentIndex(top);
    clearSelection();
}

int JsonTree::visibleRows(int most) const
{
    int rows = 0;
    for (QModelIndex index = m_model->index(0, 0); index.isValid() && rows < most; index = indexBelow(index))
        ++rows;
    return rows;
}

int JsonTree::heightOfRows(int rows) const
{
    constexpr int highest = 1'000'000;
    return std::min(highest, rows * (QFontMetrics(m_appearance.theme().code).height() + rowPadding) + 2);
}

void JsonTree::copyCurrent() const
{
    QGuiApplication::clipboard()->setText(m_model->textOf(currentIndex()));
}

void JsonTree::wheelEvent(QWheelEvent* event)
{
    if (event->modifiers().testFlag(Qt::ControlModifier) || !m_gate->takes(*event, *verticalScrollBar()))
        return event->ignore();
    QTreeView::wheelEvent(event);
}

bool JsonTree::event(QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride &&
        static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy))
        event->accept();
    return QTreeView::event(event);
}

void JsonTree::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy)) return copyCurrent();
    const bool folds = QStringView(u"+-*").contains(event->text()) || event->key() == Qt::Key_Space;
    if (!folds && !event->text().isEmpty() && event->text().front().isPrint()) return event->ignore();
    QTreeView::keyPressEvent(event);
}

} // namespace cahier::widgets
