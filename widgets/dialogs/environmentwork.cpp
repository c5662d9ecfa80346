// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/environmentwork.h>

#include <widgets/theme/icons.h>
#include <widgets/theme/theme.h>

#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QScrollBar>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace cahier::widgets {

using runtime::EnvironmentCreation;

namespace {

constexpr int mostLines = 5000;
constexpr auto flushPause = 50ms;
constexpr int signSize = 16;

} // namespace

QString plainTerminalText(QString text)
{
    static const QRegularExpression escapes(u"\\x1b\\[[0-9;?]*[A-Za-z]"_s);
    text.remove(escapes);
    text.replace(u"\r\n"_s, u"\n"_s);
    if (!text.contains(u'\r')) return text;
    QStringList lines = text.split(u'\n');
    for (QString& line : lines) {
        while (line.endsWith(u'\r'))
            line.chop(1);
        line = line.sliced(line.lastIndexOf(u'\r') + 1);
    }
    return lines.join(u'\n');
}

EnvironmentWork::EnvironmentWork(runtime::Runtime& runtime, QWidget* parent)
    : QWidget(parent), m_runtime(runtime), m_sign(new QLabel(this)), m_state(new QLabel(this)),
      m_progress(new QProgressBar(this)), m_output(new QPlainTextEdit(this)),
      m_back(new QPushButton(tr("Back"), this)), m_main(new QPushButton(this))
{
    m_state->setTextFormat(Qt::PlainText);
    m_state->setWordWrap(true);
    m_state->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_sign->setFixedWidth(signSize);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(6);
    m_progress->setAccessibleName(tr("Progress"));
    m_output->setReadOnly(true);
    m_output->setUndoRedoEnabled(false);
    m_output->setMaximumBlockCount(mostLines);
    m_output->setFont(monospaceFont());
    m_output->setTabChangesFocus(true);
    m_output->setAccessibleName(tr("Commands and what they print"));
    m_back->setAutoDefault(false);
    auto* const top = new QHBoxLayout;
    top->addWidget(m_sign, 0, Qt::AlignTop);
    top->addWidget(m_state, 1);
    auto* const buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(m_back);
    buttons->addWidget(m_main);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(top);
    layout->addWidget(m_progress);
    layout->addWidget(m_output, 1);
    layout->addLayout(buttons);
    m_flushTimer.setSingleShot(true);
    m_flushTimer.setInterval(flushPause);
    connect(&m_flushTimer, &QTimer::timeout, this, &EnvironmentWork::flush);
    connect(m_back, &QPushButton::clicked, this, &EnvironmentWork::dismissed);
    connect(m_main, &QPushButton::clicked, this, &EnvironmentWork::press);
}

EnvironmentWork::~EnvironmentWork() = default;

void EnvironmentWork::showPlan(const runtime::EnvironmentPlan& plan)
{
    m_plan = plan;
    m_wentWell = false;
    m_output->clear();
    m_pending.clear();
    m_decoder.resetState();
}

void EnvironmentWork::propose(const runtime::EnvironmentPlan& plan)
{
    showPlan(plan);
    for (const runtime::EnvironmentStep& step : plan.steps)
        m_output->appendPlainText(runtime::shellText(step.command));
    say(tr("%1 will run:").arg(m_runtime.displayName()), {});
    setStage(Stage::Proposed);
}

void EnvironmentWork::run(const runtime::EnvironmentPlan& plan)
{
    showPlan(plan);
    begin();
}

void EnvironmentWork::begin()
{
    m_output->clear();
    m_creation = std::make_unique<EnvironmentCreation>(m_runtime, m_plan);
    connect(m_creation.get(), &EnvironmentCreation::stepStarted, this, &EnvironmentWork::showStep);
    connect(m_creation.get(), &EnvironmentCreation::outputArrived, this, &EnvironmentWork::take);
    connect(m_creation.get(), &EnvironmentCreation::stalled, this, [this](bool waiting) {
        if (waiting)
            say(tr("The connection is lost. It goes on once there is a new one…"), u"warning"_s);
        else
            say(tr("It goes on."), {});
    });
    connect(m_creation.get(), &EnvironmentCreation::succeeded, this, [this] { end({}); });
    connect(m_creation.get(), &EnvironmentCreation::failed, this,
            [this](const Error& error) { end(std::unexpected(error)); });
    m_progress->setRange(0, static_cast<int>(m_plan.steps.size()));
    m_progress->setValue(0);
    setStage(Stage::Running);
    m_creation->start();
}

void EnvironmentWork::showStep(int index)
{
    const runtime::EnvironmentStep& step = m_plan.steps[static_cast<std::size_t>(index)];
    m_progress->setValue(index);
    say(tr("%1 (%2 of %3)…").arg(step.title).arg(index + 1).arg(m_plan.steps.size()), {});
    flush();
    if (!m_output->document()->isEmpty() && !m_output->toPlainText().endsWith(u'\n')) m_pending += u'\n';
    m_pending += u"$ "_s + runtime::shellText(step.command) + u'\n';
    flush();
}

void EnvironmentWork::take(const QByteArray& bytes)
{
    m_pending += m_decoder(bytes);
    if (!m_flushTimer.isActive()) m_flushTimer.start();
}

void EnvironmentWork::flush()
{
    m_flushTimer.stop();
    if (m_pending.isEmpty()) return;
    QScrollBar* const bar = m_output->verticalScrollBar();
    const bool follows = bar->value() == bar->maximum();
    QTextCursor end(m_output->document());
    end.movePosition(QTextCursor::End);
    end.insertText(plainTerminalText(std::exchange(m_pending, {})));
    if (follows) bar->setValue(bar->maximum());
}

void EnvironmentWork::end(const Result<void>& result)
{
    flush();
    m_wentWell = result.has_value();
    if (result) {
        m_progress->setValue(m_progress->maximum());
        say(tr("It is ready."), u"check"_s);
    } else {
        const Error& error = result.error();
        const bool stopped = error.code == ErrorCode::Cancelled;
        const bool isClean = !m_plan.folder.isEmpty() && !error.message.contains(m_plan.folder);
        const QString rest = isClean ? u' ' + tr("Nothing was left behind.") : QString();
        say((stopped ? tr("It was stopped.") : error.message) + rest, stopped ? u"info"_s : u"error"_s);
        m_state->setToolTip(error.detail);
    }
    setStage(Stage::Done);
    if (result) Q_EMIT succeeded(m_plan.python);
}

void EnvironmentWork::press()
{
    switch (m_stage) {
    case Stage::Proposed:
        return begin();
    case Stage::Running:
        setStage(Stage::Stopping);
        say(tr("Stopping…"), {});
        return m_creation->cancel();
    case Stage::Stopping:
        return;
    case Stage::Done:
        Q_EMIT useWanted(m_plan.python);
    }
}

void EnvironmentWork::say(const QString& sentence, const QString& iconName)
{
    m_state->setText(sentence);
    m_state->setToolTip({});
    m_sign->setVisible(!iconName.isEmpty());
    if (!iconName.isEmpty())
        m_sign->setPixmap(icon(iconName).pixmap(QSize(signSize, signSize), devicePixelRatioF()));
}

void EnvironmentWork::refuseToClose()
{
    say(tr("This is still at work. Stop it first to close this window."), u"warning"_s);
    m_main->setFocus();
}

void EnvironmentWork::setStage(Stage stage)
{
    m_stage = stage;
    const bool works = stage == Stage::Running || stage == Stage::Stopping;
    m_progress->setVisible(works);
    m_back->setVisible(!works);
    m_main->setEnabled(stage != Stage::Stopping);
    m_main->setVisible(stage != Stage::Done || m_wentWell);
    m_main->setText(stage == Stage::Proposed ? tr("Run") : works ? tr("Stop") : tr("Use for this notebook"));
    // Return is not to stop it.
    m_main->setDefault(!works);
    m_main->setAutoDefault(!works);
    if (stage == Stage::Done && !m_wentWell)
        m_back->setFocus();
    else
        m_main->setFocus();
}

} // namespace cahier::widgets
