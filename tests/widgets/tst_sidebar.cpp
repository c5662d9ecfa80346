// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/panels/outlinepanel.h>
#include <widgets/panels/sidebar.h>
#include <widgets/theme/icons.h>

#include <QAccessible>
#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QSplitter>
#include <QTest>
#include <QToolButton>
#include <QVBoxLayout>

using namespace cahier;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

namespace {

/// A panel with something to type into.
class TypingPanel : public QWidget {
public:
    TypingPanel() : line(new QLineEdit(this))
    {
        auto* const layout = new QVBoxLayout(this);
        layout->addWidget(line);
        layout->addStretch();
    }
    QLineEdit* line;
};

} // namespace

class TestSidebar : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_window.reset(); }
    void addPanel_atStart_makesNothing();
    void button_click_showsAndHides();
    void button_ofAnother_replacesThePanel();
    void button_action_isMirrored();
    void button_keys_work();
    void setShown_unknown_showsNone();
    void close_button_hides();
    void escape_inPanel_givesFocusBack();
    void hiding_focusedPanel_givesFocusBack();
    void width_ofPanel_isKept();
    void width_setBeforeTheWindowIsShown_counts();
    void controls_all_haveNames();

private:
    void add(const QString& id, const QString& title, const QString& sign);
    [[nodiscard]] QToolButton* button(const QString& id) const
    {
        for (QToolButton* const button : m_bar->findChildren<QToolButton*>()) {
            if (button->defaultAction() == m_actions[id]) return button;
        }
        return nullptr;
    }
    void click(const QString& id) const { QTest::mouseClick(button(id), Qt::LeftButton); }
    [[nodiscard]] QToolButton* closeButton() const
    {
        for (QToolButton* const button : m_bar->findChildren<QToolButton*>()) {
            if (!button->defaultAction()) return button;
        }
        return nullptr;
    }

    Appearance m_appearance;
    std::unique_ptr<QSplitter> m_window;
    QLineEdit* m_centre = nullptr;
    Sidebar* m_bar = nullptr;
    QHash<QString, QAction*> m_actions;
    QStringList m_made;
};

/// As the window does: the command decides by what is shown.
void TestSidebar::add(const QString& id, const QString& title, const QString& sign)
{
    auto* const action = new QAction(icon(sign), title, m_window.get());
    action->setCheckable(true);
    action->setToolTip(title + u" (F9)"_s);
    m_actions[id] = action;
    connect(action, &QAction::triggered, m_bar,
            [this, id] { m_bar->setShown(m_bar->shown() == id ? QString() : id); });
    m_bar->addPanel(id, action, [this, id]() -> QWidget* {
        m_made += id;
        if (id == "outline"_L1) return new OutlinePanel(m_appearance);
        return new TypingPanel;
    });
}

void TestSidebar::init()
{
    m_made.clear();
    m_actions.clear();
    m_window = std::make_unique<QSplitter>();
    m_bar = new Sidebar(m_appearance, m_window.get());
    m_centre = new QLineEdit(m_window.get());
    m_window->addWidget(m_bar);
    m_window->addWidget(m_centre);
    m_window->setStretchFactor(1, 1);
    m_window->setCollapsible(0, false);
    m_window->setHandleWidth(1);
    m_window->resize(900, 500);
    add(u"outline"_s, u"&Outline"_s, u"outline"_s);
    add(u"files"_s, u"Files…"_s, u"files"_s);
    add(u"resources"_s, u"Resources"_s, u"gauge"_s);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void TestSidebar::addPanel_atStart_makesNothing()
{
    QCOMPARE(m_bar->shown(), QString());
    QCOMPARE(m_made, QStringList());
    QVERIFY(!m_bar->panel(u"files"_s));
    QTRY_COMPARE(m_bar->width(), Sidebar::stripWidth);
    for (const QString& name : {u"outline"_s, u"files"_s, u"gauge"_s, u"machine"_s, u"server"_s, u"network"_s,
                                u"eye"_s, u"eye-off"_s})
        QVERIFY2(!icon(name).isNull(), qPrintable(name));
}

void TestSidebar::button_click_showsAndHides()
{
    QSignalSpy changed(m_bar, &Sidebar::shownChanged);
    click(u"files"_s);
    QCOMPARE(m_bar->shown(), u"files"_s);
    QCOMPARE(m_made, QStringList{u"files"_s});
    QVERIFY(m_bar->panel(u"files"_s)->isVisible());
    QVERIFY(button(u"files"_s)->isChecked());
    QTRY_VERIFY(m_bar->width() >= Sidebar::stripWidth + Sidebar::leastPanelWidth);
    click(u"files"_s);
    QCOMPARE(m_bar->shown(), QString());
    QVERIFY(!m_bar->panel(u"files"_s)->isVisible());
    QVERIFY(!m_actions[u"files"_s]->isChecked());
    QTRY_COMPARE(m_bar->width(), Sidebar::stripWidth);
    click(u"files"_s);
    QCOMPARE(m_made, QStringList{u"files"_s}); // the same one again
    QCOMPARE(changed.size(), 3);
    QCOMPARE(changed[1][0].toString(), QString());
}

void TestSidebar::button_ofAnother_replacesThePanel()
{
    click(u"files"_s);
    click(u"outline"_s);
    QCOMPARE(m_bar->shown(), u"outline"_s);
    QVERIFY(!m_bar->panel(u"files"_s)->isVisible());
    QVERIFY(m_bar->panel(u"outline"_s)->isVisible());
    QVERIFY(!button(u"files"_s)->isChecked());
    QVERIFY(button(u"outline"_s)->isChecked());
    const auto labels = m_bar->findChildren<QLabel*>();
    QCOMPARE(std::ranges::count(labels, u"Outline"_s, [](const QLabel* label) { return label->text(); }), 1);
}

void TestSidebar::button_action_isMirrored()
{
    QAction* const action = m_actions[u"files"_s];
    click(u"files"_s);
    QCOMPARE(button(u"files"_s)->toolTip(), u"Files… (F9)"_s);
    action->setText(u"Dossiers"_s);
    action->setToolTip(u"Dossiers (F8)"_s);
    QCOMPARE(button(u"files"_s)->text(), u"Dossiers"_s);
    QCOMPARE(button(u"files"_s)->toolTip(), u"Dossiers (F8)"_s);
    QVERIFY(std::ranges::any_of(m_bar->findChildren<QLabel*>(),
                                [](const QLabel* label) { return label->text() == u"Dossiers"_s; }));
    action->setEnabled(false);
    QVERIFY(!button(u"files"_s)->isEnabled());
    // What is shown can be hidden all the same.
    QTest::mouseClick(closeButton(), Qt::LeftButton);
    QCOMPARE(m_bar->shown(), QString());
}

void TestSidebar::button_keys_work()
{
    button(u"outline"_s)->setFocus();
    QTest::keyClick(button(u"outline"_s), Qt::Key_Down);
    QVERIFY(button(u"files"_s)->hasFocus());
    QTest::keyClick(button(u"files"_s), Qt::Key_Space);
    QCOMPARE(m_bar->shown(), u"files"_s);
    m_bar->focusPanel();
    QVERIFY(static_cast<TypingPanel*>(m_bar->panel(u"files"_s))->line->hasFocus());
}

void TestSidebar::setShown_unknown_showsNone()
{
    m_bar->setShown(u"files"_s);
    QVERIFY(m_actions[u"files"_s]->isChecked());
    QSignalSpy changed(m_bar, &Sidebar::shownChanged);
    m_bar->setShown(u"files"_s);
    QCOMPARE(changed.size(), 0);
    m_bar->setShown(u"nothing"_s);
    QCOMPARE(m_bar->shown(), QString());
    QCOMPARE(changed.size(), 1);
    QVERIFY(!m_actions[u"files"_s]->isChecked());
}

void TestSidebar::close_button_hides()
{
    click(u"files"_s);
    QVERIFY(closeButton()->isVisible());
    QTest::mouseClick(closeButton(), Qt::LeftButton);
    QCOMPARE(m_bar->shown(), QString());
    QVERIFY(!m_actions[u"files"_s]->isChecked());
}

void TestSidebar::escape_inPanel_givesFocusBack()
{
    click(u"files"_s);
    m_bar->focusPanel();
    QSignalSpy returned(m_bar, &Sidebar::focusReturned);
    QTest::keyClick(static_cast<TypingPanel*>(m_bar->panel(u"files"_s))->line, Qt::Key_Escape);
    QCOMPARE(returned.size(), 1);
    QCOMPARE(m_bar->shown(), u"files"_s);
    QTest::keyClick(button(u"outline"_s), Qt::Key_Escape);
    QCOMPARE(returned.size(), 2);
}

void TestSidebar::hiding_focusedPanel_givesFocusBack()
{
    click(u"files"_s);
    QSignalSpy returned(m_bar, &Sidebar::focusReturned);
    m_centre->setFocus();
    m_actions[u"files"_s]->trigger();
    QCOMPARE(returned.size(), 0);
    m_actions[u"files"_s]->trigger();
    m_bar->focusPanel();
    m_actions[u"files"_s]->trigger();
    QCOMPARE(returned.size(), 1);
}

void TestSidebar::width_ofPanel_isKept()
{
    m_bar->setPanelWidth(310);
    QCOMPARE(m_bar->panelWidth(), 310);
    click(u"files"_s);
    QTRY_COMPARE(m_bar->panelWidth(), 310);
    QTRY_COMPARE(m_bar->width(), 310 + Sidebar::stripWidth);
    // The user drags the handle.
    QSplitterHandle* const handle = m_window->handle(1);
    const QPoint grip = handle->rect().center();
    QTest::mousePress(handle, Qt::LeftButton, {}, grip);
    QTest::mouseMove(handle, grip + QPoint(60, 0));
    QTest::mouseRelease(handle, Qt::LeftButton, {}, grip);
    const int dragged = m_bar->panelWidth();
    QVERIFY2(dragged > 340, qPrintable(QString::number(dragged)));
    click(u"files"_s);
    QCOMPARE(m_bar->panelWidth(), dragged);
    QTRY_COMPARE(m_bar->width(), Sidebar::stripWidth);
    click(u"outline"_s);
    QTRY_COMPARE(m_bar->panelWidth(), dragged);
    QVERIFY(m_centre->width() > 300);
}

void TestSidebar::width_setBeforeTheWindowIsShown_counts()
{
    QSplitter window;
    auto* const bar = new Sidebar(m_appearance, &window);
    window.addWidget(bar);
    window.addWidget(new QLineEdit);
    window.setStretchFactor(1, 1);
    bar->addPanel(u"files"_s, m_actions[u"files"_s], [] { return new TypingPanel; });
    bar->setPanelWidth(200);
    bar->setShown(u"files"_s);
    window.resize(900, 400);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    QTRY_COMPARE(bar->panelWidth(), 200);
    window.resize(1200, 400);
    QTRY_COMPARE(window.width(), 1200);
    QCOMPARE(bar->panelWidth(), 200);
}

void TestSidebar::controls_all_haveNames()
{
    click(u"files"_s);
    for (QToolButton* const button : m_bar->findChildren<QToolButton*>()) {
        const QAccessibleInterface* const face = QAccessible::queryAccessibleInterface(button);
        QVERIFY(face && !face->text(QAccessible::Name).isEmpty());
    }
    QCOMPARE(closeButton()->accessibleName(), u"Hide the panel “Files”"_s);
}

QTEST_MAIN(TestSidebar)
#include "tst_sidebar.moc"
