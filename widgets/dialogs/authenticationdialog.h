// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <core/runtime/authentication.h>

#include <QDialog>

class QVBoxLayout;

namespace cahier::widgets {

class NoticeList;
class SecretEdit;

/// Asks what a runtime on another machine asks. Gives one of its two signals, once, after it is hidden; none
/// where the question was withdrawn. Escape and closing it refuse. Enter refuses, too, where yes means to
/// trust somebody, unless the button that says yes has the focus.
class AuthenticationDialog : public QDialog {
    Q_OBJECT
public:
    /// The appearance must outlive it.
    AuthenticationDialog(runtime::AuthenticationQuestion question, const Appearance& appearance,
                         QWidget* parent = nullptr);

    [[nodiscard]] const runtime::AuthenticationQuestion& question() const { return m_question; }
    /// Nobody waits for the answer any more: it goes without giving one.
    void withdraw();
    void done(int result) override;

Q_SIGNALS:
    /// "yes" for questions of yes and no. Nothing of a secret is left in the dialog.
    void answered(quint64 id, const QString& text);
    void refused(quint64 id);

private:
    void addHostKey(QVBoxLayout& column);
    void addChangedHostKey(QVBoxLayout& column);
    void addSecret(QVBoxLayout& column);
    void addConfirm(QVBoxLayout& column);
    void addNotice(QVBoxLayout& column);
    void addFacts(QVBoxLayout& column);
    void addPrompt(QVBoxLayout& column);
    [[nodiscard]] NoticeList* addNotices(QVBoxLayout& column);
    [[nodiscard]] QString machine() const;

    runtime::AuthenticationQuestion m_question;
    const Appearance& m_appearance;
    SecretEdit* m_secret = nullptr; ///< null for questions of yes and no
    bool m_isSettled = false;
};

} // namespace cahier::widgets
