// SPDX-License-Identifier: GPL-3.0-or-later
// A window with nothing but one QScintilla: until a key typed into it is in its text. One JSON line.
#include <tests/bench/window/paintwatch.h>

#include <Qsci/qsciscintilla.h>

#include <QApplication>
#include <QKeyEvent>
#include <QMainWindow>

#include <cstdio>

using namespace Qt::StringLiterals;
using namespace cahier::bench;

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    QMainWindow window;
    auto* const editor = new QsciScintilla(&window);
    editor->setText(u"import math\nmath.sqrt(2)"_s);
    window.setCentralWidget(editor);
    window.resize(1180, 800);
    PaintWatch watch;
    watch.setRoot(editor);
    application.installEventFilter(&watch);
    window.show();
    editor->setFocus();
    waitUntil([&] { return watch.count() > 0; });
    QKeyEvent key(QEvent::KeyPress, Qt::Key_X, Qt::NoModifier, u"x"_s);
    QApplication::sendEvent(editor, &key);
    if (!editor->text().contains(u'x')) return 1;
    const double editable = sinceStart();
    waitForQuiet(watch, 300);
    std::printf("{\"editable\":%.2f,\"rss\":%.1f,\"anonymous\":%.1f}\n", editable, memory("VmRSS"),
                memory("RssAnon"));
    return 0;
}
