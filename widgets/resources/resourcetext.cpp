// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/resources/resourcetext.h>

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QLocale>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

struct Texts {
    Q_DECLARE_TR_FUNCTIONS(Resources)
};

constexpr qint64 minute = 60, hour = 60 * minute, day = 24 * hour;

} // namespace

QString amountText(double bytes)
{
    const int digits = bytes < 1024.0 * 1024 ? 0 : 1;
    return QLocale().formattedDataSize(static_cast<qint64>(bytes), digits);
}

QString shareText(double used, double total)
{
    if (total <= 0) return amountText(used);
    const QString usedText = amountText(used), totalText = amountText(total);
    const QString unit = totalText.section(u' ', -1);
    // One unit is enough where it is the same.
    const QString shortUsed = usedText.endsWith(u' ' + unit) ? usedText.chopped(unit.size() + 1) : usedText;
    return Texts::tr("%1 of %2 (%3)").arg(shortUsed, totalText, percentText(100 * used / total));
}

QString percentText(double percent)
{
    return Texts::tr("%1 %").arg(QLocale().toString(qRound(percent)));
}

QString coresText(double cores)
{
    const QString number = QLocale().toString(cores, 'f', cores < 9.95 ? 1 : 0);
    return Texts::tr("%1 cores").arg(number);
}

QString agoText(qint64 then, qint64 now)
{
    if (then == 0) return {};
    const qint64 seconds = std::max<qint64>(0, now - then) / 1000;
    if (seconds < 5) return Texts::tr("just now");
    if (seconds < minute) return Texts::tr("%1 s ago").arg(seconds / 5 * 5);
    if (seconds < hour) return Texts::tr("%1 min ago").arg(seconds / minute);
    if (seconds < day) return Texts::tr("%1 h ago").arg(seconds / hour);
    return Texts::tr("%n day(s) ago", nullptr, static_cast<int>(seconds / day));
}

QString kernelStateText(const runtime::KernelInfo& kernel)
{
    switch (kernel.state) {
    case runtime::KernelState::Starting:
        return Texts::tr("starting");
    case runtime::KernelState::Restarting:
        return Texts::tr("restarting");
    case runtime::KernelState::Reconnecting:
        return Texts::tr("reconnecting");
    case runtime::KernelState::Dead:
        return Texts::tr("dead");
    case runtime::KernelState::Ready:
        break;
    }
    return kernel.busy ? Texts::tr("busy") : Texts::tr("idle");
}

QString kernelTitle(const QString& label)
{
    const QString name = QFileInfo(label).fileName();
    return name.isEmpty() ? Texts::tr("A kernel without a notebook") : name;
}

QString kernelFolder(const QString& label)
{
    return label.contains(u'/') ? shortPath(label.section(u'/', 0, -2)) : QString();
}

QString shortPath(const QString& path)
{
    const QString home = QDir::homePath();
    if (path == home) return u"~"_s;
    return path.startsWith(home + u'/') ? u"~"_s + path.sliced(home.size()) : path;
}

} // namespace cahier::widgets
