// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <core/error.h>

#include <QDialog>
#include <QFuture>
#include <QStringList>
#include <QTimer>

#include <functional>

class QGridLayout;
class QLabel;
class QLineEdit;
class QListView;
class QPushButton;
class QStringListModel;
class QVBoxLayout;

namespace cahier::widgets {

class TextBlock;

/// What ssh makes of a machine's name.
struct ResolvedHost {
    QString hostName;
    QString user;
    int port = 22;
    QStringList keyFiles;
    QString jumpHost; ///< empty: none
};

/// Adds a machine that ssh leads to, or changes one.
class AddHostDialog : public QDialog {
    Q_OBJECT
public:
    struct Ways {
        /// The target of what was typed, as it is kept; an error whose sentence tells what to type instead.
        std::function<Result<QString>(const QString& typed)> normalise;
        /// Asks ssh. May be empty: then nothing is said about that.
        std::function<QFuture<Result<ResolvedHost>>(const QString& target)> resolve;
    };
    struct Host {
        QString target;
        QString name;   ///< empty: the target
        QString folder; ///< on that machine, where its kernels start; empty: the home folder
    };

    /// The appearance must outlive it.
    AddHostDialog(Ways ways, const Appearance& appearance, QWidget* parent = nullptr);

    /// The names in the user's ssh configuration, which are read elsewhere and may come late.
    void setNames(const QStringList& names);
    /// It changes this machine, instead of adding one.
    void edit(const Host& host);

Q_SIGNALS:
    /// After it is hidden.
    void hostAdded(const QString& target, const QString& name, const QString& folder);

private:
    void addFields(QVBoxLayout& column);
    void addNames(QGridLayout& form);
    void check();
    void resolve();
    void showResolved(const Result<ResolvedHost>& resolved);
    [[nodiscard]] bool folderFits() const;
    void finish();

    Ways m_ways;
    QLineEdit* m_target;
    QStringListModel* m_names;
    QListView* m_list;
    QLabel* m_noNames;
    TextBlock* m_found; ///< what ssh makes of the target, or what is wrong with it
    QLineEdit* m_name;
    QLineEdit* m_folder;
    QLabel* m_folderProblem;
    QPushButton* m_accept = nullptr;
    QTimer m_pause; ///< ssh is not run for every key
    int m_round = 0;
};

} // namespace cahier::widgets
