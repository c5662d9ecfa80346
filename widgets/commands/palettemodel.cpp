// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/commands/palettemodel.h>

#include <widgets/commands/fuzzymatch.h>

#include <algorithm>
#include <tuple>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

PaletteModel::PaletteModel(const CommandList& commands, QObject* parent)
    : QAbstractListModel(parent), m_commands(commands)
{
}

void PaletteModel::load(const QStringList& recent)
{
    m_all.clear();
    for (const QString& id : m_commands.ids()) {
        if (id == "view.palette"_L1) continue;
        Row row;
        row.id = id;
        row.title = m_commands.action(id)->text();
        row.category = categoryOf(id);
        row.key = m_commands.keyText(id);
        row.isAvailable = m_commands.isAvailable(id);
        row.whyNot = m_commands.whyNot(id);
        const qsizetype used = recent.indexOf(id);
        row.recency = used < 0 ? 0 : static_cast<int>(recent.size() - used);
        m_all.push_back(std::move(row));
    }
    setFilter({});
}

std::optional<PaletteModel::Row> PaletteModel::matched(Row row, const QString& filter)
{
    if (filter.isEmpty()) return row;
    if (auto match = fuzzyMatch(filter, row.title)) {
        row.score = 2 * match->score;
        row.places = std::move(match->places);
        return row;
    }
    // "kernel res" or "runtime int": the category's letters count, and are not marked.
    const QString prefix = row.category + u' ';
    const auto match = fuzzyMatch(filter, prefix + row.title);
    if (!match) return std::nullopt;
    row.score = match->score;
    for (const qsizetype place : match->places) {
        if (place >= prefix.size()) row.places.append(place - prefix.size());
    }
    return row;
}

void PaletteModel::setFilter(const QString& filter)
{
    beginResetModel();
    m_shown.clear();
    for (const Row& row : m_all) {
        if (auto fitting = matched(row, filter.trimmed())) m_shown.push_back(std::move(*fitting));
    }
    const auto rank = [](const Row& row) { return std::tuple(row.isAvailable, row.score, row.recency); };
    std::ranges::stable_sort(m_shown, std::ranges::greater(), rank);
    endResetModel();
}

int PaletteModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

QVariant PaletteModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = m_shown.at(static_cast<std::size_t>(index.row()));
    switch (role) {
    case Qt::DisplayRole:
        return row.title;
    case Qt::AccessibleTextRole:
        return (row.isAvailable ? u"%1: %2 %3"_s : tr("%1: %2 %3, not available"))
            .arg(row.category, row.title, row.key);
    case Qt::DecorationRole:
        return m_commands.action(row.id)->icon();
    case IdRole:
        return row.id;
    case CategoryRole:
        return row.category;
    case KeyRole:
        return row.key;
    case PlacesRole:
        return QVariant::fromValue(row.places);
    case WhyNotRole:
        return row.whyNot;
    case AvailableRole:
        return row.isAvailable;
    default:
        return {};
    }
}

} // namespace cahier::widgets
