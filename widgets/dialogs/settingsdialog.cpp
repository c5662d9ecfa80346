// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/settingsdialog.h>

#include <widgets/theme/thinscrollbar.h>

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QTimer>
#include <QVBoxLayout>

#include <cmath>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int sectionGap = 18, labelWidth = 150;

QLabel* heading(const QString& text, QWidget* parent)
{
    auto* const label = new QLabel(text, parent);
    QFont font = label->font();
    font.setBold(true);
    label->setFont(font);
    return label;
}

/// Families of one width, which take a moment to find.
void fillFonts(QComboBox& box, const QString& desktop)
{
    box.addItem(desktop, QString());
    const QStringList families = QFontDatabase::families();
    for (const QString& family : families) {
        if (QFontDatabase::isFixedPitch(family) && !QFontDatabase::isPrivateFamily(family))
            box.addItem(family, family);
    }
}

void select(QComboBox& box, const QVariant& value)
{
    const QSignalBlocker quiet(box);
    const int found = box.findData(value);
    box.setCurrentIndex(found < 0 ? 0 : found);
}

} // namespace

SettingsDialog::SettingsDialog(Settings& settings, const Appearance& appearance, QWidget* parent)
    : QDialog(parent), m_settings(settings), m_appearance(appearance), m_content(new QWidget)
{
    setWindowTitle(tr("Settings"));
    auto* const sections = new QVBoxLayout(m_content);
    sections->setContentsMargins(24, 20, 24, 20);
    sections->setSpacing(8);
    addAppearance();
    addEditing();
    addOutputs();
    addKeyboard();
    addFiles();
    addKernels();
    sections->addStretch();

    auto* const area = new QScrollArea(this);
    area->setWidget(m_content);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setVerticalScrollBar(new ThinScrollBar(appearance, Qt::Vertical, area));
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 12);
    layout->addWidget(area);
    auto* const foot = new QHBoxLayout;
    foot->setContentsMargins(12, 0, 12, 0);
    foot->addWidget(buttons);
    layout->addLayout(foot);

    connect(&settings, &Settings::changed, this, &SettingsDialog::showValues);
    connect(&appearance, &Appearance::changed, this, &SettingsDialog::applyTheme);
    applyTheme();
    showValues();
    const QSize wanted = m_content->sizeHint();
    resize(std::max(520, wanted.width()), std::min(700, wanted.height() + 60));
}

QFormLayout* SettingsDialog::addSection(const QString& title)
{
    auto* const sections = static_cast<QVBoxLayout*>(m_content->layout());
    if (sections->count() > 0) sections->addSpacing(sectionGap);
    sections->addWidget(heading(title, m_content));
    auto* const form = new QFormLayout;
    form->setHorizontalSpacing(20);
    form->setVerticalSpacing(10);
    form->setLabelAlignment(Qt::AlignLeft);
    form->setFieldGrowthPolicy(QFormLayout::FieldsStayAtSizeHint);
    sections->addLayout(form);
    return form;
}

/// Labels as wide in every section.
void SettingsDialog::addRow(QFormLayout& form, const QString& text, QWidget* field)
{
    auto* const label = new QLabel(text, m_content);
    label->setBuddy(field);
    label->setMinimumWidth(labelWidth);
    form.addRow(label, field);
}

void SettingsDialog::addSwitch(QFormLayout& form, const QString& text, bool (Settings::*read)() const,
                               void (Settings::*write)(bool))
{
    auto* const box = new QCheckBox(text, m_content);
    form.addRow(box);
    connect(box, &QCheckBox::toggled, this, [this, write](bool on) { (m_settings.*write)(on); });
    m_show.emplace_back([this, box, read] {
        const QSignalBlocker quiet(box);
        box->setChecked((m_settings.*read)());
    });
}

void SettingsDialog::addAppearance()
{
    QFormLayout* const form = addSection(tr("Appearance"));
    auto* const scheme = new QComboBox(m_content);
    scheme->addItem(tr("As the desktop has them"), int(ColourScheme::System));
    scheme->addItem(tr("Light"), int(ColourScheme::Light));
    scheme->addItem(tr("Dark"), int(ColourScheme::Dark));
    addRow(*form, tr("C&olours"), scheme);
    connect(scheme, &QComboBox::activated, this,
            [this, scheme] { m_settings.setScheme(ColourScheme(scheme->currentData().toInt())); });

    auto* const font = new QComboBox(m_content);
    fillFonts(*font, tr("The desktop's"));
    addRow(*form, tr("Code &font"), font);
    connect(font, &QComboBox::activated, this,
            [this, font] { m_settings.setCodeFont(font->currentData().toString()); });

    auto* const size = new QSpinBox(m_content);
    size->setRange(5, 40);
    size->setSpecialValueText(tr("The desktop's"));
    size->setSuffix(tr(" pt"));
    addRow(*form, tr("Code si&ze"), size);
    connect(size, &QSpinBox::valueChanged, this,
            [this, size](int points) { m_settings.setCodeSize(points == size->minimum() ? 0 : points); });

    auto* const zoom = new QSpinBox(m_content);
    zoom->setRange(50, 400);
    zoom->setSingleStep(10);
    zoom->setSuffix(tr(" %"));
    addRow(*form, tr("&Zoom of notebooks"), zoom);
    connect(zoom, &QSpinBox::valueChanged, this,
            [this](int percent) { m_settings.setZoom(percent / 100.0); });

    m_show.emplace_back([this, scheme, font, size, zoom] {
        const QSignalBlocker quietSize(size), quietZoom(zoom);
        select(*scheme, int(m_settings.scheme()));
        select(*font, m_settings.codeFont());
        size->setValue(qRound(m_settings.codeSize()));
        zoom->setValue(qRound(m_settings.zoom() * 100));
    });
}

void SettingsDialog::addEditing()
{
    QFormLayout* const form = addSection(tr("Editing"));
    addSwitch(*form, tr("Show &line numbers"), &Settings::lineNumbers, &Settings::setLineNumbers);
    addSwitch(*form, tr("Close &brackets and quotes"), &Settings::closeBrackets, &Settings::setCloseBrackets);
}

void SettingsDialog::addOutputs()
{
    QFormLayout* const form = addSection(tr("Outputs"));
    addSwitch(*form, tr("&Wrap long lines in outputs"), &Settings::wrapOutputs, &Settings::setWrapOutputs);
}

void SettingsDialog::addKeyboard()
{
    QFormLayout* const form = addSection(tr("Keyboard"));
    auto* const keymap = new QComboBox(m_content);
    keymap->addItem(tr("Jupyter: letters in command mode"), int(Keymap::Jupyter));
    keymap->addItem(tr("Colab: Ctrl+M, then a letter"), int(Keymap::Colab));
    addRow(*form, tr("&Keys as in"), keymap);
    connect(keymap, &QComboBox::activated, this,
            [this, keymap] { m_settings.setKeymap(Keymap(keymap->currentData().toInt())); });
    auto* const reference = new QPushButton(tr("Show and change keys…"), m_content);
    reference->setAutoDefault(false);
    addRow(*form, {}, reference);
    connect(reference, &QPushButton::clicked, this, &SettingsDialog::keyboardReferenceRequested);
    m_show.emplace_back([this, keymap] { select(*keymap, int(m_settings.keymap())); });
}

void SettingsDialog::addFiles()
{
    QFormLayout* const form = addSection(tr("Saving"));
    auto* const autosave = new QComboBox(m_content);
    autosave->addItem(tr("Off"), 0);
    for (const int minutes : {1, 2, 5, 10, 30})
        autosave->addItem(tr("Every %n minute(s)", nullptr, minutes), minutes);
    addRow(*form, tr("&Save by itself"), autosave);
    connect(autosave, &QComboBox::activated, this, [this, autosave] {
        m_settings.setAutosave(std::chrono::minutes(autosave->currentData().toInt()));
    });
    auto* const note = new QLabel(
        tr("Unsaved changes are kept apart all the time, so that a crash loses nothing."), m_content);
    note->setForegroundRole(QPalette::PlaceholderText);
    note->setWordWrap(true);
    form->addRow(note);
    m_show.emplace_back(
        [this, autosave] { select(*autosave, static_cast<int>(m_settings.autosave().count())); });
}

void SettingsDialog::addKernels()
{
    QFormLayout* const form = addSection(tr("Kernels"));
    addSwitch(*form, tr("&Ask before closing a notebook whose kernel is busy"), &Settings::askBeforeClosing,
              &Settings::setAskBeforeClosing);
}

void SettingsDialog::showValues()
{
    for (const auto& show : m_show)
        show();
}

void SettingsDialog::applyTheme()
{
    QPalette colours = m_appearance.theme().palette();
    colours.setColor(QPalette::Window, m_appearance.theme().page);
    setPalette(colours);
}

} // namespace cahier::widgets
