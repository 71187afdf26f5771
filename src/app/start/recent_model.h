#pragma once
// A model that was opened before. The settings remember such models, and the start page lists them.

#include <cstddef>
#include <string>

namespace gf::ui {

inline constexpr std::size_t k_max_path_length = 4096; ///< bytes

struct RecentModel {
    std::string model, tokenizer; ///< absolute paths; `tokenizer` is empty where none was opened
    bool operator==(const RecentModel&) const = default;
    static void fields(auto& recent, auto visit) { // as io/fields.h wants them
        visit("model", recent.model, {.least = 1, .greatest = k_max_path_length, .required = true});
        visit("tokenizer", recent.tokenizer, {.least = 0, .greatest = k_max_path_length});
    }
};
inline constexpr std::size_t k_max_recent_models = 10;

} // namespace gf::ui
