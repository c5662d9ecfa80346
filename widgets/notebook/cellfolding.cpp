// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/notebook/cellfolding.h>

#include <nlohmann/json.hpp>

namespace cahier::widgets {

using nlohmann::json;
using notebook::Cell;
using notebook::CellKey;
using notebook::CellType;
using notebook::Notebook;

namespace {

constexpr const char* headingKey = "jp-MarkdownHeadingCollapsed";

bool flag(const json& object, const char* key)
{
    const auto it = object.find(key);
    return it != object.end() && it->is_boolean() && it->get<bool>();
}

const char* jupyterKey(Fold fold)
{
    return fold == Fold::Source ? "source_hidden" : "outputs_hidden";
}

/// Most cells have no metadata; those are told without parsing anything.
bool hasMetadata(const Cell& cell)
{
    constexpr size_t emptyObject = 2;
    return cell.metadataJson().text().size() > emptyObject;
}

} // namespace

bool isFolded(const Cell& cell, Fold fold)
{
    if (!hasMetadata(cell)) return false;
    const json metadata = cell.metadata();
    if (fold == Fold::Heading) return flag(metadata, headingKey);
    const auto jupyter = metadata.find("jupyter");
    if (jupyter != metadata.end() && jupyter->is_object() && flag(*jupyter, jupyterKey(fold))) return true;
    return fold == Fold::Outputs && flag(metadata, "collapsed");
}

void setFolded(Notebook& notebook, CellKey key, Fold fold, bool folded)
{
    const Cell* cell = notebook.find(key);
    if (!cell || isFolded(*cell, fold) == folded) return;
    json metadata = cell->metadata();
    if (fold == Fold::Heading) {
        if (folded)
            metadata[headingKey] = true;
        else
            metadata.erase(headingKey);
    } else if (folded) {
        if (!metadata["jupyter"].is_object()) metadata["jupyter"] = json::object();
        metadata["jupyter"][jupyterKey(fold)] = true;
    } else {
        if (fold == Fold::Outputs) metadata.erase("collapsed");
        if (const auto jupyter = metadata.find("jupyter");
            jupyter != metadata.end() && jupyter->is_object()) {
            jupyter->erase(jupyterKey(fold));
            if (jupyter->empty()) metadata.erase("jupyter");
        }
    }
    notebook.setCellMetadata(key, metadata);
}

OutputScrolling scrollingOf(const Cell& cell)
{
    if (!hasMetadata(cell)) return OutputScrolling::Auto;
    const json metadata = cell.metadata();
    const auto scrolled = metadata.find("scrolled");
    if (scrolled == metadata.end() || !scrolled->is_boolean()) return OutputScrolling::Auto;
    return scrolled->get<bool>() ? OutputScrolling::Bounded : OutputScrolling::Whole;
}

void setScrolled(Notebook& notebook, CellKey key, bool scrolled)
{
    const Cell* cell = notebook.find(key);
    const OutputScrolling wanted = scrolled ? OutputScrolling::Bounded : OutputScrolling::Whole;
    if (!cell || scrollingOf(*cell) == wanted) return;
    json metadata = cell->metadata();
    metadata["scrolled"] = scrolled;
    notebook.setCellMetadata(key, metadata);
}

int headingLevel(const Cell& cell)
{
    constexpr qsizetype deepest = 6;
    if (cell.type() != CellType::Markdown) return 0;
    const QString source = cell.source();
    const QStringView text = QStringView(source).trimmed();
    qsizetype level = 0;
    while (level < text.size() && text[level] == u'#')
        ++level;
    const bool heading = level > 0 && level <= deepest && (level == text.size() || text[level].isSpace());
    return heading ? static_cast<int>(level) : 0;
}

int sectionLength(const Notebook& notebook, int index)
{
    const int level = headingLevel(notebook.cellAt(index));
    if (level == 0) return 0;
    int end = index + 1;
    for (; end < notebook.cellCount(); ++end) {
        const int next = headingLevel(notebook.cellAt(end));
        if (next > 0 && next <= level) break;
    }
    return end - index - 1;
}

std::vector<bool> hiddenCells(const Notebook& notebook)
{
    std::vector<bool> hidden;
    for (int index = 0; index < notebook.cellCount();) {
        const Cell& cell = notebook.cellAt(index);
        ++index;
        if (cell.type() != CellType::Markdown || !isFolded(cell, Fold::Heading)) continue;
        if (hidden.empty()) hidden.resize(static_cast<size_t>(notebook.cellCount()));
        for (int left = sectionLength(notebook, index - 1); left > 0; --left)
            hidden[static_cast<size_t>(index++)] = true;
    }
    return hidden;
}

} // namespace cahier::widgets
