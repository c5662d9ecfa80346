// SPDX-License-Identifier: GPL-3.0-or-later
// The panel of files on a real host, and what a user does with it.
#pragma once

#include "filesstage.h"

#include <tests/support/standingruntime.h>
#include <widgets/files/filespanel.h>
#include <widgets/files/filesview.h>
#include <widgets/files/pathbar.h>
#include <widgets/panels/noticelist.h>

#include <QAccessible>
#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QDropEvent>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QSignalSpy>
#include <QToolButton>

namespace cahier::test {

using namespace widgets;
using namespace Qt::StringLiterals;

/// Its files are those of this machine, or there are none.
class StandIn : public StandingRuntime {
public:
    explicit StandIn(std::shared_ptr<runtime::Runtime> real) : m_real(std::move(real)) {}
    [[nodiscard]] runtime::Files* files() override { return m_real ? m_real->files() : nullptr; }

private:
    std::shared_ptr<runtime::Runtime> m_real;
};

class FilesPanelTest : public QObject {
protected:
    /// Before and after each test.
    void begin();
    void end();
    void show(FilesPanel::Where where = FilesPanel::Where::ThisMachine);
    [[nodiscard]] bool settle();
    bool select(const QString& name) { return m_panel->view().select(m_stage->path(name)); }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QTest::keyClick(&m_panel->view(), key, modifiers);
    }
    [[nodiscard]] QStringList rows() const { return rowsOf(m_panel->model()); }
    [[nodiscard]] QString message() const;
    [[nodiscard]] QString notice() const { return m_panel->findChild<NoticeList*>()->sentence(u"files"_s); }
    [[nodiscard]] QPushButton* stateButton() const;
    [[nodiscard]] QLineEdit* editor() const { return m_panel->view().viewport()->findChild<QLineEdit*>(); }
    [[nodiscard]] QPoint placeOf(const QString& name) const;
    /// Whether a drop there would be taken; the folder it would go to.
    QString dragOver(QMimeData& data, QPoint place);
    void drop(QMimeData& data, QPoint place);
    [[nodiscard]] bool isQuiet() const { return !m_queue->isBusy(); }

    std::unique_ptr<FilesStage> m_stage;
    Appearance m_appearance;
    std::unique_ptr<TransferQueue> m_queue;
    std::unique_ptr<FilesPanel> m_panel;
};

inline void FilesPanelTest::begin()
{
    m_stage->begin();
    m_queue = std::make_unique<TransferQueue>();
    m_panel = std::make_unique<FilesPanel>(m_appearance, *m_queue);
    m_panel->resize(420, 600);
}

inline void FilesPanelTest::end()
{
    m_panel.reset();
    m_queue.reset();
}

inline bool FilesPanelTest::settle()
{
    return QTest::qWaitFor([this] {
        return m_panel->model().state() != FilesModel::State::Listing && !m_panel->model().isBusy();
    });
}

inline void FilesPanelTest::show(FilesPanel::Where where)
{
    m_panel->setRuntime(m_stage->runtime, u"This computer"_s, m_stage->path(), where);
    m_panel->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
    QVERIFY(settle());
    m_panel->view().setFocus();
}

inline QPushButton* FilesPanelTest::stateButton() const
{
    for (QPushButton* const button : m_panel->findChildren<QPushButton*>())
        if (button->isVisible()) return button;
    return nullptr;
}

inline QString FilesPanelTest::message() const
{
    QStringList texts;
    for (const QLabel* const label : m_panel->findChildren<QLabel*>())
        if (label->isVisible() && label->wordWrap() &&
            !qobject_cast<NoticeList*>(label->parentWidget()->parentWidget()))
            texts += label->text();
    return texts.join(u'|');
}

inline QPoint FilesPanelTest::placeOf(const QString& name) const
{
    FilesView& view = m_panel->view();
    const int row = m_panel->model().rowOf(m_stage->path(name));
    return row < 0 ? QPoint(-1, -1) : view.visualRect(m_panel->model().index(row, 0)).center();
}

inline QString FilesPanelTest::dragOver(QMimeData& data, QPoint place)
{
    QWidget* const target = m_panel->view().viewport();
    QDragEnterEvent enter(place, Qt::CopyAction | Qt::MoveAction, &data, Qt::LeftButton, {});
    QApplication::sendEvent(target, &enter);
    QDragMoveEvent move(place, Qt::CopyAction | Qt::MoveAction, &data, Qt::LeftButton, {});
    QApplication::sendEvent(target, &move);
    return move.isAccepted() ? m_panel->view().dropFolder() : QString();
}

inline void FilesPanelTest::drop(QMimeData& data, QPoint place)
{
    QVERIFY(!dragOver(data, place).isEmpty());
    QDropEvent event(place, Qt::CopyAction | Qt::MoveAction, &data, Qt::LeftButton, {});
    QApplication::sendEvent(m_panel->view().viewport(), &event);
    QVERIFY(event.isAccepted());
    QVERIFY(m_panel->view().dropFolder().isEmpty());
}

} // namespace cahier::test
