// SPDX-License-Identifier: GPL-3.0-or-later
// Files on a real Jupyter Server: their bytes stay the user's, and nobody's change is overwritten.
#include <tests/support/jupyterserver.h>
#include <tests/support/notebooksession.h>

#include <runtimes/server/servercontents.h>

#include <QDir>
#include <QFile>
#include <QTest>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::runtimes;
using namespace cahier::test;
using namespace Qt::StringLiterals;

namespace {

/// Keys in an order, an indentation and escapes that no writer has by itself; CRLF, and no newline at the
/// end.
const QByteArray oddNotebook = "{\r\n   \"nbformat\": 4, \"nbformat_minor\": 5,\r\n \"zzz\": 1.0,\r\n"
                               "\"metadata\": {\"\\u00e9\": \"\xc3\xa9\"}, \"cells\": []}";

void write(const QString& path, const QByteArray& bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

QByteArray read(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("cannot be read");
}

} // namespace

class TestServerContents : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void list_folder_foldersFirst();
    void read_notebook_givesItsBytes();
    void read_binary_givesItsBytes();
    void read_missing_isNotFound();
    void save_unchanged_writesTheBytes();
    void save_changedElsewhere_isConflictWithBothTimes();
    void save_newWhereOneIs_isConflict();
    void save_gone_isConflict();
    void folder_andFile_areRenamedAndRemoved();
    void rename_ontoAnother_isRefused();

private:
    JupyterServer m_server;
    std::unique_ptr<ServerContents> m_contents;
};

void TestServerContents::initTestCase()
{
    QVERIFY(m_server.start());
    m_contents = std::make_unique<ServerContents>(m_server.client());
}

void TestServerContents::list_folder_foldersFirst()
{
    QVERIFY(QDir().mkpath(m_server.path(u"list/Zed ü%"_s)));
    write(m_server.path(u"list/b.ipynb"_s), oddNotebook);
    write(m_server.path(u"list/A.txt"_s), "text");
    const auto files = resultOf(m_contents->list(u"list"_s));
    QVERIFY2(files, qPrintable(files ? QString() : files.error().text()));
    QStringList names;
    for (const ServerFile& file : *files)
        names.append(file.name);
    QCOMPARE(names, (QStringList{u"Zed ü%"_s, u"A.txt"_s, u"b.ipynb"_s}));
    QCOMPARE((*files)[0].kind, ServerFile::Kind::Folder);
    QCOMPARE((*files)[2].kind, ServerFile::Kind::Notebook);
    QCOMPARE((*files)[2].path, u"list/b.ipynb"_s);
    QCOMPARE((*files)[1].size, 4);
    QVERIFY((*files)[1].modified.isValid());
    QVERIFY(resultOf(m_contents->list(u"list/Zed ü%"_s)));
    const auto missing = resultOf(m_contents->list(u"nowhere"_s));
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ErrorCode::NotFound);
}

void TestServerContents::read_notebook_givesItsBytes()
{
    write(m_server.path(u"odd ü#?.ipynb"_s), oddNotebook);
    const auto document = resultOf(m_contents->read(u"odd ü#?.ipynb"_s));
    QVERIFY2(document, qPrintable(document ? QString() : document.error().text()));
    QCOMPARE(document->bytes, oddNotebook);
    QVERIFY(!document->reformatted);
    QVERIFY(!document->file.version.isEmpty());
}

void TestServerContents::read_binary_givesItsBytes()
{
    QByteArray bytes;
    for (int value = 0; value < 300000; ++value)
        bytes.append(char(value * 7));
    write(m_server.path(u"binary.ipynb"_s), bytes);
    const auto document = resultOf(m_contents->read(u"binary.ipynb"_s));
    QVERIFY(document);
    QCOMPARE(document->bytes, bytes);
}

void TestServerContents::read_missing_isNotFound()
{
    const auto document = resultOf(m_contents->read(u"nowhere.ipynb"_s));
    QVERIFY(!document);
    QCOMPARE(document.error().code, ErrorCode::NotFound);
}

void TestServerContents::save_unchanged_writesTheBytes()
{
    write(m_server.path(u"save.ipynb"_s), oddNotebook);
    auto document = resultOf(m_contents->read(u"save.ipynb"_s));
    QVERIFY(document);
    for (const char* end : {"\r\n", "\n\xff"}) { // twice: the version that saving gave is the next one's base
        document->bytes += end;
        const auto saved = resultOf(m_contents->save(*document));
        QVERIFY2(saved, qPrintable(saved ? QString() : saved.error().text()));
        QVERIFY(std::holds_alternative<ServerFile>(*saved));
        QCOMPARE(read(m_server.path(u"save.ipynb"_s)), document->bytes);
        document->file = std::get<ServerFile>(*saved);
    }
}

void TestServerContents::save_changedElsewhere_isConflictWithBothTimes()
{
    write(m_server.path(u"both.ipynb"_s), "first");
    const auto document = resultOf(m_contents->read(u"both.ipynb"_s));
    QVERIFY(document);
    write(m_server.path(u"both.ipynb"_s), "someone else's");
    QFile file(m_server.path(u"both.ipynb"_s));
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.setFileTime(document->file.modified.addSecs(1), QFileDevice::FileModificationTime));
    const auto saved = resultOf(m_contents->save(*document));
    QVERIFY(saved);
    QVERIFY(std::holds_alternative<SaveConflict>(*saved));
    const auto conflict = std::get<SaveConflict>(*saved);
    QCOMPARE(conflict.known, document->file.modified);
    QVERIFY(conflict.found > conflict.known);
    QCOMPARE(read(m_server.path(u"both.ipynb"_s)), QByteArray("someone else's"));
}

void TestServerContents::save_newWhereOneIs_isConflict()
{
    ServerDocument document;
    document.file.path = u"new.ipynb"_s;
    document.bytes = oddNotebook;
    const auto first = resultOf(m_contents->save(document));
    QVERIFY(first && std::holds_alternative<ServerFile>(*first));
    QCOMPARE(read(m_server.path(u"new.ipynb"_s)), oddNotebook);
    const auto second = resultOf(m_contents->save(document));
    QVERIFY(second && std::holds_alternative<SaveConflict>(*second));
    QVERIFY(!std::get<SaveConflict>(*second).known.isValid());
}

void TestServerContents::save_gone_isConflict()
{
    write(m_server.path(u"gone.ipynb"_s), oddNotebook);
    const auto document = resultOf(m_contents->read(u"gone.ipynb"_s));
    QVERIFY(document);
    QVERIFY(QFile::remove(m_server.path(u"gone.ipynb"_s)));
    const auto saved = resultOf(m_contents->save(*document));
    QVERIFY(saved && std::holds_alternative<SaveConflict>(*saved));
    QVERIFY(!std::get<SaveConflict>(*saved).found.isValid());
    QVERIFY(!QFile::exists(m_server.path(u"gone.ipynb"_s)));
}

void TestServerContents::folder_andFile_areRenamedAndRemoved()
{
    const auto folder = resultOf(m_contents->createFolder(u"made here"_s));
    QVERIFY2(folder, qPrintable(folder ? QString() : folder.error().text()));
    QVERIFY(QDir(m_server.path(u"made here"_s)).exists());
    write(m_server.path(u"made here/a.txt"_s), "a");
    const auto renamed = resultOf(m_contents->rename(u"made here/a.txt"_s, u"made here/b.txt"_s));
    QVERIFY(renamed);
    QCOMPARE(renamed->path, u"made here/b.txt"_s);
    QCOMPARE(read(m_server.path(u"made here/b.txt"_s)), QByteArray("a"));
    QVERIFY(resultOf(m_contents->remove(u"made here/b.txt"_s)));
    QVERIFY(!QFile::exists(m_server.path(u"made here/b.txt"_s)));
    const auto again = resultOf(m_contents->remove(u"made here/b.txt"_s));
    QVERIFY(!again);
    QCOMPARE(again.error().code, ErrorCode::NotFound);
}

void TestServerContents::rename_ontoAnother_isRefused()
{
    write(m_server.path(u"one.txt"_s), "1");
    write(m_server.path(u"two.txt"_s), "2");
    const auto renamed = resultOf(m_contents->rename(u"one.txt"_s, u"two.txt"_s));
    QVERIFY(!renamed);
    QCOMPARE(renamed.error().code, ErrorCode::IllegalState);
    QCOMPARE(read(m_server.path(u"two.txt"_s)), QByteArray("2"));
}

QTEST_GUILESS_MAIN(TestServerContents)
#include "tst_servercontents.moc"
