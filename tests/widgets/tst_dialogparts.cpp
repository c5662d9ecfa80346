// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/widgets/dialogtesting.h>
#include <widgets/dialogs/dialogparts.h>
#include <widgets/dialogs/secretedit.h>
#include <widgets/dialogs/textblock.h>

#include <QCheckBox>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QScrollBar>
#include <QSignalSpy>
#include <QVBoxLayout>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestDialogParts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void shownText_tricks_areReplaced_data();
    void shownText_tricks_areReplaced();
    void shortName_long_losesItsMiddle();
    void textBlock_height_followsTheWidth();
    void textBlock_long_scrollsByKeyboard();
    void textBlock_markup_isText();
    void factTable_emptyValue_hasNoRow();
    void factTable_longCode_isNotCutOff();
    void secretEdit_take_leavesNothing();
    void wipe_sharedString_keepsTheOther();
    void condition_ticked_enablesTheButton();
    void theme_dark_showsEmptyBoxes();

private:
    Appearance m_appearance;
};

void TestDialogParts::shownText_tricks_areReplaced_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("shown");
    QTest::newRow("plain") << u"a\tb\nc"_s << u"a\tb\nc"_s;
    QTest::newRow("line ends") << u"a\r\nb\n\n"_s << u"a\nb"_s;
    QTest::newRow("escape") << u"a\x1b[31mb"_s << u"a\uFFFD[31mb"_s;
    QTest::newRow("return") << u"safe\revil"_s << u"safe\uFFFDevil"_s;
    QTest::newRow("turned") << u"moc.\u202Eevil"_s << u"moc.\uFFFDevil"_s;
    QTest::newRow("isolated") << u"\u2066x\u2069"_s << u"\uFFFDx\uFFFD"_s;
    QTest::newRow("right to left") << u"שלום"_s << u"שלום"_s;
    QTest::newRow("beyond the first plane") << u"a😀b"_s << u"a😀b"_s;
}

void TestDialogParts::shownText_tricks_areReplaced()
{
    QFETCH(const QString, text);
    QTEST(shownText(text), "shown");
}

void TestDialogParts::shortName_long_losesItsMiddle()
{
    QCOMPARE(shortName(u" a\nb "_s), u"a b"_s);
    const QString shortened = shortName(u"gpu."_s + QString(300, u'x') + u".example.org"_s);
    QVERIFY(shortened.size() <= 60);
    QVERIFY(shortened.startsWith("gpu."_L1) && shortened.endsWith(".example.org"_L1));
}

void TestDialogParts::textBlock_height_followsTheWidth()
{
    TextBlock block(QString(200, u'x'), m_appearance);
    const int line = QFontMetrics(block.font()).lineSpacing();
    const int narrow = block.heightForWidth(200), wide = block.heightForWidth(4000);
    QCOMPARE(wide, line);
    QVERIFY2(narrow > 3 * line, qPrintable(QString::number(narrow)));
    block.setLines(3, 10);
    QCOMPARE(block.heightForWidth(4000), 3 * line);
    block.showText(u"x\n"_s.repeated(100));
    QCOMPARE(block.heightForWidth(4000), 10 * line);
}

void TestDialogParts::textBlock_long_scrollsByKeyboard()
{
    TextBlock block(u"line\n"_s.repeated(100), m_appearance);
    block.resize(200, block.heightForWidth(200));
    block.show();
    QTRY_COMPARE(block.focusPolicy(), Qt::StrongFocus);
    QVERIFY(block.verticalScrollBar()->maximum() > 0);
    TextBlock brief(u"line"_s, m_appearance);
    brief.resize(200, brief.heightForWidth(200));
    brief.show();
    QTRY_COMPARE(brief.focusPolicy(), Qt::ClickFocus);
}

void TestDialogParts::textBlock_markup_isText()
{
    const TextBlock block(u"<b>x</b>"_s, m_appearance);
    QCOMPARE(block.toPlainText(), u"<b>x</b>"_s);
    QVERIFY(block.isReadOnly());
}

void TestDialogParts::factTable_emptyValue_hasNoRow()
{
    FactTable table(m_appearance);
    table.add(u"Nothing"_s, {});
    QVERIFY(table.isHidden());
    QVERIFY(table.findChildren<QLabel*>().isEmpty());
}

void TestDialogParts::factTable_longCode_isNotCutOff()
{
    QDialog dialog;
    QVBoxLayout* const column = makeColumn(dialog, 300);
    auto* const table = new FactTable(m_appearance, &dialog);
    const QString code = u"SHA256:"_s + QString(120, u'x');
    table->add(u"Fingerprint"_s, code, FactTable::Look::Code);
    column->addWidget(table);
    dialog.show();
    QVERIFY(QTest::qWaitForWindowExposed(&dialog));
    const auto* const text = named<QTextEdit>(dialog, u"Fingerprint"_s);
    QTRY_VERIFY(text->height() >= text->document()->size().height());
    QVERIFY(text->height() > 2 * QFontMetrics(text->font()).lineSpacing());
    press(dialog, u"Copy: Fingerprint"_s);
    QCOMPARE(QGuiApplication::clipboard()->text(), code);
}

void TestDialogParts::secretEdit_take_leavesNothing()
{
    SecretEdit edit;
    edit.setName(u"Token"_s);
    QSignalSpy edited(&edit, &SecretEdit::edited);
    edit.show();
    press(edit, u"Show: Token"_s);
    auto* const line = named<QLineEdit>(edit, u"Token"_s);
    QTest::keyClicks(line, u"abc"_s);
    QCOMPARE(edited.size(), 3);
    QVERIFY(line->isUndoAvailable());
    QCOMPARE(edit.take(), u"abc"_s);
    QVERIFY(edit.isEmpty());
    QVERIFY(!line->isUndoAvailable());
    QCOMPARE(line->echoMode(), QLineEdit::Password);
}

void TestDialogParts::wipe_sharedString_keepsTheOther()
{
    QString secret = QString(3, u'x');
    const QString kept = secret;
    wipe(secret);
    QCOMPARE(kept, u"xxx"_s);
    QVERIFY(secret.isEmpty());
    QString literal = u"constant"_s;
    wipe(literal);
    QVERIFY(literal.isEmpty());
}

void TestDialogParts::condition_ticked_enablesTheButton()
{
    QDialog dialog;
    const DialogButtons buttons = makeButtons(dialog, u"Do it"_s, u"Cancel"_s, DefaultAnswer::Reject);
    auto* const tick = makeCondition(u"I know"_s, *buttons.accept, &dialog);
    QVERIFY(!buttons.accept->isEnabled());
    tick->setChecked(true);
    QVERIFY(buttons.accept->isEnabled());
    QVERIFY(buttons.reject->isDefault());
    tick->setChecked(false);
    QVERIFY(!buttons.accept->isEnabled());
}

/// An unticked box differs from the ground that it is on.
void TestDialogParts::theme_dark_showsEmptyBoxes()
{
    QDialog dialog;
    QVBoxLayout* const column = makeColumn(dialog, 200);
    auto* const box = new QCheckBox(&dialog);
    box->setAccessibleName(u"Box"_s);
    column->addWidget(box);
    followTheme(dialog, m_appearance);
    m_appearance.setScheme(ColourScheme::Dark);
    dialog.show();
    QVERIFY(QTest::qWaitForWindowExposed(&dialog));
    const QImage image = box->grab().toImage();
    const QColor ground = m_appearance.theme().chrome;
    double best = 1;
    for (int x = 0; x < image.width(); ++x)
        best = std::max(best, contrast(image.pixelColor(x, image.height() / 2), ground));
    // WCAG 2.1, 1.4.11: parts of controls that are needed to understand them.
    QVERIFY2(best >= 3, qPrintable(QString::number(best)));
    m_appearance.setScheme(ColourScheme::System);
}

QTEST_MAIN(TestDialogParts)
#include "tst_dialogparts.moc"
