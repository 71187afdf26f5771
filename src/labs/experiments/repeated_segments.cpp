#include "labs/experiments/repeated_segments.h"

#include "core/random.h"
#include "train/seeded_random.h"

#include <numeric>
#include <utility>

namespace gf {
namespace {

constexpr std::uint32_t k_length_draw = 1u << 20; ///< number of the draw of a segment's length

} // namespace

void RepeatedSegments::append_training(std::uint64_t seed, std::uint64_t n, Batch& batch) const {
    const std::uint64_t draw = derived_seed(seed, SeedPurpose::example, n);
    std::vector<int> order(static_cast<std::size_t>(d_vocab_));
    std::iota(order.begin(), order.end(), 0);
    const auto least = static_cast<std::size_t>(length_ / 6), most = static_cast<std::size_t>(length_ / 2);
    const std::size_t segment_length = least + random_below(most - least, draw, k_length_draw);
    for (std::size_t i = 0; i < segment_length; ++i)
        std::swap(order[i], order[i + random_below(order.size() - i, draw, static_cast<std::uint32_t>(i))]);
    Sequence s;
    for (int t = 0; t < length_; ++t) s.tokens.push_back(order[static_cast<std::size_t>(t) % segment_length]);
    s.targets.assign(s.tokens.begin() + 1, s.tokens.end());
    s.targets.push_back(order[static_cast<std::size_t>(length_) % segment_length]);
    batch.sequences.push_back(std::move(s));
}

void RepeatedSegments::append_validation(std::size_t n, Batch& batch) const {
    constexpr std::uint64_t k_other_seed = 0x5eed0f7e57;
    append_training(k_other_seed, n, batch);
}

std::uint64_t RepeatedSegments::fingerprint() const {
    return mix64(static_cast<std::uint64_t>(d_vocab_) << 32 | static_cast<std::uint64_t>(length_));
}

const std::vector<std::string>& RepeatedSegments::domain_names() const {
    static const std::vector<std::string> names{"repeated segments"};
    return names;
}

} // namespace gf
