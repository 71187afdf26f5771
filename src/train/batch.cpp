#include "train/batch.h"

#include "platform/error.h"

#include <algorithm>
#include <array>
#include <limits>

namespace gf {

std::string_view name(Objective objective) {
    constexpr std::array<std::string_view, 6> k_names{"next_token",     "masked_token", "seq2seq",
                                                      "classification", "distillation", "contrastive"};
    return k_names[static_cast<std::size_t>(objective)];
}

void Domains::extend(std::size_t n, const std::string& name) {
    const auto known = std::ranges::find(names, name);
    const auto number = static_cast<std::size_t>(known - names.begin());
    if (number > std::numeric_limits<DomainId>::max())
        throw Error({"data.files", "at most 65536 files", "more", "join some of them"});
    if (known == names.end()) names.push_back(name);
    ids.resize(n, static_cast<DomainId>(number));
}

} // namespace gf
