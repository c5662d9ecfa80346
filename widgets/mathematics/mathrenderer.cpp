// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/mathematics/mathrenderer.h>

#include <core/threadshare.h>
#include <widgets/mathematics/mathengine.h>

#include <algorithm>
#include <utility>

namespace cahier::widgets {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype bytesKept = 24 << 20;
constexpr std::chrono::milliseconds usualLimit{5000};
constexpr uint stackSize = 16 << 20; // MathJax recurses into nested formulas

qsizetype costOf(const Formula& formula)
{
    const size_t shapes = formula.shapes.size() + formula.tagShapes.size();
    return formula.svg.size() + formula.tagSvg.size() + qsizetype(shapes * sizeof(FormulaShape)) + 256;
}

} // namespace

MathRenderer::MathRenderer(QObject* parent) : QObject(parent), m_ready(bytesKept), m_limit(usualLimit)
{
    m_watch.setSingleShot(true);
    connect(&m_watch, &QTimer::timeout, this, [this] { m_engine->interrupt(); });
}

MathRenderer::~MathRenderer()
{
    if (!m_engine) return;
    m_engine->disconnect(this);
    m_thread.quit();
    // A formula that begins just now is not the one interrupted: until the thread has ended.
    do
        m_engine->interrupt();
    while (!m_thread.wait(20));
    delete m_engine;
}

std::shared_ptr<const Formula> MathRenderer::find(const FormulaKey& key) const
{
    const auto* found = m_ready.object(key);
    return found ? *found : nullptr;
}

void MathRenderer::request(const FormulaKey& key, const QObject* owner, Urgency urgency)
{
    if (m_ready.contains(key)) {
        QMetaObject::invokeMethod(this, [this, key] { Q_EMIT formulaReady(key); }, Qt::QueuedConnection);
        return;
    }
    Wish& wish = m_wishes[key];
    if (wish.owners.empty()) wish.order = ++m_order;
    if (!std::ranges::contains(wish.owners, QPointer(owner))) wish.owners.emplace_back(owner);
    wish.urgency = std::min(wish.urgency, urgency);
    next();
}

void MathRenderer::cancel(const QObject* owner)
{
    for (auto wish = m_wishes.begin(); wish != m_wishes.end();) {
        std::erase(wish->owners, owner);
        wish = wish->owners.empty() ? m_wishes.erase(wish) : std::next(wish);
    }
}

void MathRenderer::setHeld(bool held)
{
    m_held = held;
    next();
}

void MathRenderer::start()
{
    m_engine = new MathEngine;
    m_engine->moveToThread(&m_thread);
    connect(m_engine, &MathEngine::typesetDone, this, &MathRenderer::keep);
    m_thread.setObjectName(u"mathematics"_s);
    m_thread.setStackSize(stackSize);
    m_thread.start();
    QMetaObject::invokeMethod(m_engine, &yieldToOtherThreads);
}

void MathRenderer::next()
{
    if (m_busy || m_held) return;
    m_wishes.removeIf([](const auto& wish) {
        return std::ranges::all_of(wish.value().owners, [](const auto& owner) { return owner.isNull(); });
    });
    if (m_wishes.isEmpty()) return;
    if (!m_engine) start();
    const auto before = [](const Wish& a, const Wish& b) {
        return std::pair(a.urgency, a.order) < std::pair(b.urgency, b.order);
    };
    const FormulaKey key = std::min_element(m_wishes.cbegin(), m_wishes.cend(), before).key();
    m_wishes.remove(key);
    m_busy = true;
    QMetaObject::invokeMethod(m_engine, [engine = m_engine, key] { engine->typeset(key); });
    m_watch.start(m_limit);
}

void MathRenderer::keep(const FormulaKey& key, std::shared_ptr<const Formula> formula)
{
    m_watch.stop();
    m_busy = false;
    const qsizetype cost = costOf(*formula);
    m_wishes.remove(key); // asked for again meanwhile
    m_ready.insert(key, new std::shared_ptr<const Formula>(std::move(formula)), cost);
    Q_EMIT formulaReady(key);
    next();
}

} // namespace cahier::widgets
