// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/editor/codecolouring.h>

#include <widgets/editor/syntaxlooks.h>
#include <widgets/theme/appearance.h>

#include <QMutex>

#include <memory>
#include <utility>

namespace cahier::widgets {

namespace {

class Collector : private SyntaxHighlighter::Sink {
public:
    Collector(SyntaxEngine& engine, const Theme& theme) : m_engine(engine), m_theme(theme) {}

    std::vector<FormatRun> colour(const QString& text, const QString& definition)
    {
        const auto highlighter = m_engine.makeHighlighter(definition);
        SyntaxHighlighter::State state;
        for (const QStringView line : QStringView(text).split(u'\n')) {
            state = highlighter->highlight(line, state, *this);
            m_start += line.size() + 1;
        }
        return std::move(m_runs);
    }

private:
    void applyFormat(int offset, int length, int format) override
    {
        const CodeLook look = lookOf(m_engine.look(format, m_theme.dark), m_theme);
        if (length > 0 && (look.foreground != m_theme.text || look.bold || look.italic))
            m_runs.push_back({m_start + offset, length, look.foreground, look.bold, look.italic});
    }

    SyntaxEngine& m_engine;
    const Theme& m_theme;
    qsizetype m_start = 0;
    std::vector<FormatRun> m_runs;
};

/// One thread at a time: an engine is not made for more.
class Colourer : public QObject {
public:
    explicit Colourer(const Appearance& appearance) : m_theme(appearance.theme())
    {
        connect(&appearance, &Appearance::changed, this, [this, &appearance] {
            const QMutexLocker lock(&m_mutex);
            m_theme = appearance.theme();
        });
    }

    std::vector<FormatRun> colour(const QString& text, const QString& language)
    {
        const QMutexLocker lock(&m_mutex);
        if (language.isEmpty()) return {};
        if (!std::exchange(m_tried, true)) m_engine = makeSyntaxEngine();
        const QString definition = m_engine ? findDefinition(*m_engine, language) : QString();
        if (definition.isEmpty()) return {};
        return Collector(*m_engine, m_theme).colour(text, definition);
    }

private:
    QMutex m_mutex;
    Theme m_theme;
    bool m_tried = false;
    std::unique_ptr<SyntaxEngine> m_engine;
};

} // namespace

ColourCode codeColouring(const Appearance& appearance)
{
    return [colourer = std::make_shared<Colourer>(appearance)](const QString& text, const QString& language) {
        return colourer->colour(text, language);
    };
}

} // namespace cahier::widgets
