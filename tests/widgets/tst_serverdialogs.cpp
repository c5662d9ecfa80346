// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/widgets/dialogtesting.h>
#include <widgets/dialogs/addserverdialog.h>
#include <widgets/dialogs/credentialsdialog.h>

#include <QCheckBox>
#include <QClipboard>
#include <QGuiApplication>
#include <QSignalSpy>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

namespace {

const QString token = u"0123456789abcdef"_s;

/// http(s)://HOST/?token=…, and HOST:PORT alone.
Result<ReadServerAddress> readAddress(const QString& typed)
{
    QString text = typed.trimmed();
    if (text.isEmpty() || text.contains(u' '))
        return failure(ErrorCode::InvalidFormat, u"This is no address of a Jupyter Server."_s);
    if (!text.contains("://"_L1)) text.prepend("https://"_L1);
    const qsizetype found = text.indexOf("?token="_L1);
    if (found < 0) return ReadServerAddress{text, {}, {}};
    QString base = text.first(found), document;
    if (const qsizetype tree = base.indexOf("lab/tree/"_L1); tree > 0) {
        document = base.sliced(tree + 9);
        base.truncate(tree);
    }
    return ReadServerAddress{base, text.sliced(found + 7), document};
}

} // namespace

class TestServerDialogs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void add_pastedToken_movesToItsField();
    void add_typedToken_movesWhenTheFieldIsLeft();
    void add_typedToken_movesOnEnter();
    void add_token_isGivenAndGone();
    void add_password_isGiven();
    void add_nothing_needsNoSecret();
    void add_withoutSecret_cannotBeAdded();
    void add_wrongAddress_isExplained();
    void add_http_isWarnedAbout_data();
    void add_http_isWarnedAbout();
    void add_noKeychain_isExplained();
    void add_escape_givesNothing();
    void add_edit_keepsTheSecret();
    void add_controls_haveNames();
    void credentials_token_isGivenAndGone();
    void credentials_password_isGivenAndGone();
    void credentials_wrong_isSaid();
    void credentials_escape_refuses();
    void credentials_controls_haveNames();

private:
    static void show(QDialog& dialog)
    {
        dialog.open();
        dialog.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&dialog));
    }
    static void paste(QLineEdit* line, const QString& text)
    {
        QGuiApplication::clipboard()->setText(text);
        line->setFocus();
        QTest::keyClick(line, Qt::Key_V, Qt::ControlModifier);
    }
    AddServerDialog& openAdding(bool hasKeychain = true)
    {
        m_adding = std::make_unique<AddServerDialog>(readAddress, hasKeychain, m_appearance);
        m_added.clear();
        connect(m_adding.get(), &AddServerDialog::serverAdded, this,
                [this](const AddServerDialog::Server& server) {
                    m_added.push_back(server);
                    m_added.back().secret.detach(); // the dialog wipes its own
                });
        show(*m_adding);
        m_address = named<QLineEdit>(*m_adding, u"Address"_s);
        m_secret = named<QLineEdit>(*m_adding, u"Token"_s);
        return *m_adding;
    }
    [[nodiscard]] QComboBox* login() const { return named<QComboBox>(*m_adding, u"Log in with"_s); }

    Appearance m_appearance;
    std::unique_ptr<AddServerDialog> m_adding;
    std::vector<AddServerDialog::Server> m_added;
    QLineEdit* m_address = nullptr;
    QLineEdit* m_secret = nullptr;
};

void TestServerDialogs::add_pastedToken_movesToItsField()
{
    const AddServerDialog& dialog = openAdding();
    paste(m_address, u"https://gpu.example.org:8888/lab/tree/work/a.ipynb?token="_s + token);
    QCOMPARE(m_address->text(), u"https://gpu.example.org:8888/"_s);
    QVERIFY(!m_address->isUndoAvailable());
    QCOMPARE(m_secret->text(), token);
    QCOMPARE(m_secret->echoMode(), QLineEdit::Password);
    QVERIFY(!textsOf(dialog).contains(token));
    QVERIFY(textsOf(dialog).contains(u"The token was moved to its own field."_s));
    press(dialog, u"Add"_s);
    QCOMPARE(m_added.size(), 1U);
    QCOMPARE(m_added[0].documentPath, u"work/a.ipynb"_s);
}

void TestServerDialogs::add_typedToken_movesWhenTheFieldIsLeft()
{
    openAdding();
    QTest::keyClicks(m_address, u"https://h/?token="_s + token);
    QVERIFY(m_address->text().endsWith(token)); // it is not torn apart while it is typed
    QTest::keyClick(m_address, Qt::Key_Tab);
    QCOMPARE(m_address->text(), u"https://h/"_s);
    QCOMPARE(m_secret->text(), token);
    QVERIFY(!m_address->isUndoAvailable());
}

void TestServerDialogs::add_typedToken_movesOnEnter()
{
    const AddServerDialog& dialog = openAdding();
    QTest::keyClicks(m_address, u"https://h/?token="_s + token);
    QTest::keyClick(m_address, Qt::Key_Return);
    QVERIFY(!textsOf(dialog).contains(token));
    QCOMPARE(m_address->text(), u"https://h/"_s);
    QCOMPARE(m_added.size(), 1U);
    QCOMPARE(m_added[0].secret, token);
}

void TestServerDialogs::add_token_isGivenAndGone()
{
    const AddServerDialog& dialog = openAdding();
    QTest::keyClicks(m_address, u"https://gpu.example.org/"_s);
    QTest::keyClicks(m_secret, token);
    QTest::keyClicks(named<QLineEdit>(dialog, u"Name"_s), u"The lab's"_s);
    QTest::keyClick(m_secret, Qt::Key_Return);
    QVERIFY(dialog.isHidden());
    QCOMPARE(m_added.size(), 1U);
    QCOMPARE(m_added[0].address, u"https://gpu.example.org/"_s);
    QCOMPARE(m_added[0].name, u"The lab's"_s);
    QCOMPARE(m_added[0].login, ServerLogin::Token);
    QCOMPARE(m_added[0].secret, token);
    QVERIFY(m_added[0].remember);
    QVERIFY(!holds(dialog, token));
}

void TestServerDialogs::add_password_isGiven()
{
    const AddServerDialog& dialog = openAdding();
    QTest::keyClicks(m_address, u"https://h"_s);
    login()->setFocus();
    QTest::keyClick(login(), Qt::Key_Down);
    QVERIFY(named<QLineEdit>(dialog, u"Password"_s));
    QTest::keyClicks(m_secret, u" with blanks "_s);
    auto* const tick = dialog.findChild<QCheckBox*>();
    QVERIFY(tick->text().contains("password"_L1));
    QTest::keyClick(tick, Qt::Key_Space);
    press(dialog, u"Add"_s);
    QCOMPARE(m_added.size(), 1U);
    QCOMPARE(m_added[0].login, ServerLogin::Password);
    QCOMPARE(m_added[0].secret, u" with blanks "_s);
    QCOMPARE(m_added[0].name, u"https://h"_s);
    QVERIFY(!m_added[0].remember);
    QVERIFY(!holds(dialog, u"with blanks"_s));
}

void TestServerDialogs::add_nothing_needsNoSecret()
{
    const AddServerDialog& dialog = openAdding();
    QTest::keyClicks(m_address, u"https://h"_s);
    QTest::keyClicks(m_secret, token);
    login()->setFocus();
    QTest::keyClick(login(), Qt::Key_End);
    QVERIFY(!m_secret->isVisible());
    press(dialog, u"Add"_s);
    QCOMPARE(m_added.size(), 1U);
    QCOMPARE(m_added[0].login, ServerLogin::Nothing);
    QCOMPARE(m_added[0].secret, QString());
    QVERIFY(!m_added[0].remember);
}

void TestServerDialogs::add_withoutSecret_cannotBeAdded()
{
    const AddServerDialog& dialog = openAdding();
    QTest::keyClicks(m_address, u"https://h"_s);
    QVERIFY(!buttonOf(dialog, u"Add"_s)->isEnabled());
    QTest::keyClick(m_address, Qt::Key_Return);
    QVERIFY(dialog.isVisible());
    QTest::keyClicks(m_secret, u"x"_s);
    QVERIFY(buttonOf(dialog, u"Add"_s)->isEnabled());
}

void TestServerDialogs::add_wrongAddress_isExplained()
{
    const AddServerDialog& dialog = openAdding();
    QTest::keyClicks(m_address, u"not an address"_s);
    QTest::keyClicks(m_secret, token);
    QTRY_VERIFY(textsOf(dialog).contains(u"This is no address of a Jupyter Server."_s));
    QVERIFY(!buttonOf(dialog, u"Add"_s)->isEnabled());
}

void TestServerDialogs::add_http_isWarnedAbout_data()
{
    QTest::addColumn<QString>("address");
    QTest::addColumn<bool>("warned");
    QTest::newRow("another machine") << u"http://gpu.example.org:8888/"_s << true;
    QTest::newRow("looks local") << u"http://127.0.0.1.example.org/"_s << true;
    QTest::newRow("user part") << u"http://localhost@example.org/"_s << true;
    QTest::newRow("https") << u"https://gpu.example.org:8888/"_s << false;
    QTest::newRow("localhost") << u"http://localhost:8888/"_s << false;
    QTest::newRow("loopback") << u"http://127.0.0.1:8888/"_s << false;
    QTest::newRow("loopback of IPv6") << u"http://[::1]:8888/"_s << false;
}

void TestServerDialogs::add_http_isWarnedAbout()
{
    QFETCH(const QString, address);
    QFETCH(const bool, warned);
    const AddServerDialog& dialog = openAdding();
    paste(m_address, address);
    QCOMPARE(textsOf(dialog).contains(u"is not encrypted"_s), warned);
    paste(m_address, u"nothing else "_s);
    QVERIFY(!textsOf(dialog).contains(u"is not encrypted"_s));
}

void TestServerDialogs::add_noKeychain_isExplained()
{
    const AddServerDialog& dialog = openAdding(false);
    QVERIFY(!dialog.findChild<QCheckBox*>()->isEnabled());
    QVERIFY(textsOf(dialog).contains(u"There is no keychain"_s));
    paste(m_address, u"https://h/?token="_s + token);
    press(dialog, u"Add"_s);
    QCOMPARE(m_added.size(), 1U);
    QVERIFY(!m_added[0].remember);
}

void TestServerDialogs::add_escape_givesNothing()
{
    const AddServerDialog& dialog = openAdding();
    paste(m_address, u"https://h/?token="_s + token);
    QTest::keyClick(m_address, Qt::Key_Escape);
    QVERIFY(dialog.isHidden());
    QCOMPARE(m_added.size(), 0U);
    QVERIFY(!holds(dialog, token));
}

void TestServerDialogs::add_edit_keepsTheSecret()
{
    AddServerDialog& dialog = openAdding();
    dialog.edit({u"https://h/"_s, u"Mine"_s, {}, ServerLogin::Token, {}, true});
    QCOMPARE(dialog.windowTitle(), u"Edit the Jupyter Server"_s);
    QCOMPARE(m_address->text(), u"https://h/"_s);
    QCOMPARE(m_secret->placeholderText(), u"As it is"_s);
    press(dialog, u"Save"_s);
    QCOMPARE(m_added.size(), 1U);
    QCOMPARE(m_added[0].name, u"Mine"_s);
    QCOMPARE(m_added[0].secret, QString());
}

void TestServerDialogs::add_controls_haveNames()
{
    checkNames(openAdding());
}

void TestServerDialogs::credentials_token_isGivenAndGone()
{
    CredentialsDialog dialog({u"The lab's"_s, u"https://h/"_s}, m_appearance);
    QSignalSpy tokens(&dialog, &CredentialsDialog::tokenGiven);
    QSignalSpy refused(&dialog, &CredentialsDialog::refused);
    show(dialog);
    QVERIFY(textsOf(dialog).contains(u"The lab's asks who you are"_s));
    QVERIFY(textsOf(dialog).contains(u"https://h/"_s));
    QVERIFY(!buttonOf(dialog, u"Log in"_s)->isEnabled());
    auto* const line = named<QLineEdit>(dialog, u"Token"_s);
    QVERIFY(line->hasFocus());
    paste(line, u"  "_s + token + u"\n"_s);
    QTest::keyClick(line, Qt::Key_Return);
    QCOMPARE(tokens.size(), 1);
    QCOMPARE(tokens[0][0].toString(), token);
    QVERIFY(tokens[0][1].toBool());
    QVERIFY(!holds(dialog, token));
    dialog.close();
    QCOMPARE(refused.size(), 0);
}

void TestServerDialogs::credentials_password_isGivenAndGone()
{
    CredentialsDialog dialog({u"The lab's"_s, u"https://h/"_s, false, true, false}, m_appearance);
    QSignalSpy passwords(&dialog, &CredentialsDialog::passwordGiven);
    show(dialog);
    auto* const line = named<QLineEdit>(dialog, u"Password"_s);
    QVERIFY(line && line->hasFocus());
    QTest::keyClicks(line, u"secret word"_s);
    press(dialog, u"Log in"_s);
    QCOMPARE(passwords.size(), 1);
    QCOMPARE(passwords[0][0].toString(), u"secret word"_s);
    QVERIFY(!passwords[0][1].toBool()); // no keychain
    QVERIFY(!holds(dialog, u"secret word"_s));
}

void TestServerDialogs::credentials_wrong_isSaid()
{
    CredentialsDialog first({u"S"_s, u"https://h/"_s}, m_appearance);
    CredentialsDialog again({u"S"_s, u"https://h/"_s, true}, m_appearance);
    show(first);
    QVERIFY(!textsOf(first).contains(u"was not accepted"_s));
    first.reject();
    show(again);
    QVERIFY(textsOf(again).contains(u"was not accepted"_s));
}

void TestServerDialogs::credentials_escape_refuses()
{
    CredentialsDialog dialog({u"S"_s, u"https://h/"_s}, m_appearance);
    QSignalSpy refused(&dialog, &CredentialsDialog::refused);
    show(dialog);
    QTest::keyClicks(dialog.focusWidget(), token);
    QTest::keyClick(dialog.focusWidget(), Qt::Key_Escape);
    QCOMPARE(refused.size(), 1);
    QVERIFY(!holds(dialog, token));
}

void TestServerDialogs::credentials_controls_haveNames()
{
    CredentialsDialog dialog({u"S"_s, u"https://h/"_s}, m_appearance);
    show(dialog);
    checkNames(dialog);
}

QTEST_MAIN(TestServerDialogs)
#include "tst_serverdialogs.moc"
