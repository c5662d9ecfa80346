// SPDX-License-Identifier: GPL-3.0-or-later
// Recovery journals: what is on disk at every instant of recording and saving.
#include "notebooktesting.h"
#include "randomeditor.h"

#include <core/notebook/document.h>
#include <core/notebook/documentjournal.h>
#include <core/notebook/jsontext.h>
#include <core/notebook/savefile.h>

#include <QFutureWatcher>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTemporaryDir>

using namespace cahier;
using namespace cahier::notebook;
using namespace cahier::notebook::testing;

namespace {

struct Place {
    QTemporaryDir folder;
    QString path = folder.filePath(QStringLiteral("n.ipynb"));
    DocumentOptions options{folder.filePath(QStringLiteral("state/recovery"))};

    explicit Place(const QByteArray& bytes = corpusBytes(QStringLiteral("nbformat-4.5.ipynb")))
    {
        writeBytes(path, bytes);
    }
    std::shared_ptr<Document> open() const { return *Document::openNow(path, options); }
    QStringList kept(const char* pattern) const
    {
        return QDir(options.recoveryFolder).entryList({QString::fromLatin1(pattern)}, QDir::Files);
    }
    std::optional<RecoveryEntry> entry() const { return findRecovery(options.recoveryFolder, path); }
    /// The first cell's source as it would be recovered now; nothing where nothing would be.
    QString recovered() const
    {
        const auto found = entry();
        const auto data = found ? recover(*found) : Result<NotebookData>();
        return found && data ? data->cells.front().source() : QString();
    }
    Result<std::shared_ptr<RecoveryJournal>> journal(const Notebook& notebook) const
    {
        return RecoveryJournal::create(options.recoveryFolder, path, {identityAt(path), {}},
                                       notebook.snapshot());
    }
};

Notebook* readFrom(const QString& path, QObject* parent)
{
    return new Notebook(*readNotebookFile(path), parent);
}

void type(Notebook& notebook, const QString& text)
{
    notebook.replaceText(notebook.cellAt(0).key(), 0, 0, text);
}

/// All that the notebook says, but for ids, which may be made at random, and the layout.
QString meaningOf(const Notebook& notebook)
{
    static const QRegularExpression id(QStringLiteral("\"id\":\"[^\"]*\","));
    const QByteArray bytes = written(notebook);
    const auto start = size_t(bytes.startsWith("\xEF\xBB\xBF") ? 3 : 0);
    const std::string_view text(bytes.constData(), size_t(bytes.size()));
    return QString::fromStdString(toText(toDom(text.substr(start)))).remove(id);
}

} // namespace

class TestRecovery : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void record_ofALargeNotebook_doesNotWaitForItsBase()
    {
        const Place place(largeNotebook());
        QObject owner;
        Notebook& notebook = *readFrom(place.path, &owner);
        auto journal = place.journal(notebook);
        QVERIFY(journal);
        QVERIFY(!(*journal)->hasBase());
        type(notebook, QStringLiteral("typed "));
        QVERIFY((*journal)->record(notebook.snapshot()));
        journal->reset(); // killed before there is a base
        QVERIFY(place.kept("*.base").isEmpty());
        QCOMPARE(place.recovered(), QStringLiteral("typed first"));

        journal = place.journal(notebook);
        type(notebook, QStringLiteral("more "));
        QVERIFY((*journal)->record(notebook.snapshot()));
        const QString fresh = place.options.recoveryFolder + u'/' + QString(32, u'a');
        writeBytes(fresh + QStringLiteral(".base.new"), "half a base of another process that was killed");
        QVERIFY((*journal)->finishBase());
        QVERIFY((*journal)->hasBase());
        discardRecovery(*place.entry()); // the first one
        journal->reset();
        writeBytes(place.path, "theirs");
        const auto entry = place.entry();
        QVERIFY(entry && entry->fileChanged);
        QCOMPARE(recover(*entry)->cells.front().source(), QStringLiteral("more first"));
        QVERIFY(place.kept("*.new").isEmpty());
    }

    void recover_withoutBaseOfAChangedFile_saysSo()
    {
        const Place place(largeNotebook());
        QObject owner;
        Notebook& notebook = *readFrom(place.path, &owner);
        {
            const auto journal = place.journal(notebook);
            type(notebook, QStringLiteral("typed "));
            QVERIFY((*journal)->record(notebook.snapshot()));
        }
        writeBytes(place.path, largeNotebook());
        const auto entry = place.entry();
        QVERIFY(entry && entry->fileChanged);
        const auto data = recover(*entry);
        QVERIFY(!data);
        QCOMPARE(int(data.error().code), int(ErrorCode::ChangedOnDisk));
        QVERIFY(data.error().message.contains(place.path));
    }

    void save_ofALargeNotebook_makesTheBaseSafeFirst()
    {
        const Place place(largeNotebook());
        {
            const auto image = FileImage::open(place.path);
            QVERIFY((*image)->detach());
            Notebook notebook(*readNotebook(*image));
            DocumentJournal journal(place.options.recoveryFolder, place.path, {identityAt(place.path), {}},
                                    notebook.snapshot());
            const NumberedState saved{notebook.snapshot(), 2, true};
            type(notebook, QStringLiteral("typed meanwhile "));
            QVERIFY(journal.keep({notebook.snapshot(), 3, true}));
            QVERIFY(place.kept("*.base").isEmpty());
            SaveOptions options;
            options.beforeReplacing = [&](const FileIdentity& file) {
                DocumentJournal::Replacement replacement(journal, place.path, {file, {}}, saved);
                QVERIFY(replacement.outcome());
                QCOMPARE(place.kept("*.base").size(), 1);
            };
            QVERIFY(saveFile(place.path, writeNotebook(saved.snapshot), options));
        }
        QCOMPARE(place.recovered(), QStringLiteral("typed meanwhile first"));
    }

    void document_ofALargeNotebook_copiesTheBaseInTheBackground()
    {
        const Place place(largeNotebook());
        const auto document = place.open();
        type(document->notebook(), QStringLiteral("typed "));
        QTRY_COMPARE(place.kept("*.base").size(), 1);
        QVERIFY(document->flushJournal());
        QVERIFY(place.kept("*.new").isEmpty());
        document->close();
    }

    void killed_betweenRenameAndRestart_theFileIsOurs_data()
    {
        QTest::addColumn<bool>("typedMeanwhile");
        QTest::addColumn<bool>("timeChanges");
        QTest::newRow("all is saved") << false << false;
        QTest::newRow("typed meanwhile") << true << false;
        QTest::newRow("the file system sets another time") << true << true;
    }

    void killed_betweenRenameAndRestart_theFileIsOurs()
    {
        QFETCH(bool, typedMeanwhile);
        QFETCH(bool, timeChanges);
        const Place place;
        {
            Notebook notebook(*readNotebookFile(place.path));
            DocumentJournal journal(place.options.recoveryFolder, place.path, {identityAt(place.path), {}},
                                    notebook.snapshot());
            type(notebook, QStringLiteral("one "));
            QVERIFY(journal.keep({notebook.snapshot(), 1, true}));
            type(notebook, QStringLiteral("two "));
            const NumberedState saved{notebook.snapshot(), 2, true}; // has not been recorded
            type(notebook, QStringLiteral("three "));
            if (typedMeanwhile) QVERIFY(journal.keep({notebook.snapshot(), 3, true}));
            const NotebookBytes bytes = writeNotebook(saved.snapshot);
            SaveOptions options;
            options.beforeReplacing = [&](const FileIdentity& file) {
                FileVersion version{file, contentHash(bytes.pieces())};
                if (timeChanges) ++version.identity.modifiedNs;
                const DocumentJournal::Replacement replacement(journal, place.path, version, saved);
                QVERIFY(replacement.outcome());
            };
            QVERIFY(saveFile(place.path, bytes, options));
        } // and never finished
        const auto entry = place.entry();
        QCOMPARE(entry.has_value(), typedMeanwhile);
        if (!entry) return;
        QVERIFY(!entry->fileChanged);
        QVERIFY(place.recovered().startsWith(QStringLiteral("three two one ")));
    }

    void restart_keepsWhatWasNotSaved()
    {
        const Place place;
        QObject owner;
        Notebook& notebook = *readFrom(place.path, &owner);
        {
            const auto journal = place.journal(notebook);
            type(notebook, QStringLiteral("saved "));
            QVERIFY((*journal)->record(notebook.snapshot()));
            type(notebook, QStringLiteral("typed "));
            const NotebookSnapshot unsaved = notebook.snapshot();
            QVERIFY((*journal)->record(unsaved));
            QVERIFY((*journal)->restart(place.path, {identityAt(place.path), {}}, &unsaved));
        }
        QVERIFY(place.recovered().startsWith(QStringLiteral("typed saved ")));
    }

    void typedDuringASave_isKeptAtEveryInstant()
    {
        const Place place;
        const auto document = place.open();
        type(document->notebook(), QStringLiteral("saved "));
        QVERIFY(document->flushJournal());
        QFutureWatcher<Result<void>> watcher;
        QSignalSpy finished(&watcher, &QFutureWatcher<Result<void>>::finished);
        watcher.setFuture(document->save());
        type(document->notebook(), QStringLiteral("typed "));
        QVERIFY(document->flushJournal());
        const QString journal = place.options.recoveryFolder + u'/' + place.kept("*.journal").front();
        QVERIFY(bytesOf(journal).contains("typed "));
        QVERIFY(watcher.isFinished() || finished.wait());
        QVERIFY(bytesOf(journal).contains("typed "));
        QVERIFY(document->notebook().isModified());
    }

    void undoneToTheBaseDuringASave_isRecovered()
    {
        const Place place;
        QString before;
        {
            const auto document = place.open();
            before = document->notebook().cellAt(0).source();
            type(document->notebook(), QStringLiteral("saved "));
            const QFuture<Result<void>> saving = document->save();
            document->notebook().undo();
            QVERIFY(document->flushJournal());
            QTRY_VERIFY(!document->isSaving());
            QVERIFY(document->notebook().isModified());
            QVERIFY(document->flushJournal());
        }
        QVERIFY(bytesOf(place.path).contains("saved "));
        QCOMPARE(place.recovered(), before);
    }

    void journal_afterAFailure_isTriedWithTheNextChange()
    {
        const Place place;
        const QString state = place.folder.filePath(QStringLiteral("state"));
        writeBytes(state, "a file where a folder must be");
        const auto document = place.open();
        QSignalSpy failed(document.get(), &Document::journalFailed);
        type(document->notebook(), QStringLiteral("one "));
        QVERIFY(failed.wait());
        type(document->notebook(), QStringLiteral("two "));
        QVERIFY(!document->flushJournal());
        QCOMPARE(failed.size(), 1); // it is the same failure still
        QVERIFY(QFile::remove(state));
        type(document->notebook(), QStringLiteral("three "));
        QTRY_COMPARE(place.kept("*.journal").size(), 1);
        QVERIFY(document->flushJournal());
        QVERIFY(QDir(state).removeRecursively());
        writeBytes(state, "again");
        type(document->notebook(), QStringLiteral("four "));
        QVERIFY(failed.wait());
        QCOMPARE(failed.size(), 2);
        document->close();
    }

    void restart_thatFails_isToldAndHarmless()
    {
        const Place place;
        {
            const auto document = place.open();
            QSignalSpy failed(document.get(), &Document::journalFailed);
            type(document->notebook(), QStringLiteral("saved "));
            QVERIFY(document->flushJournal());
            const QString journal = place.options.recoveryFolder + u'/' + place.kept("*.journal").front();
            QVERIFY(QDir().mkdir(journal + QStringLiteral(".new"))); // in the way of the new file
            QVERIFY(document->saveNow());
            QCOMPARE(failed.size(), 1);
            type(document->notebook(), QStringLiteral("typed "));
            QVERIFY(document->flushJournal());
        }
        const auto entry = place.entry();
        QVERIFY(entry && !entry->fileChanged);
        QVERIFY(place.recovered().startsWith(QStringLiteral("typed saved ")));
    }

    void save_refusedUnderAnotherName_leavesAutosaveOn()
    {
        const Place place;
        const auto document = place.open();
        const QString other = place.folder.filePath(QStringLiteral("other.ipynb"));
        writeBytes(other, "mine");
        QVERIFY(!document->saveAsNow(other));
        QSignalSpy saved(document.get(), &Document::saved);
        document->setAutosave(std::chrono::milliseconds(20));
        type(document->notebook(), QStringLiteral("auto "));
        QVERIFY(saved.wait());
        document->close();
    }

    void save_ofAFileThatWasOnlyTouched_isDone()
    {
        const Place place;
        const auto document = place.open();
        for (const char* text : {"one ", "two "}) { // as it was read, then as it was saved
            QFile file(place.path);
            QVERIFY(file.open(QIODevice::ReadWrite));
            QVERIFY(file.setFileTime(QDateTime::currentDateTime().addDays(-1),
                                     QFileDevice::FileModificationTime));
            file.close();
            type(document->notebook(), QString::fromLatin1(text));
            const auto done = document->saveNow();
            QVERIFY2(done, done ? "" : qPrintable(done.error().text()));
        }
        QVERIFY(bytesOf(place.path).contains("two one "));
        document->close();
    }

    void deletedCell_thatComesBack_keepsWhatIsUnknown()
    {
        const Place place(
            "{\"cells\": [{\"cell_type\": \"raw\", \"metadata\": {}, \"source\": \"a\", \"own\": "
            "[1]},\n{\"cell_type\": \"raw\", \"metadata\": {}, \"source\": \"b\", \"own\": [2]}], "
            "\"metadata\": {}, \"nbformat\": 4, \"nbformat_minor\": 4}");
        QObject owner;
        Notebook& notebook = *readFrom(place.path, &owner);
        const CellKey key = notebook.cellAt(1).key();
        {
            const auto journal = place.journal(notebook);
            type(notebook, QStringLiteral("x"));
            notebook.removeCells(std::span(&key, 1));
            QVERIFY((*journal)->record(notebook.snapshot()));
            RecoveryEntry present;
            present.journal = place.options.recoveryFolder + u'/' + place.kept("*.journal").front();
            Notebook grown(*recover(present));
            QCOMPARE(grown.cellCount(), 1);
            QVERIFY(grown.insertCells(1, {CellContent{}}).front() >
                    key); // the key of the base's cell is taken
            notebook.undo();
            QVERIFY((*journal)->record(notebook.snapshot()));
        }
        const Notebook again(*recover(*place.entry()));
        QCOMPARE(written(again), written(notebook));
        QVERIFY(written(again).contains("\"own\": [2]"));
    }

    void randomEdits_throughTheJournal_areTheSame_data()
    {
        QTest::addColumn<QString>("name");
        for (const QString& name : corpus())
            QTest::newRow(qPrintable(name)) << name;
    }

    void randomEdits_throughTheJournal_areTheSame()
    {
        QFETCH(QString, name);
        for (unsigned seed = 1; seed <= 6; ++seed) {
            const Place place(corpusBytes(name));
            QObject owner;
            Notebook& notebook = *readFrom(place.path, &owner);
            RandomEditor editor(notebook, seed);
            std::mt19937 random(seed);
            {
                const auto journal = place.journal(notebook);
                QVERIFY(journal);
                for (int i = 0; i < 12; ++i) {
                    const unsigned what = random() % 6;
                    if (what == 0)
                        notebook.undo();
                    else if (what == 1)
                        notebook.redo();
                    else
                        editor.edit();
                    if (what == 2 && notebook.cellCount() > 0)
                        notebook.appendStream(notebook.cellAt(0).key(), QStringLiteral("stdout"),
                                              QStringLiteral("out\n"));
                    QVERIFY((*journal)->record(notebook.snapshot()));
                    const NotebookSnapshot unsaved = notebook.snapshot();
                    if (what == 3)
                        QVERIFY((*journal)->restart(place.path, {identityAt(place.path), {}}, &unsaved));
                }
            }
            const auto entry = place.entry();
            if (!entry) continue; // every edit changed nothing
            const auto data = recover(*entry);
            QVERIFY(data);
            QCOMPARE(meaningOf(Notebook(NotebookData(*data))), meaningOf(notebook));
        }
    }
};

QTEST_GUILESS_MAIN(TestRecovery)
#include "tst_recovery.moc"
