// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <QFrame>

#include <functional>
#include <vector>

class QVBoxLayout;

namespace cahier::widgets {

/// Something that the user should know, and the ways out.
struct Notice {
    enum class Kind { Info, Warning, Error };
    struct Way {
        QString title;
        std::function<void()> take; ///< the notice goes before it is taken
    };
    QString topic; ///< a later notice of this topic replaces it
    Kind kind = Kind::Info;
    QString sentence;
    QString detail = {}; ///< technical text, shown on demand; may be empty
    std::vector<Way> ways = {};
    bool canBeClosed = true;
};

/// Notices one under the other, above what they are about. Takes no room without any.
class NoticeList : public QWidget {
    Q_OBJECT
public:
    explicit NoticeList(const Appearance& appearance, QWidget* parent = nullptr);

    void showNotice(const Notice& notice);
    void withdraw(const QString& topic);
    [[nodiscard]] bool isShown(const QString& topic) const { return m_rows.contains(topic); }
    /// The sentence, or nothing.
    [[nodiscard]] QString sentence(const QString& topic) const;

private:
    void applyTheme();
    [[nodiscard]] QFrame* makeRow(const Notice& notice);
    void addDetail(QFrame& row, QVBoxLayout& column, QLayout& line, const QString& detail);
    void paintRow(QFrame& row) const;

    const Appearance& m_appearance;
    QVBoxLayout* m_layout;
    QHash<QString, QFrame*> m_rows;
};

} // namespace cahier::widgets
