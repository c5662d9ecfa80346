// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <memory>
#include <string_view>

namespace cahier::notebook {

/// The text of one valid JSON value: a range of the notebook file's bytes, or bytes of its own. Shares what
/// holds the bytes, so that it stays valid when the file is saved over or the notebook is closed.
class RawJson {
public:
    RawJson() = default; ///< empty: no value
    explicit RawJson(QByteArray ownText);
    RawJson(std::shared_ptr<const void> holder, std::string_view text);

    [[nodiscard]] std::string_view text() const { return m_text; }
    [[nodiscard]] bool isEmpty() const { return m_text.empty(); }
    [[nodiscard]] const std::shared_ptr<const void>& holder() const { return m_holder; }

private:
    std::shared_ptr<const void> m_holder;
    std::string_view m_text;
};

} // namespace cahier::notebook
