// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/convert/mimerank.h>

#include <algorithm>
#include <span>

using namespace Qt::StringLiterals;

namespace cahier::convert {

namespace {

constexpr QLatin1StringView htmlOrder[] = {
    "text/html"_L1,  "text/markdown"_L1, "image/svg+xml"_L1, "image/png"_L1,        "image/jpeg"_L1,
    "image/webp"_L1, "image/gif"_L1,     "text/latex"_L1,    "application/json"_L1, "text/plain"_L1,
};
constexpr QLatin1StringView markdownOrder[] = {
    "text/markdown"_L1, "image/svg+xml"_L1, "image/png"_L1,  "image/jpeg"_L1,       "image/webp"_L1,
    "image/gif"_L1,     "text/html"_L1,     "text/latex"_L1, "application/json"_L1, "text/plain"_L1,
};
constexpr QLatin1StringView terminalOrder[] = {"text/markdown"_L1, "text/plain"_L1, "text/latex"_L1,
                                               "application/json"_L1};
constexpr QLatin1StringView windowOrder[] = {
    "image/svg+xml"_L1, "image/png"_L1,  "image/jpeg"_L1,    "image/webp"_L1,       "image/gif"_L1,
    "text/html"_L1,     "text/latex"_L1, "text/markdown"_L1, "application/json"_L1, "text/plain"_L1,
};
constexpr QLatin1StringView scriptTypes[] = {
    "application/javascript"_L1,    "text/javascript"_L1,         "application/vnd.jupyter.widget-"_L1,
    "application/vnd.plotly"_L1,    "application/vnd.bokehjs"_L1, "application/vnd.vega"_L1,
    "application/vnd.holoviews"_L1, "application/vnd.altair"_L1,
};

std::span<const QLatin1StringView> orderFor(Medium medium)
{
    switch (medium) {
    case Medium::Html:
        return htmlOrder;
    case Medium::Markdown:
        return markdownOrder;
    case Medium::Terminal:
        return terminalOrder;
    case Medium::Window:
        return windowOrder;
    }
    Q_UNREACHABLE_RETURN({});
}

} // namespace

bool needsWebView(const QString& mimeType)
{
    return std::ranges::any_of(scriptTypes,
                               [&](QLatin1StringView type) { return mimeType.startsWith(type); });
}

std::optional<int> mimeRank(const QString& mimeType, Medium medium)
{
    const auto order = orderFor(medium);
    const auto rankOf = [&](QAnyStringView type) -> std::optional<int> {
        const auto found = std::ranges::find(order, type);
        if (found == order.end()) return {};
        return int(found - order.begin());
    };
    if (const auto rank = rankOf(mimeType)) return rank;
    const bool anyJson = medium == Medium::Window && mimeType.endsWith("+json"_L1) && !needsWebView(mimeType);
    return anyJson ? rankOf("application/json"_L1) : std::nullopt;
}

QString bestMimeType(const QStringList& available, Medium medium)
{
    QString best;
    std::optional<int> bestRank;
    for (const QString& type : available) {
        const auto rank = mimeRank(type, medium);
        if (!rank || (bestRank && *bestRank <= *rank)) continue;
        best = type;
        bestRank = rank;
    }
    return best;
}

} // namespace cahier::convert
