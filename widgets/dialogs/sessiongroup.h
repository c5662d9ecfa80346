// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/dialogs/sessionsmodel.h>

#include <QObject>

namespace cahier::widgets {

/// A runtime and what it has said of its kernels. Part of SessionsModel.
struct SessionsModel::Group {
    runtime::RuntimeEntry entry;
    std::shared_ptr<runtime::Runtime> runtime;
    std::vector<runtime::KernelInfo> kernels;
    QHash<QString, runtime::KernelSample> usage; ///< by kernel
    std::unique_ptr<SampleSubscription> subscription;
    std::optional<Error> error; ///< of the last answer
    bool isAsking = false, hasAnswered = false;
    QObject context; ///< answers that come after the group are dropped

    /// It will not connect by being asked: only by reconnect().
    [[nodiscard]] bool isGivenUp() const;
    /// The way there or the last answer failed.
    [[nodiscard]] bool isBroken() const;
    /// Broken, or on the way: worth a line where there is no kernel.
    [[nodiscard]] bool isTroubled() const;
    /// How the connection stands, and how many kernels there are: for people.
    [[nodiscard]] QString standing() const;
    /// Of its row.
    [[nodiscard]] QVariant data(int role) const;
};

} // namespace cahier::widgets
