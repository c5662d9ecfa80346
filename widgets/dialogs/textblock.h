// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <QTextEdit>

namespace cahier::widgets {

/// Text from outside in a dialog: plain, selectable, wrapped anywhere where it must be. As high as it needs
/// to be between two numbers of lines; beyond that it scrolls.
class TextBlock : public QTextEdit {
    Q_OBJECT
public:
    TextBlock(const QString& text, const Appearance& appearance, QWidget* parent = nullptr);

    /// Shown as shownText() gives it.
    void showText(const QString& text);
    void setLines(int least, int most);

    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    int m_least = 1, m_most = 10;
    mutable int m_width = -1, m_height = 0; ///< what heightForWidth() found last
};

/// A text from outside without what would make it look like another one: control characters but line ends and
/// tabs, and marks that turn the direction of writing, are replaced.
[[nodiscard]] QString shownText(const QString& text);
/// The same on one line, without its middle where it is long: for a name within a sentence.
[[nodiscard]] QString shortName(const QString& name);

} // namespace cahier::widgets
