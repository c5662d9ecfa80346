// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/commands/commandlist.h>

#include <QAbstractListModel>

namespace cahier::widgets {

/// The commands that fit what was typed, best first, those that are not available last. Without a filter: the
/// recently used ones, then the table's order.
class PaletteModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role {
        IdRole = Qt::UserRole,
        CategoryRole, ///< the menu's title
        KeyRole,      ///< as text for people
        PlacesRole,   ///< QList<qsizetype>: the letters of the title that fit
        WhyNotRole,   ///< a sentence or nothing
        AvailableRole,
    };

    explicit PaletteModel(const CommandList& commands, QObject* parent = nullptr);

    /// Asks the commands anew.
    void load(const QStringList& recent);
    void setFilter(const QString& filter);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    struct Row {
        QString id, title, category, key, whyNot;
        bool isAvailable = false;
        int recency = 0; ///< higher for what was used later; 0: not lately
        int score = 0;
        QList<qsizetype> places;
    };
    [[nodiscard]] static std::optional<Row> matched(Row row, const QString& filter);

    const CommandList& m_commands;
    std::vector<Row> m_all;
    std::vector<Row> m_shown;
};

} // namespace cahier::widgets
