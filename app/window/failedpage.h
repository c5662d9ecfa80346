// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/error.h>
#include <widgets/theme/appearance.h>

#include <QWidget>

class QLabel;
class QPlainTextEdit;

namespace cahier::window {

/// In place of a notebook that could not be opened: what is wrong, and the ways on.
class FailedPage : public QWidget {
    Q_OBJECT
public:
    FailedPage(const QString& path, const Error& error, const widgets::Appearance& appearance,
               QWidget* parent = nullptr);

Q_SIGNALS:
    void retryRequested();
    void locateRequested();

private:
    void showAsText();
    void applyTheme();

    QString m_path;
    const widgets::Appearance& m_appearance;
    QPlainTextEdit* m_text; ///< the file, on demand
    QLabel* m_note;
};

} // namespace cahier::window
