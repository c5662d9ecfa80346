// SPDX-License-Identifier: Apache-2.0
// The signature of the Jupyter messaging protocol: HMAC-SHA256 over the exact bytes of header, parent header,
// metadata and content, in hexadecimal. An empty key means an empty signature.
// Source: https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_mac_ctx_st;

namespace cahier::wire {

/// Holds the key of one connection. Not for use by two threads at once.
class Signer {
public:
    explicit Signer(std::string_view key);
    Signer(Signer&&) noexcept;
    Signer& operator=(Signer&&) noexcept;
    ~Signer();

    /// The signature over the frames, one after another.
    [[nodiscard]] std::string sign(std::span<const std::string_view> frames) const;
    /// Compares in time that does not depend on where the signatures differ.
    [[nodiscard]] bool verify(std::span<const std::string_view> frames, std::string_view signature) const;

private:
    struct Free {
        void operator()(evp_mac_ctx_st* context) const;
    };
    std::unique_ptr<evp_mac_ctx_st, Free> m_context; ///< null for an empty key
};

} // namespace cahier::wire
