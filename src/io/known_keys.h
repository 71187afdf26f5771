#pragma once
// The one table of the keys of config.json that no family reads: those that are harmless whatever they say,
// and those that change the mathematics unless they have certain values. Used by io/config_keys.cpp, and
// listed in docs/models-you-can-open.md.

#include <span>
#include <string_view>

namespace gf {

/// Why a key is known.
enum class KeyUse {
    bookkeeping,   ///< names, versions, labels, what a library notes
    computation,   ///< how it is computed or returned
    training,      ///< dropout, initial values, losses
    other_outputs, ///< output layers of other models made from the same weights
    generation,    ///< how tokens are drawn, and special tokens
    variant        ///< changes the mathematics unless its value is neutral
};
/// The words of documents: "training".
std::string_view name(KeyUse use);

struct KnownKey {
    std::string_view key;
    KeyUse use;
    /// Of a variant: the value, as JSON, with which it changes nothing; null does not either, unless it is
    /// true.
    std::string_view neutral = {};
    std::string_view reason = "this variant is not supported"; ///< of a variant: what to say or do
};

/// All rows, by use.
std::span<const KnownKey> known_keys();
/// The row of a key; null if there is none.
const KnownKey* find_known_key(std::string_view key);

/// Words in the name of a key that nobody knows which make it likely that the key changes the mathematics.
std::span<const std::string_view> suspicious_words();

} // namespace gf
