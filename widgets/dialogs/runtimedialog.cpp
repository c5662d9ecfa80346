// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/runtimedialog.h>

#include <widgets/dialogs/kernellist.h>
#include <widgets/theme/icons.h>

#include <QComboBox>
#include <QDateTime>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QListView>
#include <QLocale>
#include <QPushButton>
#include <QStandardItemModel>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using runtime::ConnectionState;
using runtime::Hardware;
using runtime::RuntimeEntry;

namespace {

constexpr int leastTextWidth = 420;

/// What an entry of the places' box does, where it is no place.
enum class PlaceAction { None, AddMachine, AddServer, Manage };

QLabel* makeText(QWidget* parent)
{
    auto* const label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setMinimumWidth(leastTextWidth); // a form keeps room for the lines that it would have at the least
    label->hide();
    return label;
}

void showText(QLabel& label, const QString& text)
{
    label.setText(text);
    label.setVisible(!text.isEmpty());
}

QString summaryOf(const Hardware& hardware)
{
    QStringList parts;
    if (!hardware.cpu.model.isEmpty()) parts += hardware.cpu.model.simplified();
    if (hardware.cpu.allowedCores > 0) parts += RuntimeDialog::tr("%1 cores").arg(hardware.cpu.allowedCores);
    const std::uint64_t memory = hardware.memoryLimit.value_or(hardware.memoryTotal);
    if (memory > 0)
        parts += RuntimeDialog::tr("%1 of memory")
                     .arg(QLocale().formattedDataSize(static_cast<qint64>(memory), 0,
                                                      QLocale::DataSizeTraditionalFormat));
    if (hardware.gpus.empty() && hardware.tpus.empty()) parts += RuntimeDialog::tr("no accelerator");
    return parts.join(u" · "_s);
}

QIcon iconOf(RuntimeEntry::Kind kind)
{
    return icon(kind == RuntimeEntry::Kind::Local ? u"kernel"_s : u"power"_s);
}

} // namespace

RuntimeDialog::RuntimeDialog(runtime::RuntimeList& runtimes, Current current, const Appearance& appearance,
                             QWidget* parent)
    : QDialog(parent), m_runtimes(runtimes), m_current(std::move(current)), m_appearance(appearance),
      m_places(new QComboBox(this)), m_state(makeText(this)), m_again(new QToolButton(this)),
      m_kernels(new KernelList({m_current.spec, m_current.kernelId}, appearance, this)),
      m_accelerators(new QComboBox(this)), m_wish(makeText(this)), m_consequence(makeText(this)),
      m_environments(new QPushButton(tr("Environments…"), this))
{
    setWindowTitle(tr("Change runtime type"));
    makeLayout();
    connect(m_places, &QComboBox::activated, this, &RuntimeDialog::handlePlace);
    connect(m_kernels, &KernelList::selectionChanged, this, &RuntimeDialog::showConsequence);
    connect(m_kernels, &KernelList::activated, this, &RuntimeDialog::choose);
    connect(m_accelerators, &QComboBox::currentIndexChanged, this, &RuntimeDialog::showConsequence);
    connect(&runtimes, &runtime::RuntimeList::entriesChanged, this, &RuntimeDialog::fillPlaces);
    connect(&runtimes, &runtime::RuntimeList::accessChanged, this, [this](const QString& id) {
        if (id == m_selected) showRuntime();
    });
    connect(&appearance, &Appearance::changed, this, [this] { setPalette(m_appearance.theme().palette()); });
    setPalette(appearance.theme().palette());
    resize(620, 580);
    m_selected = m_current.runtime;
    fillPlaces();
    showRuntime();
    m_kernels->setFocus();
}

void RuntimeDialog::makeLayout()
{
    showText(*m_wish, wishText());
    m_accelerators->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_accelerators->setAccessibleName(tr("Accelerator"));
    auto* const form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setVerticalSpacing(8);
    auto* const place = new QLabel(tr("&Runs on"), this);
    place->setBuddy(m_places);
    form->addRow(place, makePlaceRow());
    form->addRow(QString(), m_state);
    form->addRow(tr("&Accelerator"), m_accelerators);
    form->addRow(QString(), m_wish);
    auto* const kernels = new QLabel(tr("&Kernel"), this);
    kernels->setBuddy(m_kernels->view());
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 12);
    layout->setSpacing(8);
    layout->addLayout(form);
    layout->addWidget(kernels);
    layout->addWidget(m_kernels, 1);
    layout->addWidget(m_consequence);
    layout->addLayout(makeButtons());
}

QLayout* RuntimeDialog::makePlaceRow()
{
    m_places->setAccessibleName(tr("Where the notebook runs"));
    m_places->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_again->setIcon(icon(u"restart"_s));
    m_again->setAutoRaise(true);
    m_again->setToolTip(tr("Look again"));
    m_again->setAccessibleName(tr("Look again"));
    connect(m_again, &QToolButton::clicked, this, [this] {
        if (m_runtime && m_runtime->connectionState().error) m_runtime->reconnect();
        showRuntime();
    });
    auto* const row = new QHBoxLayout;
    row->addWidget(m_places, 1);
    row->addWidget(m_again);
    return row;
}

QLayout* RuntimeDialog::makeButtons()
{
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_accept = buttons->addButton(tr("Start"), QDialogButtonBox::AcceptRole);
    m_accept->setDefault(true);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_accept, &QPushButton::clicked, this, &RuntimeDialog::choose);
    m_environments->setAutoDefault(false);
    connect(m_environments, &QPushButton::clicked, this,
            [this] { Q_EMIT environmentsRequested(m_selected); });
    auto* const row = new QHBoxLayout;
    row->addWidget(m_environments);
    row->addStretch(1);
    row->addWidget(buttons);
    return row;
}

void RuntimeDialog::fillPlaces()
{
    const QSignalBlocker blocker(m_places);
    m_places->clear();
    for (const RuntimeEntry& entry : m_runtimes.entries()) {
        m_places->addItem(iconOf(entry.kind), entry.name, entry.id);
        if (entry.kind != RuntimeEntry::Kind::Local)
            m_places->setItemData(m_places->count() - 1, entry.id, Qt::ToolTipRole);
    }
    m_places->insertSeparator(m_places->count());
    const auto add = [this](const QString& title, PlaceAction action) {
        m_places->addItem(title);
        m_places->setItemData(m_places->count() - 1, static_cast<int>(action), Qt::UserRole + 1);
    };
    add(tr("Add a machine over ssh…"), PlaceAction::AddMachine);
    add(tr("Add a Jupyter Server…"), PlaceAction::AddServer);
    add(tr("Manage runtimes…"), PlaceAction::Manage);
    m_places->setCurrentIndex(std::max(0, m_places->findData(m_selected)));
    m_selected = m_places->currentData().toString();
}

void RuntimeDialog::handlePlace(int index)
{
    const auto action = static_cast<PlaceAction>(m_places->itemData(index, Qt::UserRole + 1).toInt());
    if (action == PlaceAction::None) return selectRuntime(m_places->itemData(index).toString());
    m_places->setCurrentIndex(m_places->findData(m_selected));
    if (action == PlaceAction::AddMachine) Q_EMIT addMachineRequested();
    if (action == PlaceAction::AddServer) Q_EMIT addServerRequested();
    if (action == PlaceAction::Manage) Q_EMIT manageRequested();
}

void RuntimeDialog::selectRuntime(const QString& id)
{
    const int index = m_places->findData(id);
    if (index < 0 || id == m_selected) return;
    m_places->setCurrentIndex(index);
    m_selected = id;
    showRuntime();
}

void RuntimeDialog::selectSpec(const QString& spec)
{
    m_kernels->prefer(spec);
    m_kernels->refresh();
}

QString RuntimeDialog::notebookFolder() const
{
    return m_selected == QLatin1StringView(runtime::RuntimeList::localId) ? m_current.folder : QString();
}

bool RuntimeDialog::isLooking() const
{
    return !m_hardware || m_kernels->isLooking();
}

/// Asks the selected runtime everything anew.
void RuntimeDialog::showRuntime()
{
    const int round = ++m_round;
    disconnect(m_watched);
    m_hardware.reset();
    m_now.reset();
    m_runtime.reset();
    m_kernels->showRuntime(nullptr, tr("Looking for kernels…"));
    showAccelerators();
    m_runtimes.open(m_selected)
        .then(this, [this, round](const Result<std::shared_ptr<runtime::Runtime>>& opened) {
            if (round != m_round) return;
            if (opened) return take(*opened);
            m_hardware = std::unexpected(opened.error());
            m_kernels->showRuntime(nullptr, opened.error().message);
            showHardware(*m_hardware);
        });
}

void RuntimeDialog::take(const std::shared_ptr<runtime::Runtime>& runtime)
{
    m_runtime = runtime;
    m_watched =
        connect(runtime.get(), &runtime::Runtime::connectionChanged, this, &RuntimeDialog::showConnection);
    m_kernels->showRuntime(runtime.get());
    showConnection();
    askHardware();
}

void RuntimeDialog::askHardware()
{
    const int round = m_round;
    m_runtime->hardware().then(this, [this, round](const Result<Hardware>& hardware) {
        if (round == m_round) showHardware(hardware);
    });
    m_runtime->subscribeSamples().then(
        this,
        [this, round, runtime = m_runtime](const Result<std::vector<runtime::ResourceSample>>& samples) {
            runtime->unsubscribeSamples();
            if (round != m_round || !samples || samples->empty()) return;
            m_now = samples->back();
            showAccelerators();
        });
}

void RuntimeDialog::showHardware(const Result<Hardware>& hardware)
{
    m_hardware = hardware;
    showAccelerators();
    showConnection();
}

void RuntimeDialog::showAccelerators()
{
    const QSignalBlocker blocker(m_accelerators);
    const auto before = m_options.empty() ? m_current.accelerator : selectedAccelerator();
    m_options = runtime::acceleratorOptions(m_hardware && *m_hardware ? **m_hardware : Hardware(), m_now);
    QString untold;
    if (m_hardware && !*m_hardware) untold = m_hardware->error().message;
    m_accelerators->clear();
    const auto* const model = qobject_cast<QStandardItemModel*>(m_accelerators->model());
    for (const runtime::AcceleratorOption& option : m_options) {
        const QString reason = option.choice && !untold.isEmpty() ? untold : option.whyNot;
        const QString note = reason.isEmpty() ? option.note : reason;
        m_accelerators->addItem(note.isEmpty() ? option.title : option.title + u" — "_s + note);
        m_accelerators->setItemData(m_accelerators->count() - 1, note, Qt::ToolTipRole);
        if (!reason.isEmpty()) model->item(m_accelerators->count() - 1)->setEnabled(false);
    }
    // What the notebook asks for is proposed where nothing was chosen.
    const auto wanted = before || !m_hardware || !*m_hardware || m_selected == m_current.runtime
                            ? before
                            : runtime::proposalFor(m_current.wish, **m_hardware);
    const auto found = std::ranges::find(m_options, wanted, &runtime::AcceleratorOption::choice);
    const auto row = found == m_options.end() ? 0 : static_cast<int>(found - m_options.begin());
    m_accelerators->setCurrentIndex(model->item(row)->isEnabled() ? row : 0);
    showText(*m_wish, wishText());
    showConsequence();
}

QString RuntimeDialog::wishText() const
{
    if (m_current.wish.kind == runtime::AcceleratorWish::Kind::None) return {};
    const QString wish = m_current.wish.text();
    if (!m_hardware || !*m_hardware) return tr("The notebook asks for %1.").arg(wish);
    const auto proposed = runtime::proposalFor(m_current.wish, **m_hardware);
    if (!proposed)
        return tr("The notebook asks for %1. This runtime has none that can be used: choose another one "
                  "above, "
                  "or add a machine that has one.")
            .arg(wish);
    return tr("The notebook asks for %1. %2 can be chosen.")
        .arg(wish, runtime::nameOf(*proposed, **m_hardware));
}

void RuntimeDialog::showConnection()
{
    if (m_hardware && *m_hardware) return showText(*m_state, summaryOf(**m_hardware));
    if (!m_runtime) return showText(*m_state, m_hardware ? m_hardware->error().message : QString());
    const ConnectionState state = m_runtime->connectionState();
    QString text = state.text(QDateTime::currentMSecsSinceEpoch());
    if (state.error) text += u": "_s + state.error->message;
    // A Jupyter Server does not tell how its connection stands.
    if (m_hardware && state.phase == ConnectionState::Phase::Idle && !state.error)
        text = m_hardware->error().message;
    showText(*m_state, text);
}

std::optional<runtime::AcceleratorChoice> RuntimeDialog::selectedAccelerator() const
{
    const auto row = static_cast<std::size_t>(std::max(0, m_accelerators->currentIndex()));
    return row < m_options.size() ? m_options[row].choice : std::nullopt;
}

bool RuntimeDialog::changesAccelerator() const
{
    return selectedAccelerator() != m_current.accelerator;
}

QString RuntimeDialog::consequence() const
{
    if (m_current.kernelId.isEmpty() || !m_accept->isEnabled()) return {};
    const QString ends = m_current.isBusy
                             ? tr("The kernel is busy: what runs ends, and its variables are lost.")
                             : tr("The notebook's kernel ends, and its variables are lost.");
    const auto spec = m_kernels->selectedSpec();
    if (m_selected == m_current.runtime && spec && spec->name == m_current.spec && changesAccelerator())
        return tr("An accelerator is given to a kernel when it starts, so the kernel is restarted. %1")
            .arg(ends);
    return ends;
}

void RuntimeDialog::showConsequence()
{
    const bool joins = !m_kernels->selectedKernel().isEmpty();
    const bool hasMine = joins && m_kernels->isCurrentSelected();
    const auto spec = m_kernels->selectedSpec();
    const bool isSame = spec && m_selected == m_current.runtime && spec->name == m_current.spec;
    m_accept->setText(joins && !hasMine                                        ? tr("Join")
                      : (hasMine || (isSame && !m_current.kernelId.isEmpty())) ? tr("Restart")
                                                                               : tr("Start"));
    // The kernel that the notebook has can be restarted for another accelerator alone.
    m_accept->setEnabled(joins ? !hasMine || (changesAccelerator() && selectedAccelerator())
                               : spec.has_value());
    m_accelerators->setEnabled(m_hardware.has_value() && (!joins || hasMine));
    m_environments->setEnabled(m_runtime != nullptr);
    showText(*m_consequence, consequence());
}

void RuntimeDialog::choose()
{
    if (!m_accept->isEnabled()) return;
    runtime::RuntimeChoice choice{m_selected, {}, {}, selectedAccelerator()};
    if (const auto spec = m_kernels->selectedSpec())
        choice.spec = *spec;
    else if (m_kernels->isCurrentSelected())
        choice.spec.name = m_current.spec;
    else
        choice.kernel = m_kernels->selectedKernel();
    accept();
    Q_EMIT chosen(choice);
}

} // namespace cahier::widgets
