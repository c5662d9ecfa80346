// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <QWidget>

namespace cahier::widgets {

/// The first thing to read of an error: its name and what it says, at most a few lines of it.
class ErrorHeader : public QWidget {
public:
    ErrorHeader(Appearance& appearance, QWidget* parent);
    void setError(const QString& name, const QString& message);
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    /// Lays the text out, and paints it where there is a painter. Returns the height.
    int layOut(int width, QPainter* painter) const;

    Appearance& m_appearance;
    QString m_text;
    qsizetype m_nameLength = 0;
};

} // namespace cahier::widgets
