#pragma once
// Small tables of words and what they stand for, as the languages of formulas and of watches have them.

#include <cstddef>
#include <string_view>
#include <utility>

namespace gf {

template <class E>
using Named = std::pair<std::string_view, E>;

/// What the word stands for; null if the table does not have it.
template <class E, std::size_t N>
const E* find_named(const Named<E> (&table)[N], std::string_view word) {
    for (const auto& [name, value] : table)
        if (name == word) return &value;
    return nullptr;
}

} // namespace gf
