// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/notebook/rawjson.h>
#include <widgets/mathematics/equations.h>

#include <QString>

namespace cahier::widgets {

/// What a rendered text is made from.
struct MarkdownInput {
    QString source;
    notebook::RawJson attachments; ///< a cell's: {name: {MIME type: base64}}; may be empty
    QString folder;                ///< the notebook's: pictures below it are shown; empty: none
    MathContext math;
};

} // namespace cahier::widgets
