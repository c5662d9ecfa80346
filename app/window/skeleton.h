// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <QWidget>

namespace cahier::window {

/// What a notebook looks like before it is read: grey cells.
class Skeleton : public QWidget {
    Q_OBJECT
public:
    explicit Skeleton(const widgets::Appearance& appearance, QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const widgets::Appearance& m_appearance;
};

} // namespace cahier::window
