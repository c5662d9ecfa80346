// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <runtimes/local/hoststream.h>
#include <runtimes/ssh/sshdialogue.h>
#include <runtimes/ssh/sshoptions.h>
#include <runtimes/ssh/sshprocess.h>
#include <runtimes/ssh/sshtarget.h>

#include <memory>

namespace cahier::runtimes {

/// Joins the host of a user on another machine over one channel of the ssh program, after having brought
/// the host program there where it is missing. Errors: Cancelled when the user refused a question,
/// PermissionDenied when the far side refused the user or its key was not accepted; the others name what the
/// ssh program said.
class SshConnector : public HostConnector {
public:
    /// dialogue: made in the owner's thread, which also destroys this.
    SshConnector(SshTarget target, SshOptions options, std::shared_ptr<SshDialogue> dialogue);
    ~SshConnector() override;

    [[nodiscard]] Result<HostStream> connect(const std::stop_token& stop) override;
    [[nodiscard]] Error explainLoss(Error error) override;

private:
    /// Asks whether the new key is right, and forgets the old one if so. The key's fingerprint, or an error.
    [[nodiscard]] Result<QString> replaceHostKey(const QByteArray& said, const Error& error,
                                                 const std::stop_token& stop);
    [[nodiscard]] bool isAccepted(runtime::AuthenticationQuestion question, const std::stop_token& stop);

    SshTarget m_target;
    SshOptions m_options;
    std::shared_ptr<SshDialogue> m_dialogue;
    SshProcess m_process; ///< of the stream that was given last
};

} // namespace cahier::runtimes
