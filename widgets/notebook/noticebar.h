// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QList>
#include <QWidget>

class QVBoxLayout;

namespace cahier::widgets {

/// Sentences above the cells, each with its ways out and a button that closes it. Takes no focus.
class NoticeBar : public QWidget {
    Q_OBJECT
public:
    explicit NoticeBar(QWidget* parent = nullptr);

    /// The same sentence is shown once. Triggering one of `ways` closes the notice.
    void add(const QString& sentence, const QList<QAction*>& ways = {});
    void remove(const QString& sentence);
    [[nodiscard]] QStringList sentences() const;

private:
    [[nodiscard]] QWidget* find(const QString& sentence) const;
    void drop(QWidget* notice);

    QVBoxLayout* m_column;
};

} // namespace cahier::widgets
