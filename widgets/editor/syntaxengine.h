// SPDX-License-Identifier: GPL-3.0-or-later
// KSyntaxHighlighting behind an interface: it is a module (core/modules/module.h), since the library
// brings Qt Network and thirty others with it.
#pragma once

#include <QColor>
#include <QString>
#include <QStringList>
#include <QStringView>

#include <any>
#include <memory>

class QThread;

namespace cahier::widgets {

/// How a format looks in a theme.
struct SyntaxLook {
    QColor foreground; ///< invalid: as ordinary text
    bool bold = false;
    bool italic = false;
    bool underline = false;
};

struct CommentMarks {
    QString line;       ///< begins a comment that ends with the line; may be empty
    QString begin, end; ///< of a comment of any length; may be empty
};

/// Colours the lines of one text, one after the other. Lives no longer than its engine.
class SyntaxHighlighter {
public:
    /// What is open at the end of a line; empty: the beginning of a text.
    using State = std::any;
    /// Receives the formats of a line, in the order of the text.
    class Sink {
    public:
        virtual ~Sink() = default;
        virtual void applyFormat(int offset, int length, int format) = 0;
    };

    SyntaxHighlighter() = default;
    virtual ~SyntaxHighlighter() = default;
    Q_DISABLE_COPY_MOVE(SyntaxHighlighter)

    /// `line`: without its end. Returns the state at its end.
    [[nodiscard]] virtual State highlight(QStringView line, const State& begin, Sink& sink) = 0;
    [[nodiscard]] virtual bool isSame(const State& a, const State& b) const = 0;
};

/// All languages that can be coloured. One thread at a time.
class SyntaxEngine {
public:
    SyntaxEngine() = default;
    virtual ~SyntaxEngine() = default;
    Q_DISABLE_COPY_MOVE(SyntaxEngine)

    /// The name of the definition for a language's name, mime type or file suffix; empty where there is none.
    [[nodiscard]] virtual QString find(const QString& language) const = 0;
    /// Reads the definition and those that it includes; else the first highlighter does it.
    virtual void load(const QString& definition) = 0;
    [[nodiscard]] virtual std::unique_ptr<SyntaxHighlighter> makeHighlighter(const QString& definition) = 0;
    [[nodiscard]] virtual CommentMarks commentMarks(const QString& definition) const = 0;
    /// Of a format that a highlighter gave to its sink.
    [[nodiscard]] virtual SyntaxLook look(int format, bool dark) const = 0;
    /// For use in another thread.
    virtual void moveToThread(QThread* thread) = 0;
};

inline constexpr const char* syntaxModule = "cahier-syntax";
inline constexpr const char* syntaxEngineFunction = "cahierMakeSyntaxEngine";

} // namespace cahier::widgets
