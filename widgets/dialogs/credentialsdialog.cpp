// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/credentialsdialog.h>

#include <widgets/dialogs/dialogparts.h>
#include <widgets/dialogs/loginfields.h>
#include <widgets/dialogs/secretedit.h>
#include <widgets/dialogs/textblock.h>

#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

CredentialsDialog::CredentialsDialog(const Server& server, const Appearance& appearance, QWidget* parent)
    : QDialog(parent)
{
    const QString name = shortName(server.name.isEmpty() ? server.address : server.name);
    setWindowTitle(tr("Log in to %1").arg(name));
    QVBoxLayout* const column = makeColumn(*this);
    column->addWidget(makeHeading(tr("%1 asks who you are").arg(name), this));
    if (server.wasWrong) {
        auto* const notices = new NoticeList(appearance, this);
        Notice wrong{u"again"_s, Notice::Kind::Error, tr("What was given was not accepted. Try again.")};
        wrong.canBeClosed = false;
        notices->showNotice(wrong);
        column->addWidget(notices);
    }
    auto* const facts = new FactTable(appearance, this);
    facts->add(tr("Address"), server.address);
    column->addWidget(facts);
    m_login = new LoginFields(*makeForm(*column), {.hasKeychain = server.hasKeychain}, *this);
    m_login->setLogin(server.byPassword ? ServerLogin::Password : ServerLogin::Token);
    column->addWidget(makeNote(
        tr("Cells that wait to be run stay in the queue. “jupyter server list” shows the token on the "
           "server's machine."),
        this));
    const DialogButtons buttons = makeButtons(*this, tr("Log in"), tr("Cancel"), DefaultAnswer::Accept);
    column->addWidget(buttons.box);
    const auto update = [this, accept = buttons.accept] { accept->setEnabled(m_login->isComplete()); };
    connect(m_login, &LoginFields::edited, this, update);
    update();
    followTheme(*this, appearance);
    m_login->focusSecret();
}

void CredentialsDialog::done(int result)
{
    const bool wasSettled = std::exchange(m_isSettled, true);
    QString secret = m_login->takeSecret();
    QDialog::done(result);
    if (wasSettled) return;
    if (result != Accepted)
        Q_EMIT refused();
    else if (m_login->login() == ServerLogin::Token)
        Q_EMIT tokenGiven(secret, m_login->remembers());
    else
        Q_EMIT passwordGiven(secret, m_login->remembers());
    wipe(secret);
}

} // namespace cahier::widgets
