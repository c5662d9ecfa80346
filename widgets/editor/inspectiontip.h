// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QTextEdit;

namespace cahier::widgets {

class Appearance;

/// Help on what the cursor is at, as the kernel prints it. Can be scrolled, and its text selected with the
/// mouse; the focus stays in the editor.
class InspectionTip : public QFrame {
    Q_OBJECT
public:
    InspectionTip(const Appearance& appearance, QWidget* editor);

    /// With the kernel's colours (core/text/ansi.h).
    void setText(const QString& text);
    [[nodiscard]] QString text() const;
    /// `cursor` in global coordinates.
    void showAt(const QRect& cursor);
    /// False when nothing is selected.
    bool copySelection();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void applyAppearance();
    [[nodiscard]] QSize wantedSize() const;

    const Appearance& m_appearance;
    QTextEdit* m_view;
};

} // namespace cahier::widgets
