// SPDX-License-Identifier: GPL-3.0-or-later
// Reads any bytes as the source of a Markdown cell, lays it out, and looks at what a view asks for: positions
// of formulas and pictures, copied text, anchors.
#include <tests/fuzz/guiapplication.h>
#include <tests/fuzz/require.h>
#include <widgets/markdown/markdowndocument.h>

#include <QTextCursor>

using namespace cahier::widgets;

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv)
{
    startGuiApplication(argc, argv);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    static const Theme theme = makeTheme(false, 1, QFont(), QFont());
    MarkdownInput input;
    input.source = QString::fromUtf8(reinterpret_cast<const char*>(data), qsizetype(size));
    const auto document = buildMarkdown(input, theme, {});
    document->setTextWidth(300);
    require(document->size().height() >= 0, "a height");

    const QString text = document->toPlainText();
    for (const FormulaSlot& slot : document->formulas()) {
        require(slot.position >= 0 && slot.position < text.size(), "a formula's position");
        require(text[slot.position] == QChar::ObjectReplacementCharacter, "a formula's character");
        require(!slot.source.isEmpty(), "a formula's source");
    }
    for (const Picture& picture : document->pictures()) {
        require(picture.position >= 0 && picture.position < text.size(), "a picture's position");
        require(text[picture.position] == QChar::ObjectReplacementCharacter, "a picture's character");
        require(picture.data.isEmpty() || !picture.remote, "nothing of the web");
    }
    (void)document->textBetween(0, document->characterCount());
    (void)document->textBetween(document->characterCount() / 3, document->characterCount() / 2);
    for (const QString& anchor : headingAnchors(text.left(200)))
        (void)document->anchorPosition(anchor);
    return 0;
}
