// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/tableview.h>

#include <widgets/outputs/tablemodel.h>
#include <widgets/outputs/wheelgate.h>
#include <widgets/theme/thinscrollbar.h>

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QWheelEvent>

#include <algorithm>
#include <cstdlib>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int cellPadding = 8;
constexpr int highest = 8'000'000;

QFont tableFont(const Theme& theme)
{
    QFont font = theme.interface;
    if (font.pointSizeF() > 0) font.setPointSizeF(font.pointSizeF() * theme.zoom);
    return font;
}

int longestLine(const QFontMetrics& metrics, const QString& text)
{
    constexpr qsizetype enough = 200;
    int width = 0;
    for (const QString& line : text.left(enough).split(u'\n'))
        width = std::max(width, metrics.horizontalAdvance(line));
    return width;
}

/// Text with room around it; the index column is less important.
class CellDelegate : public QStyledItemDelegate {
public:
    CellDelegate(Appearance& appearance, QObject* parent)
        : QStyledItemDelegate(parent), m_appearance(appearance)
    {
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const Theme& theme = m_appearance.theme();
        const QVariant ground = index.data(Qt::BackgroundRole);
        if (ground.isValid()) painter->fillRect(option.rect, qvariant_cast<QColor>(ground));
        if (option.state.testFlag(QStyle::State_Selected)) painter->fillRect(option.rect, theme.selection);
        const QVariant font = index.data(Qt::FontRole), ink = index.data(Qt::ForegroundRole);
        painter->setFont(font.isValid() ? qvariant_cast<QFont>(font) : option.font);
        painter->setPen(ink.isValid() ? qvariant_cast<QColor>(ink) : theme.text);
        const QRect place = option.rect.adjusted(cellPadding, 0, -cellPadding, 0);
        const QString text =
            painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, place.width());
        painter->drawText(place, int(index.data(Qt::TextAlignmentRole).toInt()) | Qt::TextSingleLine, text);
        if (!option.state.testFlag(QStyle::State_HasFocus)) return;
        painter->setPen(theme.accent);
        painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
    }

private:
    Appearance& m_appearance;
};

/// Column names over a line.
class TableHeader : public QHeaderView {
public:
    TableHeader(Appearance& appearance, QWidget* parent)
        : QHeaderView(Qt::Horizontal, parent), m_appearance(appearance)
    {
        setSectionsClickable(true);
        setHighlightSections(false);
    }
    [[nodiscard]] QSize sizeHint() const override
    {
        int lines = 1;
        for (int i = 0; i < count(); ++i)
            lines = std::max(lines, 1 + int(model()->headerData(i, Qt::Horizontal).toString().count(u'\n')));
        return {100, lines * fontMetrics().height() + cellPadding + 4};
    }

protected:
    void paintSection(QPainter* painter, const QRect& place, int column) const override
    {
        const Theme& theme = m_appearance.theme();
        const QVariant ground = model()->headerData(column, Qt::Horizontal, Qt::BackgroundRole);
        painter->fillRect(place, ground.isValid() ? qvariant_cast<QColor>(ground) : theme.page);
        painter->fillRect(QRect(place.left(), place.bottom(), place.width(), 1), theme.muted);
        painter->setPen(theme.text);
        painter->setFont(font());
        const int alignment = model()->headerData(column, Qt::Horizontal, Qt::TextAlignmentRole).toInt();
        painter->drawText(place.adjusted(cellPadding, 0, -cellPadding, -1),
                          (alignment & Qt::AlignHorizontal_Mask) | Qt::AlignBottom,
                          model()->headerData(column, Qt::Horizontal).toString());
    }
    void paintEvent(QPaintEvent* event) override
    {
        QHeaderView::paintEvent(event);
        const int end = length() - offset();
        QPainter(viewport()).fillRect(QRect(end, 0, width() - end, height()), m_appearance.theme().page);
    }

private:
    Appearance& m_appearance;
};

} // namespace

TableView::TableView(Appearance& appearance, QWidget* parent)
    : QTableView(parent), m_appearance(appearance), m_model(new TableModel(this)),
      m_gate(new WheelGate(viewport(), this))
{
    setHorizontalHeader(new TableHeader(appearance, this));
    setItemDelegate(new CellDelegate(appearance, this));
    setModel(m_model);
    setFrameShape(QFrame::NoFrame);
    setShowGrid(false);
    setAlternatingRowColors(true);
    setWordWrap(false);
    setCornerButtonEnabled(false);
    setTabKeyNavigation(false);
    setEditTriggers(NoEditTriggers);
    setContextMenuPolicy(Qt::NoContextMenu);
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollMode(ScrollPerPixel);
    setVerticalScrollBar(new ThinScrollBar(Qt::Vertical, this));
    setHorizontalScrollBar(new ThinScrollBar(Qt::Horizontal, this));
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    connect(&m_appearance, &Appearance::changed, this, &TableView::applyTheme);
    applyTheme();
}

void TableView::applyTheme()
{
    const Theme& theme = m_appearance.theme();
    const QFont font = tableFont(theme);
    QPalette palette = theme.palette();
    palette.setColor(QPalette::Highlight, theme.selection);
    palette.setColor(QPalette::HighlightedText, theme.text);
    setPalette(palette);
    setFont(font);
    m_model->setTheme(theme);
    QFont bold = font;
    bold.setBold(true);
    horizontalHeader()->setFont(bold);
    verticalHeader()->setDefaultSectionSize(QFontMetrics(font).height() + cellPadding);
    static_cast<ThinScrollBar*>(verticalScrollBar())->setTheme(theme);
    static_cast<ThinScrollBar*>(horizontalScrollBar())->setTheme(theme);
    sizeColumns();
}

void TableView::setTable(std::shared_ptr<const HtmlTable> table)
{
    const bool grown = table && m_model->table() && table->header == m_model->table()->header;
    const int top = verticalScrollBar()->value();
    m_model->setTable(std::move(table));
    sizeColumns();
    verticalScrollBar()->setValue(grown ? top : 0);
    if (!grown) horizontalScrollBar()->setValue(0);
}

const std::shared_ptr<const HtmlTable>& TableView::table() const
{
    return m_model->table();
}

void TableView::sizeColumns()
{
    if (!table()) return;
    constexpr size_t sample = 30;
    constexpr int narrowest = 36, widest = 420;
    const HtmlTable& shown = *table();
    QFont bold = tableFont(m_appearance.theme());
    const QFontMetrics metrics(bold);
    bold.setBold(true);
    const QFontMetrics boldMetrics(bold);
    for (int column = 0; column < shown.columnCount(); ++column) {
        int width = longestLine(boldMetrics, shown.header[column]);
        qsizetype longest = 0;
        const auto measure = [&](const HtmlTable::Row& row) {
            const QString text = row.cells.value(column);
            if (text.size() * 5 < longest * 4) return; // cannot be wider by much
            longest = std::max(longest, text.size());
            const QFontMetrics& font = column < row.headers ? boldMetrics : metrics;
            width = std::max(width, longestLine(font, text));
        };
        const size_t ends = std::min(sample, shown.rows.size());
        for (size_t i = 0; i < ends; ++i) {
            measure(shown.rows[i]);
            measure(shown.rows[shown.rows.size() - 1 - i]);
        }
        setColumnWidth(column, std::clamp(width + 2 * cellPadding + 2, narrowest, widest));
    }
}

int TableView::heightOfRows(int rows, int width) const
{
    if (!table()) return 0;
    const qint64 shown = std::min<qint64>(rows, m_model->rowCount());
    const int bar = horizontalHeader()->length() > width ? ThinScrollBar::thickness : 0;
    const qint64 height =
        shown * verticalHeader()->defaultSectionSize() + horizontalHeader()->sizeHint().height() + bar;
    return int(std::min<qint64>(height + 1, highest));
}

bool TableView::hasSelection() const
{
    return selectionModel()->hasSelection();
}

void TableView::copySelection() const
{
    QString text;
    const QItemSelection ranges = selectionModel()->selection();
    for (const QItemSelectionRange& range : ranges) {
        for (int row = range.top(); row <= range.bottom(); ++row) {
            const QStringList& cells = table()->rows[size_t(row)].cells;
            text += cells.mid(range.left(), range.width()).join(u'\t');
            if (row < range.bottom() || ranges.size() > 1) text += u'\n';
        }
    }
    QGuiApplication::clipboard()->setText(text);
}

void TableView::setMatches(const std::vector<TextMatch>& matches, int current)
{
    m_model->setMatches(matches, current);
    viewport()->update();
    horizontalHeader()->viewport()->update();
}

QRect TableView::revealMatch()
{
    const QModelIndex current = m_model->currentMatch();
    if (!current.isValid()) return horizontalHeader()->geometry();
    scrollTo(current);
    return visualRect(current).translated(viewport()->pos());
}

void TableView::wheelEvent(QWheelEvent* event)
{
    const bool sideways = event->modifiers().testFlag(Qt::ShiftModifier) ||
                          std::abs(event->angleDelta().x()) > std::abs(event->angleDelta().y());
    if (event->modifiers().testFlag(Qt::ControlModifier) ||
        (!sideways && !m_gate->takes(*event, *verticalScrollBar())))
        return event->ignore();
    QTableView::wheelEvent(event);
}

bool TableView::event(QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::SelectAll) || (key->matches(QKeySequence::Copy) && hasSelection()))
            event->accept();
    }
    return QTableView::event(event);
}

void TableView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy) && hasSelection()) return copySelection();
    // Letters are the notebook's commands, not a search in the table.
    if (!event->text().isEmpty() && event->text().front().isPrint()) return event->ignore();
    QTableView::keyPressEvent(event);
}

} // namespace cahier::widgets
