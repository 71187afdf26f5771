#pragma once
// A model that was opened before. The settings remember such models, and the start page lists them.

#include <cstddef>
#include <string>

namespace gf::ui {

struct RecentModel {
    std::string model, tokenizer; ///< absolute paths; `tokenizer` is empty where none was opened
    bool operator==(const RecentModel&) const = default;
};
inline constexpr std::size_t k_max_recent_models = 10;

} // namespace gf::ui
