// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/runtime.h>

#include <QWidget>

#include <functional>

namespace cahier::widgets {

/// What is done to files of a runtime's machine, with the questions that come before. What was begun goes on
/// with its runtime when another one is set.
class FileActions : public QObject {
    Q_OBJECT
public:
    /// Questions are asked over the window of `context`.
    explicit FileActions(QWidget* context);

    /// Null: none; nothing happens then.
    void setRuntime(std::shared_ptr<runtime::Runtime> runtime) { m_runtime = std::move(runtime); }

    void rename(const QString& path, const QString& name);
    /// "New folder", with a number where there is one.
    void makeFolder(const QString& folder);
    /// Asks first. Into the trash; where there is none it asks whether to delete for good.
    void remove(const QStringList& paths);
    void move(const QStringList& paths, const QString& folder);

Q_SIGNALS:
    void renamed(const QString& from, const QString& to);
    void folderMade(const QString& path);
    /// This folder holds other files now.
    void changed(const QString& folder);
    void failed(const cahier::Error& error);

private:
    struct Failure {
        QString path;
        Error error;
    };
    using RuntimePtr = std::shared_ptr<runtime::Runtime>;
    using Call = std::function<QFuture<Result<void>>(const QString& path)>;
    using Done = std::function<void(const std::vector<Failure>& failures)>;

    void makeFolderNamed(const QString& folder, int number);
    void removeNow(const RuntimePtr& runtime, const QStringList& paths, runtime::Removal removal);
    void takeRemoved(const RuntimePtr& runtime, const QStringList& paths,
                     const std::vector<Failure>& failures);
    /// Calls for each path, some at a time.
    void forEach(const QStringList& paths, Call call, Done done);

    QWidget* m_context;
    std::shared_ptr<runtime::Runtime> m_runtime;
};

} // namespace cahier::widgets
