// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/host/journal.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>

#include <array>
#include <csignal>

using namespace cahier::host;

namespace {

std::uint64_t addMessage(Journal& journal, const std::string& content, std::uint16_t flags = 0)
{
    const std::array<std::string_view, 4> parts = {R"({"msg_id":"m"})", "{}", "{}", content};
    return journal.append(RecordKind::Message, Channel::IoPub, flags, parts);
}

struct Read {
    RecordKind kind;
    std::uint64_t seq, to, outputs;
    std::string content; ///< the fourth part
};

std::string bodyOf(const JournalItem& item)
{
    if (!item.file) return std::string(item.body);
    std::string body(item.bodySize, '\0');
    body.resize(item.file->read(item.offset, body.data(), body.size()));
    return body;
}

std::vector<Read> readAll(Journal& journal, std::uint64_t after = 0)
{
    std::vector<Read> result;
    JournalCursor cursor(after);
    while (const auto item = journal.read(cursor)) {
        std::string content;
        if (item->kind == RecordKind::Message)
            content = bodyOf(*item).substr(item->bodySize - item->lengths.at(3));
        result.push_back({item->kind, item->seq, item->to, item->outputs, std::move(content)});
    }
    return result;
}

/// Whether the numbers go from `first` to `last` with no hole and no repetition, gaps included.
bool isComplete(const std::vector<Read>& items, std::uint64_t first, std::uint64_t last)
{
    std::uint64_t next = first;
    for (const Read& item : items) {
        if (item.seq != next) return false;
        next = item.to + 1;
    }
    return next == last + 1;
}

} // namespace

class TestHostJournal : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void append_beforeCommit_isNotReadable();
    void read_fromANumber_givesTheRest();
    void read_slowCursor_catchesUpFromDisk();
    void read_longRecord_staysOnDisk();
    void read_longState_isWhole();
    void load_afterClose_givesEverythingAndGoesOn();
    void load_tornEnd_isCutOff_data();
    void load_tornEnd_isCutOff();
    void load_damagedMiddle_isAGap();
    void load_foreignFiles_areLeftOut();
    void bound_outputsGoFirst_theRestIsKept();
    void bound_nothingButReplies_wholeSegmentsGo();
    void bound_liveCursor_getsGaps();
    void bound_afterReload_gapsAreStillSaid();
    void appendGapOf_isReadAsGap();
    void disk_full_keepsReadersGoingAndSaysTheGap();
    void visitSent_givesHeadersOfRequests();

private:
    [[nodiscard]] Journal::Options options(std::uint64_t limit = 512ull << 20)
    {
        return {limit, [this](const std::string& text) { m_warnings.push_back(text); }};
    }
    [[nodiscard]] std::string folder() const { return m_folder->path().toStdString(); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::vector<std::string> m_warnings;
};

void TestHostJournal::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_warnings.clear();
}

void TestHostJournal::append_beforeCommit_isNotReadable()
{
    Journal journal(folder(), options());
    QCOMPARE(journal.first(), 0u);
    QCOMPARE(journal.last(), 0u);
    QCOMPARE(addMessage(journal, "one"), 1u);
    QVERIFY(readAll(journal).empty());
    journal.commit();
    const auto items = readAll(journal);
    QCOMPARE(items.size(), std::size_t{1});
    QCOMPARE(items[0].content, std::string("one"));
    QCOMPARE(journal.first(), 1u);
    QCOMPARE(journal.last(), 1u);
}

void TestHostJournal::read_fromANumber_givesTheRest()
{
    Journal journal(folder(), options());
    for (int i = 1; i <= 100; ++i)
        addMessage(journal, std::to_string(i));
    journal.commit();
    const auto items = readAll(journal, 60);
    QVERIFY(isComplete(items, 61, 100));
    QCOMPARE(items.front().content, std::string("61"));
    QVERIFY(readAll(journal, 100).empty());
    QVERIFY(readAll(journal, 5000).empty());
}

void TestHostJournal::read_slowCursor_catchesUpFromDisk()
{
    Journal journal(folder(), options());
    JournalCursor slow(0);
    constexpr int count = 60000;
    for (int i = 1; i <= count; ++i) {
        addMessage(journal, std::to_string(i) + std::string(500, 'x'));
        if (i % 100 == 0) journal.commit();
        if (i % 1000 == 0) { // far behind, and reading a little now and then
            const auto item = journal.read(slow);
            QVERIFY(item);
            QCOMPARE(item->seq, static_cast<std::uint64_t>(i / 1000));
        }
    }
    QVERIFY(QDir(m_folder->path()).entryList({QStringLiteral("*.seg")}).size() > 1);
    for (std::uint64_t seq = 61; seq <= count; ++seq) {
        const auto item = journal.read(slow);
        QVERIFY(item);
        QCOMPARE(item->seq, seq);
        QVERIFY(item->body.contains(std::to_string(seq) + "x"));
    }
    QVERIFY(!journal.read(slow));
}

void TestHostJournal::read_longRecord_staysOnDisk()
{
    Journal journal(folder(), options());
    const std::string longText(5u << 20, 'L');
    addMessage(journal, "before");
    addMessage(journal, longText);
    addMessage(journal, "after");
    journal.commit();
    JournalCursor cursor(0);
    QVERIFY(!journal.read(cursor)->file);
    const auto item = journal.read(cursor);
    QVERIFY(item->file != nullptr);
    QVERIFY(bodyOf(*item).ends_with(longText));
    QVERIFY(!journal.read(cursor)->file);
    QVERIFY(!journal.read(cursor));
}

void TestHostJournal::read_longState_isWhole()
{
    const std::string state = "{\"stderr\":\"" + std::string(300u << 10, 'x') + "\"}";
    {
        Journal journal(folder(), options());
        const std::string_view part = state;
        journal.append(RecordKind::State, Channel::None, 0, {&part, 1});
        journal.commit();
        JournalCursor cursor(0);
        const auto item = journal.read(cursor);
        QVERIFY(item && !item->file);
        QVERIFY(item->body == state);
    }
    Journal journal(folder(), options());
    journal.load();
    JournalCursor cursor(0);
    const auto item = journal.read(cursor);
    QVERIFY(item && !item->file);
    QVERIFY(item->body == state);
}

void TestHostJournal::load_afterClose_givesEverythingAndGoesOn()
{
    {
        Journal journal(folder(), options());
        for (int i = 1; i <= 1000; ++i)
            addMessage(journal, std::to_string(i));
    } // the destructor commits
    Journal again(folder(), options());
    again.load();
    QCOMPARE(again.last(), 1000u);
    QCOMPARE(addMessage(again, "1001"), 1001u);
    again.commit();
    const auto items = readAll(again);
    QVERIFY(isComplete(items, 1, 1001));
    QCOMPARE(items.back().content, std::string("1001"));
    QVERIFY(m_warnings.empty());
}

void TestHostJournal::load_tornEnd_isCutOff_data()
{
    QTest::addColumn<int>("lost");
    QTest::newRow("one byte missing") << 1;
    QTest::newRow("half a record") << 40;
    QTest::newRow("only a length left") << 60;
}

void TestHostJournal::load_tornEnd_isCutOff()
{
    QFETCH(const int, lost);
    {
        Journal journal(folder(), options());
        for (int i = 1; i <= 10; ++i)
            addMessage(journal, "text");
    }
    QFile file(m_folder->filePath(QStringLiteral("00000000000000000001.seg")));
    QVERIFY(file.resize(file.size() - lost));
    Journal again(folder(), options());
    again.load();
    QCOMPARE(again.last(), 9u);
    QCOMPARE(addMessage(again, "new"), 10u);
    again.commit();
    const auto items = readAll(again);
    QVERIFY(isComplete(items, 1, 10));
    QCOMPARE(items.back().content, std::string("new"));
    QCOMPARE(m_warnings.size(), std::size_t{1});
}

void TestHostJournal::load_damagedMiddle_isAGap()
{
    constexpr std::uint64_t limit = 8u << 20; // segments of one MiB
    std::uint64_t last = 0;
    {
        Journal journal(folder(), options(limit));
        for (int i = 0; i < 3000; ++i) {
            last = addMessage(journal, std::string(1000, 'x'));
            if (i % 10 == 0) journal.commit();
        }
    }
    QFile file(m_folder->filePath(QStringLiteral("00000000000000000001.seg")));
    QVERIFY(file.open(QIODevice::ReadWrite));
    file.seek(file.size() / 2);
    file.write("damage");
    file.close();
    Journal again(folder(), options(limit));
    again.load();
    const auto items = readAll(again);
    QVERIFY(isComplete(items, 1, last));
    const auto gaps = std::ranges::count(items, RecordKind::Gap, &Read::kind);
    QCOMPARE(gaps, 1);
    QVERIFY(!m_warnings.empty());
}

void TestHostJournal::load_foreignFiles_areLeftOut()
{
    QFile text(m_folder->filePath(QStringLiteral("00000000000000000001.seg")));
    QVERIFY(text.open(QIODevice::WriteOnly));
    text.write("this is no segment, though it is long enough to be one");
    text.close();
    QFile left(m_folder->filePath(QStringLiteral("00000000000000000001.seg.abc.tmp")));
    QVERIFY(left.open(QIODevice::WriteOnly));
    left.close();
    Journal journal(folder(), options());
    journal.load();
    QCOMPARE(journal.last(), 0u);
    addMessage(journal, "fresh");
    journal.commit();
    QCOMPARE(readAll(journal).size(), std::size_t{1});
    QVERIFY(!QFile::exists(left.fileName()));
}

void TestHostJournal::bound_outputsGoFirst_theRestIsKept()
{
    constexpr std::uint64_t limit = 1u << 20;
    Journal journal(folder(), options(limit));
    std::uint64_t last = 0, outputs = 0, kept = 0;
    for (int i = 0; i < 5000; ++i) {
        const bool output = i % 50 != 0;
        last = addMessage(journal, std::string(1000, output ? 'o' : 'r'),
                          output ? flagOutput : std::uint16_t{0});
        ++(output ? outputs : kept);
        journal.commit();
        QVERIFY(journal.bytesOnDisk() < limit + 2 * (limit / 8) + 4096);
    }
    const auto items = readAll(journal);
    QVERIFY(isComplete(items, 1, last));
    std::uint64_t goneOutputs = 0, seenOutputs = 0, seenKept = 0;
    for (const Read& item : items) {
        if (item.kind == RecordKind::Gap)
            goneOutputs += item.outputs;
        else if (item.content.starts_with('o'))
            ++seenOutputs;
        else
            ++seenKept;
    }
    QCOMPARE(seenKept, kept); // every reply is there
    QCOMPARE(goneOutputs + seenOutputs, outputs);
    QVERIFY(goneOutputs > outputs / 2);
    QCOMPARE(journal.first(), 1u);
}

void TestHostJournal::bound_nothingButReplies_wholeSegmentsGo()
{
    constexpr std::uint64_t limit = 1u << 20;
    Journal journal(folder(), options(limit));
    std::uint64_t last = 0;
    for (int i = 0; i < 10000; ++i) {
        last = addMessage(journal, std::string(1000, 'r'));
        journal.commit();
    }
    QVERIFY(journal.bytesOnDisk() < limit + 2 * (limit / 8) + 4096);
    QVERIFY(journal.first() > 1);
    const auto items = readAll(journal);
    QVERIFY(isComplete(items, 1, last));
    QCOMPARE(items.front().kind, RecordKind::Gap);
    QCOMPARE(items.front().to + 1, journal.first());
    QCOMPARE(items.front().outputs, 0u);
    QVERIFY(QDir(m_folder->path()).entryList({QStringLiteral("*.seg")}).size() < 14);
}

void TestHostJournal::bound_liveCursor_getsGaps()
{
    constexpr std::uint64_t limit = 1u << 20;
    Journal journal(folder(), options(limit));
    JournalCursor slow(0);
    std::uint64_t next = 1, last = 0;
    bool gap = false;
    const auto step = [&] {
        const auto item = journal.read(slow);
        if (!item) return false;
        if (item->seq != next) qFatal("a hole before %llu", static_cast<unsigned long long>(item->seq));
        gap = gap || item->kind == RecordKind::Gap;
        next = item->to + 1;
        return true;
    };
    for (int i = 0; i < 10000; ++i) {
        last = addMessage(journal, std::string(1000, 'o'), i % 7 ? flagOutput : std::uint16_t{0});
        journal.commit();
        if (i % 20 == 0) QVERIFY(step());
    }
    while (step()) {
    }
    QVERIFY(gap);
    QCOMPARE(next, last + 1);
}

void TestHostJournal::bound_afterReload_gapsAreStillSaid()
{
    constexpr std::uint64_t limit = 1u << 20;
    {
        Journal journal(folder(), options(limit));
        for (int i = 0; i < 5000; ++i) {
            addMessage(journal, std::string(1000, 'o'), i % 9 ? flagOutput : std::uint16_t{0});
            journal.commit();
        }
    }
    std::vector<Read> before;
    {
        Journal journal(folder(), options(limit));
        journal.load();
        before = readAll(journal);
        QVERIFY(isComplete(before, 1, 5000));
        QCOMPARE(before[1].kind, RecordKind::Gap);
        QCOMPARE(before[1].outputs, 8u);
        QCOMPARE(addMessage(journal, "more"), 5001u);
    }
    Journal again(folder(), options(limit));
    again.load();
    auto after = readAll(again);
    QCOMPARE(after.back().content, std::string("more"));
    after.pop_back();
    QCOMPARE(after.size(), before.size());
    for (std::size_t i = 0; i < after.size(); ++i) {
        QCOMPARE(after[i].seq, before[i].seq);
        QCOMPARE(after[i].to, before[i].to);
        QCOMPARE(after[i].outputs, before[i].outputs);
        QCOMPARE(after[i].content, before[i].content);
    }
}

void TestHostJournal::appendGapOf_isReadAsGap()
{
    Journal journal(folder(), options());
    addMessage(journal, "one");
    journal.appendGapOf(10, 3);
    addMessage(journal, "twelve");
    journal.commit();
    const auto items = readAll(journal);
    QVERIFY(isComplete(items, 1, 12));
    QCOMPARE(items[1].kind, RecordKind::Gap);
    QCOMPARE(items[1].outputs, 3u);
    const auto inside = readAll(journal, 5); // a client that has part of it
    QVERIFY(isComplete(inside, 6, 12));
}

void TestHostJournal::disk_full_keepsReadersGoingAndSaysTheGap()
{
    // A limit on the size of files stands in for a full disk: write() fails the same way.
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    QCOMPARE(getrlimit(RLIMIT_FSIZE, &before), 0);
    Journal journal(folder(), options());
    JournalCursor live(0);
    std::uint64_t next = 1;
    const auto keepUp = [&] {
        while (const auto item = journal.read(live)) {
            if (item->seq != next || item->kind != RecordKind::Message) return false;
            next = item->to + 1;
        }
        return true;
    };
    addMessage(journal, "before");
    journal.commit();
    const rlimit tight{1000, before.rlim_max};
    QCOMPARE(setrlimit(RLIMIT_FSIZE, &tight), 0);
    bool kept = true;
    for (int i = 0; i < 50; ++i) {
        addMessage(journal, std::string(200, 'x'), flagOutput);
        if (i == 25) addMessage(journal, std::string(400000, 'y'), flagOutput);
        journal.commit();
        kept = kept && keepUp();
    }
    QCOMPARE(setrlimit(RLIMIT_FSIZE, &before), 0);
    QVERIFY(kept);
    addMessage(journal, "after");
    journal.commit();
    QVERIFY(keepUp());
    QVERIFY(m_warnings.size() >= 2 && m_warnings.size() < 5); // said, and not for every message

    Journal again(folder(), options());
    again.load();
    const auto items = readAll(again);
    QVERIFY(isComplete(items, 1, journal.last()));
    QCOMPARE(std::ranges::count(items, RecordKind::Gap, &Read::kind), 1);
    QCOMPARE(items.back().content, std::string("after"));
}

void TestHostJournal::visitSent_givesHeadersOfRequests()
{
    {
        Journal journal(folder(), options());
        addMessage(journal, "x");
        for (int i = 0; i < 3; ++i) {
            const std::string header = R"({"msg_id":"request-)" + std::to_string(i) + R"("})";
            const std::array<std::string_view, 4> parts = {header, "{}", "{}", "{}"};
            journal.append(RecordKind::Message, Channel::Shell, flagSent, parts);
        }
    }
    Journal again(folder(), options());
    again.load();
    std::vector<std::pair<std::uint64_t, std::string>> seen;
    again.visitSent([&](std::uint64_t seq, std::string_view header) { seen.emplace_back(seq, header); });
    QCOMPARE(seen.size(), std::size_t{3});
    QCOMPARE(seen[1].first, 3u);
    QCOMPARE(seen[1].second, std::string(R"({"msg_id":"request-1"})"));
}

QTEST_GUILESS_MAIN(TestHostJournal)
#include "tst_host_journal.moc"
