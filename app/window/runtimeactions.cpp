// SPDX-License-Identifier: GPL-3.0-or-later
// Adding, changing and managing runtimes. runtimequestions.cpp answers what they want to know.
#include <app/window/runtimeactions.h>

#include <app/window/questions.h>
#include <core/runtime/serveraddress.h>
#include <runtimes/ssh/sshhosts.h>
#include <runtimes/ssh/sshtarget.h>
#include <widgets/dialogs/addhostdialog.h>
#include <widgets/dialogs/environmentsdialog.h>
#include <widgets/dialogs/runtimedialog.h>
#include <widgets/dialogs/runtimesdialog.h>

#include <QApplication>

using namespace Qt::StringLiterals;

namespace cahier::window {

using runtime::RuntimeEntry;
using runtimes::SshHosts;
using runtimes::SshTarget;
using widgets::AddHostDialog;
using widgets::AddServerDialog;
using widgets::ResolvedHost;

namespace {

constexpr auto sshPrefix = "ssh:"_L1;

Result<QString> normalised(const QString& typed)
{
    const auto target = SshTarget::parse(typed);
    if (!target) return std::unexpected(target.error());
    return target->text();
}

QFuture<Result<ResolvedHost>> resolve(const QString& text)
{
    const auto target = SshTarget::parse(text);
    if (!target) return QtFuture::makeReadyValueFuture<Result<ResolvedHost>>(std::unexpected(target.error()));
    const QStringList arguments = target->arguments();
    return SshHosts::resolve(target->host, arguments.first(arguments.indexOf(u"--"_s)))
        .then([](const Result<runtimes::ResolvedSshHost>& found) -> Result<ResolvedHost> {
            if (!found) return std::unexpected(found.error());
            return ResolvedHost{found->hostName, found->user, found->port, found->identityFiles,
                                found->proxyJump};
        });
}

Result<widgets::ReadServerAddress> readAddress(const QString& typed)
{
    const auto address = runtime::ServerAddress::parse(typed);
    if (!address) return std::unexpected(address.error());
    return widgets::ReadServerAddress{address->id(), address->token, address->document};
}

} // namespace

RuntimeActions::RuntimeActions(SavedRuntimes& runtimes, const widgets::Appearance& appearance,
                               QWidget& window)
    : QObject(&window), m_runtimes(runtimes), m_appearance(appearance), m_window(window)
{
    watchMachines();
    watchServers();
}

/// A dialog over the one that is open: a window-modal one would keep the user from it otherwise.
QWidget* RuntimeActions::dialogParent() const
{
    QWidget* const modal = QApplication::activeModalWidget();
    return modal ? modal : &m_window;
}

void RuntimeActions::show(QDialog* dialog)
{
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void RuntimeActions::addMachine()
{
    editMachine(nullptr);
}

void RuntimeActions::addServer()
{
    editServer(nullptr);
}

void RuntimeActions::edit(const QString& id)
{
    const RuntimeEntry entry = m_runtimes.entry(id);
    if (entry.kind == RuntimeEntry::Kind::Ssh) editMachine(&entry);
    if (entry.kind == RuntimeEntry::Kind::JupyterServer) editServer(&entry);
}

void RuntimeActions::editMachine(const RuntimeEntry* present)
{
    auto* const dialog = new AddHostDialog({normalised, resolve}, m_appearance, dialogParent());
    const QString before = present ? present->id : QString();
    if (present) {
        const bool isNamed = present->id.sliced(sshPrefix.size()) != present->name;
        dialog->edit(
            {present->id.sliced(sshPrefix.size()), isNamed ? present->name : QString(), present->folder});
    }
    SshHosts::readOwn().then(dialog, [dialog](const QStringList& names) { dialog->setNames(names); });
    connect(dialog, &AddHostDialog::hostAdded, this,
            [this, before](const QString& target, const QString& name, const QString& folder) {
                const QString id = sshPrefix + target;
                m_runtimes.replace(before,
                                   {id, RuntimeEntry::Kind::Ssh, name.isEmpty() ? target : name, folder});
                if (m_choice) m_choice->selectRuntime(id);
            });
    show(dialog);
}

void RuntimeActions::editServer(const RuntimeEntry* present)
{
    auto* const dialog = new AddServerDialog(readAddress, false, m_appearance, dialogParent());
    const QString before = present ? present->id : QString();
    if (present) {
        const auto address = runtime::ServerAddress::parse(present->id);
        const bool isNamed = !address || present->name != address->displayName();
        dialog->edit({present->id, isNamed ? present->name : QString()});
    }
    connect(dialog, &AddServerDialog::serverAdded, this,
            [this, before](const AddServerDialog::Server& server) { saveServer(before, server); });
    show(dialog);
}

void RuntimeActions::saveServer(const QString& before, const AddServerDialog::Server& server)
{
    const auto address = runtime::ServerAddress::parse(server.address);
    if (!address) return tellProblem(address.error().message, address.error().detail);
    const QString id = address->id();
    m_runtimes.replace(before, {id,
                                RuntimeEntry::Kind::JupyterServer,
                                server.name.isEmpty() ? address->displayName() : server.name,
                                {}});
    if (!server.secret.isEmpty()) {
        m_answered.insert(id);
        if (server.login == widgets::ServerLogin::Password)
            logIn(id, server.secret);
        else
            m_runtimes.setToken(id, server.secret);
    }
    if (m_choice) m_choice->selectRuntime(id);
}

void RuntimeActions::manage()
{
    using widgets::RuntimesDialog;
    auto* const dialog = new RuntimesDialog(m_runtimes, m_appearance, dialogParent());
    connect(dialog, &RuntimesDialog::addHostRequested, this, &RuntimeActions::addMachine);
    connect(dialog, &RuntimesDialog::addServerRequested, this, &RuntimeActions::addServer);
    connect(dialog, &RuntimesDialog::editRequested, this, &RuntimeActions::edit);
    connect(dialog, &RuntimesDialog::removeRequested, &m_runtimes, &SavedRuntimes::remove);
    connect(dialog, &RuntimesDialog::connectRequested, this, &RuntimeActions::connectTo);
    connect(dialog, &RuntimesDialog::disconnectRequested, &m_runtimes, &SavedRuntimes::disconnectFrom);
    show(dialog);
}

/// A request makes the connection; what comes of it is shown where connections are.
void RuntimeActions::connectTo(const QString& id)
{
    m_refused.remove(id);
    m_runtimes.open(id).then(this, [](const Result<std::shared_ptr<runtime::Runtime>>& runtime) {
        if (!runtime) return;
        if ((*runtime)->connectionState().error) return (*runtime)->reconnect();
        (*runtime)->kernels().then([kept = *runtime](const auto&) {});
    });
}

void RuntimeActions::serve(widgets::RuntimeDialog& dialog)
{
    using widgets::RuntimeDialog;
    m_choice = &dialog;
    m_refused.clear();
    connect(&dialog, &RuntimeDialog::addMachineRequested, this, &RuntimeActions::addMachine);
    connect(&dialog, &RuntimeDialog::addServerRequested, this, &RuntimeActions::addServer);
    connect(&dialog, &RuntimeDialog::manageRequested, this, &RuntimeActions::manage);
    connect(&dialog, &RuntimeDialog::environmentsRequested, this, [this](const QString& id) {
        if (!m_choice || !m_runtimes.opened(id)) return;
        showEnvironments(m_runtimes.opened(id), m_choice->notebookFolder(), {},
                         [this](const runtime::KernelSpec& spec) {
                             if (m_choice) m_choice->selectSpec(spec.name);
                         });
    });
}

void RuntimeActions::showEnvironments(const std::shared_ptr<runtime::Runtime>& runtime, const QString& folder,
                                      const QString& spec,
                                      const std::function<void(const runtime::KernelSpec&)>& take)
{
    auto* const dialog =
        new widgets::EnvironmentsDialog(*runtime, {folder, spec}, m_appearance, dialogParent());
    // The dialog only refers to it.
    connect(dialog, &QObject::destroyed, this, [kept = runtime] {});
    connect(dialog, &widgets::EnvironmentsDialog::environmentChosen, this, take);
    show(dialog);
}

void RuntimeActions::tellProblem(const QString& sentence, const QString& detail)
{
    window::ask(dialogParent(), sentence, detail, {{tr("Close"), QMessageBox::RejectRole, {}}});
}

} // namespace cahier::window
