// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/sessiongroup.h>

#include <widgets/resources/resourcetext.h>

#include <QDateTime>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using Phase = runtime::ConnectionState::Phase;

bool SessionsModel::Group::isGivenUp() const
{
    const runtime::ConnectionState state = runtime->connectionState();
    return state.phase == Phase::Waiting || (state.phase == Phase::Idle && state.error);
}

bool SessionsModel::Group::isBroken() const
{
    return isGivenUp() || error;
}

bool SessionsModel::Group::isTroubled() const
{
    const Phase phase = runtime->connectionState().phase;
    return isBroken() || phase == Phase::Connecting || phase == Phase::Installing || !hasAnswered;
}

QString SessionsModel::Group::standing() const
{
    const runtime::ConnectionState state = runtime->connectionState();
    const QString reason = state.error ? state.error->message : QString();
    switch (state.phase) {
    case Phase::Waiting: {
        const qint64 left = state.nextAttempt - QDateTime::currentMSecsSinceEpoch();
        return tr("%1 Tries again in %2 s.")
            .arg(reason)
            .arg(std::max<qint64>(1, (left + 999) / 1000))
            .trimmed();
    }
    case Phase::Connecting:
        return state.lostAt != 0 ? tr("reconnecting…") : tr("connecting…");
    case Phase::Installing:
        return tr("installing, %1")
            .arg(percentText(state.total > 0 ? 100 * double(state.done) / double(state.total) : 0));
    case Phase::Idle:
        if (state.error) return reason;
        break;
    case Phase::Connected:
        break;
    }
    if (error) return error->message;
    if (!hasAnswered) return isAsking ? tr("looking for kernels…") : tr("not connected");
    return kernels.empty() ? tr("no kernel runs") : tr("%n kernel(s)", nullptr, int(kernels.size()));
}

QVariant SessionsModel::Group::data(int role) const
{
    const QString name = entry.name.isEmpty() ? runtime->displayName() : entry.name;
    switch (role) {
    case Qt::DisplayRole:
        return name;
    case Qt::AccessibleTextRole:
        return u"%1, %2"_s.arg(name, standing());
    case Qt::ToolTipRole:
    case DetailRole:
        return standing();
    case ProblemRole:
        return isBroken();
    case IsRuntimeRole:
        return true;
    default:
        return {};
    }
}

} // namespace cahier::widgets
