// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/convert/mimerank.h>

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

std::span<const QLatin1StringView> orderFor(Medium medium)
{
    switch (medium) {
    case Medium::Html:
        return htmlOrder;
    case Medium::Markdown:
        return markdownOrder;
    case Medium::Terminal:
        return terminalOrder;
    }
    Q_UNREACHABLE_RETURN({});
}

} // namespace

QString bestMimeType(const QStringList& available, Medium medium)
{
    for (const QLatin1StringView type : orderFor(medium)) {
        if (available.contains(type)) return type;
    }
    return {};
}

} // namespace cahier::convert
