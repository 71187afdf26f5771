#include "train/batch.h"

#include "core/error.h"
#include "core/names.h"

#include <algorithm>
#include <array>

namespace gf {
namespace {
constexpr std::array<std::string_view, 6> k_objectives{"next_token",     "masked_token", "seq2seq",
                                                       "classification", "distillation", "contrastive"};
}

std::string_view name(Objective objective) { return k_objectives[static_cast<std::size_t>(objective)]; }

Objective objective_from_name(std::string_view word, const std::string& where) {
    const auto found = std::find(k_objectives.begin(), k_objectives.end(), word);
    if (found != k_objectives.end()) return static_cast<Objective>(found - k_objectives.begin());
    std::string all;
    for (const std::string_view o : k_objectives) all += (all.empty() ? "" : ", ") + std::string(o);
    throw Error({where, "one of " + all, "'" + std::string(word) + "'",
                 "nearest: " + nearest_names(word, {k_objectives.begin(), k_objectives.end()})});
}

} // namespace gf
