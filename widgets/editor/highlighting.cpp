// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/editor/highlighting.h>

#include <widgets/editor/syntaxlooks.h>
#include <widgets/theme/appearance.h>

#include <KSyntaxHighlighting/AbstractHighlighter>
#include <KSyntaxHighlighting/Definition>
#include <KSyntaxHighlighting/Format>
#include <KSyntaxHighlighting/Repository>
#include <KSyntaxHighlighting/State>
#include <KSyntaxHighlighting/Theme>

#include <QThread>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

namespace syntax = KSyntaxHighlighting;

/// Makes a definition load itself and all that it includes.
class Loader : private syntax::AbstractHighlighter {
public:
    void load(const syntax::Definition& definition)
    {
        setDefinition(definition);
        (void)highlightLine(u"x", {});
        (void)definition.includedDefinitions();
    }

private:
    void applyFormat(int, int, const syntax::Format&) override {}
};

class RunCollector : private syntax::AbstractHighlighter {
public:
    explicit RunCollector(Highlighting& highlighting) : m_highlighting(highlighting) {}

    std::vector<FormatRun> colour(QStringView text, const syntax::Definition& definition)
    {
        setDefinition(definition);
        syntax::State state;
        for (m_start = 0; m_start < text.size();) {
            qsizetype end = m_start;
            while (end < text.size() && text[end] != u'\n' && text[end] != u'\r')
                ++end;
            state = highlightLine(text.sliced(m_start, end - m_start), state);
            m_start = end + (text.sliced(end).startsWith(u"\r\n") ? 2 : 1);
        }
        return std::move(m_runs);
    }

private:
    void applyFormat(int offset, int length, const syntax::Format& format) override
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
    std::shared_ptr<syntax::Repository> repository;
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

void Highlighting::load()
{
    if (m_loading || m_wanted.isEmpty()) return;
    m_loading = true;
    const auto result = std::make_shared<Loaded>(m_repository);
    m_worker.start([this, result, wanted = std::exchange(m_wanted, {}), home = thread()] {
        if (!result->repository) {
            // The last reference is given up in the thread of this object.
            result->repository = std::make_shared<syntax::Repository>();
            result->repository->moveToThread(home);
        }
        for (const QString& language : wanted) {
            const syntax::Definition found = findDefinition(*result->repository, language);
            if (found.isValid()) Loader().load(found);
            result->names.insert(language, found.isValid() ? found.name() : QString());
        }
        QMetaObject::invokeMethod(this, [this, result] { finishLoading(result); }, Qt::QueuedConnection);
    });
}

void Highlighting::finishLoading(const std::shared_ptr<Loaded>& result)
{
    m_loading = false;
    m_repository = result->repository;
    m_names.insert(result->names);
    if (!m_theme) resetLooks();
    m_wanted.removeIf([this](const QString& language) { return m_names.contains(language); });
    load();
    if (isReady()) Q_EMIT loaded();
}

syntax::Definition Highlighting::definition(const QString& language)
{
    prepare(language);
    if (!isReady()) return {};
    const QString name = m_names.value(language.toLower());
    return name.isEmpty() ? syntax::Definition() : m_repository->definitionForName(name);
}

std::vector<FormatRun> Highlighting::colour(const QString& text, const QString& language)
{
    const syntax::Definition found = definition(language);
    if (!found.isValid()) return {};
    return RunCollector(*this).colour(text, found);
}

int Highlighting::styleOf(const syntax::Format& format)
{
    const size_t id = size_t(format.id());
    if (id >= m_styles.size()) m_styles.resize(id + 1, -1);
    if (m_styles[id] >= 0) return m_styles[id];
    const CodeLook look = lookOf(format, *m_theme, m_appearance.theme());
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
    // While the worker has the repository its themes wait too: finishLoading() comes here again.
    m_theme.reset();
    if (!isReady()) return;
    m_theme = std::make_unique<syntax::Theme>(m_repository->theme(syntaxThemeName(theme)));
}

} // namespace cahier::widgets
