// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/requests.h>

#include <QFrame>

#include <vector>

class QListView;

namespace cahier::widgets {

class Appearance;
class CompletionModel;

/// The list of completions under the cursor. It never has the focus: the editor hands keys to handleKey().
class CompletionPopup : public QFrame {
    Q_OBJECT
public:
    static constexpr int rows = 10;

    CompletionPopup(const Appearance& appearance, QWidget* editor);

    /// `typed` is the text that a match replaces, up to the cursor: with it unchanged all matches are shown.
    void setMatches(std::vector<runtime::Completions::Match> matches, const QString& typed);
    /// Shows what still fits; false when nothing does.
    bool filter(const QString& typed);
    /// `cursor`: the place of the start of the completed word, in global coordinates.
    void showAt(const QRect& cursor);
    /// True when the key was for the list.
    bool handleKey(const QKeyEvent& event);
    [[nodiscard]] QStringList shownMatches() const;

Q_SIGNALS:
    void chosen(const QString& match);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void applyAppearance();
    void move(int rows);
    void choose();
    [[nodiscard]] QSize wantedSize() const;

    const Appearance& m_appearance;
    CompletionModel* m_model;
    QListView* m_list;
};

} // namespace cahier::widgets
