// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/rawjson.h>

namespace cahier::notebook {

RawJson::RawJson(QByteArray ownText)
{
    if (ownText.isEmpty()) return;
    auto owned = std::make_shared<const QByteArray>(std::move(ownText));
    m_text = std::string_view(owned->constData(), size_t(owned->size()));
    m_holder = std::move(owned);
}

RawJson::RawJson(std::shared_ptr<const void> holder, std::string_view text)
    : m_holder(std::move(holder)), m_text(text)
{
}

} // namespace cahier::notebook
