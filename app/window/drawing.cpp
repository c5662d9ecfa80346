// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/window/drawing.h>

#include <widgets/editor/codecolouring.h>
#include <widgets/outputs/builtinoutputs.h>
#include <widgets/outputs/markdownoutput.h>

namespace cahier::window {

Drawing::Drawing(widgets::Appearance& appearance)
    : m_highlighting(appearance), m_markdown{appearance, m_mathematics, widgets::codeColouring(appearance)},
      m_outputs{appearance, m_registry, m_images, m_states},
      m_services{appearance, m_highlighting, m_markdown, m_outputs}
{
    widgets::addBuiltInOutputs(m_registry);
    widgets::addMarkdownOutputs(m_registry, m_markdown);
}

void Drawing::setHeld(bool held)
{
    m_highlighting.setHeld(held);
    m_mathematics.setHeld(held);
}

} // namespace cahier::window
