// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/error.h>
#include <core/notebook/notebook.h>
#include <core/runtime/runtime.h>

namespace cahier {

/// The kernel spec to use, and a sentence where it is not the one that was wished.
struct KernelChoice {
    runtime::KernelSpec spec;
    QString notice;
};

/// The spec that is demanded, else the notebook's, by name; without a demand, else the first of the
/// notebook's language; else an Error (NoKernel) that names what there is.
[[nodiscard]] Result<KernelChoice> chooseKernelSpec(const runtime::KernelSpecs& specs,
                                                    const QString& demanded,
                                                    const notebook::Notebook& notebook);

} // namespace cahier
