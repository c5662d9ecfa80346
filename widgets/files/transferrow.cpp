// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/files/transferrow.h>

#include <widgets/files/filenames.h>
#include <widgets/files/filesmodel.h>
#include <widgets/theme/icons.h>

#include <QGridLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int sign = 16, margin = 10, barHeight = 4, barSteps = 1000;

using Phase = TransferQueue::Phase;

QToolButton* makeButton(const QString& name, QWidget* parent)
{
    auto* const button = new QToolButton(parent);
    button->setIcon(icon(name));
    button->setAutoRaise(true);
    button->setIconSize({14, 14});
    return button;
}

} // namespace

QString timeText(qint64 seconds)
{
    if (seconds < 60) return TransferRow::tr("%1 s").arg(seconds);
    const qint64 minutes = (seconds + 30) / 60;
    if (minutes < 60) return TransferRow::tr("%1 min").arg(minutes);
    return TransferRow::tr("%1 h %2 min").arg(minutes / 60).arg(minutes % 60);
}

QString stateText(const TransferQueue::Item& item)
{
    const QString amount = TransferRow::tr("%1 of %2").arg(sizeText(item.done), sizeText(item.total));
    switch (item.phase) {
    case Phase::Checking:
        return TransferRow::tr("Checking…");
    case Phase::Asking:
        return TransferRow::tr("It is there already: waiting for your answer");
    case Phase::Waiting:
        return TransferRow::tr("Waiting for its turn");
    case Phase::Stalled:
        return TransferRow::tr("%1 · waiting for the connection").arg(amount);
    case Phase::Succeeded:
        return TransferRow::tr("Done · %1").arg(sizeText(item.total));
    case Phase::Failed:
        return item.error ? item.error->message : QString();
    case Phase::Running:
        break;
    }
    if (item.total == 0) return TransferRow::tr("Starting…");
    QStringList parts{amount};
    if (item.speed >= 1) parts += TransferRow::tr("%1/s").arg(sizeText(static_cast<qint64>(item.speed)));
    if (const auto left = item.timeLeft()) parts += TransferRow::tr("%1 left").arg(timeText(*left));
    return parts.join(u" · "_s);
}

TransferRow::TransferRow(TransferQueue& queue, const Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_queue(queue), m_appearance(appearance), m_sign(new QLabel(this)),
      m_name(new QLabel(this)), m_state(new QLabel(this)), m_bar(new QProgressBar(this)),
      m_again(makeButton(u"restart"_s, this)), m_stop(makeButton(u"close"_s, this))
{
    for (QLabel* const label : {m_name, m_state}) {
        label->setTextFormat(Qt::PlainText);
        label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    }
    QFont small = m_state->font();
    small.setPointSizeF(small.pointSizeF() * 0.9);
    m_state->setFont(small);
    m_bar->setRange(0, barSteps);
    m_bar->setTextVisible(false);
    m_bar->setFixedHeight(barHeight);
    m_again->setToolTip(tr("Try again"));
    auto* const grid = new QGridLayout(this);
    grid->setContentsMargins(margin, 3, margin - 4, 3);
    grid->setHorizontalSpacing(6);
    grid->setVerticalSpacing(1);
    grid->addWidget(m_sign, 0, 0);
    grid->addWidget(m_name, 0, 1);
    grid->addWidget(m_again, 0, 2, 2, 1);
    grid->addWidget(m_stop, 0, 3, 2, 1);
    grid->addWidget(m_state, 1, 1);
    grid->addWidget(m_bar, 2, 1, 1, 3);
    grid->setColumnStretch(1, 1);
    connect(m_again, &QToolButton::clicked, this, [this] { m_queue.retry(m_id); });
    connect(m_stop, &QToolButton::clicked, this, [this] {
        const TransferQueue::Item* const item = m_queue.find(m_id);
        if (item && item->isOver())
            m_queue.clear(m_id);
        else
            m_queue.cancel(m_id);
    });
    connect(&appearance, &Appearance::changed, this, &TransferRow::applyTheme);
}

void TransferRow::show(const TransferQueue::Item& item)
{
    m_id = item.id;
    m_isUpload = item.copy.isUpload();
    m_isFailed = item.phase == Phase::Failed;
    m_nameText = shownName(lastName(item.copy.target()));
    m_stateText = stateText(item);
    const QString what = m_isUpload ? tr("Upload of %1 to %2") : tr("Download of %1 from %2");
    setAccessibleName(what.arg(m_nameText, item.copy.place));
    const QString tip = tr("%1\nto %2").arg(shownName(item.copy.source()), shownName(item.copy.target()));
    m_name->setToolTip(u"<p style='white-space:pre'>"_s + tip.toHtmlEscaped() + u"</p>"_s);
    m_state->setToolTip(m_isFailed ? u"<p>"_s + item.error->text().toHtmlEscaped() + u"</p>"_s : QString());
    m_bar->setVisible(item.phase == Phase::Running || item.phase == Phase::Stalled);
    const double part = item.total > 0 ? static_cast<double>(item.done) / static_cast<double>(item.total) : 0;
    m_bar->setValue(static_cast<int>(part * barSteps));
    m_bar->setAccessibleName(tr("Progress of %1").arg(m_nameText));
    m_again->setVisible(m_isFailed);
    m_again->setAccessibleName(tr("Try again: %1").arg(m_nameText));
    m_stop->setToolTip(item.isOver() ? tr("Remove from the list") : tr("Cancel"));
    m_stop->setAccessibleName(
        (item.isOver() ? tr("Remove from the list: %1") : tr("Cancel: %1")).arg(m_nameText));
    applyTheme();
    elide();
    QWidget::show();
}

void TransferRow::applyTheme()
{
    const Theme& theme = m_appearance.theme();
    m_sign->setPixmap(
        icon(m_isUpload ? u"upload"_s : u"download"_s).pixmap(QSize(sign, sign), devicePixelRatioF()));
    QPalette colours = theme.palette();
    colours.setColor(QPalette::WindowText, m_isFailed ? theme.error : theme.muted);
    m_state->setPalette(colours);
}

void TransferRow::elide()
{
    m_name->setText(m_name->fontMetrics().elidedText(m_nameText, Qt::ElideMiddle, m_name->width()));
    m_state->setText(m_state->fontMetrics().elidedText(m_stateText, Qt::ElideRight, m_state->width()));
    m_name->setAccessibleName(m_nameText);
    m_state->setAccessibleName(m_stateText);
}

void TransferRow::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    elide();
}

} // namespace cahier::widgets
