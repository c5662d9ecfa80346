// SPDX-License-Identifier: GPL-3.0-or-later
// Finding and pressing what a dialog shows.
#pragma once

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAccessible>
#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>
#include <QTextEdit>

namespace cahier::test {

/// The button of this text or accessible name.
inline QAbstractButton* buttonOf(const QWidget& dialog, const QString& name)
{
    for (QAbstractButton* const button : dialog.findChildren<QAbstractButton*>()) {
        if (button->text().remove(u'&') == name || button->accessibleName() == name) return button;
    }
    return nullptr;
}

inline void press(const QWidget& dialog, const QString& name)
{
    QAbstractButton* const button = buttonOf(dialog, name);
    QVERIFY2(button && button->isVisible(), qPrintable(name));
    QTest::mouseClick(button, Qt::LeftButton);
}

/// A line, combo box or list by its accessible name.
template <typename Widget> Widget* named(const QWidget& dialog, const QString& name)
{
    for (Widget* const widget : dialog.findChildren<Widget*>()) {
        if (widget->accessibleName() == name) return widget;
    }
    return nullptr;
}

/// Everything that is to be read in it.
inline QString textsOf(const QWidget& dialog)
{
    QStringList texts{dialog.windowTitle()};
    for (const QWidget* const widget : dialog.findChildren<QWidget*>()) {
        if (widget->isHidden() || !widget->isVisibleTo(&dialog)) continue;
        if (const auto* const label = qobject_cast<const QLabel*>(widget)) texts += label->text();
        if (const auto* const button = qobject_cast<const QAbstractButton*>(widget)) texts += button->text();
        if (const auto* const block = qobject_cast<const QTextEdit*>(widget)) texts += block->toPlainText();
    }
    return texts.join(u'\n');
}

/// Whether a property of any of its widgets has the text, or a line can be brought back to it.
inline bool holds(const QWidget& dialog, const QString& text)
{
    for (QLineEdit* const line : dialog.findChildren<QLineEdit*>()) {
        if (line->text().contains(text)) return true;
        while (line->isUndoAvailable()) {
            line->undo();
            if (line->text().contains(text)) return true;
        }
    }
    QList<const QWidget*> widgets = dialog.findChildren<const QWidget*>();
    widgets += &dialog;
    for (const QWidget* const widget : widgets) {
        const QMetaObject* const meta = widget->metaObject();
        for (int i = 0; i < meta->propertyCount(); ++i) {
            const QMetaProperty property = meta->property(i);
            if (property.metaType().id() == QMetaType::QString &&
                property.read(widget).toString().contains(text))
                return true;
        }
    }
    return false;
}

/// Whatever takes the focus has a name for screen readers.
inline void checkNames(const QWidget& dialog)
{
    for (QWidget* const widget : dialog.findChildren<QWidget*>()) {
        const bool isInside = widget->window() != &dialog || // the list of a combo box
                              widget->objectName().startsWith(QLatin1String("qt_")) ||
                              widget->parentWidget()->inherits("QComboBox") ||
                              widget->parentWidget()->inherits("QAbstractItemView");
        if (isInside || widget->isHidden() || widget->focusProxy()) continue;
        if (widget->focusPolicy() == Qt::NoFocus) continue;
        const QAccessibleInterface* const face = QAccessible::queryAccessibleInterface(widget);
        QVERIFY(face);
        QVERIFY2(!face->text(QAccessible::Name).isEmpty(), widget->metaObject()->className());
    }
}

} // namespace cahier::test
