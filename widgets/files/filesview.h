// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/files/filesmodel.h>
#include <widgets/theme/appearance.h>

#include <QTableView>
#include <QTimer>

namespace cahier::widgets {

/// The files as a tree with columns. Left and Right collapse and expand, Enter opens; files can be dragged in
/// from the desktop, from folder to folder, and out. What is selected stays so when the model begins anew.
class FilesView : public QTableView {
    Q_OBJECT
public:
    FilesView(FilesModel& model, const Appearance& appearance, QWidget* parent = nullptr);

    /// Those of files that the machine can find by their names.
    [[nodiscard]] QStringList selectedPaths() const;
    [[nodiscard]] int selectedCount() const;
    /// Selects it alone and scrolls there; false when it is not shown.
    bool select(const QString& path);
    void rename(const QString& path);
    /// Said where there are no rows; empty: nothing.
    void setPlaceholder(const QString& text);
    /// The folder that a drop would go to; empty when nothing is dragged over this.
    [[nodiscard]] const QString& dropFolder() const { return m_dropFolder; }
    [[nodiscard]] int hoveredRow() const { return m_hoveredRow; }

Q_SIGNALS:
    void opened(const QModelIndex& index); ///< Enter or a double click
    void menuRequested(QPoint globalPosition);
    /// Files of this machine came from elsewhere.
    void filesDropped(const QStringList& localPaths, const QString& folder);
    /// Files of the runtime's machine are to be moved.
    void pathsDropped(const QStringList& paths, const QString& folder);
    void selectionEdited();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void startDrag(Qt::DropActions actions) override;
    void keyboardSearch(const QString& search) override;
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    void selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) override;

private:
    void applyTheme();
    void hover(int row);
    void remember();
    void restore();
    [[nodiscard]] bool isOnChevron(const QModelIndex& index, QPoint position) const;
    [[nodiscard]] bool goSideways(bool right);

    // filesviewdrag.cpp
    [[nodiscard]] QString targetAt(QPoint position, int* row) const;
    [[nodiscard]] bool canTake(const QDropEvent& event, const QString& folder) const;
    void considerDrop(QDropEvent& event);
    void endDrag();
    void openHovered();
    [[nodiscard]] QRect dropRect() const;

    FilesModel& m_model;
    const Appearance& m_appearance;
    QStringList m_selectedBefore; ///< paths, while the model begins anew
    QString m_currentBefore, m_topBefore;
    QString m_placeholder;
    int m_hoveredRow = -1;
    QString m_dropFolder;
    int m_dropRow = -1;  ///< of the folder; -1: the root
    QTimer m_hoverTimer; ///< a folder that is hovered with something in hand opens
};

} // namespace cahier::widgets
