// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/stringskip.h>

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace cahier::notebook {
namespace {

bool isPlain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

const char* skipBytes(const char* from, const char* end)
{
    while (from < end && isPlain(static_cast<unsigned char>(*from)))
        ++from;
    return from;
}

#if defined(__x86_64__)

// As signed bytes, what is above 0x7f is negative: one comparison finds it and the control characters.
const char* skipSse2(const char* from, const char* end)
{
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i space = _mm_set1_epi8(0x20);
    for (; end - from >= 16; from += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
        const __m128i special =
            _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
                         _mm_cmplt_epi8(bytes, space));
        const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
        if (mask) return from + std::countr_zero(mask);
    }
    return skipBytes(from, end);
}

__attribute__((target("avx2"))) inline __m256i specialAvx2(const char* at)
{
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    return _mm256_or_si256(_mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"')),
                                           _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'))),
                           _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), bytes));
}

__attribute__((target("avx2"))) const char* skipAvx2(const char* from, const char* end)
{
    if (end - from >= 32) { // most strings are short
        const auto mask = static_cast<unsigned>(_mm256_movemask_epi8(specialAvx2(from)));
        if (mask) return from + std::countr_zero(mask);
        from += 32;
    }
    for (; end - from >= 128; from += 128) {
        const __m256i a = specialAvx2(from);
        const __m256i b = specialAvx2(from + 32);
        const __m256i c = specialAvx2(from + 64);
        const __m256i d = specialAvx2(from + 96);
        const __m256i any = _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d));
        if (!_mm256_testz_si256(any, any)) break;
    }
    for (; end - from >= 32; from += 32) {
        const auto mask = static_cast<unsigned>(_mm256_movemask_epi8(specialAvx2(from)));
        if (mask) return from + std::countr_zero(mask);
    }
    return skipBytes(from, end);
}

const bool hasAvx2 = __builtin_cpu_supports("avx2");

#else

const char* skipWords(const char* from, const char* end)
{
    constexpr uint64_t ones = 0x0101010101010101u;
    constexpr uint64_t highs = 0x8080808080808080u;
    const auto hasZero = [](uint64_t v) { return (v - ones) & ~v & highs; };
    for (; end - from >= 8; from += 8) {
        uint64_t word;
        std::memcpy(&word, from, 8);
        const uint64_t control = (word - ones * 0x20) & ~word & highs;
        if ((word & highs) || control || hasZero(word ^ (ones * '"')) || hasZero(word ^ (ones * '\\'))) break;
    }
    return skipBytes(from, end);
}

#endif

} // namespace

const char* skipPlain(const char* from, const char* end)
{
#if defined(__x86_64__)
    if (hasAvx2) return skipAvx2(from, end);
    return skipSse2(from, end);
#else
    return skipWords(from, end);
#endif
}

} // namespace cahier::notebook
