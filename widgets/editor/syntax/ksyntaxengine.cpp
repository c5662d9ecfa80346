// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/editor/syntaxengine.h>

#include <KSyntaxHighlighting/AbstractHighlighter>
#include <KSyntaxHighlighting/Definition>
#include <KSyntaxHighlighting/Format>
#include <KSyntaxHighlighting/Repository>
#include <KSyntaxHighlighting/State>
#include <KSyntaxHighlighting/Theme>

#include <QHash>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

namespace syntax = KSyntaxHighlighting;

/// Tells which formats it gave, by their numbers.
class Formats {
public:
    void keep(const syntax::Format& format)
    {
        const int id = format.id();
        if (!m_formats.contains(id)) m_formats.insert(id, format);
    }
    [[nodiscard]] syntax::Format find(int id) const { return m_formats.value(id); }

private:
    QHash<int, syntax::Format> m_formats;
};

class KSyntaxHighlighter : public SyntaxHighlighter, private syntax::AbstractHighlighter {
public:
    KSyntaxHighlighter(const syntax::Definition& definition, Formats& formats) : m_formats(formats)
    {
        setDefinition(definition);
    }

    State highlight(QStringView line, const State& begin, Sink& sink) override
    {
        m_sink = &sink;
        return highlightLine(line, stateOf(begin));
    }
    bool isSame(const State& a, const State& b) const override { return stateOf(a) == stateOf(b); }

private:
    static syntax::State stateOf(const State& state)
    {
        const auto* const known = std::any_cast<syntax::State>(&state);
        return known ? *known : syntax::State();
    }
    void applyFormat(int offset, int length, const syntax::Format& format) override
    {
        m_formats.keep(format);
        m_sink->applyFormat(offset, length, format.id());
    }

    Formats& m_formats;
    Sink* m_sink = nullptr;
};

class KSyntaxEngine : public SyntaxEngine {
public:
    QString find(const QString& language) const override;
    void load(const QString& definition) override;
    std::unique_ptr<SyntaxHighlighter> makeHighlighter(const QString& definition) override
    {
        return std::make_unique<KSyntaxHighlighter>(m_repository.definitionForName(definition), m_formats);
    }
    CommentMarks commentMarks(const QString& definition) const override
    {
        const syntax::Definition found = m_repository.definitionForName(definition);
        const auto [begin, end] = found.multiLineCommentMarker();
        return {found.singleLineCommentMarker(), begin, end};
    }
    SyntaxLook look(int format, bool dark) const override;
    void moveToThread(QThread* thread) override { m_repository.moveToThread(thread); }

private:
    syntax::Repository m_repository;
    syntax::Theme m_light = m_repository.theme(u"GitHub Light"_s),
                  m_dark = m_repository.theme(u"GitHub Dark"_s);
    Formats m_formats;
};

QString KSyntaxEngine::find(const QString& language) const
{
    if (language.isEmpty()) return {};
    if (const syntax::Definition exact = m_repository.definitionForName(language); exact.isValid())
        return exact.name();
    const QString lower = language.toLower();
    const QList<syntax::Definition> all = m_repository.definitions();
    const auto same = std::ranges::find_if(
        all, [&lower](const syntax::Definition& one) { return one.name().toLower() == lower; });
    if (same != all.end()) return same->name();
    if (language.contains(u'/')) return m_repository.definitionForMimeType(language).name();
    const syntax::Definition bySuffix = m_repository.definitionForFileName("x."_L1 + lower);
    return (bySuffix.isValid() ? bySuffix : m_repository.definitionForFileName(language)).name();
}

void KSyntaxEngine::load(const QString& definition)
{
    class Nothing final : public SyntaxHighlighter::Sink {
        void applyFormat(int, int, int) override {}
    } nothing;
    (void)makeHighlighter(definition)->highlight(u"x", {}, nothing);
    (void)m_repository.definitionForName(definition).includedDefinitions();
}

SyntaxLook KSyntaxEngine::look(int format, bool dark) const
{
    const syntax::Theme& theme = dark ? m_dark : m_light;
    const syntax::Format found = m_formats.find(format);
    SyntaxLook look{.foreground = {},
                    .bold = found.isBold(theme),
                    .italic = found.isItalic(theme),
                    .underline = found.isUnderline(theme)};
    const bool ordinary = found.textStyle() == syntax::Theme::Normal && !found.hasTextColorOverride();
    if (!ordinary && found.hasTextColor(theme)) look.foreground = found.textColor(theme);
    return look;
}

} // namespace

} // namespace cahier::widgets

extern "C" Q_DECL_EXPORT cahier::widgets::SyntaxEngine* cahierMakeSyntaxEngine()
{
    return new cahier::widgets::KSyntaxEngine;
}
