// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/formatrun.h>

#include <QColor>
#include <QObject>
#include <QSet>
#include <QThreadPool>

#include <memory>
#include <vector>

namespace KSyntaxHighlighting {
class Definition;
class Format;
class Repository;
class Theme;
} // namespace KSyntaxHighlighting

namespace cahier::widgets {

class Appearance;

/// How code of a kind looks.
struct CodeLook {
    QColor foreground;
    bool bold = false;
    bool italic = false;
    bool underline = false;

    friend bool operator==(const CodeLook&, const CodeLook&) = default;
};

/// The program's one repository of languages (KSyntaxHighlighting). It and each language are loaded on a
/// worker when first asked for; until then nothing is coloured, and loaded() tells when to ask again. For the
/// window's thread.
class Highlighting : public QObject {
    Q_OBJECT
public:
    static constexpr int plainStyle = 0; ///< ordinary text
    static constexpr int magicStyle = 1; ///< IPython's magics

    explicit Highlighting(const Appearance& appearance, QObject* parent = nullptr);
    ~Highlighting() override;

    /// Begins to load what the language needs, if that is still to do.
    void prepare(const QString& language);
    /// False while something is being loaded: nothing can be coloured now, loaded() follows.
    [[nodiscard]] bool isReady() const { return m_repository && !m_loading; }
    /// The language is coloured now, or is known to be none.
    [[nodiscard]] bool isLoaded(const QString& language) const;
    /// Colours a text of some lines; gaps are ordinary text. Empty for unknown languages, and for one that is
    /// not loaded yet (loaded() follows).
    [[nodiscard]] std::vector<FormatRun> colour(const QString& text, const QString& language);

    /// Valid when the language is known and loaded; loads it otherwise, as prepare() does.
    [[nodiscard]] KSyntaxHighlighting::Definition definition(const QString& language);
    /// Index into looks(). The same numbers until coloursChanged().
    [[nodiscard]] int styleOf(const KSyntaxHighlighting::Format& format);
    /// Grows as styles are asked for.
    [[nodiscard]] const std::vector<CodeLook>& looks() const { return m_looks; }

Q_SIGNALS:
    void loaded();
    /// All of looks() is new, and so are the numbers.
    void coloursChanged();

private:
    struct Loaded;
    void load();
    void finishLoading(const std::shared_ptr<Loaded>& result);
    void resetLooks();

    const Appearance& m_appearance;
    std::shared_ptr<KSyntaxHighlighting::Repository> m_repository; ///< the worker's while m_loading
    std::unique_ptr<KSyntaxHighlighting::Theme> m_theme;
    QHash<QString, QString> m_names; ///< definition of each loaded language; empty: there is none
    QSet<QString> m_wanted;          ///< languages to load
    bool m_loading = false;
    std::vector<int> m_styles; ///< by format id; -1: not asked for yet
    std::vector<CodeLook> m_looks;
    QThreadPool m_worker; ///< one thread; destroyed first
};

} // namespace cahier::widgets
