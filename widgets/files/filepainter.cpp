// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/files/filepainter.h>

#include <widgets/files/filesview.h>
#include <widgets/theme/icons.h>

#include <QLineEdit>
#include <QPainter>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int indent = 14, chevron = 14, sign = 16, gap = 4, rowPadding = 3, margin = 6;

using Note = FilesModel::Note;

Note noteOf(const QModelIndex& index)
{
    return index.data(FilesModel::NoteRole).value<Note>();
}

QString signOf(const QModelIndex& index)
{
    if (noteOf(index) == Note::Failed) return u"warning"_s;
    if (noteOf(index) != Note::None) return {};
    if (!index.data(FilesModel::ReachableRole).toBool()) return u"warning"_s;
    if (index.data(FilesModel::FolderRole).toBool()) return u"files"_s;
    const QString name = index.data(Qt::EditRole).toString();
    return name.endsWith(".ipynb"_L1, Qt::CaseInsensitive) ? u"notebook"_s : u"file"_s;
}

/// A row is hovered as a whole.
QColor groundOf(const Theme& theme, const QStyleOptionViewItem& option, const QModelIndex& index)
{
    if (option.state & QStyle::State_Selected) return theme.selection;
    const auto* const view = qobject_cast<const FilesView*>(option.widget);
    return view && view->hoveredRow() == index.row() ? theme.border : theme.chrome;
}

/// Where the text of the name's cell begins.
int textLeft(const QRect& cell, const QModelIndex& index)
{
    const QRect mark = FilePainter::chevronRect(cell, index.data(FilesModel::DepthRole).toInt());
    return mark.right() + 1 + gap + (signOf(index).isEmpty() ? 0 : sign + gap);
}

} // namespace

FilePainter::FilePainter(const Appearance& appearance, QObject* parent)
    : QStyledItemDelegate(parent), m_appearance(appearance)
{
}

QRect FilePainter::chevronRect(const QRect& cell, int depth)
{
    return {cell.left() + margin + depth * indent, cell.center().y() - chevron / 2, chevron, chevron};
}

int FilePainter::rowHeight(const QFontMetrics& metrics)
{
    return std::max(metrics.height(), sign) + 2 * rowPadding;
}

QSize FilePainter::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const int text = option.fontMetrics.horizontalAdvance(index.data().toString());
    const int left = index.column() == FilesModel::NameColumn ? textLeft(QRect(), index) : margin;
    return {left + text + margin, rowHeight(option.fontMetrics)};
}

void FilePainter::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Theme& theme = m_appearance.theme();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->fillRect(option.rect, groundOf(theme, option, index));
    if ((option.state & QStyle::State_HasFocus) && !(option.state & QStyle::State_Selected)) {
        painter->setPen(theme.accent);
        painter->drawRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5));
    }
    painter->setFont(option.font);
    if (index.column() == FilesModel::NameColumn) {
        paintName(*painter, option, index);
    } else {
        painter->setPen(option.state & QStyle::State_Selected ? theme.text : theme.muted);
        const QRect place = option.rect.adjusted(margin, 0, -margin, 0);
        const QString text = index.data().toString();
        painter->drawText(place, Qt::AlignRight | Qt::AlignVCenter,
                          option.fontMetrics.elidedText(text, Qt::ElideRight, place.width()));
    }
    painter->restore();
}

void FilePainter::paintName(QPainter& painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const
{
    const Theme& theme = m_appearance.theme();
    const QRect mark = chevronRect(option.rect, index.data(FilesModel::DepthRole).toInt());
    if (index.data(FilesModel::FolderRole).toBool() && index.data(FilesModel::ReachableRole).toBool()) {
        const bool expanded = index.data(FilesModel::ExpandedRole).toBool();
        icon(expanded ? u"chevron-down"_s : u"chevron-right"_s).paint(&painter, mark);
    }
    const QRect place(mark.right() + 1 + gap, option.rect.center().y() - sign / 2, sign, sign);
    if (const QString name = signOf(index); !name.isEmpty()) icon(name).paint(&painter, place);
    if (index.data(FilesModel::LinkRole).toBool()) {
        // In the corner, on a ground of its own, so that it is seen on whatever is below it.
        const QRect corner(place.center().x(), place.center().y(), sign / 2 + 2, sign / 2 + 2);
        painter.setPen(Qt::NoPen);
        painter.setBrush(groundOf(theme, option, index));
        painter.drawRoundedRect(corner, 2, 2);
        icon(u"link"_s).paint(&painter, corner);
    }
    QRect text = option.rect.adjusted(0, 0, -margin, 0);
    text.setLeft(textLeft(option.rect, index));
    const Note note = noteOf(index);
    QColor ink = note == Note::Failed ? theme.error : note == Note::None ? theme.text : theme.muted;
    if (note == Note::None && !index.data(FilesModel::ReachableRole).toBool()) ink = theme.muted;
    painter.setPen(ink);
    // The end of a name tells more than its middle: the kind of file, a number.
    painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
                     option.fontMetrics.elidedText(index.data().toString(),
                                                   note == Note::None ? Qt::ElideMiddle : Qt::ElideRight,
                                                   text.width()));
}

QWidget* FilePainter::createEditor(QWidget* parent, const QStyleOptionViewItem&, const QModelIndex&) const
{
    auto* const editor = new QLineEdit(parent);
    editor->setAccessibleName(tr("New name"));
    editor->setFrame(false);
    return editor;
}

void FilePainter::setEditorData(QWidget* widget, const QModelIndex& index) const
{
    // Once: a listing that comes meanwhile must not take back what is typed.
    auto* const editor = static_cast<QLineEdit*>(widget);
    if (editor->property("name").isValid()) return;
    const QString name = index.data(Qt::EditRole).toString();
    editor->setText(name);
    editor->setProperty("name", editor->text());
    const qsizetype dot = index.data(FilesModel::FolderRole).toBool() ? -1 : name.lastIndexOf(u'.');
    // The view selects all of it later on.
    QMetaObject::invokeMethod(
        editor, [editor, dot, name] { editor->setSelection(0, int(dot > 0 ? dot : name.size())); },
        Qt::QueuedConnection);
}

void FilePainter::setModelData(QWidget* widget, QAbstractItemModel* model, const QModelIndex& index) const
{
    // Compared with what the editor made of the name: that need not be able to show each character.
    const QString text = static_cast<QLineEdit*>(widget)->text();
    if (text != widget->property("name").toString()) model->setData(index, text, Qt::EditRole);
}

void FilePainter::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                                       const QModelIndex& index) const
{
    QRect place = option.rect;
    place.setLeft(textLeft(option.rect, index) - 2);
    editor->setGeometry(place);
}

} // namespace cahier::widgets
