// SPDX-License-Identifier: GPL-3.0-or-later
// What `cahier` does with its arguments and the display, before there is a window.
#include "consolefixture.h"

#include <QTest>

using namespace Qt::StringLiterals;

class TestWindowStart : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void noDisplay_notebook_namesTheCommandAndExits2_data();
    void noDisplay_notebook_namesTheCommandAndExits2();
    void noDisplay_command_works();
    void help_window_isTold();
    void word_neitherCommandNorFile_isAMistake();
    void window_opened_staysUntilItIsEnded();
};

void TestWindowStart::noDisplay_notebook_namesTheCommandAndExits2_data()
{
    QTest::addColumn<QString>("display");
    QTest::addColumn<QString>("platform");
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("none") << u""_s << u""_s << QStringList{u"a.ipynb"_s};
    QTest::newRow("none, no notebook") << u""_s << u""_s << QStringList{};
    QTest::newRow("named but not there") << u":7654"_s << u"xcb"_s << QStringList{u"a.ipynb"_s};
    QTest::newRow("platform without display") << u""_s << u"xcb"_s << QStringList{u"a.ipynb"_s};
}

void TestWindowStart::noDisplay_notebook_namesTheCommandAndExits2()
{
    QFETCH(const QString, display);
    QFETCH(const QString, platform);
    QFETCH(const QStringList, arguments);
    ConsoleFixture console;
    console.writeNotebook(u"a.ipynb"_s, {u"1"_s});
    console.setEnvironment(u"DISPLAY"_s, display);
    console.setEnvironment(u"WAYLAND_DISPLAY"_s, u""_s);
    console.setEnvironment(u"QT_QPA_PLATFORM"_s, platform);
    const ConsoleResult result = console.run(arguments);
    QCOMPARE(result.status, 2);
    QVERIFY2(result.err.contains(u"no display"_s) && result.err.contains(u"cahier run NOTEBOOK"_s),
             qPrintable(result.err));
}

void TestWindowStart::noDisplay_command_works()
{
    ConsoleFixture console;
    for (const QString& variable : {u"DISPLAY"_s, u"WAYLAND_DISPLAY"_s, u"QT_QPA_PLATFORM"_s})
        console.setEnvironment(variable, {});
    QCOMPARE(console.run({u"--version"_s}).status, 0);
    QCOMPARE(console.run({u"recover"_s}).status, 0);
}

void TestWindowStart::help_window_isTold()
{
    ConsoleFixture console;
    const ConsoleResult result = console.run({u"--help"_s});
    QCOMPARE(result.status, 0);
    QVERIFY(result.out.contains(u"cahier [NOTEBOOK...]"_s));
}

void TestWindowStart::word_neitherCommandNorFile_isAMistake()
{
    ConsoleFixture console;
    const ConsoleResult result = console.run({u"rnu"_s, u"a.ipynb"_s});
    QCOMPARE(result.status, 2);
    QVERIFY2(result.err.contains(u"\"rnu\""_s), qPrintable(result.err));
}

void TestWindowStart::window_opened_staysUntilItIsEnded()
{
    ConsoleFixture console;
    console.writeNotebook(u"a.ipynb"_s, {u"1"_s});
    console.setEnvironment(u"QT_QPA_PLATFORM"_s, u"offscreen"_s);
    const std::unique_ptr<QProcess> program = console.start({u"a.ipynb"_s});
    QVERIFY(program->waitForStarted());
    QVERIFY(!program->waitForFinished(1500));
    program->terminate();
    QVERIFY(program->waitForFinished());
}

QTEST_GUILESS_MAIN(TestWindowStart)
#include "tst_windowstart.moc"
