// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/connectionstate.h>

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include <algorithm>

namespace cahier::runtime {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("Connections", text);
}

} // namespace

QString ConnectionState::text(qint64 now) const
{
    const bool isLost = lostAt != 0;
    const QString when =
        QLocale().toString(QDateTime::fromMSecsSinceEpoch(lostAt).time(), QLocale::ShortFormat);
    switch (phase) {
    case Phase::Idle:
        return isLost ? tr("Lost at %1").arg(when) : error ? tr("No connection") : tr("Not connected");
    case Phase::Connecting:
        return isLost ? tr("Lost at %1, connecting").arg(when) : tr("Connecting");
    case Phase::Installing:
        return tr("Installing Cahier's host program there: %1 %")
            .arg(total > 0 ? std::clamp<qint64>(100 * done / total, 0, 100) : 0);
    case Phase::Connected:
        return tr("Connected");
    case Phase::Waiting:
        break;
    }
    const qint64 seconds = std::max<qint64>(0, (nextAttempt - now + 999) / 1000);
    return isLost ? tr("Lost at %1, trying again in %2 s").arg(when).arg(seconds)
                  : tr("Trying again in %1 s").arg(seconds);
}

} // namespace cahier::runtime
