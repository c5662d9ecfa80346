// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/commands/commandpalette.h>

#include <widgets/theme/thinscrollbar.h>

#include <QApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTextLayout>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int maxWidth = 620, margin = 8, rowPadding = 7, iconSize = 16, rowsShown = 12;

class RowPainter : public QStyledItemDelegate {
public:
    RowPainter(const Appearance& appearance, QObject* parent)
        : QStyledItemDelegate(parent), m_appearance(appearance)
    {
    }

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        return {100, option.fontMetrics.height() + 2 * rowPadding};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const Theme& theme = m_appearance.theme();
        const bool enabled = index.data(PaletteModel::AvailableRole).toBool();
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        QRectF row = QRectF(option.rect).adjusted(margin / 2.0, 0, -margin / 2.0, 0);
        if (option.state & QStyle::State_Selected) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(theme.selection);
            painter->drawRoundedRect(row, 4, 4);
        }
        row.adjust(margin, 0, -margin, 0);
        const QRectF icon(row.left(), row.center().y() - iconSize / 2.0, iconSize, iconSize);
        index.data(Qt::DecorationRole)
            .value<QIcon>()
            .paint(painter, icon.toRect(), Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
        row.setLeft(icon.right() + margin);
        const qreal keyWidth = drawKeys(*painter, option, row, index.data(PaletteModel::KeyRole).toString());
        row.setRight(row.right() - keyWidth);
        drawTitle(*painter, option, row, index, enabled ? theme.text : theme.muted);
        painter->restore();
    }

private:
    /// Returns the width that it took, with a gap.
    qreal drawKeys(QPainter& painter, const QStyleOptionViewItem& option, const QRectF& row,
                   const QString& text) const
    {
        if (text.isEmpty()) return 0;
        const Theme& theme = m_appearance.theme();
        const qreal width = option.fontMetrics.horizontalAdvance(text) + 2 * rowPadding;
        const qreal height = option.fontMetrics.height() + 2;
        const QRectF box(row.right() - width, row.center().y() - height / 2, width, height);
        painter.setPen(theme.border);
        painter.setBrush(theme.editor);
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
        painter.setPen(theme.muted);
        painter.drawText(box, Qt::AlignCenter, text);
        return width + margin;
    }

    void drawTitle(QPainter& painter, const QStyleOptionViewItem& option, const QRectF& row,
                   const QModelIndex& index, const QColor& ink) const
    {
        const Theme& theme = m_appearance.theme();
        const QString title = index.data(Qt::DisplayRole).toString();
        QTextLayout layout(title, option.font);
        QList<QTextLayout::FormatRange> marks;
        QTextCharFormat mark;
        mark.setFontWeight(QFont::Bold);
        mark.setForeground(theme.accent);
        for (const qsizetype place : index.data(PaletteModel::PlacesRole).value<QList<qsizetype>>())
            marks.append({static_cast<int>(place), 1, mark});
        layout.setFormats(marks);
        layout.beginLayout();
        QTextLine line = layout.createLine();
        layout.endLayout();
        const QPointF place(row.left(), row.center().y() - line.height() / 2);
        painter.setPen(ink);
        painter.setClipRect(row);
        layout.draw(&painter, place);
        const QRectF rest = row.adjusted(line.naturalTextWidth() + margin, 0, 0, 0);
        painter.setPen(theme.muted);
        painter.drawText(rest, Qt::AlignVCenter | Qt::AlignLeft,
                         option.fontMetrics.elidedText(index.data(PaletteModel::CategoryRole).toString(),
                                                       Qt::ElideRight, static_cast<int>(rest.width())));
    }

    const Appearance& m_appearance;
};

} // namespace

CommandPalette::CommandPalette(CommandList& commands, Settings& settings, const Appearance& appearance,
                               QWidget& window)
    : QFrame(&window), m_commands(commands), m_settings(settings), m_appearance(appearance),
      m_field(new QLineEdit(this)), m_list(new QListView(this)), m_hint(new QLabel(this)),
      m_model(new PaletteModel(commands, this))
{
    setAccessibleName(tr("Command palette"));
    setFocusProxy(m_field);
    m_field->setPlaceholderText(tr("Find a command"));
    m_field->setAccessibleName(tr("Find a command"));
    m_field->setFrame(false);
    m_field->installEventFilter(this);
    m_list->setModel(m_model);
    m_list->setItemDelegate(new RowPainter(appearance, m_list));
    m_list->setUniformItemSizes(true);
    m_list->setVerticalScrollBar(new ThinScrollBar(appearance, Qt::Vertical, m_list));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setAccessibleName(tr("Commands"));
    m_hint->setWordWrap(true);
    m_hint->setTextFormat(Qt::PlainText);

    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(margin);
    layout->addWidget(m_field);
    layout->addWidget(m_list);
    layout->addWidget(m_hint);

    connect(m_field, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_list, &QListView::clicked, this, &CommandPalette::performCurrent);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& current) {
                const QString why = current.data(PaletteModel::WhyNotRole).toString();
                m_hint->setText(why);
                m_hint->setVisible(!why.isEmpty());
            });
    connect(&appearance, &Appearance::changed, this, &CommandPalette::applyTheme);
    window.installEventFilter(this);
    applyTheme();
    hide();
}

void CommandPalette::applyTheme()
{
    const Theme& theme = m_appearance.theme();
    QPalette colours = theme.palette();
    colours.setColor(QPalette::Base, theme.page);
    colours.setColor(QPalette::Window, theme.page);
    setPalette(colours);
    QPalette muted = colours;
    muted.setColor(QPalette::WindowText, theme.muted);
    m_hint->setPalette(muted);
    QFont large = theme.interface;
    large.setPointSizeF(large.pointSizeF() * 1.15);
    m_field->setFont(large);
}

void CommandPalette::open()
{
    m_focusBefore = QApplication::focusWidget();
    m_model->load(m_settings.recentCommands());
    m_field->clear();
    filter({});
    show();
    raise();
    place();
    m_field->setFocus(Qt::PopupFocusReason);
}

void CommandPalette::dismiss()
{
    if (!isVisible()) return;
    hide();
    if (m_focusBefore) m_focusBefore->setFocus(Qt::PopupFocusReason);
}

void CommandPalette::place()
{
    const QWidget& window = *parentWidget();
    const int width = std::min(maxWidth, window.width() - 2 * margin);
    const int row = std::max(1, m_list->sizeHintForRow(0));
    const int rows = std::clamp(m_model->rowCount(), 0, rowsShown);
    m_list->setFixedHeight(std::min(rows * row, std::max(row, window.height() - 160)));
    m_list->setVisible(rows > 0);
    resize(width, 0);
    layout()->activate();
    resize(width, sizeHint().height());
    move((window.width() - width) / 2, std::min(56, window.height() / 10));
}

void CommandPalette::filter(const QString& text)
{
    m_model->setFilter(text);
    m_list->setCurrentIndex(m_model->index(0, 0));
    m_list->scrollToTop();
    if (m_model->rowCount() == 0) m_hint->setText(tr("No command fits “%1”.").arg(text));
    if (m_model->rowCount() == 0) m_hint->show();
    if (isVisible()) place();
}

void CommandPalette::step(int rows)
{
    const int count = m_model->rowCount();
    if (count == 0) return;
    const bool isStep = rows == 1 || rows == -1; // steps go round, leaps stop at the ends
    const int wished = m_list->currentIndex().row() + rows;
    const int row = isStep ? (wished + count) % count : std::clamp(wished, 0, count - 1);
    m_list->setCurrentIndex(m_model->index(row, 0));
    place();
}

void CommandPalette::performCurrent()
{
    const QModelIndex current = m_list->currentIndex();
    if (!current.data(PaletteModel::AvailableRole).toBool()) return;
    const QString id = current.data(PaletteModel::IdRole).toString();
    QStringList recent = m_settings.recentCommands();
    recent.removeAll(id);
    recent.prepend(id);
    m_settings.setRecentCommands(recent);
    dismiss();
    // As from a menu: a command that is a choice changes its mark, too.
    m_commands.action(id)->trigger();
}

bool CommandPalette::handleKey(int key)
{
    switch (key) {
    case Qt::Key_Escape:
        dismiss();
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        performCurrent();
        return true;
    case Qt::Key_Down:
        step(1);
        return true;
    case Qt::Key_Up:
        step(-1);
        return true;
    case Qt::Key_PageDown:
        step(rowsShown);
        return true;
    case Qt::Key_PageUp:
        step(-rowsShown);
        return true;
    case Qt::Key_Tab:
    case Qt::Key_Backtab:
        return true;
    default:
        return false;
    }
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_field && event->type() == QEvent::KeyPress)
        return handleKey(static_cast<QKeyEvent*>(event)->key());
    if (watched == m_field && event->type() == QEvent::ShortcutOverride) {
        const auto& key = *static_cast<QKeyEvent*>(event);
        // While it is open keys are for the field: Ctrl+Z undoes in it, not in the notebook.
        event->setAccepted(key.modifiers() != Qt::AltModifier);
        return event->isAccepted();
    }
    if (watched == m_field && event->type() == QEvent::FocusOut &&
        static_cast<QFocusEvent*>(event)->reason() != Qt::ActiveWindowFocusReason)
        hide();
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible()) place();
    return QFrame::eventFilter(watched, event);
}

void CommandPalette::paintEvent(QPaintEvent*)
{
    const Theme& theme = m_appearance.theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), theme.page);
    painter.setPen(theme.dark ? theme.border.lighter(130) : theme.border.darker(120));
    painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
}

} // namespace cahier::widgets
