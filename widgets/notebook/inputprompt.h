// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;

namespace cahier::widgets {

class Appearance;

/// The question that running code asks: input() and getpass().
class InputPrompt : public QWidget {
    Q_OBJECT
public:
    InputPrompt(const Appearance& appearance, QWidget* parent);

    /// What is typed for a password is not shown. Empties the field and takes the focus.
    void ask(const QString& prompt, bool password);

Q_SIGNALS:
    void answered(const QString& value);

private:
    QLabel* m_prompt;
    QLineEdit* m_field;
};

} // namespace cahier::widgets
