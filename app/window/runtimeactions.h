// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/runtimes/savedruntimes.h>
#include <widgets/dialogs/addserverdialog.h>
#include <widgets/theme/appearance.h>

#include <QElapsedTimer>
#include <QPointer>
#include <QSet>

#include <functional>

class QDialog;

namespace cahier::widgets {
class RuntimeDialog;
class RuntimesDialog;
} // namespace cahier::widgets

namespace cahier::window {

/// What a user does with the runtimes themselves, whatever notebook is in front: adds and changes them, and
/// answers what they want to know.
class RuntimeActions : public QObject {
    Q_OBJECT
public:
    /// All of these must outlive it. Dialogs belong to `window`, or to the dialog that is open there.
    RuntimeActions(SavedRuntimes& runtimes, const widgets::Appearance& appearance, QWidget& window);

    void addMachine();
    void addServer();
    void edit(const QString& id);
    void manage();
    /// Does what the dialog asks for, until it goes.
    void serve(widgets::RuntimeDialog& dialog);
    /// The environments of a runtime, seen from a notebook; `take` gets the one that is chosen.
    void showEnvironments(const std::shared_ptr<runtime::Runtime>& runtime, const QString& folder,
                          const QString& spec, const std::function<void(const runtime::KernelSpec&)>& take);

private:
    void watchMachines();
    void watchServers();
    void ask(const QString& id, const runtime::AuthenticationQuestion& question);
    void askCredentials(const QString& id);
    void askCertificate(const QString& id, const runtime::CertificateQuestion& question);
    void editMachine(const runtime::RuntimeEntry* present);
    void editServer(const runtime::RuntimeEntry* present);
    void saveServer(const QString& before, const widgets::AddServerDialog::Server& server);
    void logIn(const QString& id, const QString& password);
    void connectTo(const QString& id);
    void tellProblem(const QString& sentence, const QString& detail);
    void show(QDialog* dialog);
    [[nodiscard]] QWidget* dialogParent() const;

    SavedRuntimes& m_runtimes;
    const widgets::Appearance& m_appearance;
    QWidget& m_window;
    QHash<QString, QPointer<QDialog>>
        m_asking;                              ///< by server: requests that go on at once are refused at once
    QHash<QString, QElapsedTimer> m_refused;   ///< when the user last said no
    QSet<QString> m_answered;                  ///< servers that got a token or a password
    QPointer<widgets::RuntimeDialog> m_choice; ///< what is added is selected in it
};

} // namespace cahier::window
