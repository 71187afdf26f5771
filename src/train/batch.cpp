#include "train/batch.h"

#include <array>
#include <cstddef>

namespace gf {

std::string_view name(Objective objective) {
    constexpr std::array<std::string_view, 6> k_names{"next_token",     "masked_token", "seq2seq",
                                                      "classification", "distillation", "contrastive"};
    return k_names[static_cast<std::size_t>(objective)];
}

} // namespace gf
