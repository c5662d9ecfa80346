// SPDX-License-Identifier: GPL-3.0-or-later
// Parts of the program that are loaded when they are first needed: what they link would cost each start of
// the window a third of its time.
#pragma once

#include <core/error.h>

#include <QString>

#include <memory>

namespace cahier {

/// The function of this name in lib/cahier/NAME.so beside the program's own folder; loads the module, which
/// stays loaded. Any thread. NotFound, with the reason as detail, where the installation is incomplete.
[[nodiscard]] Result<void (*)()> moduleFunction(const QString& module, const char* function);

/// What the module's function makes, owned by the caller.
template <typename T>
[[nodiscard]] Result<std::unique_ptr<T>> makeFromModule(const QString& module, const char* function)
{
    const auto found = moduleFunction(module, function);
    if (!found) return std::unexpected(found.error());
    return std::unique_ptr<T>(reinterpret_cast<T* (*)()>(*found)());
}

} // namespace cahier
