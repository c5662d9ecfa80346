// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLineEdit;
class QToolButton;

namespace cahier::widgets {

/// A line for a secret: dots, and a button that shows what they stand for.
class SecretEdit : public QWidget {
    Q_OBJECT
public:
    explicit SecretEdit(QWidget* parent = nullptr);

    /// What the secret is, for screen readers: "Password".
    void setName(const QString& name);
    void setPlaceholder(const QString& text);
    /// Nothing to hide: the text is always shown, and there is no button.
    void setIsSecret(bool isSecret);

    [[nodiscard]] bool isEmpty() const;
    void setSecret(const QString& secret);
    /// Gives the secret, of which nothing is left here: neither the text nor steps to undo.
    [[nodiscard]] QString take();

Q_SIGNALS:
    void edited();

private:
    void setShown(bool shown);

    QLineEdit* m_line;
    QToolButton* m_show;
    QString m_name;
};

/// Overwrites what the string holds, unless another string shares it. The string is empty afterwards.
void wipe(QString& secret);

} // namespace cahier::widgets
