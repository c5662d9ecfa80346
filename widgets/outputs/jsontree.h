// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <QTreeView>

#include <nlohmann/json_fwd.hpp>

#include <memory>

namespace cahier::widgets {

class JsonModel;
class WheelGate;

/// A JSON value as a tree that folds.
class JsonTree : public QTreeView {
    Q_OBJECT
public:
    JsonTree(Appearance& appearance, QWidget* parent);

    /// Null: nothing. The outermost level is unfolded.
    void setValue(std::shared_ptr<const nlohmann::json> value);
    [[nodiscard]] const std::shared_ptr<const nlohmann::json>& value() const { return m_value; }
    /// Rows that are unfolded, counted up to `most`.
    [[nodiscard]] int visibleRows(int most) const;
    [[nodiscard]] int heightOfRows(int rows) const;
    void copyCurrent() const;

Q_SIGNALS:
    void rowsChanged();

protected:
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    void applyTheme();

    Appearance& m_appearance;
    std::shared_ptr<const nlohmann::json> m_value;
    JsonModel* m_model;
    WheelGate* m_gate;
};

} // namespace cahier::widgets
