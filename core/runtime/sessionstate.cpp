// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/sessionstate.h>

namespace cahier::runtime {

using namespace Qt::StringLiterals;

namespace {

constexpr unsigned bit(SessionState state)
{
    return 1u << static_cast<unsigned>(state);
}

/// The states that may follow; NoKernel (detaching) may always.
unsigned followers(SessionState state)
{
    using enum SessionState;
    const unsigned alive = bit(Idle) | bit(Busy) | bit(Reconnecting) | bit(Restarting) | bit(Dead);
    switch (state) {
    case NoKernel:
        return bit(Starting);
    case Starting:
    case Idle:
    case Busy:
        return alive;
    case Reconnecting:
    case Restarting:
        return alive | bit(Starting);
    case Dead:
        return bit(Restarting) | bit(Starting);
    }
    return 0;
}

} // namespace

QString sessionStateName(SessionState state)
{
    switch (state) {
    case SessionState::NoKernel:
        return u"no kernel"_s;
    case SessionState::Starting:
        return u"starting"_s;
    case SessionState::Idle:
        return u"idle"_s;
    case SessionState::Busy:
        return u"busy"_s;
    case SessionState::Reconnecting:
        return u"reconnecting"_s;
    case SessionState::Restarting:
        return u"restarting"_s;
    case SessionState::Dead:
        return u"dead"_s;
    }
    return {};
}

Result<void> checkTransition(SessionState from, SessionState to)
{
    if (from == to || to == SessionState::NoKernel || (followers(from) & bit(to))) return {};
    return failure(ErrorCode::IllegalState, u"A session that is %1 cannot become %2."_s.arg(
                                                sessionStateName(from), sessionStateName(to)));
}

} // namespace cahier::runtime
