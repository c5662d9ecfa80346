// SPDX-License-Identifier: GPL-3.0-or-later
// A machine whose environments are what a test says, and looking into the dialog that shows them.
#pragma once

#include <tests/support/standingruntime.h>
#include <tests/widgets/dialogtesting.h>

#include <QAccessible>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QProcess>
#include <QPromise>
#include <QPushButton>
#include <QTest>

namespace cahier::test {

using namespace Qt::StringLiterals;
using runtime::Environment;

/// Says what it was given, and notes what it was asked to run.
class SaidRuntime : public StandingRuntime {
public:
    Result<runtime::Environments> environmentsSaid;
    runtime::KernelSpecs specsSaid;
    QStringList runs;
    QPromise<Result<runtime::Environments>> unanswered; ///< once it is started

    [[nodiscard]] QString displayName() const override { return u"Test machine"_s; }
    [[nodiscard]] QFuture<Result<runtime::Environments>> environments(const QString&) override
    {
        if (unanswered.future().isStarted()) return unanswered.future();
        return QtFuture::makeReadyValueFuture(environmentsSaid);
    }
    [[nodiscard]] QFuture<Result<runtime::KernelSpecs>> kernelSpecs() override
    {
        return QtFuture::makeReadyValueFuture(Result<runtime::KernelSpecs>(specsSaid));
    }
    [[nodiscard]] std::unique_ptr<runtime::Process> run(const runtime::Command& command) override
    {
        runs << command.argv.join(u' ');
        return nullptr;
    }
};

inline Environment environmentAt(const QString& prefix, const QHash<QString, QString>& packages = {})
{
    Environment environment;
    environment.kind = Environment::Kind::Venv;
    environment.prefix = prefix;
    environment.interpreter = prefix + u"/bin/python"_s;
    environment.paths = {environment.interpreter};
    environment.name = prefix.section(u'/', -1);
    environment.version = u"3.13.5"_s;
    environment.packages = packages;
    environment.canMake = true;
    return environment;
}

inline QPushButton* button(const QWidget& dialog, const QString& text)
{
    for (QPushButton* const each : dialog.findChildren<QPushButton*>())
        if (each->text() == text && each->isVisible()) return each;
    return nullptr;
}

inline QListView& listOf(const QWidget& dialog)
{
    return *named<QListView>(dialog, u"Environments"_s);
}

/// All that labels and the interpreter's path say now.
inline QString visibleText(const QWidget& dialog)
{
    QStringList texts;
    for (const QLabel* const label : dialog.findChildren<QLabel*>())
        if (label->isVisible()) texts << label->text();
    const QLineEdit* const path = named<QLineEdit>(dialog, u"Path of the interpreter"_s);
    if (path && path->isVisible()) texts << path->text();
    return texts.join(u'\n');
}

inline bool selectRow(const QWidget& dialog, const QString& title)
{
    QListView& list = listOf(dialog);
    for (int row = 0; row < list.model()->rowCount(); ++row) {
        if (list.model()->index(row, 0).data().toString() != title) continue;
        list.setCurrentIndex(list.model()->index(row, 0));
        return true;
    }
    return false;
}

/// Every control that is seen has a name for screen readers, whether it takes the focus or not.
inline void checkVisibleNames(const QWidget& dialog)
{
    for (QWidget* const widget : dialog.findChildren<QWidget*>()) {
        const bool isOurs = qobject_cast<QAbstractButton*>(widget) || qobject_cast<QListView*>(widget) ||
                            qobject_cast<QLineEdit*>(widget) || qobject_cast<QPlainTextEdit*>(widget) ||
                            qobject_cast<QComboBox*>(widget);
        if (!isOurs || !widget->isVisible() || widget->parentWidget()->inherits("QLineEdit")) continue;
        const QAccessibleInterface* const face = QAccessible::queryAccessibleInterface(widget);
        QVERIFY(face);
        QVERIFY2(!face->text(QAccessible::Name).isEmpty(), widget->metaObject()->className());
    }
}

inline void makeVenv(const QString& prefix)
{
    QCOMPARE(QProcess::execute(u"python3"_s,
                               {u"-m"_s, u"venv"_s, u"--without-pip"_s, u"--system-site-packages"_s, prefix}),
             0);
}

inline void write(const QString& path, const QByteArray& text)
{
    QVERIFY(QDir().mkpath(QFileInfo(path).path()));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

} // namespace cahier::test
