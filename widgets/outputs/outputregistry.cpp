// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/outputregistry.h>

#include <core/convert/mimerank.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

const QString anyJson = u"+json"_s;
const QString anyFile = u"*/*"_s;
constexpr int unknownRank = 1000;

int defaultRank(const QString& mimeType)
{
    return convert::mimeRank(mimeType, convert::Medium::Window).value_or(unknownRank);
}

} // namespace

void OutputRegistry::add(const QString& mimeType, Factory factory)
{
    add(mimeType, defaultRank(mimeType), std::move(factory));
}

void OutputRegistry::add(const QString& mimeType, int rank, Factory factory)
{
    m_entries[mimeType] = {rank, std::move(factory)};
}

void OutputRegistry::addAnyJson(Factory factory)
{
    m_entries[anyJson] = {unknownRank, std::move(factory)};
}

void OutputRegistry::addAnyFile(Factory factory)
{
    m_entries[anyFile] = {unknownRank, std::move(factory)};
}

QString OutputRegistry::kindOf(const QString& mimeType) const
{
    if (m_entries.contains(mimeType)) return mimeType;
    if (convert::needsWebView(mimeType)) return {};
    if (mimeType.endsWith(anyJson) && m_entries.contains(anyJson)) return anyJson;
    return m_entries.contains(anyFile) ? anyFile : QString();
}

bool OutputRegistry::canShow(const QString& mimeType) const
{
    return !kindOf(mimeType).isEmpty();
}

QStringList OutputRegistry::ranked(const QStringList& available) const
{
    QStringList types = available;
    types.removeIf([this](const QString& type) { return !canShow(type); });
    const auto rankOf = [this](const QString& type) {
        const auto own = m_entries.find(type);
        return own != m_entries.end() ? own->second.rank : defaultRank(type);
    };
    std::ranges::stable_sort(types, {}, rankOf);
    return types;
}

OutputWidget* OutputRegistry::make(const QString& kind, OutputServices& services, QWidget* parent) const
{
    const auto found = m_entries.find(kind);
    return found == m_entries.end() ? nullptr : found->second.factory(services, parent);
}

} // namespace cahier::widgets
