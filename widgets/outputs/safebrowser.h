// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <QTextBrowser>

namespace cahier::widgets {

/// Shows safe HTML (see htmlsafe.h). Loads nothing from anywhere; pictures come out of data: addresses.
class SafeBrowser : public QTextBrowser {
    Q_OBJECT
public:
    SafeBrowser(Appearance& appearance, QWidget* parent);

    void setSafeHtml(const QString& html);
    [[nodiscard]] int heightOfAll(int width) const;
    [[nodiscard]] int lineHeight() const;

protected:
    QVariant loadResource(int type, const QUrl& name) override;
    void doSetSource(const QUrl& /*name*/, QTextDocument::ResourceType /*type*/) override {}
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void applyTheme();

    Appearance& m_appearance;
    QString m_html;
};

} // namespace cahier::widgets
