// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/widgets/dialogtesting.h>
#include <widgets/dialogs/certificatedialog.h>

#include <QCheckBox>
#include <QClipboard>
#include <QGuiApplication>
#include <QSignalSpy>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

namespace {

DoubtfulCertificate certificate(bool changed)
{
    return {u"gpu.example.org:8888"_s,
            u"gpu.example.org"_s,
            u"<b>Nobody</b>"_s,
            QDateTime(QDate(2030, 1, 2), QTime(3, 4)),
            QStringList(QList<QString>(32, u"A7"_s)).join(u':'),
            {u"The certificate is self-signed."_s},
            changed};
}

} // namespace

class TestCertificateDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void certificate_enterAndEscape_refuse_data();
    void certificate_enterAndEscape_refuse();
    void certificate_trust_isTaken();
    void certificate_changed_needsTheTick();
    void certificate_facts_areShownAndCopied();

private:
    static void show(QDialog& dialog)
    {
        dialog.open();
        dialog.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&dialog));
    }

    Appearance m_appearance;
};

void TestCertificateDialog::certificate_enterAndEscape_refuse_data()
{
    QTest::addColumn<bool>("changed");
    QTest::addColumn<int>("key");
    QTest::newRow("Escape") << false << int(Qt::Key_Escape);
    QTest::newRow("Enter") << false << int(Qt::Key_Return);
    QTest::newRow("changed, Escape") << true << int(Qt::Key_Escape);
    QTest::newRow("changed, Enter") << true << int(Qt::Key_Return);
}

void TestCertificateDialog::certificate_enterAndEscape_refuse()
{
    QFETCH(const bool, changed);
    QFETCH(const int, key);
    CertificateDialog dialog(certificate(changed), m_appearance);
    QSignalSpy trusted(&dialog, &CertificateDialog::trusted);
    QSignalSpy refused(&dialog, &CertificateDialog::refused);
    show(dialog);
    QTest::keyClick(dialog.focusWidget(), Qt::Key(key));
    QCOMPARE(refused.size(), 1);
    QCOMPARE(trusted.size(), 0);
}

void TestCertificateDialog::certificate_trust_isTaken()
{
    CertificateDialog dialog(certificate(false), m_appearance);
    QSignalSpy trusted(&dialog, &CertificateDialog::trusted);
    QSignalSpy refused(&dialog, &CertificateDialog::refused);
    show(dialog);
    QVERIFY(!textsOf(dialog).contains(u"Someone may be listening"_s));
    press(dialog, u"Trust"_s);
    QCOMPARE(trusted.size(), 1);
    QCOMPARE(refused.size(), 0);
}

void TestCertificateDialog::certificate_changed_needsTheTick()
{
    CertificateDialog dialog(certificate(true), m_appearance);
    QSignalSpy trusted(&dialog, &CertificateDialog::trusted);
    show(dialog);
    QVERIFY(textsOf(dialog).contains(u"Someone may be listening"_s));
    QAbstractButton* const trust = buttonOf(dialog, u"Trust the new certificate"_s);
    QVERIFY(trust && !trust->isEnabled());
    QTest::mouseClick(trust, Qt::LeftButton);
    QCOMPARE(trusted.size(), 0);
    QTest::keyClick(dialog.findChild<QCheckBox*>(), Qt::Key_Space);
    QTest::mouseClick(trust, Qt::LeftButton);
    QCOMPARE(trusted.size(), 1);
}

void TestCertificateDialog::certificate_facts_areShownAndCopied()
{
    const DoubtfulCertificate doubt = certificate(false);
    CertificateDialog dialog(doubt, m_appearance);
    show(dialog);
    checkNames(dialog);
    QString texts = textsOf(dialog);
    for (const QString& text : {doubt.host, doubt.subject, doubt.issuer, doubt.reasons[0], u"2030"_s})
        QVERIFY2(texts.contains(text), qPrintable(text));
    // On two lines, of which no pair is torn apart; copied as one.
    QVERIFY(!texts.contains(u"A7:A\n"_s));
    QVERIFY(texts.remove(u'\n').contains(doubt.fingerprint));
    press(dialog, u"Copy: SHA-256"_s);
    QCOMPARE(QGuiApplication::clipboard()->text(), doubt.fingerprint);
}

QTEST_MAIN(TestCertificateDialog)
#include "tst_certificatedialog.moc"
