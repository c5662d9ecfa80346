// SPDX-License-Identifier: GPL-3.0-or-later
// A notebook's file as the window handles it: saving, changes by others, what a crash left.
#include <app/window/notebookfile.h>
#include <core/notebook/reader.h>

#include <QSaveFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace cahier;
using namespace cahier::window;
using namespace Qt::StringLiterals;
using notebook::Notebook;
using widgets::Notice;

namespace {

QByteArray notebookText(const QString& source)
{
    return QByteArray(R"({
 "cells": [
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "one",
   "metadata": {},
   "outputs": [],
   "source": [
    ")") + source.toUtf8() +
           R"("
   ]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
)";
}

/// A file as the window has it, with the notices that it shows.
struct Shown {
    explicit Shown(const QString& recoveryFolder) : file({recoveryFolder})
    {
        QObject::connect(&file, &NotebookFile::noticeRaised, &file,
                         [this](const Notice& notice) { notices[notice.topic] = notice; });
        QObject::connect(&file, &NotebookFile::noticeWithdrawn, &file,
                         [this](const QString& topic) { notices.remove(topic); });
        QObject::connect(&file, &NotebookFile::openFailed, &file, [this](const Error& e) { error = e; });
    }
    [[nodiscard]] bool open(const QString& path)
    {
        file.open(path);
        return QTest::qWaitFor([this] { return file.document() || error; }) && file.document();
    }
    Notebook& notebook() { return file.document()->notebook(); }
    [[nodiscard]] QString source() { return notebook().cellAt(0).source(); }
    void edit(const QString& source) { notebook().setSource(notebook().cellAt(0).key(), source); }
    void take(const QString& topic, const QString& title)
    {
        const Notice notice = notices.take(topic);
        for (const Notice::Way& way : notice.ways) {
            if (way.title == title) return way.take();
        }
        QFAIL(qPrintable(u"no way "_s + title));
    }

    QHash<QString, Notice> notices;
    std::optional<Error> error;
    NotebookFile file;
};

} // namespace

class TestWindowFile : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void open_missing_isAnError();
    void save_edited_isWritten();
    void save_withoutName_asksForOne();
    void saveAs_otherName_isItsFileThen();
    void save_changedByOthers_asksAndCanReload();
    void save_changedByOthers_asksAndCanSaveOver();
    void disk_changedByOthers_isNoticed();
    void disk_deleted_isNoticed();
    void revert_edited_isAsOnDisk();
    void autosave_edited_isWritten();
    void crash_edited_canBeBroughtBack();
    void crash_edited_canBeDiscarded();
    void crash_neverSaved_isRecovered();

private:
    void write(const QString& path, const QString& source)
    {
        QSaveFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(notebookText(source));
        QVERIFY(file.commit());
    }
    [[nodiscard]] static QByteArray read(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    /// As a crash leaves it: what is edited is journalled, and nobody says that it is not wanted.
    void crash(const std::function<void(NotebookFile&)>& open);
    [[nodiscard]] QString recovery() const { return m_folder->filePath(u"recovery"_s); }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

void TestWindowFile::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_path = m_folder->filePath(u"a.ipynb"_s);
    write(m_path, u"x = 1"_s);
}

void TestWindowFile::open_missing_isAnError()
{
    Shown shown(recovery());
    QVERIFY(!shown.open(m_folder->filePath(u"none.ipynb"_s)));
    QVERIFY(shown.error);
    QCOMPARE(shown.error->code, ErrorCode::NotFound);
    QCOMPARE(shown.file.title(), u"none.ipynb"_s);
}

void TestWindowFile::save_edited_isWritten()
{
    Shown shown(recovery());
    QVERIFY(shown.open(m_path));
    QSignalSpy modified(&shown.file, &NotebookFile::modifiedChanged);
    shown.edit(u"x = 2"_s);
    QVERIFY(shown.file.isModified());
    QCOMPARE(modified.size(), 1);
    std::optional<bool> saved;
    shown.file.save([&](bool done) { saved = done; });
    QTRY_VERIFY(saved);
    QVERIFY(*saved);
    QCOMPARE(read(m_path), notebookText(u"x = 2"_s));
    QVERIFY(!shown.file.isModified());
    QTest::qWait(600); // its own writing is no change by others
    QVERIFY(shown.notices.isEmpty());
}

void TestWindowFile::save_withoutName_asksForOne()
{
    Shown shown(recovery());
    shown.file.adopt(notebook::newNotebook(), u"Untitled.ipynb"_s);
    QCOMPARE(shown.file.title(), u"Untitled.ipynb"_s);
    QSignalSpy wanted(&shown.file, &NotebookFile::saveNameWanted);
    shown.file.save();
    QCOMPARE(wanted.size(), 1);
    const QString path = m_folder->filePath(u"named.ipynb"_s);
    QSignalSpy saved(&shown.file, &NotebookFile::saved);
    shown.file.saveAs(path);
    QTRY_COMPARE(saved.size(), 1);
    QCOMPARE(shown.file.title(), u"named.ipynb"_s);
    QVERIFY(QFile::exists(path));
}

void TestWindowFile::saveAs_otherName_isItsFileThen()
{
    Shown shown(recovery());
    QVERIFY(shown.open(m_path));
    shown.edit(u"x = 3"_s);
    const QString other = m_folder->filePath(u"b.ipynb"_s);
    write(other, u"old"_s);
    QSignalSpy saved(&shown.file, &NotebookFile::saved);
    shown.file.saveAs(other); // the dialog asked whether it may go
    QTRY_COMPARE(saved.size(), 1);
    QCOMPARE(shown.file.path(), other);
    QCOMPARE(read(other), notebookText(u"x = 3"_s));
    QCOMPARE(read(m_path), notebookText(u"x = 1"_s));
}

void TestWindowFile::save_changedByOthers_asksAndCanReload()
{
    Shown shown(recovery());
    QVERIFY(shown.open(m_path));
    shown.edit(u"mine"_s);
    write(m_path, u"theirs"_s);
    std::optional<bool> saved;
    shown.file.save([&](bool done) { saved = done; });
    QTRY_VERIFY(saved);
    QVERIFY(!*saved);
    QCOMPARE(read(m_path), notebookText(u"theirs"_s));
    QTRY_VERIFY(shown.notices.contains(u"disk"_s));
    shown.take(u"disk"_s, u"Reload, dropping my changes"_s);
    QTRY_COMPARE(shown.source(), u"theirs"_s);
    QVERIFY(!shown.file.isModified());
}

void TestWindowFile::save_changedByOthers_asksAndCanSaveOver()
{
    Shown shown(recovery());
    QVERIFY(shown.open(m_path));
    shown.edit(u"mine"_s);
    write(m_path, u"theirs"_s);
    shown.file.save();
    QTRY_VERIFY(shown.notices.contains(u"disk"_s));
    shown.take(u"disk"_s, u"Save over it"_s);
    QTRY_COMPARE(read(m_path), notebookText(u"mine"_s));
    QTRY_VERIFY(!shown.file.isModified());
    QVERIFY(!shown.notices.contains(u"disk"_s));
}

void TestWindowFile::disk_changedByOthers_isNoticed()
{
    Shown shown(recovery());
    QVERIFY(shown.open(m_path));
    write(m_path, u"theirs"_s);
    QTRY_VERIFY(shown.notices.contains(u"disk"_s));
    shown.take(u"disk"_s, u"Reload"_s);
    QTRY_COMPARE(shown.source(), u"theirs"_s);
    write(m_path, u"theirs again"_s); // the new file is watched, too
    QTRY_VERIFY(shown.notices.contains(u"disk"_s));
}

void TestWindowFile::disk_deleted_isNoticed()
{
    Shown shown(recovery());
    QVERIFY(shown.open(m_path));
    QVERIFY(QFile::remove(m_path));
    QTRY_VERIFY(shown.notices.contains(u"disk"_s));
    shown.take(u"disk"_s, u"Save"_s);
    QTRY_VERIFY(QFile::exists(m_path));
}

void TestWindowFile::revert_edited_isAsOnDisk()
{
    Shown shown(recovery());
    QVERIFY(shown.open(m_path));
    shown.edit(u"mine"_s);
    QSignalSpy opened(&shown.file, &NotebookFile::opened);
    shown.file.revert();
    QTRY_COMPARE(opened.size(), 1);
    QCOMPARE(shown.source(), u"x = 1"_s);
    QVERIFY(!shown.file.isModified());
}

void TestWindowFile::autosave_edited_isWritten()
{
    Shown shown(recovery());
    QVERIFY(shown.open(m_path));
    shown.file.setAutosave(std::chrono::minutes(1));
    QCOMPARE(shown.file.document()->autosave(), std::chrono::minutes(1));
    shown.file.document()->setAutosave(std::chrono::milliseconds(50));
    shown.edit(u"x = 4"_s);
    QTRY_COMPARE(read(m_path), notebookText(u"x = 4"_s));
}

void TestWindowFile::crash(const std::function<void(NotebookFile&)>& open)
{
    Shown shown(recovery());
    open(shown.file);
    QVERIFY(QTest::qWaitFor([&] { return shown.file.document(); }));
    if (shown.notebook().cellCount() == 0) shown.notebook().insertCells(0, {notebook::CellContent{}});
    shown.edit(u"typed"_s);
    QVERIFY(shown.file.document()->flushJournal());
}

void TestWindowFile::crash_edited_canBeBroughtBack()
{
    crash([this](NotebookFile& file) { file.open(m_path); });
    Shown shown(recovery());
    QVERIFY(shown.open(m_path));
    QCOMPARE(shown.source(), u"x = 1"_s);
    QTRY_VERIFY(shown.notices.contains(u"recovery"_s));
    shown.take(u"recovery"_s, u"Bring back"_s);
    QTRY_COMPARE(shown.source(), u"typed"_s);
    QVERIFY(shown.file.isModified());
    QCOMPARE(shown.file.path(), m_path);
    QSignalSpy saved(&shown.file, &NotebookFile::saved);
    shown.file.save();
    QTRY_COMPARE(saved.size(), 1);
    QCOMPARE(read(m_path), notebookText(u"typed"_s));
    shown.file.close();
    QTRY_VERIFY(notebook::listRecovery(recovery()).empty());
}

void TestWindowFile::crash_edited_canBeDiscarded()
{
    crash([this](NotebookFile& file) { file.open(m_path); });
    Shown shown(recovery());
    QVERIFY(shown.open(m_path));
    QTRY_VERIFY(shown.notices.contains(u"recovery"_s));
    shown.take(u"recovery"_s, u"Discard"_s);
    QTRY_VERIFY(notebook::listRecovery(recovery()).empty());
    QCOMPARE(shown.source(), u"x = 1"_s);
}

void TestWindowFile::crash_neverSaved_isRecovered()
{
    crash([](NotebookFile& file) { file.adopt(notebook::newNotebook(), u"Untitled.ipynb"_s); });
    const auto entries = notebook::listRecovery(recovery());
    QCOMPARE(entries.size(), 1u);
    Shown shown(recovery());
    shown.file.recover(entries.front());
    QTRY_VERIFY(shown.file.document());
    QCOMPARE(shown.source(), u"typed"_s);
    QVERIFY(shown.file.isModified());
    QVERIFY(shown.file.path().isEmpty());
}

QTEST_GUILESS_MAIN(TestWindowFile)
#include "tst_windowfile.moc"
