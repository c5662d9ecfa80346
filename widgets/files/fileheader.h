// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <QHeaderView>

namespace cahier::widgets {

/// The titles of the files' columns, as quiet as the panel; a click sorts.
class FileHeader : public QHeaderView {
    Q_OBJECT
public:
    FileHeader(const Appearance& appearance, QWidget* parent);

    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintSection(QPainter* painter, const QRect& rect, int logicalIndex) const override;
    void paintEvent(QPaintEvent* event) override;

private:
    const Appearance& m_appearance;
};

} // namespace cahier::widgets
