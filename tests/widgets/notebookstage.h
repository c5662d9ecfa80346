// SPDX-License-Identifier: GPL-3.0-or-later
// A notebook page with everything that it draws with, and a kernel that says what a test tells it to.
#pragma once

#include <core/notebook/document.h>
#include <core/notebook/reader.h>
#include <core/runtime/notebooktarget.h>
#include <core/runtime/session.h>
#include <tests/support/fakekernelconnection.h>
#include <widgets/editor/codecolouring.h>
#include <widgets/editor/codeeditor.h>
#include <widgets/editor/highlighting.h>
#include <widgets/notebook/notebookpage.h>
#include <widgets/outputs/builtinoutputs.h>
#include <widgets/outputs/imagestore.h>
#include <widgets/outputs/markdownoutput.h>

#include <QTest>

#include <climits>

namespace cahier::test {

using notebook::CellContent;
using notebook::CellKey;
using notebook::CellType;

struct NotebookStage {
    widgets::Appearance appearance;
    widgets::Highlighting highlighting{appearance};
    widgets::MathRenderer mathematics;
    widgets::ImageStore images;
    widgets::OutputStates states;
    widgets::OutputRegistry registry;
    widgets::OutputServices outputs{appearance, registry, images, states};
    widgets::MarkdownServices markdown{appearance, mathematics, widgets::codeColouring(appearance)};
    widgets::ViewServices services{appearance, highlighting, markdown, outputs};
    notebook::Document document;
    runtime::NotebookTarget target{document.notebook()};
    runtime::Session session{target};
    std::shared_ptr<FakeKernelConnection> kernel = std::make_shared<FakeKernelConnection>();
    widgets::NotebookPage page{services, document, session};

    /// Sources that begin with # are Markdown.
    explicit NotebookStage(const QStringList& sources)
        : document(notebook::newNotebook(
              {QStringLiteral("python3"), QStringLiteral("Python 3"), QStringLiteral("python")}))
    {
        widgets::addBuiltInOutputs(registry);
        widgets::addMarkdownOutputs(registry, markdown);
        std::vector<CellContent> cells;
        for (const QString& source : sources)
            cells.push_back(
                {.type = source.startsWith(u'#') ? CellType::Markdown : CellType::Code, .source = source});
        notebook().insertCells(0, std::move(cells));
        page.selection().select(0);
        page.resize(800, 600);
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        page.activateWindow();
        page.setFocus();
    }

    [[nodiscard]] notebook::Notebook& notebook() { return document.notebook(); }
    [[nodiscard]] widgets::NotebookView& view() { return page.view(); }
    [[nodiscard]] CellKey key(int index) { return notebook().cellAt(index).key(); }
    [[nodiscard]] widgets::CellWidget* widget(int index) { return view().widgetFor(key(index)); }
    [[nodiscard]] QStringList sources()
    {
        QStringList sources;
        for (int index = 0; index < notebook().cellCount(); ++index)
            sources += notebook().cellAt(index).source();
        return sources;
    }
    /// The top of a cell in the viewport; far away for one without a widget.
    [[nodiscard]] int top(int index)
    {
        const widgets::CellWidget* shown = widget(index);
        return shown ? shown->y() : INT_MIN;
    }
    void startKernel()
    {
        QVERIFY(session.attach(kernel).has_value());
        kernel->catchUp();
        QObject::connect(&page, &widgets::NotebookPage::runRequested, &session,
                         [this](const std::vector<CellKey>& cells) { (void)session.enqueue(cells); });
    }
    void type(const QString& text) { QTest::keyClicks(QApplication::focusWidget(), text); }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::keyClick(QApplication::focusWidget(), key, modifiers);
    }
};

} // namespace cahier::test
