// SPDX-License-Identifier: GPL-3.0-or-later
// `cahier run` as a user meets it: the real program, the real host and a real ipykernel.
#include "consolefixture.h"

#include <QDir>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;

class TestConsoleRun : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void usage_wrongArguments_exit2_data();
    void usage_wrongArguments_exit2();
    void run_badFile_exit2NamesIt_data();
    void run_badFile_exit2NamesIt();
    void run_outputFolderMissing_exit2BeforeRunning();
    void run_goodNotebook_writesResultsAndLeavesInput();
    void run_noOutputFile_printsOutputs();
    void run_inplace_writesIntoTheNotebook();
    void run_noCodeCells_savesWithoutKernel();
    void run_failingCell_exit1TracebackAndRestNotRun();
    void run_allowErrors_goesOnAndExit0();
    void run_parameters_injectedAfterTaggedCell();
    void run_timeout_interruptsAndExit1();
    void run_cellIgnoresInterrupt_endedAndSaid();
    void run_timeout_countsAgainAfterInput();
    void run_changedOnDisk_isNotOverwritten_data();
    void run_changedOnDisk_isNotOverwritten();
    void run_outputThatCannotBeSaved_exit2BeforeRunning();
    void run_duplicateIds_repairedWithANotice();
    void run_unknownKernel_exit1NamesWhatThereIs();
    void run_kernelProgramMissing_exit1NamesIt();
    void run_kernelThatNeverRuns_leavesNothingToRecover();
    void run_input_refusedWithAHint();
    void run_allowStdin_readsFromTerminal();
    void run_displayUpdatesAndClearOutput_asJupyter();
    void run_magicsShellAndPlot_work();
    void run_kernelKilled_exit1SaysSo();
    void run_logJson_oneObjectALine();
    void run_ctrlC_savesWhatWasDoneExit130();
    void run_killed_resultsAreRecoverable();
    void run_example_fromTopToBottom();
};

void TestConsoleRun::usage_wrongArguments_exit2_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("said");
    QTest::newRow("unknown command") << QStringList{u"frobnicate"_s} << u"frobnicate"_s;
    QTest::newRow("no notebook") << QStringList{u"run"_s} << u"which notebook?"_s;
    QTest::newRow("two notebooks") << QStringList{u"run"_s, u"a.ipynb"_s, u"b.ipynb"_s} << u"one notebook"_s;
    QTest::newRow("unknown option") << QStringList{u"run"_s, u"--frob"_s, u"a.ipynb"_s} << u"frob"_s;
    QTest::newRow("both outputs") << QStringList{u"run"_s, u"a.ipynb"_s, u"-o"_s, u"b.ipynb"_s,
                                                 u"--inplace"_s}
                                  << u"exclude"_s;
    QTest::newRow("bad parameter") << QStringList{u"run"_s, u"a.ipynb"_s, u"-p"_s, u"1x=2"_s}
                                   << u"name=value"_s;
    QTest::newRow("bad timeout") << QStringList{u"run"_s, u"a.ipynb"_s, u"--timeout"_s, u"soon"_s}
                                 << u"seconds"_s;
}

void TestConsoleRun::usage_wrongArguments_exit2()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, said);
    const ConsoleResult result = ConsoleFixture().run(arguments);
    QCOMPARE(result.status, 2);
    QVERIFY2(result.err.contains(said), qPrintable(result.err));
}

void TestConsoleRun::run_badFile_exit2NamesIt_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("said");
    QTest::newRow("empty") << QByteArray() << u"empty"_s;
    QTest::newRow("truncated") << QByteArray("{\n \"cells\": [\n  {") << u"line 3"_s;
    QTest::newRow("no notebook") << QByteArray("[1, 2]") << u"notebook"_s;
}

void TestConsoleRun::run_badFile_exit2NamesIt()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, said);
    const ConsoleFixture fixture;
    fixture.write(u"bad.ipynb"_s, bytes);
    const ConsoleResult result = fixture.run({u"run"_s, u"bad.ipynb"_s});
    QCOMPARE(result.status, 2);
    QVERIFY2(result.err.contains(u"bad.ipynb"_s) && result.err.contains(said), qPrintable(result.err));

    const ConsoleResult missing = fixture.run({u"run"_s, u"missing.ipynb"_s});
    QCOMPARE(missing.status, 2);
    QVERIFY2(missing.err.contains(u"missing.ipynb"_s), qPrintable(missing.err));
}

void TestConsoleRun::run_outputFolderMissing_exit2BeforeRunning()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s, {u"open('ran', 'w').close()"_s});
    const ConsoleResult result = fixture.run({u"run"_s, u"a.ipynb"_s, u"-o"_s, u"nowhere/out.ipynb"_s});
    QCOMPARE(result.status, 2);
    QVERIFY2(result.err.contains(u"nowhere"_s), qPrintable(result.err));
    QVERIFY(!QFile::exists(fixture.path(u"ran"_s)));
}

void TestConsoleRun::run_goodNotebook_writesResultsAndLeavesInput()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s, {u"print('hello')"_s, u"6 * 7"_s});
    const QByteArray before = fixture.read(u"a.ipynb"_s);
    const ConsoleResult result = fixture.run({u"run"_s, u"a.ipynb"_s, u"-o"_s, u"out.ipynb"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QCOMPARE(fixture.read(u"a.ipynb"_s), before);
    const nlohmann::json out = fixture.json(u"out.ipynb"_s);
    QCOMPARE(streamText(out["cells"][0]), u"hello\n"_s);
    QCOMPARE(out["cells"][0]["execution_count"], 1);
    QCOMPARE(out["cells"][1]["outputs"][0]["output_type"], "execute_result");
    QCOMPARE(out["cells"][1]["outputs"][0]["execution_count"], 2);
    QVERIFY(!out["cells"][1]["outputs"][0].contains("transient"));
}

void TestConsoleRun::run_noOutputFile_printsOutputs()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s, {u"print('hello')"_s, u"6 * 7"_s});
    const QByteArray before = fixture.read(u"a.ipynb"_s);
    const ConsoleResult result = fixture.run({u"run"_s, u"a.ipynb"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QCOMPARE(result.out, u"hello\n42\n"_s);
    QCOMPARE(fixture.read(u"a.ipynb"_s), before);
}

void TestConsoleRun::run_inplace_writesIntoTheNotebook()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s, {u"print('here')"_s});
    QCOMPARE(fixture.run({u"run"_s, u"a.ipynb"_s, u"--inplace"_s}).status, 0);
    QCOMPARE(streamText(fixture.json(u"a.ipynb"_s)["cells"][0]), u"here\n"_s);
}

void TestConsoleRun::run_noCodeCells_savesWithoutKernel()
{
    ConsoleFixture fixture;
    fixture.setEnvironment(u"PATH"_s, u"/nonexistent"_s); // no kernel could start
    const QByteArray bytes = R"({"cells": [{"cell_type": "markdown", "metadata": {}, "source": "x"}],
 "metadata": {}, "nbformat": 4, "nbformat_minor": 4})";
    fixture.write(u"a.ipynb"_s, bytes);
    const ConsoleResult result = fixture.run({u"run"_s, u"a.ipynb"_s, u"-o"_s, u"out.ipynb"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QCOMPARE(fixture.read(u"out.ipynb"_s), bytes);
}

void TestConsoleRun::run_failingCell_exit1TracebackAndRestNotRun()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s, {u"print('one')"_s, u"1 / 0"_s, u"print('three')"_s});
    const ConsoleResult result = fixture.run({u"run"_s, u"a.ipynb"_s, u"-o"_s, u"out.ipynb"_s});
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(u"ZeroDivisionError: division by zero"_s), qPrintable(result.err));
    QVERIFY2(!result.err.contains(u'\x1b'), "no colours where nobody sees them");
    const nlohmann::json out = fixture.json(u"out.ipynb"_s);
    QCOMPARE(streamText(out["cells"][0]), u"one\n"_s);
    QCOMPARE(out["cells"][1]["outputs"][0]["ename"], "ZeroDivisionError");
    QVERIFY(out["cells"][2]["outputs"].empty());
    QVERIFY(out["cells"][2]["execution_count"].is_null());
}

void TestConsoleRun::run_allowErrors_goesOnAndExit0()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s, {u"1 / 0"_s, u"print('after')"_s});
    const ConsoleResult result =
        fixture.run({u"run"_s, u"a.ipynb"_s, u"-o"_s, u"out.ipynb"_s, u"--allow-errors"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QCOMPARE(streamText(fixture.json(u"out.ipynb"_s)["cells"][1]), u"after\n"_s);
}

void TestConsoleRun::run_parameters_injectedAfterTaggedCell()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s,
                          {u"before = 1"_s, u"n, name = 1, 'x'"_s, u"print(n, name, flag, ratio, text)"_s});
    nlohmann::json notebook = fixture.json(u"a.ipynb"_s);
    notebook["cells"][1]["metadata"]["tags"] = {"parameters"};
    fixture.write(u"a.ipynb"_s, QByteArray::fromStdString(notebook.dump(1)));
    const QStringList arguments{u"run"_s, u"a.ipynb"_s,   u"-o"_s, u"out.ipynb"_s,
                                u"-p"_s,  u"n=12"_s,      u"-p"_s, u"name=it's \"quoted\" \\n"_s,
                                u"-p"_s,  u"flag=True"_s, u"-p"_s, u"ratio=1e-3"_s,
                                u"-r"_s,  u"text=7"_s};
    ConsoleResult result = fixture.run(arguments);
    QVERIFY2(result.status == 0, qPrintable(result.err));
    nlohmann::json out = fixture.json(u"out.ipynb"_s);
    QCOMPARE(out["cells"].size(), 4u);
    QCOMPARE(out["cells"][2]["metadata"]["tags"][0], "injected-parameters");
    QCOMPARE(streamText(out["cells"][3]), u"12 it's \"quoted\" \\n True 0.001 7\n"_s);

    // A second run replaces what the first put in.
    result = fixture.run({u"run"_s, u"out.ipynb"_s, u"--inplace"_s, u"-p"_s, u"n=5"_s, u"-p"_s,
                          u"flag=False"_s, u"-p"_s, u"ratio=None"_s, u"-p"_s, u"text="_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    out = fixture.json(u"out.ipynb"_s);
    QCOMPARE(out["cells"].size(), 4u);
    QCOMPARE(streamText(out["cells"][3]), u"5 x False None \n"_s);
}

void TestConsoleRun::run_timeout_interruptsAndExit1()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(
        u"a.ipynb"_s, {u"print('before', flush=True)\nimport time\ntime.sleep(60)"_s, u"print('after')"_s});
    const ConsoleResult result =
        fixture.run({u"run"_s, u"a.ipynb"_s, u"-o"_s, u"out.ipynb"_s, u"--timeout"_s, u"5"_s});
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(u"timed out"_s), qPrintable(result.err));
    const nlohmann::json out = fixture.json(u"out.ipynb"_s);
    QCOMPARE(streamText(out["cells"][0]), u"before\n"_s);
    QVERIFY(out["cells"][1]["outputs"].empty());
}

void TestConsoleRun::run_cellIgnoresInterrupt_endedAndSaid()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s, {u"print('before', flush=True)\nimport signal, time\n"
                                         "signal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(60)"_s,
                                         u"print('after')"_s});
    const ConsoleResult result =
        fixture.run({u"run"_s, u"a.ipynb"_s, u"-o"_s, u"out.ipynb"_s, u"--timeout"_s, u"5"_s});
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(u"did not react"_s), qPrintable(result.err));
    QVERIFY2(result.err.contains(u"[1/2] timed out"_s), qPrintable(result.err));
    const nlohmann::json out = fixture.json(u"out.ipynb"_s);
    QCOMPARE(streamText(out["cells"][0]), u"before\n"_s);
    QCOMPARE(out["cells"][0]["outputs"].back()["ename"], "Timeout");
    QVERIFY(out["cells"][1]["outputs"].empty());
}

void TestConsoleRun::run_timeout_countsAgainAfterInput()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s, {u"input('go? ')\nimport time\ntime.sleep(60)"_s});
    const ConsoleResult result =
        fixture.run({u"run"_s, u"a.ipynb"_s, u"--allow-stdin"_s, u"--timeout"_s, u"1"_s}, "yes\n");
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(u"timed out"_s), qPrintable(result.err));
}

void TestConsoleRun::run_changedOnDisk_isNotOverwritten_data()
{
    QTest::addColumn<QStringList>("output");
    QTest::newRow("in place") << QStringList{u"--inplace"_s};
    QTest::newRow("by another spelling") << QStringList{u"-o"_s, u"./a.ipynb"_s};
    QTest::newRow("elsewhere") << QStringList{u"-o"_s, u"out.ipynb"_s};
}

void TestConsoleRun::run_changedOnDisk_isNotOverwritten()
{
    QFETCH(QStringList, output);
    const ConsoleFixture fixture;
    const QString target = output.back() == u"out.ipynb"_s ? u"out.ipynb"_s : u"a.ipynb"_s;
    fixture.writeNotebook(u"a.ipynb"_s,
                          {u"open('started', 'w').close()\nimport os, time\n"
                           "while not os.path.exists('go'): time.sleep(0.01)\nprint('computed')"_s});
    const auto process = fixture.start(QStringList{u"run"_s, u"a.ipynb"_s} + output);
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(fixture.path(u"started"_s)), 60'000);
    const QByteArray theirs = "{\"somebody\": \"else's\"}";
    fixture.write(target, theirs);
    fixture.write(u"go"_s, "");
    QVERIFY(process->waitForFinished(60'000));
    const QString said = QString::fromUtf8(process->readAllStandardError());
    QVERIFY2(process->exitCode() == 2, qPrintable(said));
    QCOMPARE(fixture.read(target), theirs);
    QVERIFY2(said.contains(u"cahier recover"_s), qPrintable(said));
    const ConsoleResult recovered = fixture.run({u"recover"_s, target, u"-o"_s, u"mine.ipynb"_s});
    QVERIFY2(recovered.status == 0, qPrintable(recovered.err));
    QCOMPARE(streamText(fixture.json(u"mine.ipynb"_s)["cells"][0]), u"computed\n"_s);
}

void TestConsoleRun::run_outputThatCannotBeSaved_exit2BeforeRunning()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s, {u"open('ran', 'w').close()"_s});
    fixture.write(u"readonly.ipynb"_s, "{}");
    QFile::setPermissions(fixture.path(u"readonly.ipynb"_s), QFile::ReadOwner);
    QFile::link(u"nowhere/x.ipynb"_s, fixture.path(u"dangling.ipynb"_s));
    for (const QString& output : {u"/dev/null"_s, u"readonly.ipynb"_s, u"dangling.ipynb"_s, u"."_s}) {
        const ConsoleResult result = fixture.run({u"run"_s, u"a.ipynb"_s, u"-o"_s, output});
        QVERIFY2(result.status == 2, qPrintable(output + result.err));
        QVERIFY2(!QFile::exists(fixture.path(u"ran"_s)), qPrintable(output));
    }
}

void TestConsoleRun::run_duplicateIds_repairedWithANotice()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s, {u"1"_s, u"2"_s});
    nlohmann::json notebook = fixture.json(u"a.ipynb"_s);
    notebook["cells"][1]["id"] = notebook["cells"][0]["id"];
    fixture.write(u"a.ipynb"_s, QByteArray::fromStdString(notebook.dump(1)));
    const ConsoleResult result = fixture.run({u"run"_s, u"a.ipynb"_s, u"-o"_s, u"out.ipynb"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    const nlohmann::json out = fixture.json(u"out.ipynb"_s);
    QVERIFY(out["cells"][0]["id"] != out["cells"][1]["id"]);
    QVERIFY2(result.err.contains(u"note:"_s), qPrintable(result.err));
}

void TestConsoleRun::run_unknownKernel_exit1NamesWhatThereIs()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s, {u"1"_s});
    const ConsoleResult result = fixture.run({u"run"_s, u"a.ipynb"_s, u"--kernel"_s, u"fortran77"_s});
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(u"fortran77"_s) && result.err.contains(u"python3"_s),
             qPrintable(result.err));
}

void TestConsoleRun::run_kernelProgramMissing_exit1NamesIt()
{
    ConsoleFixture fixture;
    QDir(fixture.path(u"."_s)).mkpath(u"jupyter/kernels/ghost"_s);
    fixture.write(
        u"jupyter/kernels/ghost/kernel.json"_s,
        R"({"argv": ["/nonexistent/ghost", "{connection_file}"], "display_name": "G", "language": "python"})");
    fixture.setEnvironment(u"JUPYTER_PATH"_s, fixture.path(u"jupyter"_s));
    fixture.writeNotebook(u"a.ipynb"_s, {u"1"_s});
    const ConsoleResult result = fixture.run({u"run"_s, u"a.ipynb"_s, u"--kernel"_s, u"ghost"_s});
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(u"/nonexistent/ghost"_s), qPrintable(result.err));
}

void TestConsoleRun::run_kernelThatNeverRuns_leavesNothingToRecover()
{
    ConsoleFixture fixture;
    QDir(fixture.path(u"."_s)).mkpath(u"jupyter/kernels/brief"_s);
    fixture.write(
        u"jupyter/kernels/brief/kernel.json"_s,
        R"({"argv": ["/bin/sh", "-c", "sleep 2; exit 3"], "display_name": "B", "language": "python"})");
    fixture.setEnvironment(u"JUPYTER_PATH"_s, fixture.path(u"jupyter"_s));
    fixture.writeNotebook(u"a.ipynb"_s, {u"1"_s});
    const ConsoleResult result = fixture.run(
        {u"run"_s, u"a.ipynb"_s, u"-o"_s, u"out.ipynb"_s, u"-p"_s, u"x=1"_s, u"--kernel"_s, u"brief"_s});
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(u"status 3"_s), qPrintable(result.err));
    QVERIFY(!QFile::exists(fixture.path(u"out.ipynb"_s)));
    const ConsoleResult kept = fixture.run({u"recover"_s});
    QVERIFY2(kept.out.contains(u"nothing to recover"_s), qPrintable(kept.out));
}

void TestConsoleRun::run_input_refusedWithAHint()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s, {u"input('name? ')"_s});
    const ConsoleResult result = fixture.run({u"run"_s, u"a.ipynb"_s});
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(u"--allow-stdin"_s), qPrintable(result.err));
}

void TestConsoleRun::run_allowStdin_readsFromTerminal()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s, {u"print('hello', input('name? '), input())"_s});
    const ConsoleResult result =
        fixture.run({u"run"_s, u"a.ipynb"_s, u"-o"_s, u"out.ipynb"_s, u"--allow-stdin"_s}, "Ada\nLovelace\n");
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QVERIFY2(result.err.contains(u"name? "_s), qPrintable(result.err));
    QVERIFY(streamText(fixture.json(u"out.ipynb"_s)["cells"][0]).contains(u"hello Ada Lovelace"_s));

    const ConsoleResult ended = fixture.run({u"run"_s, u"a.ipynb"_s, u"--allow-stdin"_s}, "Ada\n");
    QCOMPARE(ended.status, 1);
    QVERIFY2(ended.err.contains(u"end of the standard input"_s), qPrintable(ended.err));
}

void TestConsoleRun::run_displayUpdatesAndClearOutput_asJupyter()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s, {u"from IPython.display import display, clear_output\n"
                                         "h = display('first', display_id=True)"_s,
                                         u"h.update('second')"_s,
                                         u"for i in range(3):\n    clear_output(wait=True)\n    print(i)"_s});
    const ConsoleResult result = fixture.run({u"run"_s, u"a.ipynb"_s, u"-o"_s, u"out.ipynb"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    const nlohmann::json out = fixture.json(u"out.ipynb"_s);
    QVERIFY(out["cells"][0]["outputs"][0]["data"].dump().find("second") != std::string::npos);
    QVERIFY(out["cells"][1]["outputs"].empty());
    QCOMPARE(streamText(out["cells"][2]), u"2\n"_s);
}

void TestConsoleRun::run_magicsShellAndPlot_work()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(
        u"a.ipynb"_s,
        {u"!echo from the shell"_s, u"%%bash\necho from bash"_s,
         u"%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()"_s});
    const ConsoleResult result = fixture.run({u"run"_s, u"a.ipynb"_s, u"-o"_s, u"out.ipynb"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    const nlohmann::json out = fixture.json(u"out.ipynb"_s);
    QVERIFY(streamText(out["cells"][0]).contains(u"from the shell"_s));
    QVERIFY(streamText(out["cells"][1]).contains(u"from bash"_s));
    QVERIFY(out["cells"][2]["outputs"][0]["data"].contains("image/png"));
}

void TestConsoleRun::run_kernelKilled_exit1SaysSo()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s,
                          {u"print('alive', flush=True)"_s,
                           u"import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"_s, u"1"_s});
    const ConsoleResult result = fixture.run({u"run"_s, u"a.ipynb"_s, u"-o"_s, u"out.ipynb"_s});
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(u"signal 9"_s), qPrintable(result.err));
    QCOMPARE(streamText(fixture.json(u"out.ipynb"_s)["cells"][0]), u"alive\n"_s);
}

void TestConsoleRun::run_logJson_oneObjectALine()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s, {u"print('x')"_s, u"1 / 0"_s});
    const ConsoleResult result = fixture.run({u"run"_s, u"a.ipynb"_s, u"--log-json"_s});
    QCOMPARE(result.status, 1);
    QStringList events;
    for (const QString& line : result.out.split(u'\n', Qt::SkipEmptyParts)) {
        const nlohmann::json event = nlohmann::json::parse(line.toStdString(), nullptr, false);
        QVERIFY2(event.is_object() && event.contains("event"), qPrintable(line));
        events += QString::fromStdString(event["event"]);
        if (event["event"] == "finished") QCOMPARE(event["exit_status"], 1);
    }
    QCOMPARE(events, (QStringList{u"kernel_starting"_s, u"cell_started"_s, u"cell_finished"_s,
                                  u"cell_started"_s, u"cell_finished"_s, u"finished"_s}));
}

void TestConsoleRun::run_ctrlC_savesWhatWasDoneExit130()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(u"a.ipynb"_s,
                          {u"print('done')"_s, u"open('started', 'w').close()\nimport time\ntime.sleep(60)"_s,
                           u"print('never')"_s});
    const auto process = fixture.start({u"run"_s, u"a.ipynb"_s, u"-o"_s, u"out.ipynb"_s});
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(fixture.path(u"started"_s)), 60'000);
    ::kill(static_cast<pid_t>(process->processId()), SIGINT);
    QVERIFY(process->waitForFinished(30'000));
    QCOMPARE(process->exitCode(), 130);
    const nlohmann::json out = fixture.json(u"out.ipynb"_s);
    QCOMPARE(streamText(out["cells"][0]), u"done\n"_s);
    QCOMPARE(out["cells"][1]["outputs"].back()["ename"], "KeyboardInterrupt");
    QVERIFY(out["cells"][2]["outputs"].empty());
}

void TestConsoleRun::run_killed_resultsAreRecoverable()
{
    const ConsoleFixture fixture;
    fixture.writeNotebook(
        u"a.ipynb"_s,
        {u"print('done')"_s,
         u"print('before the kill', flush=True)\nimport time\ntime.sleep(1.5)\nopen('started', 'w').close()\ntime.sleep(60)"_s});
    const auto process = fixture.start({u"run"_s, u"a.ipynb"_s, u"-o"_s, u"out.ipynb"_s});
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(fixture.path(u"started"_s)), 60'000);
    process->kill();
    QVERIFY(process->waitForFinished(30'000));
    (void)fixture.run({u"recover"_s, u"out.ipynb"_s}); // exit 0 or "nothing to recover": the file decides
    const nlohmann::json out = fixture.json(u"out.ipynb"_s);
    QCOMPARE(streamText(out["cells"][0]), u"done\n"_s);
    QCOMPARE(streamText(out["cells"][1]), u"before the kill\n"_s);
}

void TestConsoleRun::run_example_fromTopToBottom()
{
    const ConsoleFixture fixture;
    const ConsoleResult result = fixture.run(
        {u"run"_s, QStringLiteral(CAHIER_EXAMPLES) + u"/welcome.ipynb"_s, u"-o"_s, u"out.ipynb"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    const nlohmann::json out = fixture.json(u"out.ipynb"_s);
    for (const auto& cell : out["cells"]) {
        if (cell["cell_type"] == "code" && cell["id"] != "parameters")
            QVERIFY2(!cell["outputs"].empty(), cell["id"].get<std::string>().c_str());
    }
}

QTEST_GUILESS_MAIN(TestConsoleRun)
#include "tst_console_run.moc"
