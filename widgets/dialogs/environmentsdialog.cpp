// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/environmentsdialog.h>

#include <widgets/dialogs/environmentchoices.h>
#include <widgets/dialogs/environmentdetails.h>
#include <widgets/dialogs/environmentform.h>
#include <widgets/dialogs/environmentwork.h>
#include <widgets/dialogs/kernelchoices.h>
#include <widgets/theme/icons.h>
#include <widgets/theme/thinscrollbar.h>

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using runtime::Environment;

EnvironmentsDialog::EnvironmentsDialog(runtime::Runtime& runtime, Notebook notebook,
                                       const Appearance& appearance, QWidget* parent)
    : QDialog(parent), m_runtime(runtime), m_notebook(std::move(notebook)), m_appearance(appearance),
      m_pages(new QStackedWidget(this)), m_listPage(new QWidget(this)), m_search(new QLineEdit(this)),
      m_choices(new EnvironmentChoices(this)), m_list(new QListView(this)), m_state(new QLabel(this)),
      m_details(new EnvironmentDetails(runtime, this)), m_new(new QPushButton(tr("&New environment…"), this)),
      m_use(new QPushButton(tr("Use for this notebook"), this)),
      m_form(new EnvironmentForm(m_notebook.folder, this)), m_work(new EnvironmentWork(runtime, this))
{
    setWindowTitle(tr("Python environments of %1").arg(runtime.displayName()));
    makeListPage();
    makePages();
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->addWidget(m_pages);
    connect(&appearance, &Appearance::changed, this, [this] { setPalette(m_appearance.theme().palette()); });
    setPalette(appearance.theme().palette());
    resize(820, 560);
    refresh();
}

EnvironmentsDialog::~EnvironmentsDialog() = default;

void EnvironmentsDialog::makeListPage()
{
    m_search->setPlaceholderText(tr("Search by name, version or package"));
    m_search->setAccessibleName(tr("Search environments"));
    m_search->setClearButtonEnabled(true);
    auto* const again = new QToolButton(this);
    again->setIcon(icon(u"restart"_s));
    again->setAutoRaise(true);
    again->setToolTip(tr("Look again"));
    again->setAccessibleName(tr("Look again"));
    auto* const top = new QHBoxLayout;
    top->addWidget(m_search, 1);
    top->addWidget(again);

    m_list->setModel(m_choices);
    m_list->setItemDelegate(new KernelChoicePainter(m_appearance, m_list));
    m_list->setAccessibleName(tr("Environments"));
    m_list->setVerticalScrollBar(new ThinScrollBar(m_appearance, Qt::Vertical, m_list));
    m_list->setMinimumWidth(300);
    m_state->setAlignment(Qt::AlignCenter);
    m_state->setWordWrap(true);
    m_state->setTextFormat(Qt::PlainText);
    m_state->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_state->setForegroundRole(QPalette::PlaceholderText);
    auto* const area = new QScrollArea(this);
    area->setWidget(m_details);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setVerticalScrollBar(new ThinScrollBar(m_appearance, Qt::Vertical, area));
    auto* const middle = new QHBoxLayout;
    middle->addWidget(m_list, 1);
    middle->addWidget(m_state, 1);
    middle->addWidget(area, 1);
    auto* const layout = new QVBoxLayout(m_listPage);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(top);
    layout->addLayout(middle, 1);
    layout->addLayout(makeListButtons());
    connect(again, &QToolButton::clicked, this, &EnvironmentsDialog::refresh);
}

QLayout* EnvironmentsDialog::makeListButtons()
{
    auto* const close = new QPushButton(tr("Close"), this);
    close->setAutoDefault(false);
    m_new->setAutoDefault(false);
    m_use->setDefault(true);
    auto* const buttons = new QHBoxLayout;
    buttons->addWidget(m_new);
    buttons->addStretch();
    buttons->addWidget(close);
    buttons->addWidget(m_use);
    connect(close, &QPushButton::clicked, this, &EnvironmentsDialog::reject);
    return buttons;
}

void EnvironmentsDialog::makePages()
{
    for (QWidget* const page : std::initializer_list<QWidget*>{m_listPage, m_form, m_work})
        m_pages->addWidget(page);
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        const QString before = currentInterpreter();
        m_choices->setFilter(text);
        choose(before);
    });
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &EnvironmentsDialog::showCurrent);
    connect(m_list, &QListView::activated, this, &EnvironmentsDialog::useCurrent);
    connect(m_use, &QPushButton::clicked, this, &EnvironmentsDialog::useCurrent);
    connect(m_new, &QPushButton::clicked, this, &EnvironmentsDialog::openForm);
    connect(m_details, &EnvironmentDetails::planWanted, this, [this](const runtime::EnvironmentPlan& plan) {
        m_work->propose(plan);
        openWork();
    });
    connect(m_form, &EnvironmentForm::dismissed, this, &EnvironmentsDialog::backToList);
    connect(m_form, &EnvironmentForm::planWanted, this, [this](const runtime::EnvironmentPlan& plan) {
        openWork();
        m_work->run(plan);
    });
    connect(m_work, &EnvironmentWork::dismissed, this, [this] {
        backToList();
        refresh();
    });
    connect(m_work, &EnvironmentWork::succeeded, this, [this](const QString& python) { m_wanted = python; });
    connect(m_work, &EnvironmentWork::useWanted, this, [this](const QString& python) {
        backToList();
        refresh();
        m_wanted = python;
        m_useWanted = true;
    });
}

void EnvironmentsDialog::refresh()
{
    const int round = ++m_round;
    if (m_wanted.isEmpty()) m_wanted = currentInterpreter();
    m_environments.reset();
    m_specs.reset();
    m_useWanted = false;
    m_choices->show({}, {});
    m_details->clear();
    showState(tr("Looking for Pythons…"));
    m_new->setEnabled(false);
    m_use->setEnabled(false);
    m_runtime.environments(m_notebook.folder)
        .then(this, [this, round](const Result<runtime::Environments>& environments) {
            if (round != m_round) return;
            m_environments = environments;
            showAll();
        });
    m_runtime.kernelSpecs().then(this, [this, round](const Result<runtime::KernelSpecs>& specs) {
        if (round != m_round) return;
        m_specs = specs;
        showAll();
    });
}

void EnvironmentsDialog::showState(const QString& text)
{
    m_state->setText(text);
    m_state->setVisible(!text.isEmpty());
    m_list->setVisible(text.isEmpty());
}

void EnvironmentsDialog::showAll()
{
    if (isLooking()) return;
    if (!*m_environments) return showState(m_environments->error().message);
    const runtime::Environments& environments = **m_environments;
    QString current;
    if (*m_specs)
        for (const Environment& environment : environments.found)
            if (const runtime::KernelSpec* const spec = specOf(environment);
                spec && spec->name == m_notebook.spec)
                current = environment.interpreter;
    m_choices->show(environments.found, current);
    m_form->setEnvironments(environments);
    m_new->setEnabled(EnvironmentForm::canMake(environments));
    m_new->setToolTip(
        m_new->isEnabled()
            ? QString()
            : tr("No Python here has the modules venv and ensurepip. On Debian and Ubuntu: sudo "
                 "apt install python3-venv"));
    choose(std::exchange(m_wanted, {}));
    if (m_useWanted) useCurrent();
}

void EnvironmentsDialog::choose(const QString& interpreter)
{
    if (m_choices->isEmpty())
        showState(
            tr("There is no Python on this machine.\n\nOn Debian and Ubuntu, install one with:\n"
               "sudo apt install python3-venv\n\nElsewhere get it from python.org, or from conda-forge.org "
               "with much for science in it. Then look again."));
    else if (m_choices->rowCount() == 0)
        showState(tr("No environment has “%1”.").arg(m_search->text()));
    else
        showState({});
    m_list->setCurrentIndex(m_choices->index(std::max(0, m_choices->rowOf(interpreter)), 0));
    showCurrent();
}

QString EnvironmentsDialog::currentInterpreter() const
{
    const Environment* const environment = m_choices->at(m_list->currentIndex());
    return environment ? environment->interpreter : QString();
}

const runtime::KernelSpec* EnvironmentsDialog::specOf(const Environment& environment) const
{
    return m_specs && *m_specs ? runtime::specFor(**m_specs, environment) : nullptr;
}

void EnvironmentsDialog::showCurrent()
{
    const Environment* const environment = m_choices->at(m_list->currentIndex());
    const runtime::KernelSpec* const spec = environment ? specOf(*environment) : nullptr;
    m_use->setEnabled(spec);
    if (environment)
        m_details->show(*environment, spec, (*m_environments)->uv);
    else
        m_details->clear();
}

void EnvironmentsDialog::useCurrent()
{
    const Environment* const environment = m_choices->at(m_list->currentIndex());
    const runtime::KernelSpec* const found = environment ? specOf(*environment) : nullptr;
    if (!found) return;
    const runtime::KernelSpec spec = *found;
    accept();
    Q_EMIT environmentChosen(spec);
}

void EnvironmentsDialog::openForm()
{
    m_pages->setCurrentWidget(m_form);
    m_form->activate();
}

void EnvironmentsDialog::openWork()
{
    m_pages->setCurrentWidget(m_work);
}

void EnvironmentsDialog::backToList()
{
    m_pages->setCurrentWidget(m_listPage);
    m_use->setDefault(true);
    m_list->setFocus();
}

void EnvironmentsDialog::reject()
{
    if (m_work->isRunning()) return m_work->refuseToClose();
    if (m_pages->currentWidget() == m_form) return backToList();
    QDialog::reject();
}

} // namespace cahier::widgets
