// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/certificatedialog.h>

#include <widgets/dialogs/dialogparts.h>
#include <widgets/dialogs/textblock.h>

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

CertificateDialog::CertificateDialog(const DoubtfulCertificate& certificate, const Appearance& appearance,
                                     QWidget* parent)
    : QDialog(parent), m_appearance(appearance)
{
    setWindowTitle(tr("Connecting to %1").arg(shortName(certificate.host)));
    QVBoxLayout* const column = makeColumn(*this, fingerprintColumn);
    explain(*column, certificate);
    addFacts(*column, certificate);
    const DialogButtons buttons =
        makeButtons(*this, certificate.changed ? tr("Trust the new certificate") : tr("Trust"), tr("Cancel"),
                    DefaultAnswer::Reject);
    if (certificate.changed)
        column->addWidget(makeCondition(tr("I &know why the certificate changed"), *buttons.accept, this));
    column->addWidget(buttons.box);
    connect(this, &QDialog::accepted, this, &CertificateDialog::trusted);
    connect(this, &QDialog::rejected, this, &CertificateDialog::refused);
    followTheme(*this, appearance);
}

void CertificateDialog::explain(QVBoxLayout& column, const DoubtfulCertificate& certificate)
{
    const QString host = shortName(certificate.host);
    column.addWidget(makeHeading(certificate.changed ? tr("The certificate of %1 has changed").arg(host)
                                                     : tr("Is this really %1?").arg(host),
                                 this));
    if (certificate.changed) {
        auto* const notices = new NoticeList(m_appearance, this);
        Notice warning{u"changed"_s, Notice::Kind::Warning,
                       tr("Someone may be listening: another machine may have taken this server's place to "
                          "read your token and your work. Or its certificate was made anew.")};
        warning.canBeClosed = false;
        notices->showNotice(warning);
        column.addWidget(notices);
    }
    column.addWidget(makeSentence(
        tr("No authority vouches for its certificate. Compare the fingerprint with the one that whoever "
           "looks after the server tells you, in another way than through this connection."),
        this));
}

void CertificateDialog::addFacts(QVBoxLayout& column, const DoubtfulCertificate& certificate)
{
    auto* const facts = new FactTable(m_appearance, this);
    facts->add(tr("Server"), certificate.host);
    facts->add(tr("Issued to"), certificate.subject);
    facts->add(tr("Issued by"), certificate.issuer);
    if (certificate.expires.isValid())
        facts->add(tr("Valid until"), QLocale().toString(certificate.expires, QLocale::ShortFormat));
    facts->add(tr("SHA-256"), certificate.fingerprint, FactTable::Look::Code);
    facts->add(tr("Why it is doubted"), certificate.reasons.join(u'\n'));
    column.addWidget(facts);
    column.addWidget(makeNote(tr("Trusting it holds for this server and this certificate alone."), this));
}

} // namespace cahier::widgets
