// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/commands/fuzzymatch.h>

#include <QString>

#include <vector>

namespace cahier::widgets {

namespace {

constexpr int impossible = -1'000'000;
constexpr int letter = 1, wordStart = 8, inARow = 5, textStart = 4;

int valueAt(QStringView text, qsizetype place)
{
    if (place == 0) return letter + wordStart + textStart;
    return text[place - 1].isLetterOrNumber() ? letter : letter + wordStart;
}

} // namespace

std::optional<FuzzyMatch> fuzzyMatch(QStringView pattern, QStringView text)
{
    const QString wanted = pattern.toString().remove(QChar::Space).toCaseFolded();
    const QString folded = text.toString().toCaseFolded();
    const qsizetype length = folded.size();
    if (wanted.isEmpty()) return FuzzyMatch{};
    if (length != text.size() || wanted.size() > length) return std::nullopt;
    // best[i][j]: the pattern's first i+1 letters, the last of them at j; from[i][j]: where the one before
    // is.
    const auto rows = static_cast<std::size_t>(wanted.size()), columns = static_cast<std::size_t>(length);
    std::vector best(rows, std::vector(columns, impossible));
    std::vector from(rows, std::vector<qsizetype>(columns, -1));
    for (std::size_t row = 0; row < rows; ++row) {
        qsizetype before = -1; // the best place of the letter before, left of the neighbour
        for (std::size_t column = row; column < columns; ++column) {
            const auto place = static_cast<qsizetype>(column);
            if (row > 0 && column > 1) {
                const qsizetype candidate = place - 2;
                const int score = best[row - 1][column - 2];
                if (score > impossible &&
                    (before < 0 || score >= best[row - 1][static_cast<std::size_t>(before)]))
                    before = candidate;
            }
            if (folded[place] != wanted[static_cast<qsizetype>(row)]) continue;
            const int value = valueAt(text, place);
            if (row == 0) {
                best[row][column] = value;
                continue;
            }
            const int neighbour = best[row - 1][column - 1];
            if (neighbour > impossible) {
                best[row][column] = neighbour + value + inARow;
                from[row][column] = place - 1;
            }
            const int apart = before < 0 ? impossible : best[row - 1][static_cast<std::size_t>(before)];
            if (apart > impossible && apart + value > best[row][column]) {
                best[row][column] = apart + value;
                from[row][column] = before;
            }
        }
    }
    FuzzyMatch match{impossible, {}};
    qsizetype place = -1;
    for (std::size_t column = 0; column < columns; ++column) {
        if (best[rows - 1][column] <= match.score) continue;
        match.score = best[rows - 1][column];
        place = static_cast<qsizetype>(column);
    }
    if (place < 0) return std::nullopt;
    for (std::size_t row = rows; row-- > 0;) {
        match.places.prepend(place);
        place = from[row][static_cast<std::size_t>(place)];
    }
    return match;
}

} // namespace cahier::widgets
