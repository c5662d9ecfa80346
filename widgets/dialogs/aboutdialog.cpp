// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/aboutdialog.h>

#include <QClipboard>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QSysInfo>
#include <QVBoxLayout>

#include <Qsci/qsciglobal.h>
#include <ksyntaxhighlighting_version.h>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

std::vector<AboutPart> widgetParts()
{
    return {
        {u"Qt"_s, QString::fromLatin1(qVersion()), u"LGPL-3.0"_s},
        {u"QScintilla"_s, QStringLiteral(QSCINTILLA_VERSION_STR), u"GPL-3.0"_s},
        {u"KSyntaxHighlighting"_s, QStringLiteral(KSYNTAXHIGHLIGHTING_VERSION_STRING), u"MIT"_s},
    };
}

QString AboutDialog::asText(const QString& version, const std::vector<AboutPart>& parts)
{
    QString text =
        u"Cahier %1\n%2, %3, %4\n"_s.arg(version, QSysInfo::prettyProductName(),
                                         QSysInfo::currentCpuArchitecture(), QGuiApplication::platformName());
    for (const AboutPart& part : parts)
        text += u"%1 %2\n"_s.arg(part.name, part.version);
    return text;
}

AboutDialog::AboutDialog(const QString& version, const std::vector<AboutPart>& parts,
                         const Appearance& appearance, QWidget* parent)
    : QDialog(parent)
{
    setWindowTitle(tr("About Cahier"));
    const Theme& theme = appearance.theme();
    QPalette colours = theme.palette();
    colours.setColor(QPalette::Window, theme.page);
    setPalette(colours);

    auto* const name = new QLabel(u"Cahier"_s, this);
    QFont large = theme.interface;
    large.setPointSizeF(large.pointSizeF() * 2);
    large.setWeight(QFont::DemiBold);
    name->setFont(large);
    auto* const tells = new QLabel(
        tr("Version %1. Notebooks on the desktop, under the GPL-3.0-or-later.").arg(version), this);
    tells->setWordWrap(true);

    auto* const grid = new QGridLayout;
    grid->setHorizontalSpacing(24);
    grid->setVerticalSpacing(4);
    int row = 0;
    for (const AboutPart& part : parts) {
        auto* const licence = new QLabel(part.licence, this);
        licence->setForegroundRole(QPalette::PlaceholderText);
        grid->addWidget(new QLabel(part.name, this), row, 0);
        grid->addWidget(new QLabel(part.version, this), row, 1);
        grid->addWidget(licence, row++, 2);
    }
    grid->setColumnStretch(2, 1);

    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    auto* const copy = buttons->addButton(tr("Copy"), QDialogButtonBox::ActionRole);
    copy->setToolTip(tr("Copies the versions, for a report"));
    connect(copy, &QPushButton::clicked, this,
            [text = asText(version, parts)] { QGuiApplication::clipboard()->setText(text); });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(28, 24, 28, 16);
    layout->setSpacing(4);
    layout->addWidget(name);
    layout->addWidget(tells);
    layout->addSpacing(16);
    layout->addLayout(grid);
    layout->addSpacing(16);
    layout->addWidget(buttons);
    setMinimumWidth(420);
}

} // namespace cahier::widgets
