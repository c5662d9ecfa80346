// SPDX-License-Identifier: GPL-3.0-or-later
// MathJax in a QJSEngine.
#include <widgets/mathematics/mathscript.h>

#include <QCoreApplication>
#include <QFile>
#include <QJSEngine>
#include <QLoggingCategory>

#include <memory>
#include <mutex>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace cahier::widgets {

using namespace Qt::StringLiterals;

namespace {

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

class MathJaxScript : public MathScript {
    Q_DECLARE_TR_FUNCTIONS(cahier::widgets::MathJaxScript)
public:
    TypesetFormula typeset(const FormulaKey& key) override;
    void interrupt() override;

private:
    [[nodiscard]] QString load(); ///< a sentence, if it failed

    std::mutex m_mutex; ///< of m_engine, for interrupt()
    std::unique_ptr<QJSEngine> m_engine;
    QJSValue m_typeset;
};

void MathJaxScript::interrupt()
{
    const std::scoped_lock lock(m_mutex);
    if (m_engine) m_engine->setInterrupted(true);
}

QString MathJaxScript::load()
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

TypesetFormula read(const QJSValue& result)
{
    if (result.isError()) return {.error = result.toString()};
    if (result.hasProperty(u"error"_s)) return {.error = result.property(u"error"_s).toString()};
    const auto number = [&](const QString& name) { return result.property(name).toNumber(); };
    return {.svg = result.property(u"svg"_s).toString().toUtf8(),
            .tagSvg = result.property(u"tag"_s).toString().toUtf8(),
            .width = number(u"width"_s),
            .height = number(u"height"_s),
            .depth = number(u"depth"_s),
            .tagWidth = number(u"tagWidth"_s)};
}

TypesetFormula MathJaxScript::typeset(const FormulaKey& key)
{
    if (!m_engine) {
        const QString error = load();
        if (!error.isEmpty()) return {.error = error};
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
    return {.error = tr("This formula takes too long to draw.")};
}

} // namespace

} // namespace cahier::widgets

extern "C" Q_DECL_EXPORT cahier::widgets::MathScript* cahierMakeMathScript()
{
    return new cahier::widgets::MathJaxScript;
}
