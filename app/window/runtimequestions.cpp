// SPDX-License-Identifier: GPL-3.0-or-later
// What runtimes want to know of their user.
#include <app/window/runtimeactions.h>

#include <core/runtime/serveraddress.h>
#include <widgets/dialogs/authenticationdialog.h>
#include <widgets/dialogs/certificatedialog.h>
#include <widgets/dialogs/credentialsdialog.h>

using namespace Qt::StringLiterals;

namespace cahier::window {

using runtime::AuthenticationQuestion;
using runtime::CertificateQuestion;
using widgets::AuthenticationDialog;
using widgets::CertificateDialog;
using widgets::CredentialsDialog;

namespace {

/// Requests that were under way when the user said no are refused as well, and ask nothing.
constexpr qint64 quietMs = 3000;

} // namespace

void RuntimeActions::watchMachines()
{
    connect(&m_runtimes, &SavedRuntimes::questionAsked, this, &RuntimeActions::ask);
}

void RuntimeActions::watchServers()
{
    connect(&m_runtimes, &SavedRuntimes::credentialsRefused, this, &RuntimeActions::askCredentials);
    connect(&m_runtimes, &SavedRuntimes::certificateQuestioned, this, &RuntimeActions::askCertificate);
}

void RuntimeActions::ask(const QString& id, const AuthenticationQuestion& question)
{
    auto* const dialog = new AuthenticationDialog(question, m_appearance, dialogParent());
    connect(dialog, &AuthenticationDialog::answered, this,
            [this, id](quint64 asked, const QString& text) { m_runtimes.answer(id, asked, text); });
    connect(dialog, &AuthenticationDialog::refused, this,
            [this, id](quint64 asked) { m_runtimes.refuse(id, asked); });
    // It may go with the dialog that it is over; a second answer is ignored.
    connect(dialog, &QObject::destroyed, this,
            [this, id, asked = question.id] { m_runtimes.refuse(id, asked); });
    connect(&m_runtimes, &SavedRuntimes::questionWithdrawn, dialog,
            [dialog, id, asked = question.id](const QString& runtime, quint64 withdrawn) {
                if (runtime == id && withdrawn == asked) dialog->withdraw();
            });
    show(dialog);
}

void RuntimeActions::askCredentials(const QString& id)
{
    const auto refused = m_refused.constFind(id);
    const bool isQuiet = refused != m_refused.cend() && !refused->hasExpired(quietMs);
    if (isQuiet || m_asking.value(id)) return;
    const auto address = runtime::ServerAddress::parse(id);
    auto* const dialog = new CredentialsDialog({.name = m_runtimes.entry(id).name,
                                                .address = address ? address->displayName() : id,
                                                .wasWrong = m_answered.contains(id),
                                                .hasKeychain = false},
                                               m_appearance, dialogParent());
    m_asking.insert(id, dialog);
    connect(dialog, &CredentialsDialog::tokenGiven, this, [this, id](const QString& token) {
        m_answered.insert(id);
        m_runtimes.setToken(id, token);
    });
    connect(dialog, &CredentialsDialog::passwordGiven, this,
            [this, id](const QString& password) { logIn(id, password); });
    connect(dialog, &CredentialsDialog::refused, this, [this, id] { m_refused[id].start(); });
    show(dialog);
}

void RuntimeActions::logIn(const QString& id, const QString& password)
{
    m_answered.insert(id);
    m_runtimes.open(id).then(this,
                             [this, id, password](const Result<std::shared_ptr<runtime::Runtime>>& opened) {
                                 runtime::ServerConnection* const server = m_runtimes.server(id);
                                 if (!opened || !server) return;
                                 server->logIn(password).then(this, [this, id](const Result<void>& done) {
                                     if (done) return;
                                     if (done.error().code == ErrorCode::PermissionDenied)
                                         return askCredentials(id);
                                     tellProblem(done.error().message, done.error().detail);
                                 });
                             });
}

void RuntimeActions::askCertificate(const QString& id, const CertificateQuestion& question)
{
    const auto refused = m_refused.constFind(id);
    const bool isQuiet = refused != m_refused.cend() && !refused->hasExpired(quietMs);
    if (isQuiet || m_asking.value(id)) return;
    auto* const dialog = new CertificateDialog(
        {u"%1:%2"_s.arg(question.certificate.host).arg(question.certificate.port), question.subject,
         question.issuer, question.expires, question.fingerprintText(), question.reasons, question.changed},
        m_appearance, dialogParent());
    m_asking.insert(id, dialog);
    connect(dialog, &CertificateDialog::trusted, this,
            [this, id, certificate = question.certificate] { m_runtimes.trust(id, certificate); });
    connect(dialog, &CertificateDialog::refused, this, [this, id] { m_refused[id].start(); });
    show(dialog);
}

} // namespace cahier::window
