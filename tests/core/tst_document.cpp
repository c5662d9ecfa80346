// SPDX-License-Identifier: GPL-3.0-or-later
// Documents and recovery journals, on real files and with killed processes.
#include "notebooktesting.h"

#include <core/notebook/document.h>
#include <core/notebook/recoveryformat.h>
#include <core/notebook/savefile.h>

#include <nlohmann/json.hpp>

#include <QFutureWatcher>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>

#include <chrono>
#include <csignal>
#include <random>

using namespace cahier;
using namespace cahier::notebook;
using namespace cahier::notebook::testing;

namespace {

struct Place {
    QTemporaryDir folder;
    QString path = folder.filePath(QStringLiteral("n.ipynb"));
    DocumentOptions options{folder.filePath(QStringLiteral("state/recovery"))};

    Place() { writeBytes(path, corpusBytes(QStringLiteral("nbformat-4.5.ipynb"))); }
    std::shared_ptr<Document> open() const
    {
        auto document = Document::openNow(path, options);
        return document ? *document : nullptr;
    }
};

void type(Document& document, const QString& text)
{
    Notebook& notebook = document.notebook();
    notebook.replaceText(notebook.cellAt(0).key(), 0, 0, text);
}

template <typename T> Result<T> waited(QFuture<Result<T>> future)
{
    QFutureWatcher<Result<T>> watcher;
    QSignalSpy finished(&watcher, &QFutureWatcher<Result<T>>::finished);
    watcher.setFuture(future);
    if (!future.isFinished()) finished.wait();
    return future.result();
}

/// What a crash leaves: the journal that was written, and nobody who holds it.
NotebookSnapshot crashAfter(const Place& place, const std::function<void(Document&)>& work)
{
    const auto document = place.open();
    work(*document);
    document->flushJournal();
    return document->notebook().snapshot();
}

void compareStates(const NotebookSnapshot& expected, const NotebookData& recovered)
{
    const Notebook again{NotebookData(recovered)};
    QCOMPARE(again.cellCount(), int(expected.cells.size()));
    for (int i = 0; i < again.cellCount(); ++i) {
        const Cell& now = again.cellAt(i);
        const Cell& then = expected.cells[size_t(i)];
        QCOMPARE(now.source(), then.source());
        QCOMPARE(now.typeName(), then.typeName());
        QCOMPARE(now.id(), then.id());
        QCOMPARE(now.executionCount(), then.executionCount());
        QVERIFY(now.metadata() == then.metadata());
        QVERIFY(now.attachments() == then.attachments());
        QCOMPARE(now.outputs().size(), then.outputs().size());
        for (size_t k = 0; k < now.outputs().size(); ++k)
            QVERIFY(now.outputs()[k].value() == then.outputs()[k].value());
    }
    QVERIFY(again.isModified());
}

} // namespace

class TestDocument : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void open_save_andEditMeanwhile()
    {
        const Place place;
        auto opened = waited(Document::open(place.path, place.options));
        QVERIFY(opened);
        Document& document = **opened;
        QCOMPARE(document.thread(), QThread::currentThread());
        type(document, QStringLiteral("one "));
        QFuture<Result<void>> saving = document.save();
        type(document, QStringLiteral("two "));
        QVERIFY(document.isSaving());
        QFuture<Result<void>> again = document.save(); // follows the first
        QVERIFY(waited(saving));
        QVERIFY(waited(again));
        QTRY_VERIFY(!document.isSaving());
        QVERIFY(!document.notebook().isModified());
        QVERIFY(bytesOf(place.path).contains("two one # Café"));
        QCOMPARE(document.fileIdentity(), identityAt(place.path));
        type(document, QStringLiteral("three "));
        saving = document.save();
        type(document, QStringLiteral("four "));
        QVERIFY(waited(saving));
        QVERIFY(document.notebook().isModified());
        QVERIFY(!bytesOf(place.path).contains("four"));
        document.close();
    }

    void save_ofAFileChangedByOthers_isRefusedUntilTold()
    {
        const Place place;
        const auto document = place.open();
        type(*document, QStringLiteral("mine "));
        writeBytes(place.path, "theirs");
        QSignalSpy failed(document.get(), &Document::saveFailed);
        const auto refused = waited(document->save());
        QVERIFY(!refused);
        QCOMPARE(int(refused.error().code), int(ErrorCode::ChangedOnDisk));
        QCOMPARE(failed.size(), 1);
        QVERIFY(document->notebook().isModified());
        QCOMPARE(bytesOf(place.path), QByteArray("theirs"));
        QVERIFY(waited(document->save(Document::Overwrite::Yes)));
        QVERIFY(bytesOf(place.path).contains("mine"));
        document->close();
    }

    void saveAs_toAnExistingFile_asks()
    {
        const Place place;
        const auto document = place.open();
        const QString other = place.folder.filePath(QStringLiteral("other.ipynb"));
        writeBytes(other, "something");
        const auto refused = waited(document->saveAs(other));
        QVERIFY(!refused);
        QVERIFY2(refused.error().message.contains(QStringLiteral("exists")),
                 qPrintable(refused.error().message));
        QCOMPARE(document->path(), place.path);
        QVERIFY(waited(document->saveAs(other, Document::Overwrite::Yes)));
        QCOMPARE(document->path(), other);
        QCOMPARE(bytesOf(other), bytesOf(place.path));
        document->close();
    }

    void save_ofANewNotebook_needsAName()
    {
        Document document(newNotebook());
        QCOMPARE(int(waited(document.save()).error().code), int(ErrorCode::IllegalState));
        const Place place;
        QVERIFY(document.saveAsNow(place.folder.filePath(QStringLiteral("new.ipynb"))));
        QVERIFY(document.saveNow());
    }

    void saveNow_whileASaveIsNotTakenOver_followsIt()
    {
        const Place place;
        const auto document = place.open();
        QSignalSpy saved(document.get(), &Document::saved);
        type(*document, QStringLiteral("one "));
        const QFuture<Result<void>> first = document->save();
        const QFuture<Result<void>> second = document->save(); // waits for the first
        type(*document, QStringLiteral("two "));
        const auto last = document->saveNow(Document::Overwrite::No); // no event was processed
        QVERIFY2(last, last ? "" : qPrintable(last.error().text()));
        QVERIFY(first.isFinished() && first.result());
        QVERIFY(second.isFinished() && second.result());
        QVERIFY(!document->isSaving());
        QVERIFY(!document->notebook().isModified());
        QVERIFY(bytesOf(place.path).contains("two one # Café"));
        QCOMPARE(document->fileIdentity(), identityAt(place.path));
        QCOMPARE(saved.size(), 3);
        QCoreApplication::processEvents(); // what is told late is not counted again
        QCOMPARE(saved.size(), 3);
        QCOMPARE(document->fileIdentity(), identityAt(place.path));
        document->close();
    }

    void sourceOfALargeNotebook_touchedAfterOpening_doesNoHarm()
    {
        const Place place;
        const QByteArray large = largeNotebook();
        writeBytes(place.path, large);
        auto data = readNotebookFile(place.path);
        QVERIFY(data);
        const QString other = place.folder.filePath(QStringLiteral("other.ipynb"));
        Document document(std::move(*data), other, identityAt(other), place.options);
        type(document, QStringLiteral("mine "));
        QVERIFY(document.flushJournal()); // comes after the private copy
        writeBytes(place.path, "theirs");
        const auto done = document.saveNow();
        QVERIFY2(done, done ? "" : qPrintable(done.error().text()));
        QCOMPARE(parsed(bytesOf(other)).cells.front().source(), QStringLiteral("mine first"));
        QVERIFY(bytesOf(other).size() > large.size());
        document.close();
    }

    void journal_ofADamagedImage_isRefused()
    {
        const Place place;
        writeBytes(place.path, largeNotebook());
        const auto image = FileImage::open(place.path);
        QVERIFY(image && (*image)->isAttached());
        auto data = readNotebook(*image);
        QVERIFY(data);
        const Notebook notebook(std::move(*data));
        writeBytes(place.path, "theirs");
        const auto journal =
            RecoveryJournal::create(place.options.recoveryFolder, {}, {}, notebook.snapshot());
        QVERIFY(!journal);
        QCOMPARE(int(journal.error().code), int(ErrorCode::ChangedOnDisk));
        QVERIFY(journal.error().message.contains(place.path));
        QVERIFY(QDir(place.options.recoveryFolder).isEmpty());
    }

    void flushJournal_afterAFailure_triesAgain()
    {
        const Place place;
        const QString state = place.folder.filePath(QStringLiteral("state"));
        writeBytes(state, "a file where a folder must be");
        {
            const auto document = place.open();
            QSignalSpy failed(document.get(), &Document::journalFailed);
            QVERIFY(document->flushJournal()); // nothing is unsaved
            type(*document, QStringLiteral("x"));
            QVERIFY(!document->flushJournal());
            QVERIFY(!document->flushJournal());
            QCOMPARE(failed.size(), 1);
            QVERIFY(QFile::remove(state));
            QVERIFY(document->flushJournal());
            type(*document, QStringLiteral("y"));
            QVERIFY(document->flushJournal());
        }
        const auto entry = findRecovery(place.options.recoveryFolder, place.path);
        QVERIFY(entry);
        QVERIFY(recover(*entry)->cells.front().source().startsWith(QStringLiteral("yx#")));
    }

    void flushJournal_withoutAJournal_saysSo()
    {
        const Place place;
        const auto document = Document::openNow(place.path);
        QVERIFY(document);
        QVERIFY((*document)->flushJournal());
        type(**document, QStringLiteral("x"));
        const auto kept = (*document)->flushJournal();
        QVERIFY(!kept);
        QCOMPARE(int(kept.error().code), int(ErrorCode::IllegalState));
    }

    void leftovers_ofKilledProcesses_areDeleted()
    {
        const Place place;
        const QString recovery = place.options.recoveryFolder;
        const auto names = [&] { return QDir(recovery).entryList(QDir::Files, QDir::Name); };
        crashAfter(place, [](Document& document) { type(document, QStringLiteral("kept ")); });
        const auto living = place.open();
        type(*living, QStringLiteral("x"));
        QVERIFY(living->flushJournal());
        living->notebook().undo();
        QVERIFY(living->flushJournal()); // holds no change, and has a writer
        const QStringList wanted = names();
        QCOMPARE(wanted.size(), 4);
        const QString name = recovery + u'/' + QString(32, u'a');
        const QString abandoned = recovery + u'/' + QString(32, u'b');
        const auto litter = [&] {
            writeBytes(name + QStringLiteral(".base"), "a base without a journal");
            writeBytes(name + QStringLiteral(".journal.new"), "CAHIERJ1");
            writeBytes(abandoned + QStringLiteral(".journal"), "CAHIERJ1");
            writeBytes(abandoned + QStringLiteral(".base"), "its base");
        };
        litter();
        writeBytes(recovery + QStringLiteral("/other.base"), "not of a journal");
        QCOMPARE(listRecovery(recovery).size(), size_t(1));
        QVERIFY(QFile::remove(recovery + QStringLiteral("/other.base"))); // was left alone
        QCOMPARE(names(), wanted);
        litter();
        crashAfter(place, [](Document& document) { type(document, QStringLiteral("also ")); });
        QCOMPARE(names().size(), wanted.size() + 2);
        QVERIFY(!QFile::exists(name + QStringLiteral(".base")));
        QVERIFY(!QFile::exists(abandoned + QStringLiteral(".journal")));
        living->close();
    }

    void autosave_savesWhatChanged()
    {
        const Place place;
        const auto document = place.open();
        QSignalSpy saved(document.get(), &Document::saved);
        document->setAutosave(std::chrono::milliseconds(20));
        type(*document, QStringLiteral("auto "));
        QVERIFY(saved.wait());
        QVERIFY(bytesOf(place.path).contains("auto"));
        document->close();
    }

    void journal_afterACrash_recoversEverything()
    {
        const Place place;
        const NotebookSnapshot expected = crashAfter(place, [](Document& document) {
            Notebook& notebook = document.notebook();
            type(document, QStringLiteral("é\U0001F600\"\\ ") + QChar(0xD800));
            document.flushJournal();
            const auto keys = notebook.insertCells(
                1, {CellContent{CellType::Code, QStringLiteral("new"), {}, {}, {}, 4, {}},
                    CellContent{CellType::Markdown, QStringLiteral("gone"), {}, {}, {}, {}, {}}});
            const CellKey code = notebook.cellAt(3).key();
            notebook.appendStream(code, QStringLiteral("stdout"), QStringLiteral("a\n"));
            notebook.appendStream(keys[0], QStringLiteral("stdout"), QStringLiteral("1\n"));
            document.flushJournal();
            notebook.appendStream(code, QStringLiteral("stdout"), QStringLiteral("é\n"));
            notebook.appendStream(keys[0], QStringLiteral("stdout"), QStringLiteral("2\n"));
            notebook.appendOutput(keys[0], {{"output_type", "display_data"},
                                            {"data", {{"text/plain", "p\nq"}}},
                                            {"metadata", nlohmann::json::object()}});
            notebook.removeCells(std::span(&keys[1], 1));
            const CellKey moved = notebook.cellAt(4).key();
            notebook.moveCells(std::span(&moved, 1), 0);
            document.flushJournal();
            notebook.setCellType(notebook.cellAt(5).key(), CellType::Raw);
            notebook.setCellMetadata(notebook.cellAt(1).key(), {{"tags", {"x"}}});
            notebook.setMetadata({{"title", "T"}});
            notebook.undo();
            notebook.redo();
        });
        const auto entry = findRecovery(place.options.recoveryFolder, place.path);
        QVERIFY(entry);
        QVERIFY(!entry->fileChanged);
        const auto data = recover(*entry);
        QVERIFY(data);
        compareStates(expected, *data);
        QVERIFY(Notebook(NotebookData(*data)).metadata() == nlohmann::json({{"title", "T"}}));
        QCOMPARE(QFileInfo(entry->journal).permissions() & (QFile::ReadGroup | QFile::ReadOther),
                 QFile::Permissions());
        discardRecovery(*entry);
        QVERIFY(QDir(place.options.recoveryFolder).isEmpty());
    }

    void journal_tornAtEveryByte_givesAnEarlierState()
    {
        const Place place;
        crashAfter(place, [](Document& document) {
            for (int i = 0; i < 4; ++i) {
                type(document, QString::number(i));
                document.flushJournal();
            }
        });
        const auto entry = findRecovery(place.options.recoveryFolder, place.path);
        QVERIFY(entry);
        const QByteArray whole = bytesOf(entry->journal);
        QStringList seen;
        for (qsizetype size = whole.size(); size >= 0; --size) {
            writeBytes(entry->journal, whole.first(size));
            const auto data = recover(*entry);
            QVERIFY(data);
            const QString start = data->cells.front().source().section(u'#', 0, 0);
            if (!seen.contains(start)) seen.append(start);
        }
        QCOMPARE(seen, QStringList({QStringLiteral("3210"), QStringLiteral("210"), QStringLiteral("10"),
                                    QStringLiteral("0"), QString()}));
        QByteArray spoiled = whole;
        spoiled[spoiled.size() - 3] = char(spoiled[spoiled.size() - 3] ^ 1);
        writeBytes(entry->journal, spoiled);
        QVERIFY(recover(*entry)->cells.front().source().startsWith(QStringLiteral("210#")));
    }

    void journal_ofAFileChangedSince_isAnotherVersion()
    {
        const Place place;
        const NotebookSnapshot expected =
            crashAfter(place, [](Document& document) { type(document, QStringLiteral("mine ")); });
        writeBytes(place.path, corpusBytes(QStringLiteral("one-cell.ipynb")));
        const auto entry = findRecovery(place.options.recoveryFolder, place.path);
        QVERIFY(entry && entry->fileChanged);
        const auto data = recover(*entry);
        QVERIFY(data);
        compareStates(expected, *data);
        QVERIFY(data->notices.join(u' ').contains(QStringLiteral("another name")));
    }

    void journal_ofALivingProcess_isNotOffered()
    {
        const Place place;
        const auto document = place.open();
        type(*document, QStringLiteral("x"));
        document->flushJournal();
        QCOMPARE(QDir(place.options.recoveryFolder).entryList({QStringLiteral("*.journal")}).size(), 1);
        QVERIFY(listRecovery(place.options.recoveryFolder).empty());
        document->close();
    }

    void journal_afterSaving_holdsOnlyWhatCameLater()
    {
        const Place place;
        const NotebookSnapshot expected = crashAfter(place, [](Document& document) {
            type(document, QStringLiteral("saved "));
            document.flushJournal();
            QVERIFY(document.saveNow());
            document.flushJournal();
            QVERIFY(
                listRecovery(QFileInfo(document.path()).path() + QStringLiteral("/state/recovery")).empty());
            type(document, QStringLiteral("later "));
        });
        const auto entry = findRecovery(place.options.recoveryFolder, place.path);
        QVERIFY(entry && !entry->fileChanged);
        compareStates(expected, *recover(*entry));
    }

    void journal_whenEverythingIsUndone_offersNothing()
    {
        const Place place;
        crashAfter(place, [](Document& document) {
            type(document, QStringLiteral("x"));
            document.flushJournal();
            document.notebook().undo();
        });
        QVERIFY(listRecovery(place.options.recoveryFolder).empty());
        QVERIFY(QDir(place.options.recoveryFolder).isEmpty());
    }

    void journal_afterClosing_isGone()
    {
        const Place place;
        {
            const auto document = place.open();
            type(*document, QStringLiteral("x"));
            document->flushJournal();
            document->close();
        }
        QVERIFY(QDir(place.options.recoveryFolder).isEmpty());
    }

    void journal_ofAnUntitledNotebook_isOffered()
    {
        const Place place;
        NotebookSnapshot expected;
        {
            Document document(newNotebook(), {}, {}, place.options);
            document.notebook().insertCells(
                0, {CellContent{CellType::Code, QStringLiteral("1 + 1"), {}, {}, {}, {}, {}}});
            document.flushJournal();
            expected = document.notebook().snapshot();
        }
        const auto entry = findRecovery(place.options.recoveryFolder, {});
        QVERIFY(entry);
        QVERIFY(entry->path.isEmpty() && !entry->fileChanged);
        const auto data = recover(*entry);
        QVERIFY(data);
        compareStates(expected, *data);
        // What was recovered is itself kept until it is saved.
        {
            Document again(NotebookData(*data), {}, {}, place.options);
            discardRecovery(*entry);
            again.flushJournal();
        }
        const auto second = findRecovery(place.options.recoveryFolder, {});
        QVERIFY(second);
        compareStates(expected, *recover(*second));
    }

    void journal_withoutAFolder_isReported()
    {
        const Place place;
        writeBytes(place.folder.filePath(QStringLiteral("state")), "a file where a folder must be");
        const auto document = place.open();
        QSignalSpy failed(document.get(), &Document::journalFailed);
        type(*document, QStringLiteral("x"));
        QVERIFY(failed.wait());
        QVERIFY(failed.front().front().value<Error>().message.contains(QStringLiteral("recovery")));
        QVERIFY(document->saveNow());
    }

    void killed_atAnyMoment_losesAtMostASecond_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("saves");
        QTest::addColumn<int>("usualRounds");
        const QByteArray small = corpusBytes(QStringLiteral("nbformat-4.5.ipynb"));
        QByteArray large = largeNotebook(); // 70 MB
        large.replace("iVBOR", QByteArray("iVBOR") + QByteArray(100, 'A'));
        QTest::newRow("typing") << small << false << 12;
        QTest::newRow("saving all the time") << small << true << 12;
        QTest::newRow("large") << large << false << 2;
        QTest::newRow("large, saving all the time") << large << true << 3;
    }

    void killed_atAnyMoment_losesAtMostASecond()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, saves);
        QFETCH(int, usualRounds);
        bool set = false;
        const int wanted = qEnvironmentVariableIntValue("CAHIER_KILL_ROUNDS", &set);
        const int rounds = set ? wanted : usualRounds;
        std::mt19937 random(20261123);
        for (int round = 0; round < rounds; ++round) {
            const Place place;
            writeBytes(place.path, bytes);
            QProcess typist;
            QStringList arguments{place.path, place.options.recoveryFolder};
            if (saves) arguments.append(QStringLiteral("saving"));
            typist.start(QCoreApplication::applicationDirPath() + QStringLiteral("/cahier_typist"),
                         arguments);
            QVERIFY(typist.waitForStarted());
            const int until = 300 + int(random() % 1500); // milliseconds after the first stroke
            QByteArray said;
            qint64 first = -1, last = -1;
            while (last < 0 || last - first < until) {
                QVERIFY(typist.waitForReadyRead());
                said += typist.readAll();
                const QList<QByteArray> lines = said.first(said.lastIndexOf('\n')).split('\n');
                first = lines.front().split(' ')[1].toLongLong();
                last = lines.back().split(' ')[1].toLongLong();
            }
            typist.kill();
            QVERIFY(typist.waitForFinished());
            said += typist.readAll();
            compareTyped(place, said);
        }
    }

private:
    static void compareTyped(const Place& place, const QByteArray& said)
    {
        const QList<QByteArray> lines = said.first(said.lastIndexOf('\n')).split('\n');
        const qint64 end = lines.back().split(' ')[1].toLongLong();
        int mustHave = -1; // the last stroke that is older than a second
        for (const QByteArray& line : lines)
            if (line.split(' ')[1].toLongLong() < end - 1000) mustHave = line.split(' ')[0].toInt();
        const auto entry = findRecovery(place.options.recoveryFolder, place.path);
        QVERIFY(!entry || !entry->fileChanged);
        const auto data = entry ? recover(*entry) : readNotebookFile(place.path);
        QVERIFY2(data, data ? "" : qPrintable(data.error().text()));
        const QString source = data->cells.front().source();
        const qsizetype start = source.indexOf(QStringLiteral("0;"));
        const int has = start < 0 ? -1 : int(source.sliced(start).count(u';')) - 1;
        QString typed;
        for (int i = 0; i <= has; ++i)
            typed += QStringLiteral("%1;").arg(i);
        if (start >= 0) QCOMPARE(source.sliced(start), typed);
        QVERIFY2(has >= mustHave, qPrintable(QStringLiteral("%1 of %2").arg(has).arg(mustHave)));
    }
};

QTEST_GUILESS_MAIN(TestDocument)
#include "tst_document.moc"
