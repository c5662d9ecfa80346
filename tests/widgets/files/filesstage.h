// SPDX-License-Identifier: GPL-3.0-or-later
// A folder of files, and the local runtime that shows them.
#pragma once

#include <tests/support/localstage.h>
#include <widgets/files/filesmodel.h>
#include <widgets/files/transferqueue.h>

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QMessageBox>
#include <QPushButton>
#include <QRandomGenerator>
#include <QTest>

namespace cahier::test {

class FilesStage {
public:
    FilesStage()
    {
        qunsetenv("XDG_DATA_HOME");
        runtime = m_local.makeRuntime();
    }

    std::shared_ptr<runtime::Runtime> runtime;

    /// An empty folder to work in.
    void begin()
    {
        m_folder = std::make_unique<QTemporaryDir>(m_local.folder(QStringLiteral("files-XXXXXX")));
    }
    [[nodiscard]] LocalStage& local() { return m_local; }
    [[nodiscard]] QString path(const QString& name = {}) const
    {
        return name.isEmpty() ? m_folder->path() : m_folder->filePath(name);
    }
    void write(const QString& name, const QByteArray& bytes = "x") const
    {
        QDir().mkpath(QFileInfo(path(name)).path());
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(bytes), bytes.size());
    }
    void makeFolder(const QString& name) const { QVERIFY(QDir().mkpath(path(name))); }
    [[nodiscard]] QByteArray read(const QString& name) const
    {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(not there)");
    }
    [[nodiscard]] QStringList names(const QString& folder = {}) const
    {
        return QDir(path(folder))
            .entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot | QDir::System, QDir::Name);
    }
    [[nodiscard]] static QByteArray noise(qsizetype size)
    {
        QByteArray bytes(size, Qt::Uninitialized);
        QRandomGenerator generator(static_cast<quint32>(size) + 1);
        for (char& byte : bytes)
            byte = static_cast<char>(generator.generate());
        return bytes;
    }

private:
    LocalStage m_local;
    std::unique_ptr<QTemporaryDir> m_folder;
};

/// "  name" for a row of depth 1; notes in parentheses.
inline QStringList rowsOf(const widgets::FilesModel& model)
{
    QStringList rows;
    for (int row = 0; row < model.rowCount(); ++row) {
        const QModelIndex index = model.index(row, 0);
        const QString indent(index.data(widgets::FilesModel::DepthRole).toInt() * 2, u' ');
        const QString text = index.data().toString();
        rows += indent + (model.entryAt(row) ? text : u'(' + text + u')');
    }
    return rows;
}

/// The question that is open, waited for; null when none comes.
inline QMessageBox* openQuestion()
{
    QMessageBox* box = nullptr;
    (void)QTest::qWaitFor([&] {
        for (QWidget* const widget : QApplication::topLevelWidgets())
            if (widget->isVisible() && qobject_cast<QMessageBox*>(widget))
                box = static_cast<QMessageBox*>(widget);
        return box != nullptr;
    });
    return box;
}

/// Presses the button with this text, and waits until the question is gone.
inline bool answer(const QString& title)
{
    const QPointer<QMessageBox> box = openQuestion();
    if (!box) return false;
    for (QAbstractButton* const button : box->buttons()) {
        if (button->text().remove(u'&') != title) continue;
        QTest::mouseClick(button, Qt::LeftButton);
        return QTest::qWaitFor([&] { return !box || !box->isVisible(); });
    }
    return false;
}

inline bool isQuestionOpen()
{
    const QWidgetList widgets = QApplication::topLevelWidgets();
    return std::ranges::any_of(widgets, [](const QWidget* widget) {
        return widget->isVisible() && qobject_cast<const QMessageBox*>(widget);
    });
}

} // namespace cahier::test
