// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/kernellist.h>

#include <widgets/theme/icons.h>
#include <widgets/theme/thinscrollbar.h>

#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QListView>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

QString commandIn(const QString& sentence)
{
    constexpr auto marker = " with: "_L1;
    const qsizetype found = sentence.lastIndexOf(marker);
    return found < 0 ? QString() : sentence.sliced(found + marker.size()).section(u'\n', 0, 0).trimmed();
}

KernelList::KernelList(Current current, const Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_current(std::move(current)), m_choices(new KernelChoices(this)),
      m_list(new QListView(this)), m_state(new QLabel(this)), m_problems(new QVBoxLayout)
{
    m_list->setModel(m_choices);
    m_list->setItemDelegate(new KernelChoicePainter(appearance, m_list));
    m_list->setAccessibleName(tr("Kernels"));
    m_list->setVerticalScrollBar(new ThinScrollBar(appearance, Qt::Vertical, m_list));
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_state->setAlignment(Qt::AlignCenter);
    m_state->setWordWrap(true);
    m_state->setTextFormat(Qt::PlainText);
    m_state->setForegroundRole(QPalette::PlaceholderText);
    connect(m_list, &QListView::activated, this, &KernelList::activated);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &KernelList::selectionChanged);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_state, 1);
    layout->addLayout(m_problems);
    setFocusProxy(m_list);
}

void KernelList::showRuntime(runtime::Runtime* runtime, const QString& why)
{
    m_runtime = runtime;
    refresh();
    if (!runtime) showText(why);
}

void KernelList::refresh()
{
    const int round = ++m_round;
    m_specs.reset();
    m_kernels.clear();
    m_failed = false;
    clearProblems();
    showText(tr("Looking for kernels…"));
    if (!m_runtime) return;
    m_runtime->kernelSpecs().then(this, [this, round](const Result<runtime::KernelSpecs>& specs) {
        if (round == m_round) showSpecs(specs);
    });
    m_runtime->kernels().then(this, [this, round](const Result<std::vector<runtime::KernelInfo>>& kernels) {
        if (round == m_round) showKernels(kernels);
    });
}

void KernelList::showText(const QString& text)
{
    m_choices->show({}, {}, {}, {});
    m_list->hide();
    m_state->setText(text);
    m_state->show();
    Q_EMIT selectionChanged();
}

void KernelList::showSpecs(const Result<runtime::KernelSpecs>& specs)
{
    if (specs) {
        for (const QString& problem : specs->problems)
            addProblem(problem);
        m_specs = *specs;
    } else {
        addProblem(specs.error().message, specs.error().detail);
        m_failed = true;
        m_specs = runtime::KernelSpecs();
    }
    showAll();
}

void KernelList::showKernels(const Result<std::vector<runtime::KernelInfo>>& kernels)
{
    if (!kernels) return; // said with the specs, which come the same way
    m_kernels = *kernels;
    if (m_specs) showAll();
}

void KernelList::showAll()
{
    m_choices->show(*m_specs, m_kernels, m_current.spec, m_current.kernelId);
    const int row = m_choices->preferredRow();
    if (m_choices->rowCount() > 0) {
        m_state->hide();
        m_list->show();
        m_list->setCurrentIndex(m_choices->index(std::max(0, row), 0));
    } else if (m_failed) {
        showText(tr("The kernels are not known."));
    } else {
        showText(tr("There is no kernel here. Looked into:\n%1").arg(m_specs->searched.join(u'\n')));
    }
    Q_EMIT selectionChanged();
    Q_EMIT looked();
}

void KernelList::addProblem(const QString& sentence, const QString& detail)
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

void KernelList::clearProblems()
{
    while (QLayoutItem* const item = m_problems->takeAt(0)) {
        delete item->widget();
        delete item;
    }
}

std::optional<runtime::KernelSpec> KernelList::selectedSpec() const
{
    const QModelIndex current = m_list->currentIndex();
    if (!m_specs ||
        current.data(KernelChoices::KindRole).value<KernelChoices::Kind>() != KernelChoices::Kind::Spec)
        return std::nullopt;
    const auto found = std::ranges::find(m_specs->specs, current.data(KernelChoices::NameRole).toString(),
                                         &runtime::KernelSpec::name);
    return found == m_specs->specs.end() ? std::nullopt : std::optional(*found);
}

QString KernelList::selectedKernel() const
{
    const QModelIndex current = m_list->currentIndex();
    const auto kind = current.data(KernelChoices::KindRole).value<KernelChoices::Kind>();
    return kind == KernelChoices::Kind::Kernel ? current.data(KernelChoices::NameRole).toString() : QString();
}

bool KernelList::isCurrentSelected() const
{
    return m_list->currentIndex().data(KernelChoices::CurrentRole).toBool();
}

} // namespace cahier::widgets
