// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/loginfields.h>

#include <widgets/dialogs/dialogparts.h>
#include <widgets/dialogs/secretedit.h>

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>

#include <initializer_list>

namespace cahier::widgets {

LoginFields::LoginFields(QGridLayout& form, Options options, QWidget& dialog)
    : QObject(&dialog), m_login(new QComboBox(&dialog)), m_secret(new SecretEdit(&dialog)),
      m_secretLabel(nullptr), m_remember(new QCheckBox(&dialog)), m_note(makeNote({}, &dialog)),
      m_hasKeychain(options.hasKeychain)
{
    m_login->addItem(tr("A token"), int(ServerLogin::Token));
    m_login->addItem(tr("A password"), int(ServerLogin::Password));
    if (options.canBeNothing)
        m_login->addItem(tr("Nothing: the server asks for none"), int(ServerLogin::Nothing));
    m_login->setAccessibleName(tr("Log in with"));
    addRow(form, tr("&Log in with"), m_login);
    m_secretLabel = addRow(form, tr("&Token"), m_secret);
    addRow(form, {}, m_remember);
    addRow(form, {}, m_note);
    m_remember->setChecked(m_hasKeychain);
    m_remember->setEnabled(m_hasKeychain);
    m_note->setText(m_hasKeychain
                        ? tr("It is kept in the desktop's keychain, and nowhere else.")
                        : tr("There is no keychain here to remember it in: it is asked for again after "
                             "Cahier was closed."));
    connect(m_login, &QComboBox::currentIndexChanged, this, &LoginFields::update);
    connect(m_secret, &SecretEdit::edited, this, &LoginFields::edited);
    update();
}

void LoginFields::update()
{
    const bool isToken = login() == ServerLogin::Token, isAny = login() != ServerLogin::Nothing;
    const QString name = isToken ? tr("Token") : tr("Password");
    m_secretLabel->setText(isToken ? tr("&Token") : tr("&Password"));
    m_secret->setName(name);
    m_secret->setPlaceholder(m_mayStay ? tr("As it is") : QString());
    m_remember->setText(isToken ? tr("&Remember the token in the keychain")
                                : tr("&Remember the password in the keychain"));
    for (QWidget* const widget : std::initializer_list<QWidget*>{m_secretLabel, m_secret, m_remember, m_note})
        widget->setVisible(isAny);
    Q_EMIT edited();
}

ServerLogin LoginFields::login() const
{
    return ServerLogin(m_login->currentData().toInt());
}

void LoginFields::setLogin(ServerLogin login)
{
    m_login->setCurrentIndex(m_login->findData(int(login)));
}

void LoginFields::setToken(const QString& token)
{
    setLogin(ServerLogin::Token);
    m_secret->setSecret(token);
}

void LoginFields::setMayStay(bool mayStay)
{
    m_mayStay = mayStay;
    update();
}

bool LoginFields::isComplete() const
{
    return login() == ServerLogin::Nothing || m_mayStay || !m_secret->isEmpty();
}

bool LoginFields::remembers() const
{
    return login() != ServerLogin::Nothing && m_hasKeychain && m_remember->isChecked();
}

QString LoginFields::takeSecret()
{
    QString secret = m_secret->take();
    // A token is often pasted with what stands around it.
    QString wanted = login() == ServerLogin::Token      ? secret.trimmed()
                     : login() == ServerLogin::Password ? secret
                                                        : QString();
    wipe(secret);
    return wanted;
}

void LoginFields::focusSecret()
{
    m_secret->setFocus();
}

} // namespace cahier::widgets
