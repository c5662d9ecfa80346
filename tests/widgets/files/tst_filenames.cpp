// SPDX-License-Identifier: GPL-3.0-or-later
// Names, paths and the order of files.
#include <widgets/files/filearrangement.h>
#include <widgets/files/filenames.h>
#include <widgets/files/transferrow.h>

#include <QTest>

using namespace cahier;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;
using runtime::FileEntry;

class TestFileNames : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void shownName_deceptive_isEscaped_data();
    void shownName_deceptive_isEscaped();
    void problemWithName_names_areJudged_data();
    void problemWithName_names_areJudged();
    void numberedName_names_keepTheirKind_data();
    void numberedName_names_keepTheirKind();
    void paths_parts_areRight();
    void outermost_nested_areLeftOut();
    void arrange_orders_data();
    void arrange_orders();
    void listFiles_again_keepsIds();
    void listFiles_sameNames_haveIdsOfTheirOwn();
    void timeText_spans();
};

void TestFileNames::shownName_deceptive_isEscaped_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("shown");
    QTest::newRow("plain") << u"Bücher 日本 🙂.txt"_s << u"Bücher 日本 🙂.txt"_s;
    QTest::newRow("line") << u"a\nb\r\tc"_s << u"a\\nb\\r\\tc"_s;
    QTest::newRow("escape character") << u"a\u001b[31mb"_s << u"a\\u001b[31mb"_s;
    QTest::newRow("right to left override") << u"invoice\u202efdp.exe"_s << u"invoice\\u202efdp.exe"_s;
    QTest::newRow("isolate") << u"\u2066x\u2069"_s << u"\\u2066x\\u2069"_s;
    QTest::newRow("line separator") << u"a\u2028b"_s << u"a\\u2028b"_s;
    QTest::newRow("invisible") << u"a\ufeffb"_s << u"a\\ufeffb"_s;
    QTest::newRow("joiner of emoji") << u"👩\u200d🚀"_s << u"👩\u200d🚀"_s;
    QTest::newRow("no UTF-8") << u"a\ufffdb"_s << u"a\ufffdb"_s;
}

void TestFileNames::shownName_deceptive_isEscaped()
{
    QFETCH(const QString, name);
    QFETCH(const QString, shown);
    QCOMPARE(shownName(name), shown);
    QCOMPARE(canBeReached(name), !name.contains(u'\ufffd'));
}

void TestFileNames::problemWithName_names_areJudged_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("good");
    QTest::newRow("plain") << u"a b.txt"_s << true;
    QTest::newRow("hidden") << u".a"_s << true;
    QTest::newRow("three dots") << u"..."_s << true;
    QTest::newRow("empty") << QString() << false;
    QTest::newRow("here") << u"."_s << false;
    QTest::newRow("above") << u".."_s << false;
    QTest::newRow("path") << u"a/b"_s << false;
    QTest::newRow("zero") << QString(u'a') + QChar(u'\0') << false;
    QTest::newRow("longest") << QString(255, u'a') << true;
    QTest::newRow("too long") << QString(256, u'a') << false;
    QTest::newRow("too many bytes") << QString(128, u'é') << false;
}

void TestFileNames::problemWithName_names_areJudged()
{
    QFETCH(const QString, name);
    QFETCH(const bool, good);
    QCOMPARE(problemWithName(name).isEmpty(), good);
}

void TestFileNames::numberedName_names_keepTheirKind_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("numbered");
    QTest::newRow("file") << u"a.txt"_s << u"a (1).txt"_s;
    QTest::newRow("folder") << u"a"_s << u"a (1)"_s;
    QTest::newRow("dots") << u"a.b.txt"_s << u"a.b (1).txt"_s;
    QTest::newRow("archive") << u"a.tar.gz"_s << u"a (1).tar.gz"_s;
    QTest::newRow("hidden") << u".bashrc"_s << u".bashrc (1)"_s;
    QTest::newRow("hidden archive") << u".tar.gz"_s << u".tar.gz (1)"_s;
}

void TestFileNames::numberedName_names_keepTheirKind()
{
    QFETCH(const QString, name);
    QTEST(numberedName(name, 1), "numbered");
}

void TestFileNames::paths_parts_areRight()
{
    QCOMPARE(joinedPath(u"/"_s, u"a"_s), u"/a"_s);
    QCOMPARE(joinedPath(u"/a"_s, u"b"_s), u"/a/b"_s);
    QCOMPARE(parentPath(u"/a/b"_s), u"/a"_s);
    QCOMPARE(parentPath(u"/a"_s), u"/"_s);
    QCOMPARE(parentPath(u"/"_s), u"/"_s);
    QCOMPARE(lastName(u"/a/b"_s), u"b"_s);
    QVERIFY(isWithin(u"/a/b"_s, u"/a"_s) && isWithin(u"/a"_s, u"/a"_s) && isWithin(u"/a"_s, u"/"_s));
    QVERIFY(!isWithin(u"/ab"_s, u"/a"_s) && !isWithin(u"/a"_s, u"/a/b"_s));
}

void TestFileNames::outermost_nested_areLeftOut()
{
    QCOMPARE(outermost({u"/a/b"_s, u"/a"_s, u"/ab"_s, u"/c/d/e"_s, u"/c"_s}),
             (QStringList{u"/a"_s, u"/ab"_s, u"/c"_s}));
}

void TestFileNames::arrange_orders_data()
{
    QTest::addColumn<FileSort>("by");
    QTest::addColumn<bool>("descending");
    QTest::addColumn<bool>("hidden");
    QTest::addColumn<QString>("filter");
    QTest::addColumn<QStringList>("shown");
    using L = QStringList;
    QTest::newRow("name") << FileSort::Name << false << false << QString()
                          << L{u"Data"_s, u"zoo"_s, u"a2.txt"_s, u"A10.txt"_s, u"b.ipynb"_s};
    QTest::newRow("name, other way") << FileSort::Name << true << false << QString()
                                     << L{u"zoo"_s, u"Data"_s, u"b.ipynb"_s, u"A10.txt"_s, u"a2.txt"_s};
    QTest::newRow("size") << FileSort::Size << false << false << QString()
                          << L{u"Data"_s, u"zoo"_s, u"A10.txt"_s, u"b.ipynb"_s, u"a2.txt"_s};
    QTest::newRow("date, newest first") << FileSort::Modified << true << false << QString()
                                        << L{u"zoo"_s, u"Data"_s, u"b.ipynb"_s, u"a2.txt"_s, u"A10.txt"_s};
    QTest::newRow("hidden") << FileSort::Name << false << true << u"hid"_s << L{u".hidden"_s};
    QTest::newRow("part") << FileSort::Name << false << false << u"TXT"_s << L{u"a2.txt"_s, u"A10.txt"_s};
    QTest::newRow("pattern") << FileSort::Name << false << false << u"*.ipynb"_s << L{u"b.ipynb"_s};
    QTest::newRow("brackets") << FileSort::Name << false << false << u"["_s << L{};
}

void TestFileNames::arrange_orders()
{
    QFETCH(const FileSort, by);
    QFETCH(const bool, descending);
    QFETCH(const bool, hidden);
    QFETCH(const QString, filter);
    using Kind = FileEntry::Kind;
    const auto page = std::make_shared<const std::vector<FileEntry>>(std::vector<FileEntry>{
        {u"b.ipynb"_s, Kind::File, false, 20, 500},
        {u"A10.txt"_s, Kind::File, false, 10, 100},
        {u"zoo"_s, Kind::Folder, false, 1, 900},
        {u"a2.txt"_s, Kind::File, false, 30, 200},
        {u".hidden"_s, Kind::File, false, 0, 0},
        {u"Data"_s, Kind::Folder, false, 9, 50},
    });
    const auto files = listFiles({page}, {});
    QStringList shown;
    for (const quint32 index : arrange(*files, {by, descending, hidden, filter}, {}))
        shown += (*files)[index].entry.name;
    QTEST(shown, "shown");
}

void TestFileNames::listFiles_again_keepsIds()
{
    const auto page = [](const QStringList& names) {
        std::vector<FileEntry> entries;
        for (const QString& name : names)
            entries.push_back({name});
        return FilePages{std::make_shared<const std::vector<FileEntry>>(std::move(entries))};
    };
    const auto first = listFiles(page({u"a"_s, u"b"_s, u"c"_s}), {});
    const auto second = listFiles(page({u"c"_s, u"new"_s, u"a"_s}), first);
    QCOMPARE(second->at(0).id, first->at(2).id);
    QCOMPARE(second->at(2).id, first->at(0).id);
    for (const ListedFile& file : *first)
        QVERIFY(file.id != second->at(1).id);
}

void TestFileNames::listFiles_sameNames_haveIdsOfTheirOwn()
{
    const auto page = std::make_shared<const std::vector<FileEntry>>(
        std::vector<FileEntry>{{u"\ufffd"_s}, {u"\ufffd"_s}, {u"\ufffd"_s}});
    const auto first = listFiles({page}, {});
    const auto second = listFiles({page}, first);
    QSet<quint32> ids;
    for (const ListedFile& file : *second)
        ids.insert(file.id);
    QCOMPARE(ids.size(), 3);
}

void TestFileNames::timeText_spans()
{
    QCOMPARE(timeText(5), u"5 s"_s);
    QCOMPARE(timeText(90), u"2 min"_s);
    QCOMPARE(timeText(3725), u"1 h 2 min"_s);
}

QTEST_MAIN(TestFileNames)
#include "tst_filenames.moc"
