// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/window/notebooktab.h>

#include <QTabWidget>

namespace cahier::window {

/// The open notebooks; also pages that are none. A dot marks what is not saved, on the tab itself.
class NotebookTabs : public QTabWidget {
    Q_OBJECT
public:
    explicit NotebookTabs(const widgets::Appearance& appearance, QWidget* parent = nullptr);

    /// Null where a page is no notebook, or there is none.
    [[nodiscard]] NotebookTab* tabAt(int index) const;
    [[nodiscard]] NotebookTab* current() const { return tabAt(currentIndex()); }
    [[nodiscard]] std::vector<NotebookTab*> all() const;
    /// Paths are compared as they are, links not followed.
    [[nodiscard]] NotebookTab* find(const QString& path) const;
    void add(NotebookTab* tab);
    /// The title and the dot.
    void show(NotebookTab* tab);
    void step(int direction);

Q_SIGNALS:
    void closeRequested(QWidget* page);

protected:
    void tabInserted(int index) override;

private:
    void applyTheme();
    [[nodiscard]] QIcon dot() const;

    const widgets::Appearance& m_appearance;
};

} // namespace cahier::window
