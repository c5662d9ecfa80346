// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/editor/highlighting.h>

#include <core/threadshare.h>
#include <widgets/editor/syntaxlooks.h>
#include <widgets/theme/appearance.h>

#include <QThread>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

class RunCollector : private SyntaxHighlighter::Sink {
public:
    explicit RunCollector(Highlighting& highlighting) : m_highlighting(highlighting) {}

    std::vector<FormatRun> colour(QStringView text, SyntaxHighlighter& highlighter)
    {
        SyntaxHighlighter::State state;
        for (m_start = 0; m_start < text.size();) {
            qsizetype end = m_start;
            while (end < text.size() && text[end] != u'\n' && text[end] != u'\r')
                ++end;
            state = highlighter.highlight(text.sliced(m_start, end - m_start), state, *this);
            m_start = end + (text.sliced(end).startsWith(u"\r\n") ? 2 : 1);
        }
        return std::move(m_runs);
    }

private:
    void applyFormat(int offset, int length, int format) override
    {
        const int style = m_highlighting.styleOf(format);
        if (length <= 0 || style == Highlighting::plainStyle) return;
        const CodeLook& look = m_highlighting.looks()[size_t(style)];
        m_runs.push_back({m_start + offset, length, look.foreground, look.bold, look.italic});
    }

    Highlighting& m_highlighting;
    qsizetype m_start = 0;
    std::vector<FormatRun> m_runs;
};

} // namespace

struct Highlighting::Loaded {
    std::shared_ptr<SyntaxEngine> engine;
    QHash<QString, QString> names;
};

Highlighting::Highlighting(const Appearance& appearance, QObject* parent)
    : QObject(parent), m_appearance(appearance)
{
    m_worker.setMaxThreadCount(1);
    m_worker.setObjectName(u"highlighting"_s);
    resetLooks();
    connect(&appearance, &Appearance::changed, this, [this] {
        resetLooks();
        Q_EMIT coloursChanged();
    });
}

Highlighting::~Highlighting()
{
    m_worker.waitForDone();
}

void Highlighting::prepare(const QString& language)
{
    const QString key = language.toLower();
    if (key.isEmpty() || m_names.contains(key)) return;
    m_wanted.insert(key);
    load();
}

bool Highlighting::isLoaded(const QString& language) const
{
    return language.isEmpty() || (isReady() && m_names.contains(language.toLower()));
}

void Highlighting::setHeld(bool held)
{
    m_held = held;
    load();
}

void Highlighting::load()
{
    if (m_loading || m_held || m_wanted.isEmpty()) return;
    m_loading = true;
    const auto result = std::make_shared<Loaded>(m_engine);
    m_worker.start([this, result, wanted = std::exchange(m_wanted, {}), home = thread()] {
        if (!result->engine) {
            yieldToOtherThreads();
            // The last reference is given up in the thread of this object.
            result->engine = makeSyntaxEngine();
            if (result->engine) result->engine->moveToThread(home);
        }
        for (const QString& language : wanted) {
            const QString found = result->engine ? findDefinition(*result->engine, language) : QString();
            if (!found.isEmpty()) result->engine->load(found);
            result->names.insert(language, found);
        }
        QMetaObject::invokeMethod(this, [this, result] { finishLoading(result); }, Qt::QueuedConnection);
    });
}

void Highlighting::finishLoading(const std::shared_ptr<Loaded>& result)
{
    m_loading = false;
    m_engine = result->engine;
    m_names.insert(result->names);
    m_wanted.removeIf([this](const QString& language) { return m_names.contains(language); });
    load();
    if (isReady()) Q_EMIT loaded();
}

QString Highlighting::definition(const QString& language)
{
    prepare(language);
    return isReady() ? m_names.value(language.toLower()) : QString();
}

std::unique_ptr<SyntaxHighlighter> Highlighting::makeHighlighter(const QString& definition)
{
    return m_engine->makeHighlighter(definition);
}

CommentMarks Highlighting::commentMarks(const QString& definition) const
{
    return m_engine->commentMarks(definition);
}

std::vector<FormatRun> Highlighting::colour(const QString& text, const QString& language)
{
    const QString found = definition(language);
    if (found.isEmpty()) return {};
    return RunCollector(*this).colour(text, *makeHighlighter(found));
}

int Highlighting::styleOf(int format)
{
    const size_t id = size_t(format);
    if (id >= m_styles.size()) m_styles.resize(id + 1, -1);
    if (m_styles[id] >= 0) return m_styles[id];
    const Theme& theme = m_appearance.theme();
    const CodeLook look = lookOf(m_engine->look(format, theme.dark), theme);
    const auto same = std::ranges::find(m_looks, look);
    m_styles[id] = int(same - m_looks.begin());
    if (same == m_looks.end()) m_looks.push_back(look);
    return m_styles[id];
}

void Highlighting::resetLooks()
{
    const Theme& theme = m_appearance.theme();
    m_styles.clear();
    m_looks = {CodeLook{.foreground = theme.text}, CodeLook{.foreground = theme.accent}};
}

} // namespace cahier::widgets
