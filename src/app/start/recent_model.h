#pragma once
// A model that was opened before. The settings remember such models, and the start page lists them.

#include <cstddef>
#include <string>
#include <vector>

namespace gf::ui {

inline constexpr std::size_t k_max_path_length = 4096; ///< bytes

struct RecentModel {
    std::string model, tokenizer; ///< absolute paths; `tokenizer` is empty where none was opened
    std::vector<std::string> ignored_keys = {}; ///< keys of its config.json that were not read
    bool operator==(const RecentModel&) const = default;
    static void fields(auto& recent, auto visit) { // as io/fields.h wants them
        visit("model", recent.model, {.least = 1, .greatest = k_max_path_length, .required = true});
        visit("tokenizer", recent.tokenizer, {.least = 0, .greatest = k_max_path_length});
        visit("ignore_config_keys", recent.ignored_keys, {.least = 1, .skip_empty = true});
    }
};
inline constexpr std::size_t k_max_recent_models = 10;

} // namespace gf::ui
