// SPDX-License-Identifier: GPL-3.0-or-later
// An editor in a shown window, and a text that follows its signals as the model of a notebook does.
#pragma once

#include <widgets/editor/codeeditor.h>
#include <widgets/editor/highlighting.h>
#include <widgets/theme/appearance.h>

#include <QSignalSpy>
#include <QTest>
#include <QVBoxLayout>

struct EditorStage {
    cahier::widgets::Appearance appearance;
    cahier::widgets::Highlighting highlighting{appearance};
    QWidget window;
    cahier::widgets::CodeEditor editor{appearance, highlighting, &window};
    QString model;
    int groups = 0; ///< that ended
    int edits = 0;
    bool inGroup = false;

    explicit EditorStage(const QString& language = QStringLiteral("python"))
    {
        using cahier::widgets::CodeEditor;
        window.resize(600, 400);
        auto* const layout = new QVBoxLayout(&window);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->addWidget(&editor);
        editor.setLanguage(language);
        QObject::connect(&editor, &CodeEditor::textEdited, &window,
                         [this](qsizetype position, qsizetype removed, const QString& inserted) {
                             model.replace(position, removed, inserted);
                             ++edits;
                         });
        QObject::connect(&editor, &CodeEditor::editGroupBegan, &window, [this] { inGroup = true; });
        QObject::connect(&editor, &CodeEditor::editGroupEnded, &window, [this] {
            inGroup = false;
            ++groups;
        });
        window.show();
        window.activateWindow();
        editor.setFocus();
        (void)QTest::qWaitForWindowActive(&window);
    }

    void load(const QString& text)
    {
        model = text;
        editor.load(text);
    }
    /// `|` in the text is the cursor.
    void loadAt(QString text)
    {
        const qsizetype cursor = text.indexOf(u'|');
        load(text.remove(cursor, 1));
        editor.setCursorPosition(cursor);
    }
    [[nodiscard]] QString textAt() const
    {
        QString text = editor.text();
        return text.insert(editor.cursorPosition(), u'|');
    }
    void type(const QString& text)
    {
        for (const QChar c : text) {
            QKeyEvent press(QEvent::KeyPress, 0, Qt::NoModifier, QString(c));
            QCoreApplication::sendEvent(&editor, &press);
        }
    }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QTest::keyClick(&editor, key, modifiers);
    }
};
