// SPDX-License-Identifier: Apache-2.0
#include <runtimes/wire/signer.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <cstdlib>

namespace cahier::wire {

void Signer::Free::operator()(evp_mac_ctx_st* context) const
{
    EVP_MAC_CTX_free(context);
}

Signer::Signer(std::string_view key)
{
    if (key.empty()) return;
    EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    m_context.reset(EVP_MAC_CTX_new(mac));
    EVP_MAC_free(mac);
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                     OSSL_PARAM_construct_end()};
    // Fails only where OpenSSL itself is broken; going on without signatures is not an option.
    if (!m_context || EVP_MAC_init(m_context.get(), reinterpret_cast<const unsigned char*>(key.data()),
                                   key.size(), parameters) != 1)
        std::abort();
}

Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;
Signer::~Signer() = default;

std::string Signer::sign(std::span<const std::string_view> frames) const
{
    if (!m_context) return {};
    EVP_MAC_CTX* const context = m_context.get();
    bool ok = EVP_MAC_init(context, nullptr, 0, nullptr) == 1;
    for (const std::string_view frame : frames)
        ok = ok &&
             EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(frame.data()), frame.size()) == 1;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    std::size_t size = 0;
    ok = ok && EVP_MAC_final(context, digest.data(), &size, digest.size()) == 1;
    if (!ok) std::abort();
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * size);
    for (std::size_t i = 0; i < size; ++i) {
        text.push_back(digits[digest[i] >> 4]);
        text.push_back(digits[digest[i] & 15]);
    }
    return text;
}

bool Signer::verify(std::span<const std::string_view> frames, std::string_view signature) const
{
    if (!m_context) return true;
    const std::string expected = sign(frames);
    return signature.size() == expected.size() &&
           CRYPTO_memcmp(expected.data(), signature.data(), expected.size()) == 0;
}

} // namespace cahier::wire
