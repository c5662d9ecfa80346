// SPDX-License-Identifier: GPL-3.0-or-later
// The queue of copies and what it shows: on the local host, and across a real sshd.
#include "filesstage.h"

#include <tests/support/sshstage.h>
#include <widgets/files/filespanel.h>
#include <widgets/files/transferlist.h>
#include <widgets/files/transferrow.h>

#include <QLabel>
#include <QProgressBar>
#include <QSignalSpy>
#include <QToolButton>

#include <csignal>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

using Phase = TransferQueue::Phase;
using Answer = TransferQueue::Answer;
using Direction = FileCopy::Direction;

class TestTransfers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { m_stage = std::make_unique<FilesStage>(); }
    void cleanupTestCase() { m_stage.reset(); }
    void init();
    void cleanup();

    void add_several_runTwoAtATime();
    void add_bothWays_arrive();
    void cancel_running_goesOnWhenAskedAgain();
    void cancel_waiting_isGone();
    void cancelAll_startsNoOther();
    void fail_source_isListedAndTriedAgain();
    void answer_replaceFolder_merges();
    void answer_keepBoth_findsAFreeName();
    void answer_skipForAll_asksOnce();
    void answer_laterBatch_asksAgain();
    void cancel_asked_withdrawsTheQuestion();
    void copy_ontoItself_isRefused();
    void copy_intoItselfThroughLink_isRefused();
    void succeed_lingers_thenGoes();
    void panel_gone_copiesGoOn();
    void list_phases_areShown();
    void list_buttons_work();
    void list_many_areCounted();
    void ssh_lostConnection_isSaidAndGoesOn();

private:
    [[nodiscard]] FileCopy copy(Direction direction, const QString& from, const QString& to) const
    {
        const bool uploads = direction == Direction::Upload;
        return {m_stage->runtime,
                u"This computer"_s,
                true,
                direction,
                m_stage->path(uploads ? from : to),
                m_stage->path(uploads ? to : from)};
    }
    void add(const QString& from, const QString& to) { m_queue->add({copy(Direction::Upload, from, to)}); }
    [[nodiscard]] const TransferQueue::Item& item(std::size_t index = 0) const
    {
        return *m_queue->items().at(index);
    }
    [[nodiscard]] int count(Phase phase) const
    {
        return static_cast<int>(
            std::ranges::count_if(m_queue->items(), [&](const auto& item) { return item->phase == phase; }));
    }
    [[nodiscard]] bool ends() const
    {
        return QTest::qWaitFor([this] { return !m_queue->isBusy(); }, 60'000);
    }

    std::unique_ptr<FilesStage> m_stage;
    std::unique_ptr<TransferQueue> m_queue;
    Appearance m_appearance;
};

void TestTransfers::init()
{
    m_stage->begin();
    m_stage->makeFolder(u"to"_s);
    m_queue = std::make_unique<TransferQueue>();
    m_queue->setLingering(std::chrono::hours(1));
}

void TestTransfers::cleanup()
{
    m_queue.reset();
}

void TestTransfers::add_several_runTwoAtATime()
{
    std::vector<FileCopy> copies;
    for (int number = 0; number < 5; ++number) {
        m_stage->write(u"from/%1"_s.arg(number), FilesStage::noise(3'000'000 + number));
        copies.push_back(copy(Direction::Upload, u"from/%1"_s.arg(number), u"to/%1"_s.arg(number)));
    }
    int most = 0;
    connect(m_queue.get(), &TransferQueue::changed, this,
            [&] { most = std::max(most, count(Phase::Running) + count(Phase::Stalled)); });
    QSignalSpy done(m_queue.get(), &TransferQueue::succeeded);
    m_queue->add(std::move(copies));
    QVERIFY(ends());
    QCOMPARE(done.count(), 5);
    QCOMPARE(most, TransferQueue::mostRunning);
    for (int number = 0; number < 5; ++number)
        QVERIFY(m_stage->read(u"to/%1"_s.arg(number)) == FilesStage::noise(3'000'000 + number));
}

void TestTransfers::add_bothWays_arrive()
{
    m_stage->write(u"folder/deep/x"_s, "1");
    m_queue->add({copy(Direction::Upload, u"folder"_s, u"to/up"_s),
                  copy(Direction::Download, u"folder"_s, u"to/down"_s)});
    QVERIFY(ends());
    QCOMPARE(count(Phase::Succeeded), 2);
    QCOMPARE(m_stage->read(u"to/up/deep/x"_s), QByteArray("1"));
    QCOMPARE(m_stage->read(u"to/down/deep/x"_s), QByteArray("1"));
}

void TestTransfers::cancel_running_goesOnWhenAskedAgain()
{
    const QByteArray bytes = FilesStage::noise(40'000'000);
    m_stage->write(u"large"_s, bytes);
    add(u"large"_s, u"to/large"_s);
    QTRY_VERIFY(item().done > 4'000'000);
    m_queue->cancel(item().id);
    QTRY_VERIFY(m_queue->items().empty());
    QVERIFY(!QFile::exists(m_stage->path(u"to/large"_s)));
    qint64 first = 0;
    add(u"large"_s, u"to/large"_s);
    connect(m_queue.get(), &TransferQueue::changed, this, [&] {
        if (first == 0 && !m_queue->items().empty()) first = item().done;
    });
    QVERIFY(ends());
    QVERIFY2(first > 3'000'000, qPrintable(QString::number(first)));
    QVERIFY(m_stage->read(u"to/large"_s) == bytes);
    QCOMPARE(m_stage->names(u"to"_s), QStringList{u"large"_s});
}

void TestTransfers::cancel_waiting_isGone()
{
    for (const QString& name : {u"a"_s, u"b"_s, u"c"_s})
        m_stage->write(name, FilesStage::noise(40'000'000));
    m_queue->add({copy(Direction::Upload, u"a"_s, u"to/a"_s), copy(Direction::Upload, u"b"_s, u"to/b"_s),
                  copy(Direction::Upload, u"c"_s, u"to/c"_s)});
    QTRY_COMPARE(count(Phase::Waiting), 1); // whichever was checked last
    const auto waiting =
        std::ranges::find(m_queue->items(), Phase::Waiting, [](const auto& one) { return one->phase; });
    const QString name = (*waiting)->copy.farPath.last(1);
    m_queue->cancel((*waiting)->id);
    QCOMPARE(m_queue->items().size(), 2u);
    QVERIFY(ends());
    QCOMPARE(m_stage->names(u"to"_s).size(), 2);
    QVERIFY(!m_stage->names(u"to"_s).contains(name));
}

void TestTransfers::cancelAll_startsNoOther()
{
    std::vector<FileCopy> copies;
    for (int number = 0; number < 4; ++number) {
        m_stage->write(u"%1"_s.arg(number), FilesStage::noise(30'000'000));
        copies.push_back(copy(Direction::Upload, u"%1"_s.arg(number), u"to/%1"_s.arg(number)));
    }
    m_queue->add(std::move(copies));
    QTRY_COMPARE(count(Phase::Running), 2);
    m_queue->cancelAll();
    QTRY_VERIFY(m_queue->items().empty());
    for (const QString& name : m_stage->names(u"to"_s))
        QVERIFY2(name.endsWith(".cahier-part"_L1), qPrintable(name));
}

void TestTransfers::fail_source_isListedAndTriedAgain()
{
    add(u"later"_s, u"to/x"_s);
    QVERIFY(ends());
    QCOMPARE(item().phase, Phase::Failed);
    QCOMPARE(item().error->code, ErrorCode::NotFound);
    m_stage->write(u"later"_s, "1");
    m_queue->retry(item().id);
    QVERIFY(ends());
    QCOMPARE(item().phase, Phase::Succeeded);
    QCOMPARE(m_stage->read(u"to/x"_s), QByteArray("1"));
}

void TestTransfers::answer_replaceFolder_merges()
{
    m_stage->write(u"folder/a"_s, "new");
    m_stage->write(u"to/folder/a"_s, "old");
    m_stage->write(u"to/folder/b"_s, "stays");
    add(u"folder"_s, u"to/folder"_s);
    QTRY_VERIFY(m_queue->question());
    QVERIFY(m_queue->question()->targetIsFolder);
    QVERIFY(!m_queue->hasSiblings(*m_queue->question()));
    QCOMPARE(m_stage->read(u"to/folder/a"_s), QByteArray("old"));
    m_queue->answer(item().id, Answer::Replace, false);
    QVERIFY(ends());
    QCOMPARE(m_stage->read(u"to/folder/a"_s), QByteArray("new"));
    QCOMPARE(m_stage->read(u"to/folder/b"_s), QByteArray("stays"));
}

void TestTransfers::answer_keepBoth_findsAFreeName()
{
    for (const Direction direction : {Direction::Upload, Direction::Download}) {
        const QString target = direction == Direction::Upload ? u"to/up.txt"_s : u"to/down.txt"_s;
        m_stage->write(u"x.txt"_s, "new");
        m_stage->write(target, "old");
        m_stage->write(target.chopped(4) + u" (1).txt"_s, "older");
        m_queue->add({copy(direction, u"x.txt"_s, target)});
        QTRY_VERIFY(m_queue->question());
        m_queue->answer(m_queue->question()->id, Answer::KeepBoth, false);
        QVERIFY(ends());
        QCOMPARE(m_stage->read(target), QByteArray("old"));
        QCOMPARE(m_stage->read(target.chopped(4) + u" (1).txt"_s), QByteArray("older"));
        QCOMPARE(m_stage->read(target.chopped(4) + u" (2).txt"_s), QByteArray("new"));
    }
}

void TestTransfers::answer_skipForAll_asksOnce()
{
    std::vector<FileCopy> copies;
    for (int number = 0; number < 20; ++number) {
        m_stage->write(u"%1"_s.arg(number), "new");
        if (number != 7) m_stage->write(u"to/%1"_s.arg(number), "old");
        copies.push_back(copy(Direction::Upload, u"%1"_s.arg(number), u"to/%1"_s.arg(number)));
    }
    m_queue->add(std::move(copies));
    QTRY_VERIFY(m_queue->question());
    QVERIFY(m_queue->hasSiblings(*m_queue->question()));
    m_queue->answer(m_queue->question()->id, Answer::Skip, true);
    QVERIFY(ends());
    QCOMPARE(m_queue->items().size(), 1u);
    QCOMPARE(m_stage->read(u"to/7"_s), QByteArray("new"));
    QCOMPARE(m_stage->read(u"to/8"_s), QByteArray("old"));
}

void TestTransfers::answer_laterBatch_asksAgain()
{
    m_stage->write(u"a"_s, "new");
    m_stage->write(u"to/a"_s, "old");
    add(u"a"_s, u"to/a"_s);
    QTRY_VERIFY(m_queue->question());
    m_queue->answer(m_queue->question()->id, Answer::Skip, true);
    QVERIFY(ends());
    add(u"a"_s, u"to/a"_s);
    QTRY_VERIFY(m_queue->question());
}

void TestTransfers::cancel_asked_withdrawsTheQuestion()
{
    FilesPanel panel(m_appearance, *m_queue);
    panel.setRuntime(m_stage->runtime, u"This computer"_s, m_stage->path(), FilesPanel::Where::ThisMachine);
    panel.show();
    m_stage->write(u"a"_s, "new");
    m_stage->write(u"to/a"_s, "old");
    panel.upload({m_stage->path(u"a"_s)}, m_stage->path(u"to"_s));
    QVERIFY(openQuestion());
    QVERIFY(!openQuestion()->checkBox()); // there is no other
    m_queue->cancelAll();
    QTRY_VERIFY(!isQuestionOpen());
    QCOMPARE(m_stage->read(u"to/a"_s), QByteArray("old"));
}

void TestTransfers::copy_ontoItself_isRefused()
{
    m_stage->write(u"a"_s, "1");
    m_queue->add({copy(Direction::Upload, u"a"_s, u"a"_s), copy(Direction::Download, u"a"_s, u"a"_s)});
    QVERIFY(ends());
    QCOMPARE(count(Phase::Failed), 2);
    QCOMPARE(m_stage->read(u"a"_s), QByteArray("1"));
}

void TestTransfers::copy_intoItselfThroughLink_isRefused()
{
    m_stage->write(u"folder/x"_s);
    QVERIFY(QFile::link(m_stage->path(u"folder"_s), m_stage->path(u"link"_s)));
    m_queue->add({copy(Direction::Upload, u"folder"_s, u"link/copy"_s),
                  copy(Direction::Download, u"folder"_s, u"link/copy"_s)});
    QVERIFY(ends());
    QCOMPARE(count(Phase::Failed), 2);
    QCOMPARE(m_stage->names(u"folder"_s), QStringList{u"x"_s});
}

void TestTransfers::succeed_lingers_thenGoes()
{
    m_queue->setLingering(std::chrono::milliseconds(50));
    m_stage->write(u"a"_s);
    QSignalSpy done(m_queue.get(), &TransferQueue::succeeded);
    add(u"a"_s, u"to/a"_s);
    QTRY_COMPARE(done.count(), 1);
    QTRY_VERIFY(m_queue->items().empty());
}

void TestTransfers::panel_gone_copiesGoOn()
{
    const QByteArray bytes = FilesStage::noise(20'000'000);
    m_stage->write(u"large"_s, bytes);
    {
        FilesPanel panel(m_appearance, *m_queue);
        panel.setRuntime(m_stage->runtime, u"This computer"_s, m_stage->path(),
                         FilesPanel::Where::ThisMachine);
        panel.show();
        panel.upload({m_stage->path(u"large"_s)}, m_stage->path(u"to"_s));
        QTRY_VERIFY(item().done > 0);
        panel.setRuntime(nullptr, {}, {});
    }
    QVERIFY(ends());
    QVERIFY(m_stage->read(u"to/large"_s) == bytes);
}

void TestTransfers::list_phases_areShown()
{
    TransferQueue::Item shown;
    shown.total = 60'000'000;
    shown.done = 15'000'000;
    shown.phase = Phase::Running;
    const auto size = [](qint64 bytes) {
        return QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat);
    };
    const QString amount = size(15'000'000) + u" of "_s + size(60'000'000);
    QCOMPARE(stateText(shown), amount);
    shown.speed = 5'000'000;
    QCOMPARE(stateText(shown), amount + u" · "_s + size(5'000'000) + u"/s · 10 s left"_s);
    shown.phase = Phase::Stalled;
    QCOMPARE(stateText(shown), amount + u" · waiting for the connection"_s);
    shown.phase = Phase::Failed;
    shown.error = Error{ErrorCode::NoSpace, u"The disk is full."_s};
    QCOMPARE(stateText(shown), u"The disk is full."_s);
}

void TestTransfers::list_buttons_work()
{
    TransferList list(*m_queue, m_appearance);
    list.resize(300, 200);
    QVERIFY(list.isHidden());
    m_stage->write(u"a"_s, FilesStage::noise(30'000'000));
    add(u"a"_s, u"to/a"_s);
    QVERIFY(!list.isHidden());
    list.show();
    auto* const bar = list.findChild<QProgressBar*>();
    QTRY_VERIFY(bar && bar->isVisible() && bar->value() > 0);
    const auto button = [&](const QString& name) {
        for (QToolButton* const one : list.findChildren<QToolButton*>())
            if (one->isVisible() && one->accessibleName() == name) return one;
        return static_cast<QToolButton*>(nullptr);
    };
    QVERIFY(button(u"Cancel: a"_s));
    QTest::mouseClick(button(u"Cancel: a"_s), Qt::LeftButton);
    QTRY_VERIFY(list.isHidden());
    add(u"missing"_s, u"to/missing"_s);
    QTRY_VERIFY(button(u"Try again: missing"_s));
    m_stage->write(u"missing"_s);
    QTest::mouseClick(button(u"Try again: missing"_s), Qt::LeftButton);
    QVERIFY(ends());
    QTRY_COMPARE(item().phase, Phase::Succeeded);
    QTRY_VERIFY(button(u"Clear the finished transfers"_s));
    QTest::mouseClick(button(u"Clear the finished transfers"_s), Qt::LeftButton);
    QTRY_VERIFY(list.isHidden());
}

void TestTransfers::list_many_areCounted()
{
    TransferList list(*m_queue, m_appearance);
    list.show();
    std::vector<FileCopy> copies;
    m_stage->write(u"a"_s, FilesStage::noise(50'000'000));
    for (int number = 0; number < 200; ++number)
        copies.push_back(copy(Direction::Upload, u"a"_s, u"to/%1"_s.arg(number)));
    m_queue->add(std::move(copies));
    QTRY_COMPARE(count(Phase::Running), 2);
    QCOMPARE(list.findChildren<TransferRow*>().size(), TransferList::mostRows);
    QStringList texts;
    for (const QLabel* const label : list.findChildren<QLabel*>())
        texts += label->text();
    QVERIFY2(texts.contains(u"and 150 more"_s), qPrintable(texts.join(u'|')));
    QVERIFY(texts.contains(u"Transfers (200)"_s));
    m_queue->cancelAll();
    QTRY_VERIFY(list.isHidden());
}

void TestTransfers::ssh_lostConnection_isSaidAndGoesOn()
{
    SshdFixture far;
    const QString problem = far.start();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    far.trust();
    SshClient client(far);
    QVERIFY(client.specs());
    const std::shared_ptr<runtime::Runtime> runtime = std::move(client.runtime);
    const QByteArray bytes = FilesStage::noise(60'000'000);
    m_stage->write(u"large"_s, bytes);
    FilesPanel panel(m_appearance, *m_queue);
    panel.setRuntime(runtime, u"far"_s, {});
    panel.show();
    QTRY_COMPARE(panel.model().state(), FilesModel::State::Listed);
    QCOMPARE(panel.model().root(), far.far());
    panel.upload({m_stage->path(u"large"_s)}, panel.model().root());
    QTRY_VERIFY(item().done > 5'000'000);
    far.stop();
    QTRY_COMPARE(item().phase, Phase::Stalled);
    QVERIFY2(stateText(item()).contains("waiting for the connection"_L1), qPrintable(stateText(item())));
    const QString again = far.start();
    QVERIFY2(again.isEmpty(), qPrintable(again));
    QVERIFY(ends());
    QCOMPARE(item().phase, Phase::Succeeded);
    QFile there(far.far(u"large"_s));
    QVERIFY(there.open(QIODevice::ReadOnly));
    QVERIFY(there.readAll() == bytes);
    QTRY_VERIFY(panel.model().rowOf(far.far(u"large"_s)) >= 0);
}

QTEST_MAIN(TestTransfers)
#include "tst_transfers.moc"
