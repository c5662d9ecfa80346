// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/outputs/outputwidget.h>

#include <QStringList>

#include <functional>
#include <map>

namespace cahier::widgets {

/// Which widget shows which MIME type. Filled once, by addBuiltInOutputs() and by modules that add their own
/// types, before outputs are shown.
class OutputRegistry {
public:
    using Factory = std::function<OutputWidget*(OutputServices& services, QWidget* parent)>;

    // Outputs that have no MIME type.
    static constexpr auto stream = u"stream";
    static constexpr auto error = u"error";
    /// Says that an output cannot be shown.
    static constexpr auto note = u"note";

    /// The lower the rank the sooner the type is chosen; without one it is convert::mimeRank()'s for a
    /// window. A type that was added before is replaced.
    void add(const QString& mimeType, Factory factory);
    void add(const QString& mimeType, int rank, Factory factory);
    /// For JSON types ("…+json") that have no factory of their own.
    void addAnyJson(Factory factory);
    /// For types that are neither known nor need a script: files.
    void addAnyFile(Factory factory);

    /// The types of `available` that can be shown, the best first.
    [[nodiscard]] QStringList ranked(const QStringList& available) const;
    /// Whether the type has a factory, its own or a general one.
    [[nodiscard]] bool canShow(const QString& mimeType) const;
    /// Names the factory: widgets of one kind may be reused for each other's types.
    [[nodiscard]] QString kindOf(const QString& mimeType) const;
    [[nodiscard]] OutputWidget* make(const QString& kind, OutputServices& services, QWidget* parent) const;

private:
    struct Entry {
        int rank = 0;
        Factory factory;
    };
    std::map<QString, Entry> m_entries;
};

} // namespace cahier::widgets
