// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/outputs/outputwidget.h>

#include <optional>

QT_BEGIN_NAMESPACE
class QLabel;
class QToolButton;
QT_END_NAMESPACE

namespace cahier::widgets {

/// One calm line in place of what cannot be drawn. With a file's type: its type, size and a way to save it.
class NoteOutput : public OutputWidget {
    Q_OBJECT
public:
    enum class Purpose { CannotShow, File };

    NoteOutput(OutputServices& services, Purpose purpose, QWidget* parent = nullptr);
    [[nodiscard]] bool setOutput(const notebook::Output& output, const QString& mimeType) override;
    void clear() override;
    [[nodiscard]] int heightForWidth(int width) const override;
    void addActions(QMenu& menu, QPoint position) override;
    void copy() override;

protected:
    void applyTheme() override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void save();

    Purpose m_purpose;
    QLabel* m_label;
    QToolButton* m_save = nullptr;
    std::optional<notebook::Output> m_output;
    QString m_mimeType;
};

} // namespace cahier::widgets
