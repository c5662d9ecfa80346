// SPDX-License-Identifier: GPL-3.0-or-later
// What the dialogs about runtimes are put together from.
#pragma once

#include <widgets/panels/noticelist.h>

#include <QDialog>

class QCheckBox;
class QDialogButtonBox;
class QGridLayout;
class QLabel;
class QPushButton;

namespace cahier::widgets {

/// The theme's palette, now and whenever it changes. The appearance must outlive the dialog.
void followTheme(QDialog& dialog, const Appearance& appearance);
/// One below the other, with the margins of a dialog, which always has the size that all of it needs: nothing
/// of a warning or a fingerprint can be cut off. `width` is that of the column, at least.
[[nodiscard]] QVBoxLayout* makeColumn(QDialog& dialog, int width = 440);
/// For a column with a fingerprint, which is easier to compare on one line.
constexpr int fingerprintColumn = 560;

/// Fields with their names at the left. (A grid: QFormLayout gives text that wraps more lines than it has.)
[[nodiscard]] QGridLayout* makeForm(QVBoxLayout& column);
/// Below the rows that are there; gives the label. Without a name the field has none.
QLabel* addRow(QGridLayout& form, const QString& name, QWidget* field);

/// Sentences of our own: plain text that wraps.
[[nodiscard]] QLabel* makeHeading(const QString& text, QWidget* parent);
[[nodiscard]] QLabel* makeSentence(const QString& text, QWidget* parent);
/// A less important one.
[[nodiscard]] QLabel* makeNote(const QString& text, QWidget* parent);

enum class DefaultAnswer { Accept, Reject };
struct DialogButtons {
    QDialogButtonBox* box;
    QPushButton* accept;
    QPushButton* reject;
};
/// A button that accepts the dialog and one that rejects it. Enter takes the default one, which has the
/// focus where that is the one that rejects.
[[nodiscard]] DialogButtons makeButtons(QDialog& dialog, const QString& accept, const QString& reject,
                                        DefaultAnswer byDefault);
/// What must be ticked before the button can be pressed.
[[nodiscard]] QCheckBox* makeCondition(const QString& text, QPushButton& button, QWidget* parent);

/// Names and values, as those of a key or a certificate.
class FactTable : public QWidget {
    Q_OBJECT
public:
    enum class Look {
        Text,
        Code, ///< in the code's font, with a button that copies it
    };
    explicit FactTable(const Appearance& appearance, QWidget* parent = nullptr);

    /// Nothing for an empty value.
    void add(const QString& name, const QString& value, Look look = Look::Text);

private:
    const Appearance& m_appearance;
    QGridLayout* m_grid;
};

} // namespace cahier::widgets
