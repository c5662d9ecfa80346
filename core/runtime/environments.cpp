// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/environments.h>

#include <core/runtime/runtime.h>

#include <algorithm>

namespace cahier::runtime {

using namespace Qt::StringLiterals;

namespace {

/// "python", "python3", "python3.12"
bool isBarePython(const QString& name)
{
    constexpr auto python = "python"_L1;
    return name.startsWith(python) &&
           std::ranges::all_of(name.sliced(python.size()), [](QChar c) { return c.isDigit() || c == u'.'; });
}

/// What starts the spec's kernel, where it is an interpreter: a bare name is that of the environment the spec
/// is installed in (PREFIX/share/jupyter/kernels/NAME), as jupyter_client has it.
QString interpreterOf(const KernelSpec& spec)
{
    if (!spec.argv.contains(u"ipykernel_launcher"_s) && !spec.argv.contains(u"ipykernel"_s)) return {};
    const QString program = spec.argv.value(0);
    if (!isBarePython(program)) return program;
    const qsizetype end = spec.resourceDir.lastIndexOf("/share/jupyter/kernels/"_L1);
    return end < 0 ? QString() : spec.resourceDir.first(end) + u"/bin/"_s + program;
}

} // namespace

QStringList knownPackages()
{
    return {u"ipykernel"_s,  u"pip"_s,        u"numpy"_s,        u"pandas"_s,     u"scipy"_s,
            u"matplotlib"_s, u"torch"_s,      u"torchvision"_s,  u"tensorflow"_s, u"tensorflow-cpu"_s,
            u"keras"_s,      u"jax"_s,        u"scikit-learn"_s, u"polars"_s,     u"transformers"_s,
            u"ipywidgets"_s, u"jupyterlab"_s, u"opencv-python"_s};
}

const KernelSpec* specFor(const KernelSpecs& specs, const Environment& environment)
{
    // A spec of the environment itself wins over one elsewhere that leads to it.
    const KernelSpec* elsewhere = nullptr;
    for (const KernelSpec& spec : specs.specs) {
        const QString interpreter = interpreterOf(spec);
        // Several Pythons of the system may be in one folder; an environment has one.
        const bool isBeside = environment.kind != Environment::Kind::System &&
                              interpreter.startsWith(environment.prefix + u"/bin/python"_s);
        const bool isOurs = !interpreter.isEmpty() && (isBeside || environment.paths.contains(interpreter));
        if (!isOurs) continue;
        if (spec.resourceDir.isEmpty() || spec.resourceDir.startsWith(environment.prefix + u'/'))
            return &spec;
        if (!elsewhere) elsewhere = &spec;
    }
    return elsewhere;
}

} // namespace cahier::runtime
