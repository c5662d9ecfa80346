// SPDX-License-Identifier: GPL-3.0-or-later
// What a runtime on another machine asks its user before it lets them in.
#pragma once

#include <QMetaType>
#include <QString>

namespace cahier::runtime {

struct AuthenticationQuestion {
    enum class Kind {
        HostKey,        ///< never seen before: does the fingerprint belong to the machine? yes or no
        ChangedHostKey, ///< another one than last time, which is replaced by saying yes: yes or no
        Password,
        Passphrase, ///< of a key file
        Code,       ///< anything else that the far side wants typed: a second factor, a new password
        Confirm,    ///< may the agent use a key? yes or no
        Notice,     ///< "touch your security key": withdrawn when that is done; refusing it gives up
    };

    quint64 id = 0; ///< what the answer names
    Kind kind = Kind::Password;
    QString host;        ///< the machine that it is about, which may be a jump host; may be empty
    QString prompt;      ///< the whole text, as the ssh program or the far side words it
    QString fingerprint; ///< for host keys: SHA256:…
    QString keyType;     ///< for host keys: ED25519, …
    QString keyFile;     ///< for Passphrase
    bool echo = false;   ///< what is typed may be shown
    bool again = false;  ///< the last answer to the same question was wrong

    /// Whether it is answered by yes or no; else by a text.
    [[nodiscard]] bool isYesOrNo() const
    {
        return kind == Kind::HostKey || kind == Kind::ChangedHostKey || kind == Kind::Confirm;
    }
};

} // namespace cahier::runtime

Q_DECLARE_METATYPE(cahier::runtime::AuthenticationQuestion)
