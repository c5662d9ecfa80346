// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/kernelchoices.h>

#include <widgets/dialogs/listrow.h>
#include <widgets/resources/resourcetext.h>
#include <widgets/theme/icons.h>

#include <QDateTime>
#include <QLocale>
#include <QPainter>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

void KernelChoices::show(const runtime::KernelSpecs& specs, const std::vector<runtime::KernelInfo>& kernels,
                         const QString& currentSpec, const QString& currentKernel)
{
    beginResetModel();
    m_rows.clear();
    addSpecs(specs, currentKernel.isEmpty() ? currentSpec : QString());
    addKernels(kernels, currentKernel);
    endResetModel();
}

void KernelChoices::addSpecs(const runtime::KernelSpecs& specs, const QString& current)
{
    if (specs.specs.empty()) return;
    m_rows.push_back({.title = tr("Start a new kernel")});
    for (const runtime::KernelSpec& spec : specs.specs) {
        QStringList detail{spec.name};
        if (!spec.argv.isEmpty()) detail += shortPath(spec.argv.front());
        if (!spec.resourceDir.isEmpty()) detail += shortPath(spec.resourceDir);
        m_rows.push_back({Kind::Spec, spec.name, spec.displayName.isEmpty() ? spec.name : spec.displayName,
                          detail.join(u" · "_s), spec.language,
                          spec.name.compare(current, Qt::CaseInsensitive) == 0});
    }
}

void KernelChoices::addKernels(const std::vector<runtime::KernelInfo>& kernels, const QString& current)
{
    const auto runs = [](const runtime::KernelInfo& kernel) {
        return kernel.state != runtime::KernelState::Dead;
    };
    if (std::ranges::none_of(kernels, runs)) return;
    m_rows.push_back({.title = tr("Join a running kernel")});
    for (const runtime::KernelInfo& kernel : kernels) {
        if (!runs(kernel)) continue;
        const QDateTime started = QDateTime::fromMSecsSinceEpoch(kernel.startedAt);
        const QString detail = tr("%1 · since %2 · process %3")
                                   .arg(kernel.spec, QLocale().toString(started, QLocale::ShortFormat))
                                   .arg(kernel.pid);
        m_rows.push_back({Kind::Kernel, kernel.id, kernelTitle(kernel.label), detail, kernelStateText(kernel),
                          kernel.id == current});
    }
}

int KernelChoices::preferredRow() const
{
    const auto current = std::ranges::find_if(m_rows, &Row::isCurrent);
    if (current != m_rows.end()) return static_cast<int>(current - m_rows.begin());
    const auto spec = std::ranges::find(m_rows, Kind::Spec, &Row::kind);
    return spec == m_rows.end() ? -1 : static_cast<int>(spec - m_rows.begin());
}

int KernelChoices::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant KernelChoices::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = m_rows.at(static_cast<std::size_t>(index.row()));
    switch (role) {
    case Qt::DisplayRole:
        return row.title;
    case Qt::AccessibleTextRole:
        return u"%1, %2, %3"_s.arg(row.title, row.note, row.detail);
    case Qt::ToolTipRole:
    case DetailRole:
        return row.detail;
    case KindRole:
        return QVariant::fromValue(row.kind);
    case NameRole:
        return row.name;
    case NoteRole:
        return row.note;
    case CurrentRole:
        return row.isCurrent;
    default:
        return {};
    }
}

Qt::ItemFlags KernelChoices::flags(const QModelIndex& index) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const bool heading = m_rows.at(static_cast<std::size_t>(index.row())).kind == Kind::Heading;
    return heading ? Qt::NoItemFlags : Qt::ItemIsEnabled | Qt::ItemIsSelectable;
}

KernelChoicePainter::KernelChoicePainter(const Appearance& appearance, QObject* parent)
    : QStyledItemDelegate(parent), m_appearance(appearance)
{
}

QSize KernelChoicePainter::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const bool heading =
        index.data(KernelChoices::KindRole).value<KernelChoices::Kind>() == KernelChoices::Kind::Heading;
    return heading ? QSize(100, option.fontMetrics.height() + 2 * listRowPadding) : listRowSize(option);
}

void KernelChoicePainter::paint(QPainter* painter, const QStyleOptionViewItem& option,
                                const QModelIndex& index) const
{
    const Theme& theme = m_appearance.theme();
    const QString title = index.data(Qt::DisplayRole).toString();
    if (index.data(KernelChoices::KindRole).value<KernelChoices::Kind>() == KernelChoices::Kind::Heading) {
        painter->save();
        QFont font = option.font;
        font.setWeight(QFont::DemiBold);
        painter->setFont(font);
        painter->setPen(theme.muted);
        painter->drawText(QRectF(option.rect).adjusted(1.5 * listRowPadding, 0, -1.5 * listRowPadding, 0),
                          Qt::AlignVCenter | Qt::AlignLeft, title);
        painter->restore();
        return;
    }
    const bool isCurrent = index.data(KernelChoices::CurrentRole).toBool();
    paintListRow(*painter, option, theme,
                 {isCurrent ? icon(u"check"_s) : QIcon(),
                  title,
                  index.data(KernelChoices::DetailRole).toString(),
                  index.data(KernelChoices::NoteRole).toString(),
                  {}});
}

} // namespace cahier::widgets
