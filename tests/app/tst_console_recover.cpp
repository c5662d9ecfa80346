// SPDX-License-Identifier: GPL-3.0-or-later
// `cahier recover` as a user meets it after a crash.
#include "consolefixture.h"

#include <core/notebook/document.h>

#include <QFile>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace cahier::notebook;

namespace {

/// Leaves what a crash leaves of a notebook into which `text` was typed. `name` is empty for one without a
/// file.
void crash(const ConsoleFixture& fixture, const QString& name, const QString& text)
{
    const DocumentOptions options{fixture.path(u"s/cahier/recovery"_s)};
    std::shared_ptr<Document> document;
    if (name.isEmpty())
        document = std::make_shared<Document>(newNotebook(), QString(), FileIdentity(), options);
    else
        document = *Document::openNow(fixture.path(name), options);
    Notebook& notebook = document->notebook();
    if (name.isEmpty()) notebook.insertCells(0, {CellContent{}});
    notebook.replaceText(notebook.cellAt(0).key(), 0, 0, text);
    QVERIFY(document->flushJournal());
}

} // namespace

class TestConsoleRecover : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void recover_inPlace_writesTheNotebook();
    void recover_ontoAnExistingFile_needsForce();
    void recover_aFileChangedSince_isRefused();
    void recover_neverSaved_byTheListedName();
    void recover_usage_exit2_data();
    void recover_usage_exit2();
};

void TestConsoleRecover::recover_inPlace_writesTheNotebook()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"n.ipynb"_s, {u"x"_s});
    crash(fixture, u"n.ipynb"_s, u"typed "_s);
    const ConsoleResult result = fixture.run({u"recover"_s, u"n.ipynb"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QVERIFY(fixture.read(u"n.ipynb"_s).contains("typed x"));
    QVERIFY(fixture.run({u"recover"_s}).out.contains(u"nothing to recover"_s));
}

void TestConsoleRecover::recover_ontoAnExistingFile_needsForce()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"n.ipynb"_s, {u"x"_s});
    fixture.write(u"mine.ipynb"_s, "precious");
    crash(fixture, u"n.ipynb"_s, u"typed "_s);
    const ConsoleResult refused = fixture.run({u"recover"_s, u"n.ipynb"_s, u"-o"_s, u"mine.ipynb"_s});
    QCOMPARE(refused.status, 2);
    QVERIFY2(refused.err.contains(u"--force"_s), qPrintable(refused.err));
    QCOMPARE(fixture.read(u"mine.ipynb"_s), QByteArray("precious"));
    const ConsoleResult forced =
        fixture.run({u"recover"_s, u"n.ipynb"_s, u"-o"_s, u"mine.ipynb"_s, u"--force"_s});
    QVERIFY2(forced.status == 0, qPrintable(forced.err));
    QVERIFY(fixture.read(u"mine.ipynb"_s).contains("typed x"));
    QVERIFY(!fixture.read(u"n.ipynb"_s).contains("typed"));
}

void TestConsoleRecover::recover_aFileChangedSince_isRefused()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"n.ipynb"_s, {u"x"_s});
    crash(fixture, u"n.ipynb"_s, u"typed "_s);
    fixture.writeNotebook(u"n.ipynb"_s, {u"theirs"_s});
    const ConsoleResult refused = fixture.run({u"recover"_s, u"n.ipynb"_s});
    QCOMPARE(refused.status, 2);
    QVERIFY(fixture.read(u"n.ipynb"_s).contains("theirs"));
    const ConsoleResult elsewhere = fixture.run({u"recover"_s, u"n.ipynb"_s, u"-o"_s, u"new.ipynb"_s});
    QVERIFY2(elsewhere.status == 0, qPrintable(elsewhere.err));
    QVERIFY(fixture.read(u"new.ipynb"_s).contains("typed x"));
}

void TestConsoleRecover::recover_neverSaved_byTheListedName()
{
    const ConsoleFixture fixture;
    crash(fixture, {}, u"typed "_s);
    const QString listed = fixture.run({u"recover"_s}).out;
    QVERIFY2(listed.contains(u"(never saved)"_s), qPrintable(listed));
    const QString journal = listed.section(u"  "_s, 1).section(u" (never"_s, 0, 0);
    QVERIFY2(QFile::exists(journal), qPrintable(journal));
    const ConsoleResult nowhere = fixture.run({u"recover"_s, journal});
    QCOMPARE(nowhere.status, 2);
    QVERIFY2(nowhere.err.contains(u"-o"_s), qPrintable(nowhere.err));
    const ConsoleResult result = fixture.run({u"recover"_s, journal, u"-o"_s, u"new.ipynb"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QVERIFY(fixture.read(u"new.ipynb"_s).contains("typed "));
    QVERIFY(!QFile::exists(journal));
}

void TestConsoleRecover::recover_usage_exit2_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("force alone") << QStringList{u"n.ipynb"_s, u"--force"_s};
    QTest::newRow("two notebooks") << QStringList{u"a.ipynb"_s, u"b.ipynb"_s};
    QTest::newRow("output of nothing") << QStringList{u"-o"_s, u"b.ipynb"_s};
    QTest::newRow("discard and write") << QStringList{u"n.ipynb"_s, u"--discard"_s, u"-o"_s, u"b.ipynb"_s};
}

void TestConsoleRecover::recover_usage_exit2()
{
    QFETCH(QStringList, arguments);
    QCOMPARE(ConsoleFixture().run(QStringList{u"recover"_s} + arguments).status, 2);
}

QTEST_GUILESS_MAIN(TestConsoleRecover)
#include "tst_console_recover.moc"
