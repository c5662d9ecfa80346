// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/dialogs/loginfields.h>
#include <widgets/theme/appearance.h>

#include <core/error.h>

#include <QDialog>
#include <QTimer>

#include <functional>

class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace cahier::widgets {

class NoticeList;

/// What a pasted address of a Jupyter Server says.
struct ReadServerAddress {
    QString address; ///< http or https, without a secret
    QString token;
    QString documentPath; ///< the file that the address showed, relative to the server's root; may be empty
};

/// Adds a Jupyter Server, or changes one. A token in the address goes to its own field at once, where it is
/// hidden.
class AddServerDialog : public QDialog {
    Q_OBJECT
public:
    /// Reads what people paste; the error's sentence repeats nothing of it.
    using Read = std::function<Result<ReadServerAddress>(const QString& typed)>;
    struct Server {
        QString address;
        QString name; ///< empty: the address
        QString documentPath;
        ServerLogin login = ServerLogin::Token;
        QString secret; ///< empty where none is needed, or where the one that is known stays
        bool remember = false;
    };

    /// The appearance must outlive it.
    AddServerDialog(Read read, bool hasKeychain, const Appearance& appearance, QWidget* parent = nullptr);

    /// It changes this server, instead of adding one. Its secret is not shown; an empty one stays.
    void edit(const Server& server);
    void done(int result) override;

Q_SIGNALS:
    /// After it is hidden. Nothing of a secret is left in the dialog.
    void serverAdded(const cahier::widgets::AddServerDialog::Server& server);

private:
    void addFields(QVBoxLayout& column, bool hasKeychain);
    void check();
    void updateAccept();
    void note(const QString& sentence);
    void takeToken();
    void showVerdict();

    Read m_read;
    QLineEdit* m_address;
    QLabel* m_note; ///< what is wrong with the address, or what was done with it
    NoticeList* m_notices;
    LoginFields* m_login = nullptr;
    QLineEdit* m_name;
    QPushButton* m_accept = nullptr;
    QTimer m_pause; ///< half an address is not judged
    QString m_documentPath;
    qsizetype m_length = 0; ///< of the address before it was changed
    bool m_tokenWasTaken = false;
};

/// Whether an address leads to this machine without a network in between.
[[nodiscard]] bool isThisMachine(const QString& address);

} // namespace cahier::widgets
