// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/editor/codecolouring.h>

#include <widgets/editor/syntaxlooks.h>
#include <widgets/theme/appearance.h>

#include <KSyntaxHighlighting/AbstractHighlighter>
#include <KSyntaxHighlighting/State>

#include <QMutex>

#include <memory>

namespace cahier::widgets {

namespace syntax = KSyntaxHighlighting;

namespace {

class Collector : private syntax::AbstractHighlighter {
public:
    Collector(const syntax::Theme& syntaxTheme, const Theme& theme)
        : m_syntaxTheme(syntaxTheme), m_theme(theme)
    {
    }

    std::vector<FormatRun> colour(const QString& text, const syntax::Definition& definition)
    {
        setDefinition(definition);
        syntax::State state;
        for (const QStringView line : QStringView(text).split(u'\n')) {
            state = highlightLine(line, state);
            m_start += line.size() + 1;
        }
        return std::move(m_runs);
    }

private:
    void applyFormat(int offset, int length, const syntax::Format& format) override
    {
        const CodeLook look = lookOf(format, m_syntaxTheme, m_theme);
        if (length > 0 && (look.foreground != m_theme.text || look.bold || look.italic))
            m_runs.push_back({m_start + offset, length, look.foreground, look.bold, look.italic});
    }

    const syntax::Theme& m_syntaxTheme;
    const Theme& m_theme;
    qsizetype m_start = 0;
    std::vector<FormatRun> m_runs;
};

/// One thread at a time: a repository is not made for more.
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
        if (!m_repository) m_repository = std::make_unique<syntax::Repository>();
        const syntax::Definition definition = findDefinition(*m_repository, language);
        if (!definition.isValid()) return {};
        return Collector(m_repository->theme(syntaxThemeName(m_theme)), m_theme).colour(text, definition);
    }

private:
    QMutex m_mutex;
    Theme m_theme;
    std::unique_ptr<syntax::Repository> m_repository;
};

} // namespace

ColourCode codeColouring(const Appearance& appearance)
{
    return [colourer = std::make_shared<Colourer>(appearance)](const QString& text, const QString& language) {
        return colourer->colour(text, language);
    };
}

} // namespace cahier::widgets
