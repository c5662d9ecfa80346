// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/mathematics/mathengine.h>

#include <QFile>
#include <QJSEngine>
#include <QLoggingCategory>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace cahier::widgets {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype sourceAtMost = 20'000; // characters; more than any page holds

Formula failed(const QString& error)
{
    Formula formula;
    formula.error = error;
    return formula;
}

QLoggingCategory::CategoryFilter filterBefore = nullptr;

/// The script, lowered to an older JavaScript, uses variables before it declares them, which QML's compiler
/// tells in hundreds of lines.
void hushCompiler(QLoggingCategory* category)
{
    if (filterBefore) filterBefore(category);
    if (qstrcmp(category->categoryName(), "qt.qml.usedbeforedeclared") == 0)
        category->setEnabled(QtWarningMsg, false);
}

QJSValue listOf(QJSEngine& engine, const QStringList& texts)
{
    QJSValue list = engine.newArray(uint(texts.size()));
    for (qsizetype i = 0; i < texts.size(); ++i)
        list.setProperty(quint32(i), texts[i]);
    return list;
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
    if (m_engine) m_engine->setInterrupted(true);
}

QString MathEngine::load()
{
    QFile script(u":/cahier/mathjax/mathjax.js"_s);
    if (!script.open(QIODevice::ReadOnly)) return script.errorString();
    static std::once_flag hushed;
    std::call_once(hushed, [] { filterBefore = QLoggingCategory::installFilter(hushCompiler); });
    {
        const std::scoped_lock lock(m_mutex);
        m_engine = std::make_unique<QJSEngine>();
    }
    const QJSValue result = m_engine->evaluate(QString::fromUtf8(script.readAll()), script.fileName());
    m_typeset = m_engine->globalObject().property(u"typeset"_s);
#ifdef __GLIBC__
    malloc_trim(0); // compiling the script took as much again as it needs
#endif
    if (m_typeset.isCallable()) return {};
    return tr("MathJax could not be started: %1").arg(result.toString());
}

Formula MathEngine::evaluate(const FormulaKey& key)
{
    if (!m_engine) {
        const QString error = load();
        if (!error.isEmpty()) return failed(error);
    }
    QJSValue references = m_engine->newObject();
    for (const auto& [label, tag] : key.references)
        references.setProperty(label, tag);
    const QJSValue result = m_typeset.call(
        {listOf(*m_engine, key.definitions), key.tex, key.display, key.numberFrom, references});
    if (!m_engine->isInterrupted()) return read(result);
    m_typeset = {};
    const std::scoped_lock lock(m_mutex);
    m_engine.reset();
    return failed(tr("This formula takes too long to draw."));
}

Formula MathEngine::read(const QJSValue& result)
{
    if (result.isError()) return failed(result.toString());
    const QString error = result.property(u"error"_s).toString();
    if (result.hasProperty(u"error"_s)) return failed(error);
    const auto number = [&](const QString& name) { return result.property(name).toNumber(); };
    Formula formula{.svg = result.property(u"svg"_s).toString().toUtf8(),
                    .tagSvg = result.property(u"tag"_s).toString().toUtf8(),
                    .width = number(u"width"_s),
                    .height = number(u"height"_s),
                    .depth = number(u"depth"_s),
                    .tagWidth = number(u"tagWidth"_s)};
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
