// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/panels/outlinemodel.h>
#include <widgets/theme/appearance.h>

#include <QWidget>

class QLabel;
class QListView;

namespace cahier::widgets {

/// The headings of the notebook in front. Left and Right collapse and expand, Enter and a click reveal.
class OutlinePanel : public QWidget {
    Q_OBJECT
public:
    explicit OutlinePanel(const Appearance& appearance, QWidget* parent = nullptr);

    /// Null: none. Not owned.
    void setNotebook(notebook::Notebook* notebook);
    /// Marks the heading that the cell stands under.
    void setActiveCell(std::optional<notebook::CellKey> cell);
    [[nodiscard]] OutlineModel& model() { return *m_model; }

Q_SIGNALS:
    void cellActivated(cahier::notebook::CellKey cell);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void markActive();
    void handleClick(const QModelIndex& index);
    [[nodiscard]] bool handleKey(int key);
    void updateState();

    const Appearance& m_appearance;
    OutlineModel* m_model;
    QListView* m_list;
    QLabel* m_empty;
    std::optional<notebook::CellKey> m_active;
    bool m_hasNotebook = false;
};

} // namespace cahier::widgets
