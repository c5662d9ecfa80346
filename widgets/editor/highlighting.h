// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/editor/syntaxengine.h>
#include <widgets/theme/formatrun.h>

#include <QColor>
#include <QObject>
#include <QSet>
#include <QThreadPool>

#include <memory>
#include <vector>

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

/// The program's one engine for the colours of code. It and each language are loaded on a worker when first
/// asked for; until then nothing is coloured, and loaded() tells when to ask again. For the window's thread.
class Highlighting : public QObject {
    Q_OBJECT
public:
    static constexpr int plainStyle = 0; ///< ordinary text
    static constexpr int magicStyle = 1; ///< IPython's magics

    explicit Highlighting(const Appearance& appearance, QObject* parent = nullptr);
    ~Highlighting() override;

    /// Loading waits: it would take the window's first painting its time.
    void setHeld(bool held);
    /// Begins to load what the language needs, if that is still to do.
    void prepare(const QString& language);
    /// False while something is being loaded: nothing can be coloured now, loaded() follows.
    [[nodiscard]] bool isReady() const { return m_engine && !m_loading; }
    /// The language is coloured now, or is known to be none.
    [[nodiscard]] bool isLoaded(const QString& language) const;
    /// Colours a text of some lines; gaps are ordinary text. Empty for unknown languages, and for one that is
    /// not loaded yet (loaded() follows).
    [[nodiscard]] std::vector<FormatRun> colour(const QString& text, const QString& language);

    /// Not empty when the language is known and loaded; loads it otherwise, as prepare() does.
    [[nodiscard]] QString definition(const QString& language);
    /// Of a definition(). Lives no longer than this.
    [[nodiscard]] std::unique_ptr<SyntaxHighlighter> makeHighlighter(const QString& definition);
    [[nodiscard]] CommentMarks commentMarks(const QString& definition) const;
    /// Index into looks(), of a format that a highlighter gave. The same numbers until coloursChanged().
    [[nodiscard]] int styleOf(int format);
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
    std::shared_ptr<SyntaxEngine> m_engine; ///< the worker's while m_loading
    QHash<QString, QString> m_names;        ///< definition of each loaded language; empty: there is none
    QSet<QString> m_wanted;                 ///< languages to load
    bool m_loading = false;
    bool m_held = false;
    std::vector<int> m_styles; ///< by format id; -1: not asked for yet
    std::vector<CodeLook> m_looks;
    QThreadPool m_worker; ///< one thread; destroyed first
};

} // namespace cahier::widgets
