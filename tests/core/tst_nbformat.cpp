// SPDX-License-Identifier: GPL-3.0-or-later
// The same work done by Python's nbformat, byte for byte.
#include "notebooktesting.h"

#include <nlohmann/json.hpp>

#include <QProcess>

using namespace cahier;
using namespace cahier::notebook;
using namespace cahier::notebook::testing;
using nlohmann::json;

namespace {

QByteArray python(const char* script, const QStringList& arguments, const QByteArray& input = {})
{
    QProcess process;
    process.start(QStringLiteral("python3"),
                  QStringList{QStringLiteral("-c"), QString::fromUtf8(script)} + arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished() || process.exitCode() != 0)
        qWarning("%s", process.readAllStandardError().constData());
    return process.readAllStandardOutput();
}

json withoutIds(json notebook)
{
    for (json& cell : notebook["cells"])
        cell.erase("id");
    return notebook;
}

} // namespace

class TestNbformat : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        if (python("import nbformat; print('ok')", {}) != "ok\n")
            QSKIP("python3 with nbformat is not installed");
    }

    void newNotebook_isWrittenAsNbformatWritesIt()
    {
        Notebook notebook(
            newNotebook({QStringLiteral("python3"), QStringLiteral("Python 3"), QStringLiteral("python")}));
        notebook.insertCells(0,
                             {CellContent{CellType::Markdown,
                                          QStringLiteral("# Café \U0001F600\nline\u2028 \x7f \"q\" \\ \t/"),
                                          {},
                                          {},
                                          {},
                                          {},
                                          QStringLiteral("m1")},
                              CellContent{CellType::Code,
                                          QStringLiteral("a\r\nb\x0b\nc\n"),
                                          RawJson("{\"empty\":{},\"tags\":[\"x\"]}"),
                                          {},
                                          {},
                                          3,
                                          QStringLiteral("c1")},
                              CellContent{CellType::Raw,
                                          QString(),
                                          {},
                                          {},
                                          RawJson("{\"a.png\":{\"image/png\":\"eA==\"}}"),
                                          {},
                                          QStringLiteral("r1")}});
        const CellKey key = notebook.cellAt(1).key();
        notebook.appendStream(key, QStringLiteral("stdout"), QStringLiteral("one\ntwo"));
        notebook.appendOutput(key, {{"output_type", "execute_result"},
                                    {"execution_count", 3},
                                    {"metadata", json::object()},
                                    {"data",
                                     {{"text/plain", "1\n2"},
                                      {"image/svg+xml", "<svg>\n</svg>"},
                                      {"image/png", "aGk=\n"},
                                      {"application/json",
                                       {{"f", 1.0},
                                        {"e", 1e-7},
                                        {"g", 1e22},
                                        {"n", {1, 2.5, nullptr, true}},
                                        {"o", json::array()}}}}}});
        notebook.appendOutput(
            key,
            {{"output_type", "error"}, {"ename", "E"}, {"evalue", "é"}, {"traceback", {"\x1b[0m1", "2"}}});
        const QByteArray ours = written(notebook);
        const QByteArray theirs =
            python("import sys, nbformat\n"
                   "nb = nbformat.reads(sys.stdin.buffer.read().decode(), as_version=4)\n"
                   "nbformat.validate(nb)\n"
                   "sys.stdout.buffer.write((nbformat.writes(nb) + '\\n').encode())",
                   {}, ours);
        QCOMPARE(ours.split('\n'), theirs.split('\n'));
    }

    void upgrade_givesWhatNbformatGives_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("2") << QStringLiteral("nbformat-2.ipynb");
        QTest::newRow("3") << QStringLiteral("nbformat-3.ipynb");
    }

    void upgrade_givesWhatNbformatGives()
    {
        QFETCH(QString, name);
        const QByteArray ours = written(Notebook(parsed(corpusBytes(name))));
        const QByteArray theirs = python("import sys, io, nbformat\n"
                                         "nb = nbformat.read(sys.argv[1], as_version=4)\n"
                                         "sys.stdout.buffer.write((nbformat.writes(nb) + '\\n').encode())",
                                         {dataFolder() + u'/' + name});
        QVERIFY(!theirs.isEmpty());
        const json a = withoutIds(json::parse(ours.toStdString()));
        const json b = withoutIds(json::parse(theirs.toStdString()));
        QCOMPARE(QByteArray::fromStdString(a.dump(1)).split('\n'),
                 QByteArray::fromStdString(b.dump(1)).split('\n'));
        const LineDiff diff = lineDiff(theirs, ours); // nothing but the random ids
        for (const QByteArray& line : diff.added)
            QVERIFY2(line.contains("\"id\": "), line.constData());
    }

    void edited_isValid()
    {
        Notebook notebook(parsed(corpusBytes(QStringLiteral("nbformat-4.5.ipynb"))));
        notebook.setCellType(notebook.cellAt(1).key(), CellType::Markdown);
        notebook.setCellType(notebook.cellAt(0).key(), CellType::Code);
        notebook.splitCell(notebook.cellAt(2).key(), 3);
        notebook.insertCells(0, {CellContent{}, CellContent{}, CellContent{}});
        Notebook again(parsed(written(notebook))); // cells that never ran, from a file
        again.setCellType(again.cellAt(1).key(), CellType::Markdown);
        again.setCellType(again.cellAt(2).key(), CellType::Raw);
        QCOMPARE(python("import sys, nbformat\n"
                        "nbformat.validate(nbformat.reads(sys.stdin.buffer.read().decode(), "
                        "as_version=4))\nprint('valid')",
                        {}, written(again)),
                 QByteArray("valid\n"));
    }
};

QTEST_GUILESS_MAIN(TestNbformat)
#include "tst_nbformat.moc"
