// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/files/filesmodel.h>
#include <widgets/files/transferqueue.h>
#include <widgets/theme/appearance.h>

#include <QPointer>
#include <QSet>
#include <QTimer>
#include <QWidget>

#include <map>

class QAction;
class QKeyEvent;
class QLabel;
class QLineEdit;
class QMenu;
class QMessageBox;
class QPushButton;
class QStackedWidget;

namespace cahier::widgets {

class FileActions;
class FilesView;
class NoticeList;
class PathBar;
class TransferList;

/// The files of a runtime's machine: browses, uploads, downloads, renames, deletes, makes folders. Asks the
/// runtime for the first time when it is shown.
class FilesPanel : public QWidget {
    Q_OBJECT
public:
    enum class Where { ThisMachine, Elsewhere };

    /// The queue outlives the panel, and what it copies goes on without it.
    FilesPanel(const Appearance& appearance, TransferQueue& queue, QWidget* parent = nullptr);
    ~FilesPanel() override;

    /// Null: none is connected. `name` is for people. `startFolder` (empty: the home folder) is the
    /// notebook's: shown at first, and later a button's. A runtime that was shown before comes back with the
    /// folder that it had.
    void setRuntime(std::shared_ptr<runtime::Runtime> runtime, const QString& name,
                    const QString& startFolder, Where where = Where::Elsewhere);
    /// Lists again what is open: after a cell ran, for example. Cheap while the panel is hidden.
    void refresh();
    void goTo(const QString& folder);

    /// Where the last download went; the desktop's at first.
    [[nodiscard]] const QString& downloadFolder() const { return m_downloadFolder; }
    void setDownloadFolder(const QString& folder) { m_downloadFolder = folder; }
    [[nodiscard]] bool showsHidden() const { return m_model->order().showsHidden; }
    void setShowsHidden(bool shows);

    [[nodiscard]] FilesModel& model() { return *m_model; }
    [[nodiscard]] FilesView& view() { return *m_view; }
    /// By its object name: "open", "enter", "insertPath", "copyPath", "rename", "delete", "newFolder",
    /// "uploadFiles", "uploadFolder", "download", "showHidden", "refresh".
    [[nodiscard]] QAction* action(const QString& name) const { return m_actions.value(name); }

    void upload(const QStringList& localPaths, const QString& folder);
    /// Into a folder of this machine.
    void download(const QStringList& paths, const QString& localFolder);

Q_SIGNALS:
    /// A notebook of this machine was opened.
    void notebookActivated(const QString& path);
    /// Another file was.
    void fileActivated(const QString& path);
    void insertPathRequested(const QString& path);
    void connectRequested();
    void downloadFolderChanged(const QString& folder);
    void showsHiddenChanged(bool shows);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    // filespanel.cpp
    void layOut();
    void connectParts();
    void start();
    void updateState();
    void showMessage(const QString& text, const QString& buttonText = {});
    [[nodiscard]] QString connectionText() const;
    [[nodiscard]] QString emptyText() const;
    void takeConnection();
    void takeListed(const QString& folder);
    void pressStateButton();
    void showError(const Error& error);
    void refreshSoon(const QString& folder);
    void showTitle();

    // filespanelactions.cpp
    void makeActions();
    QAction* addAction(const QString& name, const QString& title, const QString& iconName,
                       const QKeySequence& key, void (FilesPanel::*take)());
    void updateActions();
    void showMenu(QPoint position);
    void fillMenu(QMenu& menu) const;
    [[nodiscard]] bool handleKey(const QKeyEvent& event, bool act);
    void openCurrent();
    void open(int row);
    void enterCurrent();
    void insertPath();
    void copyPath();
    void renameCurrent();
    void removeSelected();
    void makeFolder();
    void askUploadFiles();
    void askUploadFolder();
    void askDownload();
    void toggleHidden();
    [[nodiscard]] QString targetFolder() const;
    void showQuestion();
    void withdrawQuestion();

    const Appearance& m_appearance;
    TransferQueue& m_queue;
    std::shared_ptr<runtime::Runtime> m_runtime;
    QString m_name;
    Where m_where = Where::Elsewhere;
    std::map<std::weak_ptr<runtime::Runtime>, QString, std::owner_less<>> m_lastFolders;
    QString m_downloadFolder;

    FilesModel* m_model;
    FilesView* m_view;
    FileActions* m_fileActions;
    PathBar* m_path;
    QLabel* m_place;
    QLineEdit* m_filter;
    NoticeList* m_notices;
    QStackedWidget* m_pages;
    QLabel* m_message;
    QPushButton* m_stateButton;
    TransferList* m_transfers;
    QHash<QString, QAction*> m_actions;

    QTimer m_filterTimer, m_refreshTimer;
    QSet<QString> m_stale;      ///< folders that are to be listed again
    bool m_isStarting = false;  ///< the notebook's folder is tried
    QString m_selectNext;       ///< a path, once it is listed
    bool m_renamesNext = false; ///< and then it gets a name
    QPointer<QMessageBox> m_question;
    quint64 m_questionId = 0;
};

} // namespace cahier::widgets
