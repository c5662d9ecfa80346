// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/widgets/dialogtesting.h>
#include <widgets/dialogs/addhostdialog.h>

#include <QCompleter>
#include <QListView>
#include <QPromise>
#include <QSignalSpy>

#include <deque>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestAddHostDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cleanup();
    void typed_isGiven();
    void nameAndFolder_areGiven();
    void wrong_isExplained();
    void wrongFolder_isExplained();
    void configuredNames_areOffered();
    void names_mayComeLate();
    void resolved_isShown();
    void lateAnswer_isDropped();
    void failedAnswer_isShown();
    void edit_isPrefilled();
    void escape_givesNothing();
    void controls_haveNames();

private:
    AddHostDialog& openAdding()
    {
        m_asked.clear();
        m_promises.clear();
        AddHostDialog::Ways ways;
        ways.normalise = [](const QString& typed) -> Result<QString> {
            if (typed.contains(u' '))
                return failure(ErrorCode::InvalidFormat, u"“%1” names no machine."_s.arg(typed));
            return typed.startsWith("ssh://"_L1) ? typed.sliced(6) : typed;
        };
        ways.resolve = [this](const QString& target) {
            m_asked += target;
            m_promises.emplace_back();
            m_promises.back().start();
            return m_promises.back().future();
        };
        m_adding = std::make_unique<AddHostDialog>(ways, m_appearance);
        m_added = std::make_unique<QSignalSpy>(m_adding.get(), &AddHostDialog::hostAdded);
        m_adding->open();
        m_adding->activateWindow();
        if (!QTest::qWaitForWindowActive(m_adding.get())) qWarning("the dialog does not become active");
        return *m_adding;
    }
    void answer(std::size_t question, const Result<ResolvedHost>& resolved)
    {
        m_promises[question].addResult(resolved);
        m_promises[question].finish();
    }
    [[nodiscard]] QLineEdit* line(const QString& name) const { return named<QLineEdit>(*m_adding, name); }

    Appearance m_appearance;
    std::deque<QPromise<Result<ResolvedHost>>> m_promises;
    QStringList m_asked;
    std::unique_ptr<AddHostDialog> m_adding;
    std::unique_ptr<QSignalSpy> m_added;
};

void TestAddHostDialog::cleanup()
{
    m_added.reset();
    m_adding.reset();
    for (QPromise<Result<ResolvedHost>>& promise : m_promises)
        promise.finish();
}

void TestAddHostDialog::typed_isGiven()
{
    const AddHostDialog& dialog = openAdding();
    QVERIFY(line(u"Machine"_s)->hasFocus());
    QVERIFY(!buttonOf(dialog, u"Add"_s)->isEnabled());
    QTest::keyClicks(line(u"Machine"_s), u" ssh://ada@gpu:2222 "_s);
    QTest::keyClick(line(u"Machine"_s), Qt::Key_Return);
    QVERIFY(dialog.isHidden());
    QCOMPARE(m_added->size(), 1);
    QCOMPARE(m_added->front(), QVariantList({u"ada@gpu:2222"_s, u"ada@gpu:2222"_s, QString()}));
}

void TestAddHostDialog::nameAndFolder_areGiven()
{
    const AddHostDialog& dialog = openAdding();
    QTest::keyClicks(line(u"Machine"_s), u"gpu"_s);
    QTest::keyClicks(line(u"Name"_s), u"The big one "_s);
    QTest::keyClicks(line(u"Working folder"_s), u"~/work"_s);
    press(dialog, u"Add"_s);
    QCOMPARE(m_added->size(), 1);
    QCOMPARE(m_added->front(), QVariantList({u"gpu"_s, u"The big one"_s, u"~/work"_s}));
}

void TestAddHostDialog::wrong_isExplained()
{
    const AddHostDialog& dialog = openAdding();
    QTest::keyClicks(line(u"Machine"_s), u"no machine"_s);
    QTRY_VERIFY(textsOf(dialog).contains(u"“no machine” names no machine."_s));
    QVERIFY(!buttonOf(dialog, u"Add"_s)->isEnabled());
    QTest::keyClick(line(u"Machine"_s), Qt::Key_Return);
    QCOMPARE(m_added->size(), 0);
    QCOMPARE(m_asked, QStringList());
}

void TestAddHostDialog::wrongFolder_isExplained()
{
    const AddHostDialog& dialog = openAdding();
    QTest::keyClicks(line(u"Machine"_s), u"gpu"_s);
    QTest::keyClicks(line(u"Working folder"_s), u"work"_s);
    QVERIFY(textsOf(dialog).contains(u"The folder begins with / or ~."_s));
    QVERIFY(!buttonOf(dialog, u"Add"_s)->isEnabled());
}

void TestAddHostDialog::configuredNames_areOffered()
{
    AddHostDialog& dialog = openAdding();
    dialog.setNames({u"cluster"_s, u"gpu"_s, u"gpu-old"_s});
    auto* const list = dialog.findChild<QListView*>();
    QVERIFY(list->isVisible());
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                      list->visualRect(list->model()->index(1, 0)).center());
    QCOMPARE(line(u"Machine"_s)->text(), u"gpu"_s);
    line(u"Machine"_s)->clear();
    QTest::keyClicks(line(u"Machine"_s), u"old"_s);
    const QCompleter* const completer = line(u"Machine"_s)->completer();
    QCOMPARE(completer->completionCount(), 1);
    QCOMPARE(completer->currentCompletion(), u"gpu-old"_s);
    completer->popup()->hide();
    list->setFocus();
    QTest::keyClick(list, Qt::Key_Home);
    QTest::keyClick(list, Qt::Key_Return);
    QCOMPARE(m_added->size(), 1);
    QCOMPARE(m_added->front().front().toString(), u"cluster"_s);
}

void TestAddHostDialog::names_mayComeLate()
{
    AddHostDialog& dialog = openAdding();
    QVERIFY(textsOf(dialog).contains(u"Reading your ssh configuration…"_s));
    QVERIFY(!dialog.findChild<QListView*>()->isVisible());
    dialog.setNames({});
    QVERIFY(textsOf(dialog).contains(u"It names no machines."_s));
    dialog.setNames({u"gpu"_s});
    QVERIFY(dialog.findChild<QListView*>()->isVisible());
    QVERIFY(!textsOf(dialog).contains(u"It names no machines."_s));
}

void TestAddHostDialog::resolved_isShown()
{
    const AddHostDialog& dialog = openAdding();
    QTest::keyClicks(line(u"Machine"_s), u"gpu"_s);
    QTRY_COMPARE(m_asked, QStringList{u"gpu"_s}); // once, not for each key
    QVERIFY(textsOf(dialog).contains(u"Asking ssh…"_s));
    answer(0, ResolvedHost{u"10.0.0.7"_s, u"ada"_s, 2222, {u"~/.ssh/id_rsa"_s}, u"gate"_s});
    QTRY_VERIFY(textsOf(dialog).contains(u"ssh connects to 10.0.0.7, port 2222, as ada."_s));
    QVERIFY(textsOf(dialog).contains(u"Through: gate"_s));
    QVERIFY(textsOf(dialog).contains(u"Keys: ~/.ssh/id_rsa"_s));
}

void TestAddHostDialog::lateAnswer_isDropped()
{
    const AddHostDialog& dialog = openAdding();
    QTest::keyClicks(line(u"Machine"_s), u"one"_s);
    QTRY_COMPARE(m_asked.size(), 1);
    QTest::keyClicks(line(u"Machine"_s), u"two"_s);
    QTRY_COMPARE(m_asked.size(), 2);
    answer(1, ResolvedHost{u"2.2.2.2"_s, u"ada"_s});
    QTRY_VERIFY(textsOf(dialog).contains(u"2.2.2.2"_s));
    answer(0, ResolvedHost{u"1.1.1.1"_s, u"ada"_s});
    QCoreApplication::processEvents();
    QVERIFY(textsOf(dialog).contains(u"2.2.2.2"_s));
    QVERIFY(!textsOf(dialog).contains(u"1.1.1.1"_s));
}

void TestAddHostDialog::failedAnswer_isShown()
{
    const AddHostDialog& dialog = openAdding();
    QTest::keyClicks(line(u"Machine"_s), u"gpu"_s);
    QTRY_COMPARE(m_asked.size(), 1);
    answer(0, failure(ErrorCode::NotFound, u"The program ssh was not found."_s));
    QTRY_VERIFY(textsOf(dialog).contains(u"The program ssh was not found."_s));
    // That is no reason not to keep it.
    QVERIFY(buttonOf(dialog, u"Add"_s)->isEnabled());
}

void TestAddHostDialog::edit_isPrefilled()
{
    AddHostDialog& dialog = openAdding();
    dialog.edit({u"ada@gpu"_s, u"The big one"_s, u"/data"_s});
    QCOMPARE(dialog.windowTitle(), u"Edit the machine"_s);
    QCOMPARE(line(u"Machine"_s)->text(), u"ada@gpu"_s);
    QTest::keyClicks(line(u"Working folder"_s), u"/x"_s);
    press(dialog, u"Save"_s);
    QCOMPARE(m_added->front(), QVariantList({u"ada@gpu"_s, u"The big one"_s, u"/data/x"_s}));
}

void TestAddHostDialog::escape_givesNothing()
{
    const AddHostDialog& dialog = openAdding();
    QTest::keyClicks(line(u"Machine"_s), u"gpu"_s);
    QTest::keyClick(line(u"Machine"_s), Qt::Key_Escape);
    QVERIFY(dialog.isHidden());
    QCOMPARE(m_added->size(), 0);
}

void TestAddHostDialog::controls_haveNames()
{
    AddHostDialog& dialog = openAdding();
    dialog.setNames({u"gpu"_s});
    checkNames(dialog);
}

QTEST_MAIN(TestAddHostDialog)
#include "tst_addhostdialog.moc"
