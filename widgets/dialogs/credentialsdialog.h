// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <QDialog>

namespace cahier::widgets {

class LoginFields;

/// A server refused who we are: asks for a token or a password. Gives one of its signals, once, after it is
/// hidden, and keeps nothing of the secret. Escape and closing it refuse.
class CredentialsDialog : public QDialog {
    Q_OBJECT
public:
    struct Server {
        QString name;
        QString address;         ///< without a secret
        bool wasWrong = false;   ///< something was given before, which was not accepted
        bool byPassword = false; ///< what it is asked for first
        bool hasKeychain = true;
    };
    /// The appearance must outlive it.
    CredentialsDialog(const Server& server, const Appearance& appearance, QWidget* parent = nullptr);

    void done(int result) override;

Q_SIGNALS:
    /// remember: in the keychain.
    void tokenGiven(const QString& token, bool remember);
    void passwordGiven(const QString& password, bool remember);
    void refused();

private:
    LoginFields* m_login = nullptr;
    bool m_isSettled = false;
};

} // namespace cahier::widgets
