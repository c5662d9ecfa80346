// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/environmentdetails.h>

#include <widgets/dialogs/environmentchoices.h>

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using runtime::Environment;
using runtime::FrameworkCheck;
using runtime::FrameworkState;

namespace {

QLabel* plainLabel(QWidget* parent)
{
    auto* const label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return label;
}

} // namespace

QString frameworkSentence(const FrameworkState& state)
{
    const auto tr = [](const char* text) { return EnvironmentDetails::tr(text); };
    if (!state.problem.isEmpty()) return tr("%1 cannot be imported: %2").arg(state.name, state.problem);
    if (!state.devices.isEmpty())
        return tr("%1 %2 sees %3").arg(state.name, state.version, state.devices.join(u", "_s));
    if (!state.builtForGpu) return tr("%1 %2 is a build for the CPU alone").arg(state.name, state.version);
    return tr("%1 %2 sees no GPU").arg(state.name, state.version);
}

EnvironmentDetails::EnvironmentDetails(runtime::Runtime& runtime, QWidget* parent)
    : QWidget(parent), m_runtime(runtime), m_title(plainLabel(this)), m_kind(plainLabel(this)),
      m_path(new QLineEdit(this)), m_problem(plainLabel(this)), m_packages(new QGridLayout),
      m_gpu(plainLabel(this)), m_check(new QPushButton(this)), m_remedy(new QPushButton(this))
{
    QFont font = m_title->font();
    font.setBold(true);
    m_title->setFont(font);
    m_kind->setForegroundRole(QPalette::PlaceholderText);
    m_path->setReadOnly(true);
    m_path->setFrame(false);
    m_path->setTextMargins(-2, 0, 0, 0); // in line with the labels
    m_path->setAccessibleName(tr("Path of the interpreter"));
    QPalette flat = m_path->palette();
    flat.setBrush(QPalette::Base, Qt::transparent);
    m_path->setPalette(flat);
    m_gpu->setAccessibleName(tr("What the frameworks see"));
    m_check->setAutoDefault(false);
    m_remedy->setAutoDefault(false);
    m_packages->setColumnStretch(1, 1);
    m_packages->setHorizontalSpacing(16);
    m_packages->setVerticalSpacing(2);
    auto* const actions = new QHBoxLayout;
    actions->addWidget(m_check);
    actions->addWidget(m_remedy);
    actions->addStretch();
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 4, 4, 4);
    layout->setSpacing(8);
    layout->addWidget(m_title);
    layout->addWidget(m_kind);
    layout->addWidget(m_path);
    layout->addWidget(m_problem);
    layout->addLayout(m_packages);
    layout->addWidget(m_gpu);
    layout->addLayout(actions);
    layout->addStretch();
    connect(m_check, &QPushButton::clicked, this, &EnvironmentDetails::checkGpu);
    connect(m_remedy, &QPushButton::clicked, this, [this] {
        if (m_plan) Q_EMIT planWanted(*m_plan);
    });
    clear();
}

EnvironmentDetails::~EnvironmentDetails() = default;

void EnvironmentDetails::clear()
{
    m_running.reset();
    m_environment.reset();
    m_plan.reset();
    m_found.clear();
    while (QLayoutItem* const item = m_packages->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (QWidget* const widget :
         std::initializer_list<QWidget*>{m_title, m_kind, m_path, m_problem, m_gpu, m_check, m_remedy})
        widget->hide();
}

void EnvironmentDetails::show(const Environment& environment, bool isKernel, const QString& uv)
{
    clear();
    m_environment = environment;
    m_title->setText(environmentTitle(environment));
    m_title->show();
    m_kind->setText(environmentKind(environment));
    m_kind->show();
    m_path->setText(environment.interpreter);
    m_path->setCursorPosition(0);
    m_path->show();
    m_problem->setText(environment.problem);
    m_problem->setVisible(!environment.works());
    if (!environment.works()) return;
    showPackages();
    m_check->setText(tr("Check GPU"));
    m_check->setVisible(!FrameworkCheck::frameworksOf(environment).isEmpty());
    showRemedy(isKernel, uv);
}

void EnvironmentDetails::addRow(const QString& name, const QString& value)
{
    const int row = m_packages->rowCount();
    auto* const left = plainLabel(this);
    left->setText(name);
    left->setWordWrap(false);
    left->setForegroundRole(QPalette::PlaceholderText);
    auto* const right = plainLabel(this);
    right->setText(value);
    m_packages->addWidget(left, row, 0, Qt::AlignTop);
    m_packages->addWidget(right, row, 1);
}

void EnvironmentDetails::showPackages()
{
    addRow(tr("Python"), m_environment->version);
    const QStringList order = runtime::knownPackages();
    for (const QString& name : order)
        if (const QString version = m_environment->packages.value(name); !version.isEmpty())
            addRow(name, version);
}

void EnvironmentDetails::showRemedy(bool isKernel, const QString& uv)
{
    if (isKernel) return;
    if (m_environment->hasIpykernel()) {
        m_problem->setText(tr("It has ipykernel, but no kernel of this machine starts it yet."));
        m_remedy->setText(tr("Make it a kernel…"));
        m_plan = runtime::registrationPlan(*m_environment);
    } else {
        m_problem->setText(tr("Notebooks need ipykernel, which is not installed here."));
        m_remedy->setText(tr("Install ipykernel…"));
        const auto plan = runtime::ipykernelPlan(*m_environment, uv);
        if (plan)
            m_plan = *plan;
        else
            m_problem->setText(m_problem->text() + u' ' + plan.error().message);
    }
    m_problem->show();
    m_remedy->setVisible(m_plan.has_value());
}

void EnvironmentDetails::checkGpu()
{
    if (m_running) return endCheck(tr("Stopped."));
    m_found.clear();
    m_gpu->setText(tr("Importing %1… The first time takes a while.")
                       .arg(FrameworkCheck::frameworksOf(*m_environment).join(u", "_s)));
    m_gpu->show();
    m_check->setText(tr("Stop"));
    m_running = std::make_unique<FrameworkCheck>(m_runtime, *m_environment);
    connect(m_running.get(), &FrameworkCheck::found, this, &EnvironmentDetails::showState);
    // Queued: the check is let go of where its end is handled.
    connect(m_running.get(), &FrameworkCheck::finished, this, [this] { endCheck({}); }, Qt::QueuedConnection);
    connect(
        m_running.get(), &FrameworkCheck::failed, this,
        [this](const Error& error) { endCheck(error.message); }, Qt::QueuedConnection);
}

void EnvironmentDetails::showState(const FrameworkState& state)
{
    m_found << frameworkSentence(state);
    m_gpu->setText(m_found.join(u'\n'));
}

void EnvironmentDetails::endCheck(const QString& sentence)
{
    m_running.reset();
    m_check->setText(tr("Check GPU"));
    if (!sentence.isEmpty()) m_found << sentence;
    m_gpu->setText(m_found.join(u'\n'));
}

} // namespace cahier::widgets
