// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/notebook/notebook.h>

#include <QByteArray>

namespace cahier::convert {

struct HtmlOptions {
    QString title;
    QString baseFolder; ///< the notebook's folder: pictures below it are put into the page; empty: none
};

/// One self-contained page, UTF-8. Its content security policy lets nothing run and nothing be fetched, so
/// that a notebook from elsewhere is as harmless in a browser as its text.
[[nodiscard]] QByteArray toHtml(const notebook::Notebook& notebook, const HtmlOptions& options);

/// Terminal text as HTML: escaped, colours as spans.
[[nodiscard]] QString ansiToHtml(const QString& text);

} // namespace cahier::convert
