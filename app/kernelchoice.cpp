// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/kernelchoice.h>

using namespace Qt::StringLiterals;

namespace cahier {

namespace {

/// Of several for a language the one that every Python's own Jupyter has, else the first.
const runtime::KernelSpec* specFor(const runtime::KernelSpecs& specs, const QString& language)
{
    const runtime::KernelSpec* found = nullptr;
    for (const runtime::KernelSpec& spec : specs.specs) {
        if (spec.language.compare(language, Qt::CaseInsensitive) != 0) continue;
        if (!found || spec.name == "python3"_L1) found = &spec;
    }
    return found;
}

} // namespace

Result<KernelChoice> chooseKernelSpec(const runtime::KernelSpecs& specs, const QString& demanded,
                                      const notebook::Notebook& notebook)
{
    const QString wished = demanded.isEmpty() ? notebook.kernelName() : demanded;
    for (const runtime::KernelSpec& spec : specs.specs) {
        if (spec.name.compare(wished, Qt::CaseInsensitive) == 0) return KernelChoice{spec, {}};
    }
    const QString language = notebook.language().isEmpty() ? u"python"_s : notebook.language();
    if (const runtime::KernelSpec* const spec = demanded.isEmpty() ? specFor(specs, language) : nullptr) {
        return KernelChoice{
            *spec, wished.isEmpty()
                       ? QString()
                       : u"There is no kernel \"%1\" here; \"%2\" is used."_s.arg(wished, spec->name)};
    }
    QStringList names;
    for (const runtime::KernelSpec& spec : specs.specs)
        names += spec.name;
    const QString what = wished.isEmpty() ? u"for "_s + language : u'"' + wished + u'"';
    const QString rest =
        names.isEmpty() ? u"No kernel is installed."_s : u"There are: %1."_s.arg(names.join(u", "_s));
    return failure(ErrorCode::NoKernel, u"There is no kernel %1. %2"_s.arg(what, rest),
                   specs.problems.join(u'\n'));
}

} // namespace cahier
