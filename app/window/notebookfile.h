// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/notebook/document.h>
#include <core/notebook/recovery.h>
#include <widgets/panels/noticelist.h>

#include <QFileSystemWatcher>
#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>

namespace cahier::window {

/// One notebook and its file, from the user's side: what is asked for, what went wrong, and the ways out. It
/// opens, saves, reverts, notices when another program changes the file, and offers what a crash left behind.
class NotebookFile : public QObject {
    Q_OBJECT
public:
    using Done = std::function<void(bool saved)>;
    static constexpr const char *saveTopic = "save", *diskTopic = "disk", *recoveryTopic = "recovery",
                                *noticeTopic = "notebook";

    explicit NotebookFile(notebook::DocumentOptions options, QObject* parent = nullptr);
    ~NotebookFile() override;

    /// opened() or openFailed() follows.
    void open(const QString& path);
    /// A notebook without a file; `title` is what it is called until it has one. opened() follows at once.
    void adopt(notebook::NotebookData data, const QString& title);
    /// What a crash left of a notebook. opened() or openFailed() follows.
    void recover(const notebook::RecoveryEntry& entry);

    /// Null before it is opened. Replaced by a revert and by what was recovered: see opened().
    [[nodiscard]] notebook::Document* document() const { return m_document.get(); }
    [[nodiscard]] QString path() const; ///< empty: it has no file
    [[nodiscard]] QString title() const;
    [[nodiscard]] bool isModified() const;

    /// Tells saveNameWanted() where there is no name; `done` is then not called.
    void save(const Done& done = {});
    void saveOver(const Done& done = {});
    /// The user was asked whether a file that is there may go.
    void saveAs(const QString& path, const Done& done = {});
    /// Takes what is on disk, and drops what is not saved.
    void revert();
    void setAutosave(std::chrono::minutes interval);
    /// It is not wanted any more, nor what is not saved of it.
    void close();

Q_SIGNALS:
    /// document() is another one. The one before lives until this signal is through.
    void opened();
    void openFailed(const cahier::Error& error);
    void titleChanged();
    void modifiedChanged();
    void saveBegan();
    void saved();
    void saveNameWanted();
    void noticeRaised(const cahier::widgets::Notice& notice);
    void noticeWithdrawn(const QString& topic);

private:
    using Opened = Result<std::shared_ptr<notebook::Document>>;
    void take(std::shared_ptr<notebook::Document> document);
    void watchDocument();
    void watchPath();
    void checkDisk();
    void handleDisk(const notebook::FileIdentity& present);
    void lookForRecovery();
    void offerRecovery(const notebook::RecoveryEntry& entry);
    void takeRecovered(const notebook::RecoveryEntry& entry, Result<notebook::NotebookData> data);
    void follow(QFuture<Result<void>> saving, const Done& done);
    void tellSaveError(const Error& error);
    void raise(const char* topic, widgets::Notice::Kind kind, const QString& sentence, const QString& detail,
               std::vector<widgets::Notice::Way> ways);
    void withdraw(const char* topic);

    notebook::DocumentOptions m_options;
    std::shared_ptr<notebook::Document> m_document;
    QString m_wantedPath;                               ///< what is being opened
    QString m_title;                                    ///< of a notebook without a file
    std::optional<notebook::RecoveryEntry> m_recovered; ///< to be deleted when its contents are saved
    std::chrono::minutes m_autosave{0};
    QFileSystemWatcher m_watcher;
    QTimer m_checkTimer;
    notebook::FileIdentity m_toldDisk; ///< the state of the file that was told
    int m_round = 0;                   ///< answers to earlier requests are dropped
};

} // namespace cahier::window
