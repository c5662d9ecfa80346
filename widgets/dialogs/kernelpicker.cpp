// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/kernelpicker.h>

#include <widgets/theme/icons.h>
#include <widgets/theme/thinscrollbar.h>

#include <QClipboard>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

QString commandIn(const QString& sentence)
{
    constexpr auto marker = " with: "_L1;
    const qsizetype found = sentence.lastIndexOf(marker);
    return found < 0 ? QString() : sentence.sliced(found + marker.size()).section(u'\n', 0, 0).trimmed();
}

KernelPicker::KernelPicker(runtime::Runtime& runtime, Current current, const Appearance& appearance,
                           QWidget* parent)
    : QDialog(parent), m_runtime(runtime), m_current(std::move(current)), m_appearance(appearance),
      m_choices(new KernelChoices(this)), m_list(new QListView(this)), m_state(new QLabel(this)),
      m_problems(new QVBoxLayout)
{
    setWindowTitle(tr("Choose a kernel"));
    auto* const place = new QLabel(tr("Kernels of: %1").arg(runtime.displayName()), this);
    auto* const again = new QToolButton(this);
    again->setIcon(icon(u"restart"_s));
    again->setAutoRaise(true);
    again->setToolTip(tr("Look again"));
    again->setAccessibleName(tr("Look again"));
    connect(again, &QToolButton::clicked, this, &KernelPicker::refresh);
    auto* const top = new QHBoxLayout;
    top->addWidget(place, 1);
    top->addWidget(again);

    m_list->setModel(m_choices);
    m_list->setItemDelegate(new KernelChoicePainter(appearance, m_list));
    m_list->setAccessibleName(tr("Kernels"));
    m_list->setVerticalScrollBar(new ThinScrollBar(appearance, Qt::Vertical, m_list));
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_state->setAlignment(Qt::AlignCenter);
    m_state->setWordWrap(true);
    m_state->setForegroundRole(QPalette::PlaceholderText);

    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_accept = buttons->addButton(tr("Start"), QDialogButtonBox::AcceptRole);
    m_accept->setDefault(true);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_accept, &QPushButton::clicked, this, &KernelPicker::choose);
    connect(m_list, &QListView::activated, this, &KernelPicker::choose);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &KernelPicker::updateButton);

    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->addLayout(top);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_state, 1);
    layout->addLayout(m_problems);
    layout->addWidget(buttons);
    connect(&appearance, &Appearance::changed, this, [this] { setPalette(m_appearance.theme().palette()); });
    setPalette(appearance.theme().palette());
    resize(560, 460);
    refresh();
}

void KernelPicker::refresh()
{
    const int round = ++m_round;
    m_specs.reset();
    m_kernels.clear();
    clearProblems();
    m_list->hide();
    m_state->setText(tr("Looking for kernels…"));
    m_state->show();
    m_accept->setEnabled(false);
    m_runtime.kernelSpecs().then(this, [this, round](const Result<runtime::KernelSpecs>& specs) {
        if (round == m_round) showSpecs(specs);
    });
    m_runtime.kernels().then(this, [this, round](const Result<std::vector<runtime::KernelInfo>>& kernels) {
        if (round == m_round) showKernels(kernels);
    });
}

void KernelPicker::showSpecs(const Result<runtime::KernelSpecs>& specs)
{
    if (specs) {
        for (const QString& problem : specs->problems)
            addProblem(problem);
        m_specs = *specs;
    } else {
        addProblem(specs.error().message, specs.error().detail);
        m_specs = runtime::KernelSpecs();
    }
    showAll();
}

void KernelPicker::showKernels(const Result<std::vector<runtime::KernelInfo>>& kernels)
{
    if (!kernels) return; // said with the specs, which come the same way
    m_kernels = *kernels;
    if (m_specs) showAll();
}

void KernelPicker::showAll()
{
    m_choices->show(*m_specs, m_kernels, m_current.spec, m_current.kernelId);
    const int row = m_choices->preferredRow();
    const bool any = m_choices->rowCount() > 0;
    m_list->setVisible(any);
    m_state->setVisible(!any);
    m_state->setText(tr("There is no kernel here. Looked into:\n%1").arg(m_specs->searched.join(u'\n')));
    m_list->setCurrentIndex(m_choices->index(std::max(0, row), 0));
    if (any) m_list->setFocus();
    updateButton();
}

void KernelPicker::addProblem(const QString& sentence, const QString& detail)
{
    auto* const box = new QWidget(this);
    auto* const row = new QHBoxLayout(box);
    row->setContentsMargins(0, 2, 0, 2);
    auto* const sign = new QLabel(box);
    sign->setPixmap(icon(u"warning"_s).pixmap(QSize(16, 16), devicePixelRatioF()));
    sign->setAlignment(Qt::AlignTop);
    auto* const text = new QLabel(sentence, box);
    text->setTextFormat(Qt::PlainText);
    text->setWordWrap(true);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    text->setToolTip(detail);
    row->addWidget(sign);
    row->addWidget(text, 1);
    if (const QString command = commandIn(sentence); !command.isEmpty()) {
        auto* const copy = new QToolButton(box);
        copy->setIcon(icon(u"copy"_s));
        copy->setAutoRaise(true);
        copy->setToolTip(tr("Copy the command"));
        copy->setAccessibleName(tr("Copy the command %1").arg(command));
        connect(copy, &QToolButton::clicked, this,
                [command] { QGuiApplication::clipboard()->setText(command); });
        row->addWidget(copy, 0, Qt::AlignTop);
    }
    m_problems->addWidget(box);
}

void KernelPicker::clearProblems()
{
    while (QLayoutItem* const item = m_problems->takeAt(0)) {
        delete item->widget();
        delete item;
    }
}

void KernelPicker::updateButton()
{
    const QModelIndex current = m_list->currentIndex();
    const auto kind = current.data(KernelChoices::KindRole).value<KernelChoices::Kind>();
    const bool joins = kind == KernelChoices::Kind::Kernel;
    const bool isMine = joins && current.data(KernelChoices::CurrentRole).toBool();
    m_accept->setText(joins ? tr("Join") : tr("Start"));
    m_accept->setEnabled(current.isValid() && kind != KernelChoices::Kind::Heading && !isMine);
}

void KernelPicker::choose()
{
    if (!m_accept->isEnabled()) return;
    const QModelIndex current = m_list->currentIndex();
    const QString name = current.data(KernelChoices::NameRole).toString();
    if (current.data(KernelChoices::KindRole).value<KernelChoices::Kind>() == KernelChoices::Kind::Kernel) {
        accept();
        Q_EMIT kernelChosen(name);
        return;
    }
    for (const runtime::KernelSpec& spec : m_specs->specs) {
        if (spec.name != name) continue;
        accept();
        Q_EMIT specChosen(spec);
        return;
    }
}

} // namespace cahier::widgets
