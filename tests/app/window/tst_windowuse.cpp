// SPDX-License-Identifier: GPL-3.0-or-later
// A session of a person at the window, by keys and mouse, with a real host and a real ipykernel.
#include <tests/app/window/windowstage.h>

#include <widgets/notebook/cellgutter.h>
#include <widgets/notebook/findbar.h>
#include <widgets/notebook/inputprompt.h>
#include <widgets/outputs/imageoutput.h>

#include <QDropEvent>
#include <QLineEdit>
#include <QMimeData>
#include <QScrollBar>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::window;
using namespace Qt::StringLiterals;

namespace {

constexpr int patienceMs = 60000;

} // namespace

class TestWindowUse : public WindowTest {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { m_stage = std::make_unique<WindowStage>(); }
    void cleanupTestCase() { m_stage.reset(); }
    void init() { begin(); }
    void cleanup() { end(); }

    void welcome_runAll_drawsItsPlot();
    void welcome_editedAndDragged_comesBackAsSaved();
    void input_answered_goesOn();
    void restart_byKeys_forgetsVariables();
    void large_readEditedAndSaved_changesOneCell();
    void drop_files_areOpened();
    void fullScreen_byKey_andBack();

private:
    void type(const QString& text) { QTest::keyClicks(QApplication::focusWidget(), text); }
    [[nodiscard]] QString copyOfWelcome(const QString& name) const
    {
        QFile::copy(QStringLiteral(CAHIER_EXAMPLES "/welcome.ipynb"), m_stage->path(name));
        return m_stage->path(name);
    }
    [[nodiscard]] widgets::CellWidget* widget(int cell)
    {
        return m_program->page()->view().widgetFor(m_program->notebook().cellAt(cell).key());
    }
    [[nodiscard]] QStringList sources()
    {
        QStringList sources;
        for (int i = 0; i < m_program->notebook().cellCount(); ++i)
            sources += m_program->notebook().cellAt(i).source();
        return sources;
    }
};

void TestWindowUse::welcome_runAll_drawsItsPlot()
{
    open(copyOfWelcome(u"plot.ipynb"_s));
    press(Qt::Key_F9, Qt::ControlModifier);
    const auto last = [this] { return m_program->notebook().cellCount() - 2; };
    QTRY_COMPARE_WITH_TIMEOUT(m_program->text(last()), u"ZeroDivisionError: division by zero\n"_s,
                              patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(m_program->isIdle(), patienceMs);
    int plot = 0;
    while (!sources()[plot].startsWith("%matplotlib"_L1))
        ++plot;
    m_program->page()->revealCell(m_program->notebook().cellAt(plot).key());
    QTRY_VERIFY(widget(plot) && widget(plot)->findChild<widgets::ImageOutput*>());
    const auto* const image = widget(plot)->findChild<widgets::ImageOutput*>();
    QTRY_VERIFY(image->isVisible() && image->height() > 100);
    m_program->notebook().setSaved(m_program->notebook().snapshot());
}

void TestWindowUse::welcome_editedAndDragged_comesBackAsSaved()
{
    const QString path = copyOfWelcome(u"edited.ipynb"_s);
    open(path);
    const QStringList before = sources();
    // The second cell is dragged above the first, taken back, and dragged again.
    const auto drag = [this] {
        auto* const gutter = widget(1)->findChild<widgets::CellGutter*>();
        const QPoint grip(4, 4);
        const QPoint target = gutter->mapFromGlobal(widget(0)->mapToGlobal(QPoint(10, 2)));
        QTest::mousePress(gutter, Qt::LeftButton, {}, grip);
        QTest::mouseMove(gutter, grip + QPoint(0, -30));
        QTest::mouseMove(gutter, target);
        QTest::mouseRelease(gutter, Qt::LeftButton, {}, target);
    };
    drag();
    QCOMPARE(sources()[0], before[1]);
    QCOMPARE(sources()[1], before[0]);
    m_program->page()->setFocus();
    press(Qt::Key_Z);
    QCOMPARE(sources(), before);
    drag();
    QCOMPARE(sources()[0], before[1]);

    press(Qt::Key_H, Qt::ControlModifier);
    const auto* const bar = m_program->page()->findChild<widgets::FindBar*>();
    QTRY_VERIFY(bar->isVisible());
    const QList<QLineEdit*> fields = bar->findChildren<QLineEdit*>();
    QTRY_VERIFY(fields.at(0)->hasFocus());
    type(u"samples"_s);
    QTest::mouseClick(fields.at(1), Qt::LeftButton);
    QTRY_VERIFY(fields.at(1)->hasFocus());
    type(u"count"_s);
    const QList<QPushButton*> buttons = bar->findChildren<QPushButton*>();
    const auto all = std::ranges::find(buttons, u"Replace All"_s, &QPushButton::text);
    QVERIFY(all != buttons.end());
    QTest::mouseClick(*all, Qt::LeftButton);
    QTRY_VERIFY(!sources().join(u'\n').contains(u"samples"_s));
    QVERIFY(sources().join(u'\n').contains(u"count = 10_000"_s));
    press(Qt::Key_Escape);
    QTRY_VERIFY(!bar->isVisible());

    const QStringList after = sources();
    press(Qt::Key_S, Qt::ControlModifier);
    QTRY_VERIFY(!m_program->tab()->file().isModified());
    press(Qt::Key_W, Qt::ControlModifier);
    QTRY_COMPARE(m_program->window.tabs().count(), 0);
    open(path);
    QCOMPARE(sources(), after);
}

void TestWindowUse::input_answered_goesOn()
{
    open(m_stage->write(u"input.ipynb"_s, {u"name = input('Who? ')\nprint('Hello', name)"_s,
                                           u"from getpass import getpass\nprint(len(getpass()))"_s}));
    press(Qt::Key_Return, Qt::ShiftModifier);
    QTRY_VERIFY_WITH_TIMEOUT(widget(0)->findChild<widgets::InputPrompt*>(), patienceMs);
    auto* field = widget(0)->findChild<widgets::InputPrompt*>()->findChild<QLineEdit*>();
    QTRY_VERIFY(field->hasFocus());
    type(u"Ada"_s);
    press(Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(m_program->text(0).endsWith(u"Hello Ada\n"_s), patienceMs);

    m_program->page()->revealCell(m_program->notebook().cellAt(1).key());
    m_program->page()->setFocus();
    press(Qt::Key_Return, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(widget(1)->findChild<widgets::InputPrompt*>(), patienceMs);
    field = widget(1)->findChild<widgets::InputPrompt*>()->findChild<QLineEdit*>();
    QTRY_VERIFY(field->hasFocus());
    QCOMPARE(field->echoMode(), QLineEdit::Password);
    type(u"secret"_s);
    press(Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(m_program->text(1).endsWith(u"6\n"_s), patienceMs);
    QVERIFY(!m_program->text(1).contains(u"secret"_s));
    QTRY_VERIFY_WITH_TIMEOUT(m_program->isIdle(), patienceMs);
    m_program->notebook().setSaved(m_program->notebook().snapshot());
}

void TestWindowUse::restart_byKeys_forgetsVariables()
{
    open(m_stage->write(u"restart.ipynb"_s, {u"x = 1; print('set')"_s, u"print(x)"_s}));
    press(Qt::Key_Return, Qt::ShiftModifier);
    press(Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(m_program->text(1), u"1\n"_s, patienceMs);
    press(Qt::Key_0);
    press(Qt::Key_0);
    QVERIFY(answer(u"Restart"_s));
    QTRY_VERIFY(!m_program->isIdle());
    QTRY_VERIFY_WITH_TIMEOUT(m_program->isIdle(), patienceMs);
    m_program->window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&m_program->window));
    m_program->page()->setFocus();
    QCOMPARE(m_program->page()->selection().activeIndex(), 1);
    press(Qt::Key_Return, Qt::ControlModifier);
    const auto errorOf = [this](int cell) {
        return m_program->tab()->session()->cellRun(m_program->notebook().cellAt(cell).key()).errorName;
    };
    QTRY_COMPARE_WITH_TIMEOUT(errorOf(1), u"NameError"_s, patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(m_program->isIdle(), patienceMs);
    m_program->notebook().setSaved(m_program->notebook().snapshot());
}

void TestWindowUse::large_readEditedAndSaved_changesOneCell()
{
    constexpr int cells = 4000;
    QStringList texts;
    for (int i = 0; i < cells; ++i)
        texts += i % 4 == 0 ? u"# Part %1\nwith $x_%1^2$ in it"_s.arg(i)
                            : u"for k in range(%1):\n    print(k, %1)\nresult_%1 = %1"_s.arg(i);
    const QString path = m_stage->write(u"large.ipynb"_s, texts);
    open(path);
    auto& view = m_program->page()->view();
    for (int page = 0; page < 20; ++page)
        view.verticalScrollBar()->triggerAction(QAbstractSlider::SliderPageStepAdd);
    QVERIFY(view.realizedCount() < 60);
    press(Qt::Key_End, Qt::ControlModifier);
    QTRY_COMPARE(m_program->page()->selection().activeIndex(), cells - 1);
    press(Qt::Key_Return);
    QTRY_VERIFY(m_program->tab()->isEditing());
    press(Qt::Key_End, Qt::ControlModifier);
    type(u"0"_s);
    QCOMPARE(m_program->notebook().cellAt(cells - 1).source(), texts.last() + u'0');
    press(Qt::Key_S, Qt::ControlModifier);
    QTRY_VERIFY(!m_program->tab()->file().isModified());
    QFile saved(path);
    QVERIFY(saved.open(QIODevice::ReadOnly));
    const auto json = nlohmann::json::parse(saved.readAll().toStdString());
    QCOMPARE(json["cells"].size(), size_t(cells));
    QCOMPARE(json["cells"].back()["source"].get<std::string>(), (texts.last() + u'0').toStdString());
}

void TestWindowUse::drop_files_areOpened()
{
    QMimeData files;
    files.setUrls({QUrl::fromLocalFile(m_stage->write(u"one.ipynb"_s, {u"1"_s})),
                   QUrl::fromLocalFile(m_stage->write(u"two.ipynb"_s, {u"2"_s}))});
    QDragEnterEvent enter({20, 20}, Qt::CopyAction, &files, Qt::LeftButton, {});
    QApplication::sendEvent(&m_program->window, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop({20, 20}, Qt::CopyAction, &files, Qt::LeftButton, {});
    QApplication::sendEvent(&m_program->window, &drop);
    QTRY_COMPARE(m_program->window.tabs().count(), 2);
    QTRY_VERIFY(m_program->page());
    QCOMPARE(sources(), QStringList{u"2"_s});

    QMimeData text;
    text.setText(u"no file"_s);
    QDragEnterEvent refused({20, 20}, Qt::CopyAction, &text, Qt::LeftButton, {});
    refused.setAccepted(false);
    QApplication::sendEvent(&m_program->window, &refused);
    QVERIFY(!refused.isAccepted());
}

void TestWindowUse::fullScreen_byKey_andBack()
{
    open(m_stage->write(u"screen.ipynb"_s, {u"1"_s}));
    press(Qt::Key_F11);
    QTRY_VERIFY(m_program->window.isFullScreen());
    press(Qt::Key_F11);
    QTRY_VERIFY(!m_program->window.isFullScreen());
}

QTEST_MAIN(TestWindowUse)
#include "tst_windowuse.moc"
