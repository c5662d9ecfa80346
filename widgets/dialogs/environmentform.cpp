// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/environmentform.h>

#include <widgets/dialogs/environmentchoices.h>
#include <widgets/theme/theme.h>

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalBlocker>
#include <QStandardItemModel>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using runtime::Environment;
using runtime::NewEnvironment;

namespace {

constexpr int commandLines = 5, packageColumns = 4, folderWidth = 380;

/// The packages with a box of their own.
constexpr std::array commonPackages{"numpy", "pandas",     "matplotlib", "scikit-learn",
                                    "torch", "tensorflow", "jax",        "ipywidgets"};

bool canBeBase(const Environment& environment, const QString& uv)
{
    return environment.works() && (environment.canMake || !uv.isEmpty());
}

/// Environments are made of other environments' Pythons only for want of something better.
bool isPlainPython(const Environment& environment)
{
    return environment.kind != Environment::Kind::Venv;
}

} // namespace

bool EnvironmentForm::canMake(const runtime::Environments& environments)
{
    return std::ranges::any_of(environments.found, [&](const Environment& environment) {
        return canBeBase(environment, environments.uv);
    });
}

EnvironmentForm::EnvironmentForm(QString notebookFolder, QWidget* parent)
    : QWidget(parent), m_notebookFolder(std::move(notebookFolder)), m_beside(new QRadioButton(this)),
      m_common(new QRadioButton(this)), m_name(new QLineEdit(this)), m_python(new QComboBox(this)),
      m_tool(new QComboBox(this)), m_toolLabel(new QLabel(tr("Made &with"), this)),
      m_systemPackages(new QCheckBox(tr("It also sees the packages of that Python"), this)),
      m_more(new QLineEdit(this)), m_problem(new QLabel(this)), m_commands(new QPlainTextEdit(this)),
      m_create(new QPushButton(tr("Create"), this))
{
    auto* const form = new QFormLayout;
    form->setHorizontalSpacing(20);
    form->setVerticalSpacing(8);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    addPlace(*form);
    m_python->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    form->addRow(tr("Made of &Python"), m_python);
    m_toolLabel->setBuddy(m_tool);
    form->addRow(m_toolLabel, m_tool);
    form->addRow(QString(), m_systemPackages);
    addPackages(*form);
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_commands->setReadOnly(true);
    m_commands->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    m_commands->setFont(monospaceFont());
    m_commands->setTabChangesFocus(true);
    m_commands->setAccessibleName(tr("What will be run"));
    m_commands->setMinimumHeight(commandLines * m_commands->fontMetrics().lineSpacing() + 12);
    auto* const back = new QPushButton(tr("Back"), this);
    back->setAutoDefault(false);
    auto* const buttons = new QHBoxLayout;
    buttons->addWidget(m_problem, 1);
    buttons->addWidget(back);
    buttons->addWidget(m_create);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(form);
    layout->addWidget(new QLabel(tr("What will be run:"), this));
    layout->addWidget(m_commands, 1);
    layout->addLayout(buttons);
    connect(back, &QPushButton::clicked, this, &EnvironmentForm::dismissed);
    connect(m_create, &QPushButton::clicked, this, [this] {
        if (const auto environment = wanted()) Q_EMIT planWanted(runtime::planOf(*environment));
    });
    for (QComboBox* const box : {m_python, m_tool})
        connect(box, &QComboBox::currentIndexChanged, this, &EnvironmentForm::update);
    connect(m_systemPackages, &QCheckBox::toggled, this, &EnvironmentForm::update);
}

void EnvironmentForm::addPlace(QFormLayout& form)
{
    auto* const place = new QVBoxLayout;
    const QString where =
        m_beside->fontMetrics().elidedText(m_notebookFolder + u"/.venv"_s, Qt::ElideMiddle, folderWidth);
    m_beside->setText(tr("Beside the notebook, in %1").arg(QString(where).replace(u'&', u"&&"_s)));
    m_beside->setToolTip(m_notebookFolder);
    m_beside->setVisible(!m_notebookFolder.isEmpty());
    m_beside->setChecked(!m_notebookFolder.isEmpty());
    m_common->setText(tr("For all notebooks, in ~/.virtualenvs, named"));
    m_common->setChecked(m_notebookFolder.isEmpty());
    m_name->setAccessibleName(tr("Name of the environment"));
    m_name->setPlaceholderText(tr("for example: learning"));
    auto* const named = new QHBoxLayout;
    named->addWidget(m_common);
    named->addWidget(m_name, 1);
    place->addWidget(m_beside);
    place->addLayout(named);
    form.addRow(tr("Place"), place);
    connect(m_beside, &QRadioButton::toggled, this, &EnvironmentForm::update);
    connect(m_name, &QLineEdit::textEdited, this, [this] {
        m_common->setChecked(true);
        update();
    });
}

void EnvironmentForm::addPackages(QFormLayout& form)
{
    auto* const grid = new QGridLayout;
    grid->setHorizontalSpacing(16);
    for (std::size_t at = 0; at < commonPackages.size(); ++at) {
        auto* const box = new QCheckBox(QString::fromLatin1(commonPackages[at]), this);
        const int place = static_cast<int>(at);
        grid->addWidget(box, place / packageColumns, place % packageColumns);
        connect(box, &QCheckBox::toggled, this, &EnvironmentForm::update);
        m_packages.push_back(box);
    }
    grid->setColumnStretch(packageColumns, 1);
    form.addRow(tr("With ipykernel and"), grid);
    m_more->setPlaceholderText(tr("others, as pip takes them: transformers polars==1.20"));
    form.addRow(tr("&More packages"), m_more);
    connect(m_more, &QLineEdit::textChanged, this, &EnvironmentForm::update);
}

void EnvironmentForm::setEnvironments(const runtime::Environments& environments)
{
    m_environments = environments;
    const QSignalBlocker quietPython(m_python), quietTool(m_tool);
    fillPythons();
    const QString tool = m_tool->currentData().toString();
    m_tool->clear();
    m_tool->addItem(tr("venv and pip"), QString());
    if (!environments.uv.isEmpty()) m_tool->addItem(tr("uv, which is faster"), environments.uv);
    m_tool->setCurrentIndex(std::max(0, m_tool->findData(tool.isEmpty() ? environments.uv : tool)));
    m_tool->setVisible(!environments.uv.isEmpty());
    m_toolLabel->setVisible(!environments.uv.isEmpty());
    update();
}

void EnvironmentForm::fillPythons()
{
    const QString before = m_python->currentData().toString();
    m_python->clear();
    for (const bool plain : {true, false}) {
        for (const Environment& environment : m_environments.found) {
            if (isPlainPython(environment) != plain || !environment.works()) continue;
            const bool fits = canBeBase(environment, m_environments.uv);
            if (!fits && !plain) continue;
            const QString text =
                tr("%1 – %2 (%3)")
                    .arg(environment.version, environmentTitle(environment), environment.interpreter);
            m_python->addItem(fits ? text : tr("%1: lacks venv; install python3-venv").arg(text),
                              environment.interpreter);
            if (fits) continue;
            auto* const model = qobject_cast<QStandardItemModel*>(m_python->model());
            if (model) model->item(m_python->count() - 1)->setEnabled(false);
        }
    }
    int current = m_python->findData(before);
    for (int row = 0; current < 0 && row < m_python->count(); ++row)
        if (m_python->model()->flags(m_python->model()->index(row, 0)) & Qt::ItemIsEnabled) current = row;
    m_python->setCurrentIndex(current);
}

void EnvironmentForm::activate()
{
    m_create->setDefault(true);
    if (m_beside->isChecked())
        m_beside->setFocus();
    else
        m_name->setFocus();
}

QString EnvironmentForm::folder() const
{
    if (m_beside->isChecked()) return m_notebookFolder + u"/.venv"_s;
    return m_environments.home + u"/.virtualenvs/"_s + m_name->text();
}

Result<NewEnvironment> EnvironmentForm::wanted() const
{
    if (m_common->isChecked())
        if (const auto fits = runtime::checkEnvironmentName(m_name->text()); !fits)
            return std::unexpected(fits.error());
    NewEnvironment environment;
    environment.folder = folder();
    environment.python = m_python->currentData().toString();
    environment.uv = m_tool->currentData().toString();
    environment.systemPackages = m_systemPackages->isChecked();
    const auto isThere = [&](const Environment& each) { return each.prefix == environment.folder; };
    if (std::ranges::any_of(m_environments.found, isThere))
        return failure(ErrorCode::IllegalState,
                       tr("There is an environment at %1 already.").arg(environment.folder));
    const auto base = std::ranges::find(m_environments.found, environment.python, &Environment::interpreter);
    if (base == m_environments.found.end())
        return failure(ErrorCode::NotFound, tr("There is no Python to make it of."));
    if (environment.uv.isEmpty() && !base->canMake)
        return failure(
            ErrorCode::Unsupported,
            tr("%1 lacks the modules venv and ensurepip: make it with uv.").arg(environment.python));
    for (const QCheckBox* const box : m_packages)
        if (box->isChecked()) environment.packages << box->text();
    const auto more = runtime::packagesIn(m_more->text());
    if (!more) return std::unexpected(more.error());
    environment.packages += *more;
    return environment;
}

void EnvironmentForm::update()
{
    const auto environment = wanted();
    m_create->setEnabled(environment.has_value());
    QStringList commands;
    if (environment)
        for (const runtime::EnvironmentStep& step : runtime::planOf(*environment).steps)
            commands << runtime::shellText(step.command);
    m_commands->setPlainText(commands.join(u'\n'));
    // Nobody has to be told what they have not come to yet.
    const bool untouched = m_common->isChecked() && m_name->text().isEmpty();
    m_problem->setText(environment || untouched ? QString() : environment.error().message);
}

} // namespace cahier::widgets
