// SPDX-License-Identifier: GPL-3.0-or-later
#include "notebooktesting.h"

#include <core/notebook/jsonscanner.h>
#include <core/notebook/jsontext.h>

#include <nlohmann/json.hpp>

#include <QSocketNotifier>
#include <QTemporaryDir>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace cahier;
using namespace cahier::notebook;
using namespace cahier::notebook::testing;

namespace {

QByteArray withCell(const QByteArray& cell)
{
    return "{\"cells\":[" + cell + "],\"metadata\":{},\"nbformat\":4,\"nbformat_minor\":5}";
}

QByteArray withOutput(const QByteArray& output)
{
    return withCell(
        "{\"cell_type\":\"code\",\"metadata\":{},\"source\":\"\",\"execution_count\":1,\"outputs\":[" +
        output + "]}");
}

} // namespace

class TestNotebookReader : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void corpus_untouched_isByteTrue_data()
    {
        QTest::addColumn<QString>("name");
        for (const QString& name : corpus())
            QTest::newRow(qPrintable(name)) << name;
    }

    void corpus_untouched_isByteTrue()
    {
        QFETCH(QString, name);
        const QByteArray bytes = corpusBytes(name);
        NotebookData data = parsed(bytes);
        const bool upgraded = data.upgraded;
        QCOMPARE(upgraded, name == u"nbformat-2.ipynb" || name == u"nbformat-3.ipynb");
        const Notebook notebook(std::move(data));
        QVERIFY(!notebook.isModified());
        if (!upgraded) {
            QCOMPARE(written(notebook), bytes);
        } else {
            QVERIFY(notebook.notices().join(u' ').contains(QStringLiteral("upgraded")));
            QCOMPARE(notebook.formatMinor(), 5);
        }
    }

    void badInput_isRefusedWithPlace_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("says");
        QTest::addColumn<int>("code");
        const auto row = [](const char* name, const QByteArray& bytes, const char* says,
                            ErrorCode code = ErrorCode::InvalidFormat) {
            QTest::newRow(name) << bytes << QString::fromUtf8(says) << int(code);
        };
        row("empty file", "", "the file is empty");
        row("white space only", " \n\t", "no content");
        row("truncated in a string", "{\"cells\": [\n{\"source\": \"abc", "does not end (line 2, column 12)");
        row("truncated after a comma", "{\"cells\": [],\n", "ends in the middle (line 2, column 1)");
        row("truncated in a word", "{\"cells\": [], \"x\": tru", "ends in the middle (line 1, column 20)");
        row("not JSON", "# %% a script\nprint(1)\n", "(line 1, column 1)");
        row("a list", "[1, 2]", "it holds a list");
        row("a number", "42", "it holds a number");
        row("a string", "\"x\"", "it holds a string");
        row("object without nbformat", "{\"cells\": []}", "no nbformat");
        row("object without cells", "{\"nbformat\": 4, \"metadata\": {}, \"nbformat_minor\": 5}", "no cells");
        row("something behind", withCell("") + "x", "something follows");
        row("trailing comma in list", "{\"cells\":[1,],\"nbformat\":4}", "cells[0] must be an object");
        row("control character", "{\"cells\":[],\"a\":\"b\nc\"}", "(line 1, column 19)");
        row("bad escape", "{\"a\":\"\\x\"}", "unknown escape");
        row("short unicode escape", "{\"a\":\"\\u12\"}", "four hexadecimal digits");
        row("leading zero", "{\"a\":012}", "a number");
        row("plus sign", "{\"a\":+1}", "a value is missing");
        row("invalid UTF-8 lead", "{\n\"é\":\"a\xff\"}", "UTF-8 (line 2, column 7)");
        row("invalid UTF-8 overlong", "{\"a\":\"\xc0\xaf\"}", "UTF-8");
        row("invalid UTF-8 surrogate", "{\"a\":\"\xed\xa0\x80\"}", "UTF-8");
        row("invalid UTF-8 cut", "{\"a\":\"\xe2\x82\"}", "UTF-8");
        row("UTF-16 little endian", QByteArray("\xff\xfe{\0}\0", 6), "UTF-16");
        row("UTF-16 big endian", QByteArray("\xfe\xff\0{\0}", 6), "UTF-16");
        row("UTF-32", QByteArray("\xff\xfe\0\0{\0\0\0", 8), "UTF-32");
        row("nested lists", QByteArray(100'000, '['), "inside each other (line 1, column 1001)");
        row("nested objects", QByteArray("{\"a\":").repeated(100'000), "inside each other");
        row("nested in an output",
            withOutput("{\"output_type\":\"display_data\",\"data\":{\"application/json\":" +
                       QByteArray(100'000, '[') + QByteArray(100'000, ']') + "}}"),
            "inside each other");
        row("2 GB length claim", "{\"nbformat\": 4, \"nbformat_minor\": 2147483648000, \"cells\": []}",
            "nbformat_minor must be a small whole number, found 2147483648000");
        row("nbformat huge", "{\"nbformat\": 1e400, \"cells\": []}",
            "nbformat must be a small whole number, found 1e400");
        row("nbformat NaN", "{\"nbformat\": NaN, \"cells\": []}",
            "nbformat must be a small whole number, found NaN");
        row("nbformat a string", "{\"nbformat\": \"4\", \"cells\": []}",
            "nbformat must be a small whole number, found a string");
        row("nbformat negative", "{\"nbformat\": -4, \"cells\": []}", "nbformat must be");
        row("nbformat 5", "{\"nbformat\": 5, \"cells\": {}}", "nbformat 5", ErrorCode::Unsupported);
        row("nbformat 1", "{\"nbformat\": 1, \"cells\": []}", "nbformat 1", ErrorCode::Unsupported);
        row("cells an object", "{\"nbformat\": 4, \"cells\": {}}",
            "cells must be a list, found an object (line 1, column 26)");
        row("metadata a list", "{\"metadata\": [], \"nbformat\": 4, \"cells\": []}",
            "metadata must be an object, found a list");
        row("cell a string", withCell("\"x\""), "cells[0] must be an object, found a string");
        row("cell without type", withCell("{\"source\":\"\"}"), "cells[0] has no cell_type");
        row("cell_type a number", withCell("{\"cell_type\":1}"),
            "cells[0].cell_type must be a string, found a number");
        row("id null", withCell("{\"cell_type\":\"raw\",\"id\":null}"),
            "cells[0].id must be a string, found null");
        row("source a number", withCell("{\"cell_type\":\"raw\",\"source\":\n  7}"),
            "cells[0].source must be a string or a list of strings, found a number (line 2, column 3)");
        row("source a list of numbers", withCell("{\"cell_type\":\"raw\",\"source\":[\"a\",7]}"),
            "cells[0].source must be");
        row("cell metadata null", withCell("{\"cell_type\":\"raw\",\"metadata\":null}"),
            "cells[0].metadata must be an object");
        row("attachments a list", withCell("{\"cell_type\":\"raw\",\"attachments\":[]}"),
            "cells[0].attachments must be");
        row("execution_count a string", withCell("{\"cell_type\":\"code\",\"execution_count\":\"1\"}"),
            "cells[0].execution_count must be a whole number or null, found a string");
        row("execution_count a fraction", withCell("{\"cell_type\":\"code\",\"execution_count\":1.5}"),
            "execution_count must be");
        row("execution_count NaN", withCell("{\"cell_type\":\"code\",\"execution_count\":NaN}"),
            "execution_count must be");
        row("outputs an object", withCell("{\"cell_type\":\"code\",\"outputs\":{}}"),
            "cells[0].outputs must be a list");
        row("output a string", withOutput("\"x\""), "cells[0].outputs[0] must be an object");
        row("output without type", withOutput("{}"), "cells[0].outputs[0] has no output_type");
        row("output_type a number", withOutput("{\"output_type\":3}"),
            "cells[0].outputs[0].output_type must be");
        row("stream text an object", withOutput("{\"output_type\":\"stream\",\"text\":{}}"),
            "outputs[0].text must be");
        row("stream name null", withOutput("{\"output_type\":\"stream\",\"name\":null}"),
            "outputs[0].name must be");
        row("data a string", withOutput("{\"output_type\":\"display_data\",\"data\":\"x\"}"),
            "outputs[0].data must be");
        row("output metadata a list", withOutput("{\"output_type\":\"x\",\"metadata\":[]}"),
            "outputs[0].metadata must be");
        row("traceback a string", withOutput("{\"output_type\":\"error\",\"traceback\":\"x\"}"),
            "outputs[0].traceback must be");
        row("ename a number", withOutput("{\"output_type\":\"error\",\"ename\":1}"),
            "outputs[0].ename must be");
        row("evalue a number", withOutput("{\"output_type\":\"error\",\"evalue\":1}"),
            "outputs[0].evalue must be");
        row("version 3 without cells", "{\"nbformat\":3,\"worksheets\":[{}]}",
            "a worksheet has no list of cells");
        row("version 3, wrong source",
            "{\"nbformat\":3,\"worksheets\":[{\"cells\":[{\"cell_type\":\"raw\",\"source\":[1]}]}]}",
            "source must be");
    }

    void badInput_isRefusedWithPlace()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, says);
        QFETCH(int, code);
        const auto data = readNotebook(FileImage::fromBytes(bytes, QStringLiteral("/folder/name.ipynb")));
        QVERIFY(!data);
        QVERIFY2(data.error().message.contains(says), qPrintable(data.error().message));
        QVERIFY2(data.error().message.contains(QStringLiteral("name.ipynb")),
                 qPrintable(data.error().message));
        QVERIFY2(data.error().message.contains(QStringLiteral("as text")), qPrintable(data.error().message));
        QCOMPARE(int(data.error().code), code);
    }

    void unknownTypes_ofANewerFormat_mayHoldAnything_data()
    {
        QTest::addColumn<QByteArray>("cell");
        QTest::addColumn<bool>("isKnownType"); // and so refused in any format
        const auto row = [](const char* name, const QByteArray& cell, bool isKnownType = false) {
            QTest::newRow(name) << cell << isKnownType;
        };
        const auto output = [](const QByteArray& text) {
            return "{\"cell_type\":\"code\",\"metadata\":{},\"source\":\"\",\"execution_count\":1,"
                   "\"outputs\":[" +
                   text + "]}";
        };
        row("source", "{\"cell_type\":\"new\",\"source\":{\"a\":[1,2]},\"metadata\":{}}");
        row("type last", "{\"source\":[1,\"b\"],\"metadata\":3,\"outputs\":[[]],\"cell_type\":\"new\"}");
        row("outputs", "{\"cell_type\":\"new\",\"outputs\":{},\"execution_count\":\"x\"}");
        row("output of a known type",
            "{\"outputs\":[{\"output_type\":\"stream\",\"text\":1}],\"cell_type\":\"new\"}");
        row("output data", output("{\"data\":[1],\"output_type\":\"new\"}"));
        row("output name", output("{\"name\":[],\"text\":{},\"output_type\":\"new\",\"traceback\":1}"));
        row("known cell", "{\"cell_type\":\"raw\",\"source\":1}", true);
        row("known output", output("{\"output_type\":\"stream\",\"text\":1}"), true);
        row("no output", output("1"), true);
        row("no type", "{\"source\":1}", true);
    }

    void unknownTypes_ofANewerFormat_mayHoldAnything()
    {
        QFETCH(QByteArray, cell);
        QFETCH(bool, isKnownType);
        for (const int minor : {5, 6}) {
            const QByteArray bytes =
                "{\"cells\":[" + cell +
                "],\"metadata\":{},\"nbformat\":4,\"nbformat_minor\":" + QByteArray::number(minor) + "}";
            const auto data = readNotebook(FileImage::fromBytes(bytes));
            QCOMPARE(data.has_value(), minor == 6 && !isKnownType);
            if (!data) {
                QVERIFY2(data.error().message.contains(QStringLiteral("line 1")),
                         qPrintable(data.error().message));
                continue;
            }
            Notebook notebook{NotebookData(*data)};
            const Cell& first = notebook.cellAt(0);
            (void)first.metadata();
            for (const Output& output : first.outputs())
                QVERIFY(output.mimeTypes().isEmpty() && output.value().is_object());
            notebook.insertCells(1, {CellContent{}});
            QVERIFY(written(notebook).contains(cell.chopped(1)));
        }
    }

    void truncated_atEveryByte_isRefused()
    {
        const QByteArray bytes = corpusBytes(QStringLiteral("by-hand.ipynb"));
        for (qsizetype size = 0; size < bytes.size(); ++size)
            QVERIFY2(!readNotebook(FileImage::fromBytes(bytes.first(size))),
                     qPrintable(QString::number(size)));
    }

    void notAFile_isRefusedWithoutWaiting_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("code");
        QTest::newRow("folder") << QStringLiteral("folder") << int(ErrorCode::NotAFile);
        QTest::newRow("FIFO") << QStringLiteral("fifo") << int(ErrorCode::NotAFile);
        QTest::newRow("socket") << QStringLiteral("socket") << int(ErrorCode::NotAFile);
        QTest::newRow("device") << QStringLiteral("device") << int(ErrorCode::NotAFile);
        QTest::newRow("missing") << QStringLiteral("missing") << int(ErrorCode::NotFound);
        QTest::newRow("file as folder") << QStringLiteral("filefolder") << int(ErrorCode::NotFound);
        QTest::newRow("no permission") << QStringLiteral("forbidden") << int(ErrorCode::PermissionDenied);
    }

    void notAFile_isRefusedWithoutWaiting()
    {
        QFETCH(QString, kind);
        QFETCH(int, code);
        const QTemporaryDir folder;
        QString path = folder.filePath(QStringLiteral("x.ipynb"));
        const QByteArray name = QFile::encodeName(path);
        int socketFd = -1;
        if (kind == u"folder") QVERIFY(QDir().mkdir(path));
        if (kind == u"fifo") QCOMPARE(mkfifo(name.constData(), 0600), 0);
        if (kind == u"device") path = QStringLiteral("/dev/zero");
        if (kind == u"socket") {
            socketFd = socket(AF_UNIX, SOCK_STREAM, 0);
            sockaddr_un address = {};
            address.sun_family = AF_UNIX;
            qstrncpy(address.sun_path, name.constData(), sizeof address.sun_path);
            QCOMPARE(bind(socketFd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        }
        if (kind == u"filefolder") {
            writeBytes(path, "x");
            path += QStringLiteral("/y.ipynb");
        }
        if (kind == u"forbidden") {
            if (geteuid() == 0) QSKIP("root may read everything");
            writeBytes(path, "x");
            QCOMPARE(chmod(name.constData(), 0), 0);
        }
        const auto data = readNotebookFile(path);
        if (socketFd >= 0) ::close(socketFd);
        QVERIFY(!data);
        QCOMPARE(int(data.error().code), code);
        QVERIFY2(data.error().message.contains(path), qPrintable(data.error().message));
    }

    void oddButValid_isRead()
    {
        const Notebook notebook(parsed(corpusBytes(QStringLiteral("by-hand.ipynb"))));
        QCOMPARE(notebook.cellCount(), 2);
        const Cell& code = notebook.cellAt(0);
        QCOMPARE(code.source(), QStringLiteral("x = \"é\"\nyz"));
        QCOMPARE(code.executionCount(), std::optional<qint64>(5));
        QCOMPARE(code.tags(), QStringList({QStringLiteral("parameters"), QStringLiteral("x")}));
        QCOMPARE(code.outputs().size(), size_t(2));
        QCOMPARE(code.outputs()[0].streamText(), QStringLiteral("ab/c"));
        QCOMPARE(code.outputs()[1].type(), QStringLiteral("holo"));
        const Cell& text = notebook.cellAt(1);
        QCOMPARE(text.source(), QStringLiteral("one string\nwith \U0001F600 and ") + QChar(0xD800) +
                                    QStringLiteral(" alone"));
        QVERIFY(text.metadata()["a"].is_null());
        QVERIFY(text.metadata()["c"].is_null());
        QVERIFY(notebook.metadata()["second"].get<bool>());
        QCOMPARE(notebook.kernelName(), QString()); // the last of two counts
    }

    void executionCount_writtenAsAFloat_isAWholeNumber_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("count");
        QTest::newRow("1.0") << QByteArray("1.0") << 1;
        QTest::newRow("1e2") << QByteArray("1e2") << 100;
        QTest::newRow("12.50E1") << QByteArray("12.50E1") << 125;
    }

    void executionCount_writtenAsAFloat_isAWholeNumber()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, count);
        const QByteArray bytes =
            withCell("{\"cell_type\":\"code\",\"id\":\"a\",\"metadata\":{},\"source\":\"\",\"outputs\":[],"
                     "\"execution_count\":" +
                     text + "}");
        Notebook notebook(parsed(bytes));
        QCOMPARE(notebook.cellAt(0).executionCount(), std::optional<qint64>(count));
        QCOMPARE(written(notebook), bytes);
        notebook.setSource(notebook.cellAt(0).key(), QStringLiteral("x"));
        QVERIFY(written(notebook).contains("\"execution_count\":" + text));
    }

    void upgrade_ofAPromptThatIsNoNumber_givesNull_data()
    {
        QTest::addColumn<QByteArray>("prompt");
        QTest::addColumn<std::optional<qint64>>("count");
        const auto row = [](const char* prompt, std::optional<qint64> count) {
            QTest::newRow(prompt) << QByteArray(prompt) << count;
        };
        row("\"*\"", std::nullopt);
        row("\"&nbsp;\"", std::nullopt);
        row("[]", std::nullopt);
        row("1.5", std::nullopt);
        row("7", 7);
        row("7.0", 7);
    }

    void upgrade_ofAPromptThatIsNoNumber_givesNull()
    {
        QFETCH(QByteArray, prompt);
        QFETCH(std::optional<qint64>, count);
        const Notebook notebook(parsed(
            "{\"nbformat\":3,\"worksheets\":[{\"cells\":[{\"cell_type\":\"code\",\"input\":\"\","
            "\"prompt_number\":" +
            prompt + ",\"outputs\":[{\"output_type\":\"pyout\",\"text\":\"1\",\"prompt_number\":" + prompt +
            "}]}]}]}"));
        const Cell& cell = notebook.cellAt(0);
        QCOMPARE(cell.executionCount(), count);
        const nlohmann::json output = cell.outputs().front().value();
        QVERIFY(output["execution_count"] == (count ? nlohmann::json(*count) : nlohmann::json()));
    }

    void byteOrderMark_isKeptAndNoted()
    {
        const Notebook notebook(parsed(corpusBytes(QStringLiteral("bom.ipynb"))));
        QVERIFY(notebook.notices().join(u' ').contains(QStringLiteral("byte order mark")));
        QVERIFY(written(notebook).startsWith("\xEF\xBB\xBF{"));
    }

    void repeatedCells_theLastCounts()
    {
        const Notebook notebook(
            parsed("{\"cells\":[{\"cell_type\":\"raw\",\"source\":\"1\"}],\"cells\":[{\"cell_type\":\"raw\","
                   "\"source\":\"2\",\"source\":\"3\"}],\"nbformat\":4}"));
        QCOMPARE(notebook.cellCount(), 1);
        QCOMPARE(notebook.cellAt(0).source(), QStringLiteral("3"));
    }

    void numbers_toDomAndBack_keepTheirValue_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("again");
        const auto row = [](const char* text, const char* again) {
            QTest::newRow(text) << QByteArray(text) << QByteArray(again);
        };
        row("0", "0");
        row("-0.0", "-0.0");
        row("18446744073709551615", "18446744073709551615");
        row("-9223372036854775808", "-9223372036854775808");
        row("1e-7", "1e-07");
        row("1e16", "1e+16");
        row("123456789012345.5", "123456789012345.5");
        row("0.1", "0.1");
        row("1E400", "null");
        row("NaN", "null");
        row("-Infinity", "null");
        row("1e22", "1e+22");
        row("5e-324", "5e-324");
    }

    void numbers_toDomAndBack_keepTheirValue()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, again);
        QCOMPARE(QByteArray::fromStdString(toText(toDom(text.toStdString()))), again);
    }

    void strings_decodeAndEncode_areInverse()
    {
        const QString text =
            QStringLiteral("a\"\\/\b\f\n\r\t\u0001\u007f é \u2028 \U0001F600 ") + QChar(0xDC00);
        for (const bool ascii : {false, true}) {
            std::string raw;
            appendString(raw, text, ascii);
            QCOMPARE(decodeString(raw), text);
            JsonScanner scanner(raw);
            QVERIFY(scanner.takeValue(nullptr) && scanner.takeEnd());
        }
    }

    void positions_countLinesAndCodePoints()
    {
        const std::string text = "a\né\xF0\x9F\x98\x80x";
        const TextPosition at = positionAt(text, text.find('x'));
        QCOMPARE(at.line, 2);
        QCOMPARE(at.column, 3);
    }
};

QTEST_GUILESS_MAIN(TestNotebookReader)
#include "tst_notebookreader.moc"
