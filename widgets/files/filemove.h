// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/files/transferqueue.h>

#include <QPointer>
#include <QWidget>

namespace cahier::widgets {

/// Moves files into another folder of the same machine, one after another, and asks where one of the name is
/// there already. Deletes itself when it is done.
class FileMove : public QObject {
    Q_OBJECT
public:
    /// Begins at once. `context` is asked over; the move ends with it.
    FileMove(std::shared_ptr<runtime::Runtime> runtime, QStringList paths, QString folder, QWidget* context);

Q_SIGNALS:
    /// It is over: these folders hold other files now; `error` is the first failure, if any.
    void finished(const QStringList& folders, const std::optional<cahier::Error>& error);

private:
    void next();
    void move();
    void handleConflict();
    void apply(TransferQueue::Answer answer);
    void makeWay(runtime::Removal removal);
    void fail(const Error& error);
    [[nodiscard]] QString target() const;

    std::shared_ptr<runtime::Runtime> m_runtime;
    QStringList m_paths; ///< the first is the present one
    QString m_folder;
    QWidget* m_context;
    int m_number = 0; ///< in the present one's new name; 0: none
    std::optional<TransferQueue::Answer> m_forAll;
    std::optional<Error> m_error;
    QStringList m_changed;
};

} // namespace cahier::widgets
