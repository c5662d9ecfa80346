// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/files/filearrangement.h>

#include <QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using runtime::FileEntry;

namespace {

/// Whether a name passes a filter, which is looked at once.
class Filter {
public:
    explicit Filter(const QString& text) : m_text(text.trimmed())
    {
        if (!m_text.contains(u'*') && !m_text.contains(u'?')) return;
        m_pattern.setPattern(QRegularExpression::wildcardToRegularExpression(m_text));
        m_pattern.setPatternOptions(QRegularExpression::CaseInsensitiveOption);
    }
    [[nodiscard]] bool matches(const QString& name) const
    {
        if (m_text.isEmpty()) return true;
        if (m_pattern.pattern().isEmpty()) return name.contains(m_text, Qt::CaseInsensitive);
        return m_pattern.match(name).hasMatch();
    }

private:
    QString m_text;
    QRegularExpression m_pattern;
};

/// As people sort: 2 before 10, a beside A.
QCollator makeCollator()
{
    // The C locale knows no such order.
    const QLocale locale;
    QCollator collator(locale.language() == QLocale::C ? QLocale(QLocale::English) : locale);
    collator.setNumericMode(true);
    collator.setCaseSensitivity(Qt::CaseInsensitive);
    return collator;
}

bool isFolder(const ListedFile& file)
{
    return file.entry.kind == FileEntry::Kind::Folder;
}

/// Below zero: `a` comes first.
int compare(const ListedFile& a, const ListedFile& b, FileSort by)
{
    const auto numbers = [](qint64 one, qint64 other) { return (one > other) - (one < other); };
    int result = 0;
    if (by == FileSort::Size && !isFolder(a)) result = numbers(a.entry.size, b.entry.size);
    if (by == FileSort::Modified) result = numbers(a.entry.modified, b.entry.modified);
    if (result == 0) result = a.key.compare(b.key);
    return result != 0 ? result : a.entry.name.compare(b.entry.name);
}

} // namespace

std::shared_ptr<const ListedFiles> listFiles(const FilePages& pages,
                                             const std::shared_ptr<const ListedFiles>& before)
{
    QHash<QStringView, const ListedFile*> known;
    quint32 nextId = 0;
    if (before) {
        known.reserve(static_cast<qsizetype>(before->size()));
        for (const ListedFile& file : *before) {
            known.insert(file.entry.name, &file);
            nextId = std::max(nextId, file.id + 1);
        }
    }
    const QCollator collator = makeCollator();
    auto files = std::make_shared<ListedFiles>();
    std::size_t count = 0;
    for (const auto& page : pages)
        count += page->size();
    files->reserve(count);
    for (const auto& page : pages) {
        for (const FileEntry& entry : *page) {
            // Each once: two names that are not UTF-8 may look alike.
            const ListedFile* const old = known.take(entry.name);
            files->push_back(old ? ListedFile{entry, old->id, old->key}
                                 : ListedFile{entry, nextId++, collator.sortKey(entry.name)});
        }
    }
    return files;
}

std::vector<quint32> arrange(const ListedFiles& files, const FileOrder& order, const QSet<quint32>& kept)
{
    const Filter filter(order.filter);
    std::vector<quint32> shown;
    shown.reserve(files.size());
    for (quint32 index = 0; index < files.size(); ++index) {
        const ListedFile& file = files[index];
        if (!order.showsHidden && file.entry.name.startsWith(u'.')) continue;
        if (filter.matches(file.entry.name) || kept.contains(file.id)) shown.push_back(index);
    }
    std::ranges::sort(shown, [&](quint32 one, quint32 other) {
        const ListedFile& a = files[one];
        const ListedFile& b = files[other];
        if (isFolder(a) != isFolder(b)) return isFolder(a);
        const int result = compare(a, b, order.by);
        return order.descending ? result > 0 : result < 0;
    });
    return shown;
}

bool matches(const QString& name, const QString& filter)
{
    return Filter(filter).matches(name);
}

} // namespace cahier::widgets
