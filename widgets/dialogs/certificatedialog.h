// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <QDateTime>
#include <QDialog>
#include <QStringList>

class QVBoxLayout;

namespace cahier::widgets {

/// A certificate that no authority vouches for.
struct DoubtfulCertificate {
    QString host; ///< with the port where it matters
    QString subject, issuer;
    QDateTime expires;
    QString fingerprint;  ///< as people compare it
    QStringList reasons;  ///< sentences: why it is not trusted by itself
    bool changed = false; ///< another certificate of this server was trusted before
};

/// Asks whether a certificate is a server's. Gives one of its signals, once, after it is hidden. Escape,
/// Enter and closing it refuse.
class CertificateDialog : public QDialog {
    Q_OBJECT
public:
    /// The appearance must outlive it.
    CertificateDialog(const DoubtfulCertificate& certificate, const Appearance& appearance,
                      QWidget* parent = nullptr);

Q_SIGNALS:
    void trusted();
    void refused();

private:
    void explain(QVBoxLayout& column, const DoubtfulCertificate& certificate);
    void addFacts(QVBoxLayout& column, const DoubtfulCertificate& certificate);

    const Appearance& m_appearance;
};

} // namespace cahier::widgets
