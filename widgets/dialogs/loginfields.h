// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QWidget;

namespace cahier::widgets {

class SecretEdit;

/// What a Jupyter Server wants to know who we are by.
enum class ServerLogin { Token, Password, Nothing };

/// The rows of a form that ask for a way to log in to a Jupyter Server, the secret, and whether it is
/// remembered.
class LoginFields : public QObject {
    Q_OBJECT
public:
    struct Options {
        bool canBeNothing = false; ///< servers that ask for none
        bool hasKeychain = true;   ///< else nothing can be remembered, which is said
    };
    /// Adds its rows to the form, whose widgets the dialog owns.
    LoginFields(QGridLayout& form, Options options, QWidget& dialog);

    [[nodiscard]] ServerLogin login() const;
    void setLogin(ServerLogin login);
    void setToken(const QString& token);
    /// An empty secret means that the one that is known stays.
    void setMayStay(bool mayStay);
    [[nodiscard]] bool isComplete() const;
    [[nodiscard]] bool remembers() const;
    /// Nothing of it is left here; empty where none is needed.
    [[nodiscard]] QString takeSecret();
    void focusSecret();

Q_SIGNALS:
    void edited();

private:
    void update();

    QComboBox* m_login;
    SecretEdit* m_secret;
    QLabel* m_secretLabel;
    QCheckBox* m_remember;
    QLabel* m_note;
    bool m_hasKeychain;
    bool m_mayStay = false;
};

} // namespace cahier::widgets
