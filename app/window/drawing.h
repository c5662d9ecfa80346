// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/editor/highlighting.h>
#include <widgets/markdown/markdownview.h>
#include <widgets/notebook/viewservices.h>
#include <widgets/outputs/imagestore.h>
#include <widgets/outputs/outputregistry.h>
#include <widgets/outputs/outputservices.h>

namespace cahier::window {

/// What every notebook in the window is drawn with. Each part loads what is large on its own worker, when it
/// is first asked for something.
class Drawing {
public:
    explicit Drawing(widgets::Appearance& appearance);

    /// While held, nothing large is loaded.
    void setHeld(bool held);
    [[nodiscard]] const widgets::ViewServices& services() const { return m_services; }

private:
    widgets::Highlighting m_highlighting;
    widgets::MathRenderer m_mathematics;
    widgets::MarkdownServices m_markdown;
    widgets::OutputRegistry m_registry;
    widgets::ImageStore m_images;
    widgets::OutputStates m_states;
    widgets::OutputServices m_outputs;
    widgets::ViewServices m_services;
};

} // namespace cahier::window
