#pragma once
// A model that was opened before: what the start page lists, and what the settings remember.

#include <cstddef>
#include <string>

namespace gf::ui {

/// Absolute paths; `tokenizer` is empty where none was opened.
struct RecentModel {
    std::string model, tokenizer;
    bool operator==(const RecentModel&) const = default;
};
inline constexpr std::size_t k_most_recent_models = 10;

} // namespace gf::ui
