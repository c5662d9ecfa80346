// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <QDialog>

#include <vector>

namespace cahier::widgets {

/// What the program is made of.
struct AboutPart {
    QString name;
    QString version; ///< empty: not known
    QString licence;
};

/// The parts that widgets itself uses: Qt, QScintilla, KSyntaxHighlighting.
[[nodiscard]] std::vector<AboutPart> widgetParts();

class AboutDialog : public QDialog {
    Q_OBJECT
public:
    AboutDialog(const QString& version, const std::vector<AboutPart>& parts, const Appearance& appearance,
                QWidget* parent = nullptr);

private:
    /// What goes into a report about a fault.
    [[nodiscard]] static QString asText(const QString& version, const std::vector<AboutPart>& parts);
};

} // namespace cahier::widgets
