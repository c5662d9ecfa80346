// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/mathematics/mathengine.h>

#include <core/modules/module.h>

namespace cahier::widgets {

namespace {

constexpr qsizetype sourceAtMost = 20'000; // characters; more than any page holds

Formula failed(const QString& error)
{
    Formula formula;
    formula.error = error;
    return formula;
}

} // namespace

MathEngine::MathEngine() = default;

MathEngine::~MathEngine() = default;

void MathEngine::typeset(const FormulaKey& key)
{
    Formula formula =
        key.tex.size() > sourceAtMost
            ? failed(tr("This formula is too long to be drawn (%L1 characters).").arg(key.tex.size()))
            : evaluate(key);
    Q_EMIT typesetDone(key, std::make_shared<const Formula>(std::move(formula)));
}

void MathEngine::interrupt()
{
    const std::scoped_lock lock(m_mutex);
    if (m_script) m_script->interrupt();
}

QString MathEngine::load()
{
    auto script = makeFromModule<MathScript>(QLatin1StringView(mathScriptModule), mathScriptFunction);
    if (!script) return script.error().text();
    const std::scoped_lock lock(m_mutex);
    m_script = std::move(*script);
    return {};
}

Formula MathEngine::evaluate(const FormulaKey& key)
{
    if (!m_script) {
        const QString error = load();
        if (!error.isEmpty()) return failed(error);
    }
    TypesetFormula typeset = m_script->typeset(key);
    if (!typeset.error.isEmpty()) return failed(typeset.error);
    Formula formula{.svg = std::move(typeset.svg),
                    .tagSvg = std::move(typeset.tagSvg),
                    .width = typeset.width,
                    .height = typeset.height,
                    .depth = typeset.depth,
                    .tagWidth = typeset.tagWidth};
    auto shapes = m_reader.read(formula.svg);
    if (!shapes) return failed(shapes.error());
    formula.shapes = std::move(*shapes);
    if (formula.tagSvg.isEmpty()) return formula;
    auto tagShapes = m_reader.read(formula.tagSvg);
    if (!tagShapes) return failed(tagShapes.error());
    formula.tagShapes = std::move(*tagShapes);
    return formula;
}

} // namespace cahier::widgets
