// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/widgets/dialogtesting.h>
#include <widgets/dialogs/authenticationdialog.h>

#include <QCheckBox>
#include <QClipboard>
#include <QGuiApplication>
#include <QSignalSpy>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;
using runtime::AuthenticationQuestion;
using Kind = AuthenticationQuestion::Kind;

Q_DECLARE_METATYPE(AuthenticationQuestion::Kind)

namespace {

const QString fingerprint = u"SHA256:9u1ooJPkGwGXmB4b0dvPGUMc4cXQF7fl9Sm5jHJ1B6M"_s;
const QString secret = u"correct horse"_s;

AuthenticationQuestion questionOf(Kind kind)
{
    AuthenticationQuestion question;
    question.id = 7;
    question.kind = kind;
    question.host = u"gpu.example.org"_s;
    switch (kind) {
    case Kind::HostKey:
    case Kind::ChangedHostKey:
        question.prompt = u"The authenticity of host 'gpu.example.org (10.0.0.7)' can't be established."_s;
        question.fingerprint = fingerprint;
        question.keyType = u"ECDSA"_s;
        question.echo = true;
        break;
    case Kind::Password:
        question.prompt = u"ada@gpu.example.org's password: "_s;
        break;
    case Kind::Passphrase:
        question.prompt = u"Enter passphrase for key '/home/ada/.ssh/id_ed25519': "_s;
        question.keyFile = u"/home/ada/.ssh/id_ed25519"_s;
        break;
    case Kind::Code:
        question.prompt = u"(ada@gpu.example.org) Verification code: "_s;
        break;
    case Kind::Confirm:
        question.prompt = u"Allow use of key id_ed25519?"_s;
        break;
    case Kind::Notice:
        question.prompt = u"Confirm user presence for key ED25519-SK SHA256:abc"_s;
        break;
    }
    return question;
}

} // namespace

class TestAuthenticationDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_appearance = std::make_unique<Appearance>(); }
    void cleanup();
    void anyKind_escape_refuses_data() { addKinds(); }
    void anyKind_escape_refuses();
    void anyKind_withdrawn_saysNothing_data() { addKinds(); }
    void anyKind_withdrawn_saysNothing();
    void anyKind_controls_haveNames_data() { addKinds(); }
    void anyKind_controls_haveNames();
    void yesOrNo_enter_refuses_data();
    void yesOrNo_enter_refuses();
    void hostKey_connect_isAnswered();
    void hostKey_byKeyboard_isAnswered();
    void hostKey_fingerprint_isCopied();
    void hostKey_unreadable_showsThePrompt();
    void changedHostKey_withoutTheTick_cannotBeAccepted();
    void changedHostKey_ticked_stillCancelsByDefault();
    void secret_typed_isAnsweredAndGone_data();
    void secret_typed_isAnsweredAndGone();
    void secret_refusedOrWithdrawn_isGone();
    void secret_show_showsIt();
    void secret_empty_cannotBeSent();
    void secret_again_saysThatItWasWrong_data();
    void secret_again_saysThatItWasWrong();
    void code_empty_canBeSent();
    void code_echoed_isShown();
    void passphrase_keyFile_isNamed();
    void confirm_allow_isAnswered();
    void notice_hasNoInput();
    void outside_richText_isPlain();
    void outside_long_scrolls();

private:
    static void addKinds();
    AuthenticationDialog& open(const AuthenticationQuestion& question);
    [[nodiscard]] QLineEdit* line() const { return m_dialog->findChild<QLineEdit*>(); }

    std::unique_ptr<Appearance> m_appearance;
    std::unique_ptr<AuthenticationDialog> m_dialog;
    std::unique_ptr<QSignalSpy> m_answered, m_refused;
};

void TestAuthenticationDialog::cleanup()
{
    m_answered.reset();
    m_refused.reset();
    m_dialog.reset();
}

void TestAuthenticationDialog::addKinds()
{
    QTest::addColumn<Kind>("kind");
    QTest::newRow("host key") << Kind::HostKey;
    QTest::newRow("changed host key") << Kind::ChangedHostKey;
    QTest::newRow("password") << Kind::Password;
    QTest::newRow("passphrase") << Kind::Passphrase;
    QTest::newRow("code") << Kind::Code;
    QTest::newRow("confirm") << Kind::Confirm;
    QTest::newRow("notice") << Kind::Notice;
}

AuthenticationDialog& TestAuthenticationDialog::open(const AuthenticationQuestion& question)
{
    m_dialog = std::make_unique<AuthenticationDialog>(question, *m_appearance);
    m_answered = std::make_unique<QSignalSpy>(m_dialog.get(), &AuthenticationDialog::answered);
    m_refused = std::make_unique<QSignalSpy>(m_dialog.get(), &AuthenticationDialog::refused);
    m_dialog->open();
    m_dialog->activateWindow();
    if (!QTest::qWaitForWindowActive(m_dialog.get())) qWarning("the dialog does not become active");
    return *m_dialog;
}

void TestAuthenticationDialog::anyKind_escape_refuses()
{
    QFETCH(const Kind, kind);
    AuthenticationDialog& dialog = open(questionOf(kind));
    QVERIFY(dialog.focusWidget());
    QTest::keyClick(dialog.focusWidget(), Qt::Key_Escape);
    QVERIFY(dialog.isHidden());
    QCOMPARE(m_refused->size(), 1);
    QCOMPARE(m_refused->front().front().toULongLong(), 7U);
    QCOMPARE(m_answered->size(), 0);
    dialog.withdraw();
    dialog.close();
    QCOMPARE(m_refused->size(), 1);
}

void TestAuthenticationDialog::anyKind_withdrawn_saysNothing()
{
    QFETCH(const Kind, kind);
    AuthenticationDialog& dialog = open(questionOf(kind));
    dialog.withdraw();
    QVERIFY(dialog.isHidden());
    QCOMPARE(m_refused->size(), 0);
    QCOMPARE(m_answered->size(), 0);
}

void TestAuthenticationDialog::anyKind_controls_haveNames()
{
    QFETCH(const Kind, kind);
    const AuthenticationDialog& dialog = open(questionOf(kind));
    checkNames(dialog);
    QVERIFY(textsOf(dialog).contains(u"gpu.example.org"_s));
    QVERIFY(dialog.findChildren<QPushButton*>().size() >= 1);
}

void TestAuthenticationDialog::yesOrNo_enter_refuses_data()
{
    QTest::addColumn<Kind>("kind");
    QTest::newRow("host key") << Kind::HostKey;
    QTest::newRow("changed host key") << Kind::ChangedHostKey;
    QTest::newRow("confirm") << Kind::Confirm;
}

void TestAuthenticationDialog::yesOrNo_enter_refuses()
{
    QFETCH(const Kind, kind);
    AuthenticationDialog& dialog = open(questionOf(kind));
    QTest::keyClick(dialog.focusWidget(), Qt::Key_Return);
    QCOMPARE(m_refused->size(), 1);
    QCOMPARE(m_answered->size(), 0);
}

void TestAuthenticationDialog::hostKey_connect_isAnswered()
{
    const AuthenticationDialog& dialog = open(questionOf(Kind::HostKey));
    const QString texts = textsOf(dialog);
    for (const QString& text : {u"ECDSA"_s, fingerprint, u"/etc/ssh/ssh_host_ecdsa_key.pub"_s})
        QVERIFY2(texts.contains(text), qPrintable(text));
    press(dialog, u"Connect"_s);
    QCOMPARE(m_answered->size(), 1);
    QCOMPARE(m_answered->front()[0].toULongLong(), 7U);
    QVERIFY(!m_answered->front()[1].toString().isEmpty());
    QCOMPARE(m_refused->size(), 0);
}

void TestAuthenticationDialog::hostKey_byKeyboard_isAnswered()
{
    const AuthenticationDialog& dialog = open(questionOf(Kind::HostKey));
    const QAbstractButton* const connect = buttonOf(dialog, u"Connect"_s);
    for (int step = 0; step < 20 && !connect->hasFocus(); ++step)
        QTest::keyClick(dialog.focusWidget(), Qt::Key_Tab);
    QVERIFY(connect->hasFocus());
    QTest::keyClick(dialog.focusWidget(), Qt::Key_Return);
    QCOMPARE(m_answered->size(), 1);
}

void TestAuthenticationDialog::hostKey_fingerprint_isCopied()
{
    const AuthenticationDialog& dialog = open(questionOf(Kind::HostKey));
    press(dialog, u"Copy: Fingerprint"_s);
    QCOMPARE(QGuiApplication::clipboard()->text(), fingerprint);
    const auto* const shown = named<QTextEdit>(dialog, u"Fingerprint"_s);
    QVERIFY(shown && shown->textInteractionFlags().testFlag(Qt::TextSelectableByMouse));
    QVERIFY(QFontInfo(shown->font()).fixedPitch() || shown->font().styleHint() == QFont::Monospace);
}

void TestAuthenticationDialog::hostKey_unreadable_showsThePrompt()
{
    AuthenticationQuestion question = questionOf(Kind::HostKey);
    question.fingerprint.clear();
    QVERIFY(textsOf(open(question)).contains(u"can't be established"_s));
}

void TestAuthenticationDialog::changedHostKey_withoutTheTick_cannotBeAccepted()
{
    const AuthenticationDialog& dialog = open(questionOf(Kind::ChangedHostKey));
    QVERIFY(textsOf(dialog).contains(u"Someone may be listening"_s));
    QAbstractButton* const replace = buttonOf(dialog, u"Replace the key and connect"_s);
    QVERIFY(replace && !replace->isEnabled());
    QTest::mouseClick(replace, Qt::LeftButton);
    QCOMPARE(m_answered->size(), 0);
    auto* const tick = dialog.findChild<QCheckBox*>();
    QVERIFY(!tick->isChecked());
    QTest::keyClick(tick, Qt::Key_Space);
    QVERIFY(replace->isEnabled());
    QTest::mouseClick(replace, Qt::LeftButton);
    QCOMPARE(m_answered->size(), 1);
}

void TestAuthenticationDialog::changedHostKey_ticked_stillCancelsByDefault()
{
    const AuthenticationDialog& dialog = open(questionOf(Kind::ChangedHostKey));
    auto* const tick = dialog.findChild<QCheckBox*>();
    tick->setFocus();
    QTest::keyClick(tick, Qt::Key_Space);
    QTest::keyClick(tick, Qt::Key_Return);
    QCOMPARE(m_refused->size(), 1);
    QCOMPARE(m_answered->size(), 0);
}

void TestAuthenticationDialog::secret_typed_isAnsweredAndGone_data()
{
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<bool>("shown");
    QTest::newRow("password") << Kind::Password << false;
    QTest::newRow("password shown") << Kind::Password << true;
    QTest::newRow("passphrase") << Kind::Passphrase << false;
    QTest::newRow("code") << Kind::Code << false;
}

void TestAuthenticationDialog::secret_typed_isAnsweredAndGone()
{
    QFETCH(const Kind, kind);
    QFETCH(const bool, shown);
    const AuthenticationDialog& dialog = open(questionOf(kind));
    QVERIFY(line()->hasFocus());
    QCOMPARE(line()->echoMode(), QLineEdit::Password);
    if (shown) press(dialog, u"Show: Password"_s);
    QTest::keyClicks(line(), secret);
    QTest::keyClick(line(), Qt::Key_Return);
    QCOMPARE(m_answered->size(), 1);
    QCOMPARE(m_answered->front()[1].toString(), secret);
    QVERIFY(dialog.isHidden());
    QVERIFY(!holds(dialog, secret));
    QCOMPARE(line()->echoMode(), QLineEdit::Password);
    line()->undo();
    QVERIFY(line()->text().isEmpty());
}

void TestAuthenticationDialog::secret_refusedOrWithdrawn_isGone()
{
    const AuthenticationDialog& dialog = open(questionOf(Kind::Password));
    QTest::keyClicks(line(), secret);
    press(dialog, u"Cancel"_s);
    QCOMPARE(m_refused->size(), 1);
    QVERIFY(!holds(dialog, secret));
    AuthenticationDialog& withdrawn = open(questionOf(Kind::Password));
    QTest::keyClicks(line(), secret);
    withdrawn.withdraw();
    QVERIFY(!holds(withdrawn, secret));
}

void TestAuthenticationDialog::secret_show_showsIt()
{
    const AuthenticationDialog& dialog = open(questionOf(Kind::Password));
    QTest::keyClicks(line(), secret);
    QVERIFY(line()->displayText() != secret);
    press(dialog, u"Show: Password"_s);
    QCOMPARE(line()->displayText(), secret);
    press(dialog, u"Hide: Password"_s);
    QVERIFY(line()->displayText() != secret);
    QVERIFY(line()->inputMethodHints().testFlag(Qt::ImhSensitiveData));
}

void TestAuthenticationDialog::secret_empty_cannotBeSent()
{
    const AuthenticationDialog& dialog = open(questionOf(Kind::Password));
    QVERIFY(!buttonOf(dialog, u"Log in"_s)->isEnabled());
    QTest::keyClick(line(), Qt::Key_Return);
    QCOMPARE(m_answered->size(), 0);
    QVERIFY(dialog.isVisible());
    QTest::keyClicks(line(), u"x"_s);
    QVERIFY(buttonOf(dialog, u"Log in"_s)->isEnabled());
}

void TestAuthenticationDialog::secret_again_saysThatItWasWrong_data()
{
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("password") << Kind::Password << u"This password was not accepted. Try again."_s;
    QTest::newRow("passphrase") << Kind::Passphrase << u"This passphrase does not open the key. Try again."_s;
    QTest::newRow("code") << Kind::Code << u"This answer was not accepted. Try again."_s;
}

void TestAuthenticationDialog::secret_again_saysThatItWasWrong()
{
    QFETCH(const Kind, kind);
    QFETCH(const QString, sentence);
    AuthenticationQuestion question = questionOf(kind);
    QVERIFY(!textsOf(open(question)).contains(sentence));
    question.again = true;
    QVERIFY(textsOf(open(question)).contains(sentence));
}

void TestAuthenticationDialog::code_empty_canBeSent()
{
    const AuthenticationDialog& dialog = open(questionOf(Kind::Code));
    QVERIFY(textsOf(dialog).contains(u"Verification code:"_s));
    QTest::keyClick(line(), Qt::Key_Return);
    QCOMPARE(m_answered->size(), 1);
    QCOMPARE(m_answered->front()[1].toString(), QString());
}

void TestAuthenticationDialog::code_echoed_isShown()
{
    AuthenticationQuestion question = questionOf(Kind::Code);
    question.echo = true;
    const AuthenticationDialog& dialog = open(question);
    QCOMPARE(line()->echoMode(), QLineEdit::Normal);
    QVERIFY(!buttonOf(dialog, u"Show: Answer"_s));
    QTest::keyClicks(line(), u"123456"_s);
    press(dialog, u"Send"_s);
    QCOMPARE(m_answered->front()[1].toString(), u"123456"_s);
    QVERIFY(!holds(dialog, u"123456"_s));
}

void TestAuthenticationDialog::passphrase_keyFile_isNamed()
{
    QVERIFY(textsOf(open(questionOf(Kind::Passphrase))).contains(u"/home/ada/.ssh/id_ed25519"_s));
}

void TestAuthenticationDialog::confirm_allow_isAnswered()
{
    const AuthenticationDialog& dialog = open(questionOf(Kind::Confirm));
    QVERIFY(textsOf(dialog).contains(u"Allow use of key id_ed25519?"_s));
    press(dialog, u"Allow"_s);
    QCOMPARE(m_answered->size(), 1);
}

void TestAuthenticationDialog::notice_hasNoInput()
{
    const AuthenticationDialog& dialog = open(questionOf(Kind::Notice));
    QVERIFY(!dialog.findChild<QLineEdit*>());
    QVERIFY(textsOf(dialog).contains(u"Confirm user presence"_s));
    QCOMPARE(dialog.findChildren<QPushButton*>().size(), 1);
}

void TestAuthenticationDialog::outside_richText_isPlain()
{
    AuthenticationQuestion question = questionOf(Kind::Password);
    question.prompt = u"<b>bold</b><img src='http://evil.example/x.png'>"_s;
    question.host = u"<i>host</i>"_s;
    const AuthenticationDialog& dialog = open(question);
    QVERIFY(textsOf(dialog).contains(question.prompt));
    for (const QLabel* const label : dialog.findChildren<QLabel*>())
        QVERIFY(label->pixmap().isNull() == false || label->textFormat() == Qt::PlainText);
}

void TestAuthenticationDialog::outside_long_scrolls()
{
    AuthenticationQuestion question = questionOf(Kind::Code);
    question.prompt = QString(4000, u'x') + u'\n' + u"line\n"_s.repeated(200);
    question.host = QString(200, u'h') + u".example.org"_s;
    const AuthenticationDialog& dialog = open(question);
    QVERIFY2(dialog.width() < 800 && dialog.height() < 700,
             qPrintable(u"%1 x %2"_s.arg(dialog.width()).arg(dialog.height())));
    QVERIFY(line()->isVisible());
    const auto* const prompt = named<QTextEdit>(dialog, u"What is asked"_s);
    QTRY_COMPARE(prompt->focusPolicy(), Qt::StrongFocus);
}

QTEST_MAIN(TestAuthenticationDialog)
#include "tst_authenticationdialog.moc"
