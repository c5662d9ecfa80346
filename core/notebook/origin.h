// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/notebook.
#pragma once

#include <core/notebook/fileimage.h>
#include <core/notebook/jsonscanner.h>
#include <core/notebook/jsontext.h>

#include <memory>
#include <vector>

namespace cahier::notebook {

/// Where things are in the text that a notebook was read from. Offsets count from the start of text().
struct DocumentOrigin {
    std::shared_ptr<const FileImage> image;
    ByteRange object;   ///< from { to }
    ByteRange cells;    ///< from [ to ]; empty where there is none
    ByteRange metadata; ///< empty where there is none
    std::vector<ByteRange> cellRanges;
    JsonStyle style;
    quint64 idSeed = 0; ///< for making the same ids at each save

    [[nodiscard]] std::string_view text() const { return image->bytes(); }
};

/// A member of an object: from the first byte of the key to the last of the value.
struct MemberRange {
    ByteRange key;
    ByteRange value;
};

/// Finds out how a notebook's JSON is laid out. `members`: those of the outermost object, with offsets into
/// `text`, where it begins at `object`.
[[nodiscard]] JsonStyle detectStyle(std::string_view text, size_t object,
                                    const std::vector<MemberRange>& members, std::string_view firstCell,
                                    bool ascii);

} // namespace cahier::notebook
