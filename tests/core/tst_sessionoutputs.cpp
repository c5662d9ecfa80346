// SPDX-License-Identifier: GPL-3.0-or-later
// Where a session puts outputs, input prompts and comms.
#include <tests/support/sessionstage.h>

#include <QSignalSpy>
#include <QTest>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using nlohmann::json;

class TestSessionOutputs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void outputs_kinds_areStored();
    void outputs_newRun_clearsOld();
    void clearOutput_now_clears();
    void clearOutput_wait_clearsWithNextOutput();
    void updateDisplay_knownId_updatesEveryCell();
    void updateDisplay_unknownId_isIgnored();
    void updateDisplay_afterUserCleared_isIgnored();
    void displayData_sameIdAgain_updatesTheFirst();
    void displayData_transient_isNotSaved();
    void errorReply_withoutErrorOutput_isShown();
    void content_wrongTypes_areSurvived();
    void outputs_unknownParent_areSignalled();
    void payload_nextInputAndPage_areSignalled();

    void input_reply_goesOutOnStdin();
    void input_end_withdraws_data();
    void input_end_withdraws();

    void comm_unknownTarget_isClosed();
    void comm_unknownTargetOfAnotherClient_isLeftAlone();
    void comm_registeredTarget_talks();
    void comm_openedHere_talks();
    void comm_restart_closesAll();
};

void TestSessionOutputs::outputs_kinds_areStored()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    json result = displayContent("42");
    result["execution_count"] = 5;
    stage.kernel->deliver(std::vector{stage.kernel->stream(request, "a"),
                                      stage.kernel->stream(request, "b\n"),
                                      stage.kernel->stream(request, "e", "stderr"),
                                      stage.kernel->iopub(request, "display_data", displayContent("plot")),
                                      stage.kernel->iopub(request, "execute_result", result),
                                      stage.kernel->iopub(request, "error", errorContent())});
    QCOMPARE(stage.target.outputTypes(cell),
             (QStringList{u"stream"_s, u"stream"_s, u"display_data"_s, u"execute_result"_s, u"error"_s}));
    QCOMPARE(stage.target.text(cell), u"ab\n"_s);
    QCOMPARE(stage.target.text(cell, "stderr"), u"e"_s);
    const std::vector<json>& outputs = stage.target.cell(cell).outputs;
    QCOMPARE(outputs[3], json({{"output_type", "execute_result"},
                               {"execution_count", 5},
                               {"data", {{"text/plain", "42"}}},
                               {"metadata", json::object()}}));
    QCOMPARE(outputs[4], json({{"output_type", "error"},
                               {"ename", "ValueError"},
                               {"evalue", "no"},
                               {"traceback", {"line 1", "line 2"}}}));
}

void TestSessionOutputs::outputs_newRun_clearsOld()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message first = stage.run(cell);
    stage.kernel->deliver(std::vector{stage.kernel->stream(first, "old")});
    stage.kernel->deliver(stage.kernel->okRun(first, 1));
    stage.run(cell);
    QVERIFY(stage.target.cell(cell).outputs.empty());
    QVERIFY(!stage.target.cell(cell).count);
}

void TestSessionOutputs::clearOutput_now_clears()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->deliver(std::vector{stage.kernel->stream(request, "old"),
                                      stage.kernel->iopub(request, "clear_output", {{"wait", false}})});
    QVERIFY(stage.target.cell(cell).outputs.empty());
}

void TestSessionOutputs::clearOutput_wait_clearsWithNextOutput()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->deliver(std::vector{stage.kernel->stream(request, "old"),
                                      stage.kernel->iopub(request, "clear_output", {{"wait", true}})});
    QCOMPARE(stage.target.text(cell), u"old"_s);
    stage.kernel->deliver(
        std::vector{stage.kernel->stream(request, "new"), stage.kernel->stream(request, "er")});
    QCOMPARE(stage.target.text(cell), u"newer"_s);
}

void TestSessionOutputs::updateDisplay_knownId_updatesEveryCell()
{
    SessionStage stage;
    const CellKey first = stage.target.add(u"1"_s);
    const CellKey second = stage.target.add(u"2"_s);
    const Message request = stage.run(first);
    stage.kernel->deliver(
        std::vector{stage.kernel->iopub(request, "display_data", displayContent("a", "x")),
                    stage.kernel->stream(request, "between"),
                    stage.kernel->iopub(request, "display_data", displayContent("b", "x"))});
    stage.kernel->deliver(stage.kernel->okRun(request, 1));
    const Message other = stage.run(second);
    json result = displayContent("c", "x");
    result["execution_count"] = 2;
    stage.kernel->deliver(
        std::vector{stage.kernel->iopub(other, "execute_result", result),
                    stage.kernel->iopub(other, "update_display_data", displayContent("new", "x"))});
    const json data = {{"text/plain", "new"}};
    QCOMPARE(stage.target.cell(first).outputs[0]["data"], data);
    QCOMPARE(stage.target.cell(first).outputs[2]["data"], data);
    QCOMPARE(stage.target.cell(second).outputs[0]["data"], data);
    QCOMPARE(stage.target.cell(second).outputs[0]["execution_count"], json(2));
    QCOMPARE(stage.target.text(first), u"between"_s);
}

void TestSessionOutputs::updateDisplay_unknownId_isIgnored()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->deliver(
        std::vector{stage.kernel->iopub(request, "display_data", displayContent("a", "x")),
                    stage.kernel->iopub(request, "update_display_data", displayContent("b", "y"))});
    QCOMPARE(stage.target.cell(cell).outputs.size(), 1u);
    QCOMPARE(stage.target.cell(cell).outputs[0]["data"], json({{"text/plain", "a"}}));
}

void TestSessionOutputs::updateDisplay_afterUserCleared_isIgnored()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->deliver(
        std::vector{stage.kernel->iopub(request, "display_data", displayContent("a", "x"))});
    stage.target.clearRunOutputs(cell);
    Q_EMIT stage.target.outputsChangedElsewhere(cell, 0);
    stage.kernel->deliver(
        std::vector{stage.kernel->stream(request, "text"),
                    stage.kernel->iopub(request, "update_display_data", displayContent("b", "x"))});
    QCOMPARE(stage.target.outputTypes(cell), QStringList{u"stream"_s});
}

void TestSessionOutputs::displayData_sameIdAgain_updatesTheFirst()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->deliver(
        std::vector{stage.kernel->iopub(request, "display_data", displayContent("a", "x")),
                    stage.kernel->iopub(request, "display_data", displayContent("b", "x"))});
    QCOMPARE(stage.target.cell(cell).outputs.size(), 2u);
    QCOMPARE(stage.target.cell(cell).outputs[0]["data"], json({{"text/plain", "b"}}));
}

void TestSessionOutputs::displayData_transient_isNotSaved()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->deliver(
        std::vector{stage.kernel->iopub(request, "display_data", displayContent("a", "x")),
                    stage.kernel->iopub(request, "update_display_data", displayContent("b", "x"))});
    QVERIFY(!stage.target.cell(cell).outputs[0].contains("transient"));
}

void TestSessionOutputs::errorReply_withoutErrorOutput_isShown()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->deliver(
        std::vector{stage.kernel->reply(request, errorContent()), stage.kernel->status(request, "idle")});
    QCOMPARE(stage.outcome(cell), RunOutcome::Error);
    QCOMPARE(stage.target.outputTypes(cell), QStringList{u"error"_s});
    QCOMPARE(stage.target.cell(cell).outputs[0]["ename"], json("ValueError"));
}

void TestSessionOutputs::content_wrongTypes_areSurvived()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    const json wrong = {{"name", 1},       {"text", {1, 2}},     {"data", "x"},    {"metadata", 7},
                        {"transient", {}}, {"traceback", "one"}, {"ename", false}, {"execution_count", "9"},
                        {"wait", "yes"},   {"status", 3},        {"prompt", 1},    {"execution_state", 2},
                        {"comm_id", 4},    {"payload", "p"}};
    for (const char* type : {"stream", "display_data", "execute_result", "error", "clear_output",
                             "execute_input", "update_display_data", "status", "comm_open", "comm_msg",
                             "comm_close", "shutdown", "iopub_welcome", "never_heard_of"}) {
        stage.kernel->deliver(std::vector{stage.kernel->iopub(request, type, wrong)});
        stage.kernel->deliver(std::vector{stage.kernel->iopub(request, type, json::object())});
    }
    stage.kernel->deliver(stage.kernel->okRun(request, 1));
    QCOMPARE(stage.phase(cell), RunPhase::Done);
    QCOMPARE(stage.target.cell(cell).count, 1);
}

void TestSessionOutputs::outputs_unknownParent_areSignalled()
{
    SessionStage stage;
    QSignalSpy strays(&stage.session, &Session::outputWithoutCell);
    Message unknown;
    unknown.id = u"nobody"_s;
    stage.kernel->deliver(std::vector{stage.kernel->stream(unknown, "hello")});
    QCOMPARE(strays.count(), 1);
}

void TestSessionOutputs::payload_nextInputAndPage_areSignalled()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"%load x"_s);
    const Message request = stage.run(cell);
    QSignalSpy inputs(&stage.session, &Session::nextInputProposed);
    QSignalSpy pages(&stage.session, &Session::pageRequested);
    const json payload = {{{"source", "set_next_input"}, {"text", "x = 1"}, {"replace", true}},
                          {{"source", "page"}, {"data", {{"text/plain", "help"}}}, {"start", 0}}};
    stage.kernel->deliver(std::vector{stage.kernel->reply(request, {{"status", "ok"}, {"payload", payload}}),
                                      stage.kernel->status(request, "idle")});
    QCOMPARE(inputs.count(), 1);
    QCOMPARE(inputs.at(0).at(0).value<CellKey>(), cell);
    QCOMPARE(inputs.at(0).at(1).toString(), u"x = 1"_s);
    QCOMPARE(inputs.at(0).at(2).toBool(), true);
    QCOMPARE(pages.count(), 1);
}

void TestSessionOutputs::input_reply_goesOutOnStdin()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"input()"_s);
    const Message request = stage.run(cell);
    QSignalSpy asked(&stage.session, &Session::inputRequested);
    const Message question = stage.kernel->inputRequest(request, "Name: ");
    stage.kernel->deliver(std::vector{question});
    QCOMPARE(asked.count(), 1);
    QCOMPARE(asked.at(0).at(0).toString(), u"Name: "_s);
    QVERIFY(stage.session.pendingInput());
    QCOMPARE(stage.session.pendingInput()->cell, cell);

    QVERIFY(stage.session.replyInput(u"Ada"_s));
    const Message reply = stage.kernel->lastRequest("input_reply");
    QCOMPARE(reply.channel, Channel::Stdin);
    QCOMPARE(reply.parentId, question.id);
    QCOMPARE(reply.content.at("value"), json("Ada"));
    QVERIFY(!stage.session.replyInput(u"again"_s));
}

void TestSessionOutputs::input_end_withdraws_data()
{
    QTest::addColumn<QString>("how");
    for (const char* how : {"interrupt", "idle", "death", "restart", "answered elsewhere", "connection lost"})
        QTest::newRow(how) << QString::fromLatin1(how);
}

void TestSessionOutputs::input_end_withdraws()
{
    QFETCH(QString, how);
    SessionStage stage;
    const Message request = stage.run(stage.target.add(u"input()"_s));
    const Message question = stage.kernel->inputRequest(request, "?");
    stage.kernel->deliver(std::vector{question});
    QSignalSpy withdrawn(&stage.session, &Session::inputWithdrawn);
    if (how == "interrupt"_L1) {
        QVERIFY(stage.session.interrupt().result());
        QCOMPARE(stage.kernel->interrupts, 1);
    } else if (how == "idle"_L1) {
        stage.kernel->deliver(std::vector{stage.kernel->status(request, "idle")});
    } else if (how == "death"_L1) {
        stage.kernel->changeState(KernelState::Dead);
    } else if (how == "restart"_L1) {
        stage.session.restart();
    } else if (how == "connection lost"_L1) {
        stage.kernel->changeState(KernelState::Reconnecting);
    } else {
        Message reply = makeRequest(Channel::Stdin, u"input_reply"_s, {{"value", "x"}}, u"other"_s);
        stage.kernel->deliver(std::vector{FakeKernelConnection::record(reply)});
    }
    QCOMPARE(withdrawn.count(), 1);
    QVERIFY(!stage.session.pendingInput());
}

void TestSessionOutputs::comm_unknownTarget_isClosed()
{
    SessionStage stage;
    const Message request = stage.run(stage.target.add(u"widget"_s));
    stage.kernel->deliver(std::vector{stage.kernel->iopub(
        request, "comm_open", {{"comm_id", "c1"}, {"target_name", "nobody"}, {"data", {}}})});
    const Message close = stage.kernel->lastRequest("comm_close");
    QCOMPARE(close.channel, Channel::Shell);
    QCOMPARE(close.content.at("comm_id"), json("c1"));
}

void TestSessionOutputs::comm_unknownTargetOfAnotherClient_isLeftAlone()
{
    SessionStage stage;
    const Message foreign = makeRequest(Channel::Shell, u"execute_request"_s, {{"code", "x"}}, u"another"_s);
    stage.kernel->deliver(std::vector{stage.kernel->iopub(
        foreign, "comm_open", {{"comm_id", "c1"}, {"target_name", "nobody"}, {"data", {}}})});
    QCOMPARE(stage.kernel->requests("comm_close").size(), 0u);
}

void TestSessionOutputs::comm_registeredTarget_talks()
{
    SessionStage stage;
    Comm* comm = nullptr;
    json opening;
    stage.session.comms().registerTarget(u"widget"_s, [&](Comm& opened, const Message& message) {
        comm = &opened;
        opening = message.content;
    });
    stage.kernel->deliver(std::vector{stage.kernel->iopub(
        {}, "comm_open", {{"comm_id", "c1"}, {"target_name", "widget"}, {"data", {{"value", 1}}}})});
    QVERIFY(comm);
    QCOMPARE(opening.at("data").at("value"), json(1));

    json heard;
    std::vector<QByteArray> heardBuffers;
    bool closed = false;
    connect(comm, &Comm::messageArrived, this, [&](const json& data, const std::vector<QByteArray>& buffers) {
        heard = data;
        heardBuffers = buffers;
    });
    connect(comm, &Comm::closed, this, [&] { closed = true; });
    Message message = stage.kernel->iopub({}, "comm_msg", {{"comm_id", "c1"}, {"data", {{"value", 2}}}});
    message.buffers = {QByteArray("\0\1", 2)};
    stage.kernel->deliver(std::vector{message});
    QCOMPARE(heard, json({{"value", 2}}));
    QCOMPARE(heardBuffers, message.buffers);

    comm->send({{"value", 3}}, {QByteArray("b")});
    const Message sent = stage.kernel->lastRequest("comm_msg");
    QCOMPARE(sent.content.at("data"), json({{"value", 3}}));
    QCOMPARE(sent.buffers, std::vector{QByteArray("b")});

    stage.kernel->deliver(
        std::vector{stage.kernel->iopub({}, "comm_close", {{"comm_id", "c1"}, {"data", {}}})});
    QVERIFY(closed);
    QVERIFY(!stage.session.comms().find(u"c1"_s));
}

void TestSessionOutputs::comm_openedHere_talks()
{
    SessionStage stage;
    Comm& comm = stage.session.comms().open(u"jupyter.widget.control"_s, json::object());
    const Message open = stage.kernel->lastRequest("comm_open");
    QCOMPARE(open.content.at("target_name"), json("jupyter.widget.control"));
    QCOMPARE(QString::fromStdString(open.content.at("comm_id").get<std::string>()), comm.id());
    comm.close();
    QCOMPARE(stage.kernel->requests("comm_close").size(), 1u);
    QVERIFY(!stage.session.comms().find(comm.id()));
}

void TestSessionOutputs::comm_restart_closesAll()
{
    SessionStage stage;
    Comm& comm = stage.session.comms().open(u"t"_s, json::object());
    QSignalSpy closed(&comm, &Comm::closed);
    stage.session.restart();
    QCOMPARE(closed.count(), 1);
    QCOMPARE(stage.kernel->requests("comm_close").size(), 0u);
}

QTEST_GUILESS_MAIN(TestSessionOutputs)
#include "tst_sessionoutputs.moc"
