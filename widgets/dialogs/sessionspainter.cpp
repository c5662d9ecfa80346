// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/sessionspainter.h>

#include <widgets/dialogs/sessionsmodel.h>
#include <widgets/theme/icons.h>

#include <QPainter>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int padding = 4, columnGap = 12, sign = 16;

bool isRuntime(const QModelIndex& index)
{
    return index.siblingAtColumn(0).data(SessionsModel::IsRuntimeRole).toBool();
}

QFont bold(QFont font)
{
    font.setWeight(QFont::DemiBold);
    return font;
}

} // namespace

SessionsPainter::SessionsPainter(const Appearance& appearance, QObject* parent)
    : QStyledItemDelegate(parent), m_appearance(appearance)
{
}

QSize SessionsPainter::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const QFontMetrics metrics(option.font);
    if (isRuntime(index)) return {60, metrics.height() + 4 * padding};
    const QString text = index.data().toString();
    int width = metrics.horizontalAdvance(text);
    if (index.column() == SessionsModel::NotebookColumn)
        width = std::max(QFontMetrics(bold(option.font)).horizontalAdvance(text),
                         metrics.horizontalAdvance(index.data(SessionsModel::DetailRole).toString()));
    return {width + columnGap + 2 * padding, 2 * metrics.height() + 2 * padding};
}

void SessionsPainter::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    option->state.setFlag(QStyle::State_HasFocus, false);
    const Theme& theme = m_appearance.theme();
    option->palette.setColor(QPalette::Highlight, theme.selection);
    option->palette.setColor(QPalette::HighlightedText, theme.text);
    if (index.column() != SessionsModel::StateColumn) option->textElideMode = Qt::ElideRight;
}

void SessionsPainter::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const
{
    if (isRuntime(index)) return paintRuntime(*painter, option, index);
    if (index.column() == SessionsModel::NotebookColumn) return paintNotebook(*painter, option, index);
    QStyledItemDelegate::paint(painter, option, index);
}

void SessionsPainter::paintRuntime(QPainter& painter, const QStyleOptionViewItem& option,
                                   const QModelIndex& index) const
{
    const Theme& theme = m_appearance.theme();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const bool selected = option.state & QStyle::State_Selected;
    painter.fillRect(option.rect, selected ? theme.selection : theme.chrome);
    QRect room = option.rect.adjusted(padding, 0, -padding, 0);
    const QFont font = bold(option.font);
    const QString name =
        QFontMetrics(font).elidedText(index.data().toString(), Qt::ElideRight, room.width() / 2);
    painter.setFont(font);
    painter.setPen(theme.text);
    painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft, name);
    room.setLeft(room.left() + QFontMetrics(font).horizontalAdvance(name) + columnGap);
    const bool problem = index.data(SessionsModel::ProblemRole).toBool();
    if (problem) {
        icon(u"warning"_s).paint(&painter, QRect(room.left(), room.center().y() - sign / 2, sign, sign));
        room.setLeft(room.left() + sign + padding);
    }
    painter.setFont(option.font);
    painter.setPen(problem ? theme.warning : theme.muted);
    painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft,
                     option.fontMetrics.elidedText(index.data(SessionsModel::DetailRole).toString(),
                                                   Qt::ElideRight, room.width()));
    painter.restore();
}

void SessionsPainter::paintNotebook(QPainter& painter, const QStyleOptionViewItem& option,
                                    const QModelIndex& index) const
{
    const Theme& theme = m_appearance.theme();
    painter.save();
    if (option.state & QStyle::State_Selected) painter.fillRect(option.rect, theme.selection);
    const QString title = index.data().toString(), detail = index.data(SessionsModel::DetailRole).toString();
    const QRect room = option.rect.adjusted(padding, padding, -padding, -padding);
    QRect upper = room;
    if (!detail.isEmpty()) upper.setHeight(room.height() / 2);
    const QFont font = index.data(SessionsModel::OwnRole).toBool() ? bold(option.font) : option.font;
    painter.setFont(font);
    painter.setPen(theme.text);
    painter.drawText(upper, Qt::AlignVCenter | Qt::AlignLeft,
                     QFontMetrics(font).elidedText(title, Qt::ElideRight, room.width()));
    if (!detail.isEmpty()) {
        QRect lower = room;
        lower.setTop(upper.bottom() + 1);
        painter.setFont(option.font);
        painter.setPen(option.state & QStyle::State_Selected ? theme.text : theme.muted);
        painter.drawText(lower, Qt::AlignVCenter | Qt::AlignLeft,
                         option.fontMetrics.elidedText(detail, Qt::ElideMiddle, room.width()));
    }
    painter.restore();
}

} // namespace cahier::widgets
