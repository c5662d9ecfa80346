// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/notebook/notebooksearch.h>

#include <QWidget>

class QLabel;
class QLineEdit;
class QToolButton;

namespace cahier::widgets {

/// The bar of Find and Replace. Knows nothing of the notebook.
class FindBar : public QWidget {
    Q_OBJECT
public:
    explicit FindBar(QWidget* parent = nullptr);

    /// Shows itself; `text` (a selection) becomes what is searched for, unless it is empty.
    void open(bool replace, const QString& text);
    [[nodiscard]] SearchQuery query() const;
    [[nodiscard]] QString replacement() const;
    [[nodiscard]] bool inSelection() const;
    void setResult(qsizetype current, qsizetype count); ///< current from 0, -1: none
    void setError(const QString& sentence);

Q_SIGNALS:
    void queryChanged();
    void nextRequested();
    void previousRequested();
    void replaceRequested();
    void replaceAllRequested();
    void closed();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QToolButton* makeToggle(const QString& icon, const QString& title);
    QToolButton* makeButton(const QString& icon, const QString& title);
    void say(const QString& text, bool bad);

    QLineEdit* m_find;
    QLineEdit* m_replace;
    QLabel* m_result;
    QToolButton* m_case;
    QToolButton* m_words;
    QToolButton* m_regex;
    QToolButton* m_selection;
    QToolButton* m_outputs;
    QWidget* m_replaceRow;
};

} // namespace cahier::widgets
