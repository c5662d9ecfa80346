// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/markdown/markdowndocument.h>

class QPainter;

namespace cahier::widgets {

/// Paints what stands behind a document's text and QTextDocument does not draw: panels of code, bars of
/// quotes, rules. In the document's coordinates; only what touches `area`.
void paintDecorations(QPainter& painter, const MarkdownDocument& document, const QRectF& area);

} // namespace cahier::widgets
