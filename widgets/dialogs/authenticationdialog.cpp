// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/authenticationdialog.h>

#include <widgets/dialogs/dialogparts.h>
#include <widgets/dialogs/secretedit.h>
#include <widgets/dialogs/textblock.h>

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using Kind = runtime::AuthenticationQuestion::Kind;

namespace {

/// What is asked for, and what to say of a wrong one.
struct SecretWords {
    QString heading, name, button, wrong;
};

SecretWords wordsFor(Kind kind, const QString& machine)
{
    using Dialog = AuthenticationDialog;
    switch (kind) {
    case Kind::Password:
        return {Dialog::tr("Log in to %1").arg(machine), Dialog::tr("Password"), Dialog::tr("Log in"),
                Dialog::tr("This password was not accepted. Try again.")};
    case Kind::Passphrase:
        return {Dialog::tr("Unlock your key for %1").arg(machine), Dialog::tr("Passphrase"),
                Dialog::tr("Unlock"), Dialog::tr("This passphrase does not open the key. Try again.")};
    default:
        return {Dialog::tr("%1 asks").arg(machine), Dialog::tr("Answer"), Dialog::tr("Send"),
                Dialog::tr("This answer was not accepted. Try again.")};
    }
}

/// The command that shows the fingerprint on the machine itself.
QString commandFor(const QString& keyType)
{
    static constexpr auto known = {"ed25519"_L1, "ecdsa"_L1, "rsa"_L1, "dsa"_L1};
    for (const auto& type : known) {
        if (keyType.compare(type, Qt::CaseInsensitive) == 0)
            return u"ssh-keygen -lf /etc/ssh/ssh_host_%1_key.pub"_s.arg(type);
    }
    return u"ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"_s;
}

} // namespace

AuthenticationDialog::AuthenticationDialog(runtime::AuthenticationQuestion question,
                                           const Appearance& appearance, QWidget* parent)
    : QDialog(parent), m_question(std::move(question)), m_appearance(appearance)
{
    setWindowTitle(m_question.host.isEmpty() ? tr("Connecting")
                                             : tr("Connecting to %1").arg(shortName(m_question.host)));
    const bool isKey = m_question.kind == Kind::HostKey || m_question.kind == Kind::ChangedHostKey;
    QVBoxLayout* const column = isKey ? makeColumn(*this, fingerprintColumn) : makeColumn(*this);
    switch (m_question.kind) {
    case Kind::HostKey:
        addHostKey(*column);
        break;
    case Kind::ChangedHostKey:
        addChangedHostKey(*column);
        break;
    case Kind::Password:
    case Kind::Passphrase:
    case Kind::Code:
        addSecret(*column);
        break;
    case Kind::Confirm:
        addConfirm(*column);
        break;
    case Kind::Notice:
        addNotice(*column);
        break;
    }
    followTheme(*this, appearance);
}

QString AuthenticationDialog::machine() const
{
    return m_question.host.isEmpty() ? tr("the machine") : shortName(m_question.host);
}

void AuthenticationDialog::addFacts(QVBoxLayout& column)
{
    auto* const facts = new FactTable(m_appearance, this);
    // The heading of a question for a secret names it, where it is not too long for that.
    if (m_question.isYesOrNo() || m_question.kind == Kind::Notice || machine() != m_question.host)
        facts->add(tr("Machine"), m_question.host);
    facts->add(tr("Key type"), m_question.keyType);
    facts->add(tr("Fingerprint"), m_question.fingerprint, FactTable::Look::Code);
    facts->add(tr("Key file"), m_question.keyFile);
    if (m_question.kind == Kind::HostKey)
        facts->add(tr("Printed by"), commandFor(m_question.keyType), FactTable::Look::Code);
    column.addWidget(facts);
}

/// As it is worded over there.
void AuthenticationDialog::addPrompt(QVBoxLayout& column)
{
    auto* const prompt = new TextBlock(m_question.prompt, m_appearance, this);
    prompt->setAccessibleName(tr("What is asked"));
    column.addWidget(prompt);
}

NoticeList* AuthenticationDialog::addNotices(QVBoxLayout& column)
{
    auto* const notices = new NoticeList(m_appearance, this);
    column.addWidget(notices);
    return notices;
}

void AuthenticationDialog::addHostKey(QVBoxLayout& column)
{
    column.addWidget(makeHeading(tr("Is this really %1?").arg(machine()), this));
    column.addWidget(makeSentence(
        tr("This machine was never connected to before, and whoever stands between could pretend to be it. "
           "Compare the fingerprint with the one that its administrator tells you, or that the command below "
           "prints on the machine itself, where you can log in to it in another way."),
        this));
    if (m_question.fingerprint.isEmpty()) addPrompt(column);
    addFacts(column);
    // ssh says, too, by which other names it knows the key.
    Notice remembered{u"remembered"_s, Notice::Kind::Info, tr("The key is remembered when you connect."),
                      m_question.fingerprint.isEmpty() ? QString() : shownText(m_question.prompt)};
    remembered.canBeClosed = false;
    addNotices(column)->showNotice(remembered);
    column.addWidget(makeButtons(*this, tr("Connect"), tr("Cancel"), DefaultAnswer::Reject).box);
}

void AuthenticationDialog::addChangedHostKey(QVBoxLayout& column)
{
    column.addWidget(makeHeading(tr("The key of %1 has changed").arg(machine()), this));
    Notice warning{
        u"changed"_s, Notice::Kind::Warning,
        tr("Someone may be listening: another machine may have taken this one's place to read your "
           "password and your work. Or the machine was set up anew."),
        shownText(m_question.prompt)};
    warning.canBeClosed = false;
    addNotices(column)->showNotice(warning);
    column.addWidget(makeSentence(tr("Ask whoever looks after the machine why its key changed, and compare "
                                     "the new fingerprint. Saying yes replaces the key that was remembered."),
                                  this));
    addFacts(column);
    const DialogButtons buttons =
        makeButtons(*this, tr("Replace the key and connect"), tr("Cancel"), DefaultAnswer::Reject);
    column.addWidget(makeCondition(tr("I &know why the key changed"), *buttons.accept, this));
    column.addWidget(buttons.box);
}

void AuthenticationDialog::addSecret(QVBoxLayout& column)
{
    const Kind kind = m_question.kind;
    const SecretWords words = wordsFor(kind, machine());
    column.addWidget(makeHeading(words.heading, this));
    if (m_question.again) {
        Notice wrong{u"again"_s, Notice::Kind::Error, words.wrong};
        wrong.canBeClosed = false;
        addNotices(column)->showNotice(wrong);
    }
    addFacts(column);
    if (kind != Kind::Passphrase || m_question.keyFile.isEmpty()) addPrompt(column);
    m_secret = new SecretEdit(this);
    m_secret->setName(words.name);
    m_secret->setIsSecret(!m_question.echo);
    column.addWidget(m_secret);
    const DialogButtons buttons = makeButtons(*this, words.button, tr("Cancel"), DefaultAnswer::Accept);
    column.addWidget(buttons.box);
    m_secret->setFocus();
    if (kind == Kind::Code) return; // "press Enter to go on" is asked, too
    const auto update = [this, accept = buttons.accept] { accept->setEnabled(!m_secret->isEmpty()); };
    connect(m_secret, &SecretEdit::edited, this, update);
    update();
}

void AuthenticationDialog::addConfirm(QVBoxLayout& column)
{
    column.addWidget(makeHeading(tr("May your key be used?"), this));
    addFacts(column);
    addPrompt(column);
    column.addWidget(makeNote(tr("Refuse what you did not ask for yourself."), this));
    column.addWidget(makeButtons(*this, tr("Allow"), tr("Refuse"), DefaultAnswer::Reject).box);
}

void AuthenticationDialog::addNotice(QVBoxLayout& column)
{
    column.addWidget(makeHeading(tr("Touch your security key"), this));
    addFacts(column);
    addPrompt(column);
    auto* const waiting = new QProgressBar(this);
    waiting->setRange(0, 0);
    waiting->setTextVisible(false);
    waiting->setMaximumHeight(6);
    waiting->setAccessibleName(tr("Waiting for the security key"));
    column.addWidget(waiting);
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    buttons->button(QDialogButtonBox::Cancel)->setFocus();
    column.addWidget(buttons);
}

void AuthenticationDialog::withdraw()
{
    if (m_isSettled) return;
    m_isSettled = true;
    done(Rejected);
}

void AuthenticationDialog::done(int result)
{
    const bool wasSettled = std::exchange(m_isSettled, true);
    QString text = m_secret ? m_secret->take() : u"yes"_s;
    QDialog::done(result);
    if (!wasSettled && result == Accepted) Q_EMIT answered(m_question.id, text);
    if (!wasSettled && result != Accepted) Q_EMIT refused(m_question.id);
    wipe(text);
}

} // namespace cahier::widgets
