// SPDX-License-Identifier: GPL-3.0-or-later
// Completion, inspection and their like, and the positions they count.
#include <core/runtime/textposition.h>
#include <tests/support/sessionstage.h>

#include <QSignalSpy>
#include <QTest>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using nlohmann::json;

class TestRequests : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void codePoints_roundTrip_data();
    void codePoints_roundTrip();
    void complete_positions_areCodePoints();
    void complete_superseded_isCancelled();
    void complete_noAnswer_timesOut();
    void complete_emptyContent_isEmpty();
    void complete_errorReply_isError();
    void inspect_reply_isParsed();
    void isComplete_reply_isParsed();
    void history_reply_isParsed();
    void requests_kernelDied_fail();
    void requests_withoutKernel_fail();
};

void TestRequests::codePoints_roundTrip_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qsizetype>("unit");
    QTest::addColumn<qsizetype>("points");
    QTest::newRow("ascii") << u"abc"_s << qsizetype(2) << qsizetype(2);
    QTest::newRow("after an emoji") << u"😀x"_s << qsizetype(2) << qsizetype(1);
    QTest::newRow("end") << u"a😀😀"_s << qsizetype(5) << qsizetype(3);
    QTest::newRow("lone surrogate") << (QString(QChar(0xd83d)) + u'x') << qsizetype(1) << qsizetype(1);
    QTest::newRow("empty") << QString() << qsizetype(0) << qsizetype(0);
}

void TestRequests::codePoints_roundTrip()
{
    QFETCH(QString, text);
    QFETCH(qsizetype, unit);
    QFETCH(qsizetype, points);
    QCOMPARE(codePointsBefore(text, unit), points);
    QCOMPARE(unitOfCodePoint(text, points), unit);
    QCOMPARE(codePointsBefore(text, text.size() + 9), codePointsBefore(text, text.size()));
    QCOMPARE(unitOfCodePoint(text, 1000), text.size());
}

void TestRequests::complete_positions_areCodePoints()
{
    SessionStage stage;
    const QString code = u"x='😀'; x.up"_s;
    const QFuture<Result<Completions>> future = stage.session.requests().complete(code, code.size());
    const Message request = stage.kernel->lastRequest("complete_request");
    QCOMPARE(request.content.at("cursor_pos"), json(11));
    stage.kernel->deliver(std::vector{stage.kernel->reply(
        request,
        {{"status", "ok"},
         {"matches", {"upper", "update"}},
         {"cursor_start", 9},
         {"cursor_end", 11},
         {"metadata",
          {{"_jupyter_types_experimental",
            {{{"text", "upper"}, {"type", "function"}, {"signature", "()"}}, {{"text", "update"}}}}}}})});
    QTRY_VERIFY(future.isFinished());
    const Result<Completions> result = future.result();
    QVERIFY(result);
    QCOMPARE(result->start, 10);
    QCOMPARE(result->end, 12);
    QCOMPARE(result->matches.size(), 2u);
    QCOMPARE(result->matches[0].text, u"upper"_s);
    QCOMPARE(result->matches[0].type, u"function"_s);
}

void TestRequests::complete_superseded_isCancelled()
{
    SessionStage stage;
    const QFuture<Result<Completions>> first = stage.session.requests().complete(u"a"_s, 1);
    const QFuture<Result<Completions>> second = stage.session.requests().complete(u"ab"_s, 2);
    QTRY_VERIFY(first.isFinished());
    QCOMPARE(first.result().error().code, ErrorCode::Cancelled);
    QVERIFY(!second.isFinished());
    stage.kernel->deliver(std::vector{stage.kernel->reply(stage.kernel->lastRequest("complete_request"),
                                                          {{"status", "ok"}, {"matches", {"abc"}}})});
    QTRY_VERIFY(second.isFinished());
    QCOMPARE(second.result()->matches.size(), 1u);
}

void TestRequests::complete_noAnswer_timesOut()
{
    SessionStage stage;
    stage.session.requests().setTimeLimit(20ms);
    const QFuture<Result<Completions>> future = stage.session.requests().complete(u"a"_s, 1);
    QTRY_VERIFY(future.isFinished());
    QCOMPARE(future.result().error().code, ErrorCode::Timeout);
}

void TestRequests::complete_emptyContent_isEmpty()
{
    SessionStage stage;
    const QFuture<Result<Completions>> future = stage.session.requests().complete(u"a"_s, 1);
    stage.kernel->deliver(
        std::vector{stage.kernel->reply(stage.kernel->lastRequest("complete_request"), json::object())});
    QTRY_VERIFY(future.isFinished());
    QVERIFY(future.result());
    QVERIFY(future.result()->matches.empty());
    QCOMPARE(future.result()->start, 1);
}

void TestRequests::complete_errorReply_isError()
{
    SessionStage stage;
    const QFuture<Result<Completions>> future = stage.session.requests().complete(u"a"_s, 1);
    stage.kernel->deliver(
        std::vector{stage.kernel->reply(stage.kernel->lastRequest("complete_request"), errorContent())});
    QTRY_VERIFY(future.isFinished());
    QCOMPARE(future.result().error().code, ErrorCode::Protocol);
    QVERIFY(future.result().error().detail.contains("ValueError"_L1));
}

void TestRequests::inspect_reply_isParsed()
{
    SessionStage stage;
    const QFuture<Result<Inspection>> future = stage.session.requests().inspect(u"😀print"_s, 4, 1);
    const Message request = stage.kernel->lastRequest("inspect_request");
    QCOMPARE(request.content.at("cursor_pos"), json(3));
    QCOMPARE(request.content.at("detail_level"), json(1));
    stage.kernel->deliver(std::vector{stage.kernel->reply(
        request, {{"status", "ok"}, {"found", true}, {"data", {{"text/plain", "doc"}}}})});
    QTRY_VERIFY(future.isFinished());
    QVERIFY(future.result()->found);
    QCOMPARE(future.result()->data, json({{"text/plain", "doc"}}));
}

void TestRequests::isComplete_reply_isParsed()
{
    SessionStage stage;
    const QFuture<Result<Completeness>> future = stage.session.requests().isComplete(u"if x:"_s);
    stage.kernel->deliver(std::vector{stage.kernel->reply(stage.kernel->lastRequest("is_complete_request"),
                                                          {{"status", "incomplete"}, {"indent", "    "}})});
    QTRY_VERIFY(future.isFinished());
    QVERIFY(future.result());
    QCOMPARE(future.result()->status, Completeness::Status::Incomplete);
    QCOMPARE(future.result()->indent, u"    "_s);
}

void TestRequests::history_reply_isParsed()
{
    SessionStage stage;
    const QFuture<Result<std::vector<HistoryEntry>>> future = stage.session.requests().history(3);
    const json history = {{1, 2, "a = 1"}, {1, 3, {"b", "out"}}, "nonsense"};
    stage.kernel->deliver(std::vector{stage.kernel->reply(stage.kernel->lastRequest("history_request"),
                                                          {{"status", "ok"}, {"history", history}})});
    QTRY_VERIFY(future.isFinished());
    QCOMPARE(future.result()->size(), 2u);
    QCOMPARE(future.result()->at(0).input, u"a = 1"_s);
    QCOMPARE(future.result()->at(1).line, 3);
}

void TestRequests::requests_kernelDied_fail()
{
    SessionStage stage;
    const QFuture<Result<Inspection>> future = stage.session.requests().inspect(u"x"_s, 1, 0);
    stage.kernel->changeState(KernelState::Dead);
    QTRY_VERIFY(future.isFinished());
    QCOMPARE(future.result().error().code, ErrorCode::KernelDied);
}

void TestRequests::requests_withoutKernel_fail()
{
    FakeTarget target;
    Session session(target);
    const QFuture<Result<Completions>> future = session.requests().complete(u"x"_s, 1);
    QVERIFY(future.isFinished());
    QCOMPARE(future.result().error().code, ErrorCode::IllegalState);
}

QTEST_GUILESS_MAIN(TestRequests)
#include "tst_requests.moc"
