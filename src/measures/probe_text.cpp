#include "measures/probe_text.h"

#include "core/random.h"

#include <algorithm>
#include <numeric>

namespace gf {

std::vector<int> probe_tokens(const ModelConfig& c, int bos, const ProbeText& probe) {
    std::vector<int> vocabulary(static_cast<std::size_t>(c.d_vocab));
    std::iota(vocabulary.begin(), vocabulary.end(), 0);
    std::erase(vocabulary, bos);
    const auto rank = [&](int token) { return mix64(mix64(probe.seed) ^ static_cast<std::uint64_t>(token)); };
    std::sort(vocabulary.begin(), vocabulary.end(), [&](int a, int b) { return rank(a) < rank(b); });
    const int n_start = bos >= 0 ? 1 : 0;
    const int distinct = std::clamp((c.n_ctx - n_start) / probe.repeats, 1, probe.distinct);
    vocabulary.resize(std::min(vocabulary.size(), static_cast<std::size_t>(distinct)));
    std::vector<int> tokens;
    if (bos >= 0) tokens.push_back(bos);
    for (int i = 0;
         i < probe.repeats && tokens.size() + vocabulary.size() <= static_cast<std::size_t>(c.n_ctx); ++i)
        tokens.insert(tokens.end(), vocabulary.begin(), vocabulary.end());
    return tokens;
}

} // namespace gf
