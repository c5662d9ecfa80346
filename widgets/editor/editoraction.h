// SPDX-License-Identifier: GPL-3.0-or-later
// Private to widgets/editor.
#pragma once

#include <widgets/editor/codeeditor.h>

#include <QPointer>

namespace cahier::widgets {

class CodeEditor::Action {
public:
    explicit Action(CodeEditor& editor) : m_editor(&editor) { editor.beginAction(); }
    ~Action()
    {
        if (m_editor) m_editor->endAction();
    }
    Action(const Action&) = delete;
    Action& operator=(const Action&) = delete;

private:
    QPointer<CodeEditor> m_editor; ///< dragging runs an event loop
};

} // namespace cahier::widgets
