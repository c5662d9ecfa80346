// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/outputarea.h>

#include <core/convert/mimerank.h>
#include <widgets/outputs/boundedoutput.h>
#include <widgets/outputs/outputcopyas.h>
#include <widgets/outputs/outputregistry.h>

#include <QContextMenuEvent>
#include <QLocale>
#include <QMenu>
#include <QScopedValueRollback>
#include <QToolButton>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int spacing = 2;
constexpr size_t mostIdle = 4; ///< of each kind

} // namespace

struct OutputArea::Item {
    notebook::Output output;
    QString kind;
    QString mimeType;
    QStringList rejected; ///< types that turned out not to be drawable
    OutputWidget* widget = nullptr;
    OutputWidget* note = nullptr; ///< above the widget, says why it shows less than there is
};

struct OutputArea::Choice {
    QString kind;
    QString mimeType;
    QString note; ///< a type that a reader may expect to see and that is not shown
};

OutputArea::OutputArea(OutputServices& services, QWidget* parent) : QWidget(parent), m_services(services)
{
    setAccessibleName(tr("Outputs"));
}

OutputArea::~OutputArea() = default;

OutputArea::Choice OutputArea::choose(const notebook::Output& output, const QStringList& rejected) const
{
    const QString type = output.type();
    if (type == u"stream") return {QString(OutputRegistry::stream), {}, {}};
    if (type == u"error") return {QString(OutputRegistry::error), {}, {}};
    const QStringList available = output.mimeTypes();
    QStringList types = m_services.registry.ranked(available);
    types.removeIf([&](const QString& mimeType) { return rejected.contains(mimeType); });
    QString missing = rejected.value(0);
    for (const QString& mimeType : available) {
        if (missing.isEmpty() && !m_services.registry.canShow(mimeType)) missing = mimeType;
    }
    if (types.isEmpty()) return {QString(OutputRegistry::note), missing, {}};
    // Where the best that is left is plain text, the reader should know that there is more.
    const QString note = types.front() == u"text/plain" ? missing : QString();
    return {m_services.registry.kindOf(types.front()), types.front(), note};
}

bool OutputArea::tryWidget(Item& item, const Choice& choice, bool isUpdate)
{
    const bool same = item.widget && item.kind == choice.kind;
    if (!same) {
        release(item.widget);
        item.kind = choice.kind;
        item.widget = take(choice.kind);
        if (!item.widget) return false;
    }
    const bool update = isUpdate && same && item.mimeType == choice.mimeType;
    item.mimeType = choice.mimeType;
    item.widget->setScrolling(m_scrolling);
    return update ? item.widget->updateOutput(item.output, item.mimeType)
                  : item.widget->setOutput(item.output, item.mimeType);
}

void OutputArea::apply(Item& item, bool isUpdate)
{
    for (;;) {
        const Choice choice = choose(item.output, item.rejected);
        const bool shown = tryWidget(item, choice, isUpdate);
        if (shown || choice.kind == OutputRegistry::note || choice.mimeType.isEmpty()) {
            setNote(item, choice.note);
            if (item.widget) item.widget->show();
            return;
        }
        item.rejected.append(choice.mimeType);
    }
}

void OutputArea::setNote(Item& item, const QString& note)
{
    if (note.isEmpty()) return release(item.note);
    if (!item.note) item.note = take(QString(OutputRegistry::note));
    if (item.note && item.note->setOutput(item.output, note)) item.note->show();
}

OutputWidget* OutputArea::take(const QString& kind)
{
    std::vector<OutputWidget*>& idle = m_idle[kind];
    if (!idle.empty()) {
        OutputWidget* widget = idle.back();
        idle.pop_back();
        return widget;
    }
    OutputWidget* widget = m_services.registry.make(kind, m_services, this);
    if (!widget) return nullptr;
    widget->setProperty("outputKind", kind);
    connect(widget, &OutputWidget::heightChanged, this, &OutputArea::announce);
    connect(widget, &OutputWidget::failed, this, [this, widget] { retry(widget); });
    connect(widget, &OutputWidget::linkActivated, this, &OutputArea::linkActivated);
    connect(widget, &OutputWidget::sourceLineActivated, this, &OutputArea::sourceLineActivated);
    return widget;
}

void OutputArea::release(OutputWidget*& widget)
{
    if (!widget) return;
    widget->clear();
    widget->hide();
    std::vector<OutputWidget*>& idle = m_idle[widget->property("outputKind").toString()];
    if (idle.size() < mostIdle)
        idle.push_back(widget);
    else
        widget->deleteLater();
    widget = nullptr;
}

void OutputArea::retry(OutputWidget* widget)
{
    const auto item = std::ranges::find(m_items, widget, [](const auto& entry) { return entry->widget; });
    if (item == m_items.end()) return;
    (*item)->rejected.append((*item)->mimeType);
    apply(**item, false);
    mark(**item, int(item - m_items.begin()));
    announce();
}

void OutputArea::releaseFrom(size_t index)
{
    for (size_t i = index; i < m_items.size(); ++i) {
        release(m_items[i]->widget);
        release(m_items[i]->note);
    }
    m_items.resize(std::min(index, m_items.size()));
}

void OutputArea::setOutputs(const std::vector<notebook::Output>& outputs)
{
    m_limit = mostOutputs;
    {
        const QScopedValueRollback loading(m_loading, true);
        releaseFrom(0); // each kind finds one that waits
    }
    updateOutputs(outputs, 0);
}

void OutputArea::updateOutputs(const std::vector<notebook::Output>& outputs, int first)
{
    const size_t shown = std::min(outputs.size(), m_limit);
    {
        const QScopedValueRollback loading(m_loading, true);
        releaseFrom(shown);
        for (size_t i = size_t(std::max(0, first)); i < shown; ++i) {
            if (i < m_items.size()) {
                m_items[i]->output = outputs[i];
                m_items[i]->rejected.clear();
                apply(*m_items[i], true);
            } else {
                m_items.push_back(std::make_unique<Item>(outputs[i]));
                apply(*m_items.back(), false);
            }
            if (!m_matches.empty()) mark(*m_items[i], int(i));
        }
        m_hidden.assign(outputs.begin() + qsizetype(shown), outputs.end());
        updateMore(m_hidden.size());
    }
    setAccessibleName(tr("Outputs, %1").arg(outputs.size()));
    announce();
}

void OutputArea::updateMore(size_t outputs)
{
    if (outputs == 0) {
        if (m_more) m_more->hide();
        return;
    }
    if (!m_more) {
        m_more = new QToolButton(this);
        m_more->setAutoRaise(true);
        connect(m_more, &QToolButton::clicked, this, &OutputArea::showRest);
    }
    m_more->setText(outputs == 1 ? tr("Show 1 more output")
                                 : tr("Show %1 more outputs").arg(QLocale().toString(qulonglong(outputs))));
    m_more->show();
}

void OutputArea::showRest()
{
    std::vector<notebook::Output> outputs;
    for (const auto& item : m_items)
        outputs.push_back(item->output);
    outputs.insert(outputs.end(), m_hidden.begin(), m_hidden.end());
    const int first = int(m_items.size());
    m_limit += mostOutputs;
    updateOutputs(outputs, first);
}

int OutputArea::heightForWidth(int width) const
{
    int height = 0;
    const auto add = [&](int part) { height += part > 0 ? part + spacing : 0; };
    for (const auto& item : m_items) {
        if (item->note) add(item->note->heightForWidth(width));
        if (item->widget) add(item->widget->heightForWidth(width));
    }
    if (!m_hidden.empty() && m_more) add(m_more->sizeHint().height());
    return std::max(0, height - spacing);
}

void OutputArea::arrange()
{
    int y = 0;
    const auto place = [&](QWidget* widget, int height) {
        widget->setGeometry(0, y, width(), height);
        y += height > 0 ? height + spacing : 0;
    };
    for (const auto& item : m_items) {
        if (item->note) place(item->note, item->note->heightForWidth(width()));
        if (item->widget) place(item->widget, item->widget->heightForWidth(width()));
    }
    if (m_hidden.empty() || !m_more) return;
    m_more->move(0, y);
    m_more->resize(m_more->sizeHint());
}

void OutputArea::announce()
{
    if (m_loading) return;
    arrange();
    Q_EMIT heightChanged();
}

void OutputArea::resizeEvent(QResizeEvent* /*event*/)
{
    arrange();
}

OutputWidget* OutputArea::widgetOf(int output) const
{
    return output >= 0 && size_t(output) < m_items.size() ? m_items[size_t(output)]->widget : nullptr;
}

QRect OutputArea::outputRect(int output) const
{
    const OutputWidget* widget = widgetOf(output);
    return widget ? widget->geometry() : QRect();
}

void OutputArea::setScrolling(OutputScrolling scrolling)
{
    if (m_scrolling == scrolling) return;
    m_scrolling = scrolling;
    {
        const QScopedValueRollback loading(m_loading, true);
        for (const auto& item : m_items)
            if (item->widget) item->widget->setScrolling(scrolling);
    }
    announce();
}

bool OutputArea::isBounded() const
{
    return std::ranges::any_of(m_items, [](const auto& item) {
        const auto* output = qobject_cast<const BoundedOutput*>(item->widget);
        return output && output->isBounded();
    });
}

void OutputArea::mark(Item& item, int index)
{
    if (!item.widget) return;
    const auto matches = m_matches.find(index);
    const bool fits = matches != m_matches.end() && matches->second.mimeType == item.mimeType;
    item.widget->setMatches(fits ? matches->second : OutputMatches());
}

void OutputArea::setMatches(std::map<int, OutputMatches> matches)
{
    if (m_matches.empty() && matches.empty()) return;
    m_matches = std::move(matches);
    for (size_t i = 0; i < m_items.size(); ++i)
        mark(*m_items[i], int(i));
}

QRect OutputArea::revealMatch()
{
    const auto current =
        std::ranges::find_if(m_matches, [](const auto& entry) { return entry.second.current >= 0; });
    if (current == m_matches.end()) return {};
    while (size_t(current->first) >= m_items.size() && !m_hidden.empty())
        showRest();
    OutputWidget* widget = widgetOf(current->first);
    return widget ? widget->revealMatch().translated(widget->pos()) : QRect();
}

void OutputArea::contextMenuEvent(QContextMenuEvent* event)
{
    for (size_t i = 0; i < m_items.size(); ++i) {
        const Item& item = *m_items[i];
        if (!item.widget || !item.widget->geometry().contains(event->pos())) continue;
        auto* menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        item.widget->addActions(*menu, item.widget->mapFrom(this, event->pos()));
        addCopyAs(*menu, item.output);
        Q_EMIT contextMenuRequested(menu, int(i));
        menu->popup(event->globalPos());
        event->accept();
        return;
    }
    event->ignore();
}

} // namespace cahier::widgets
