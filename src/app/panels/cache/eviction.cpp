#include "app/panels/cache/eviction.h"

#include "measures/cache_use.h"

#include <algorithm>
#include <numeric>

namespace gf::ui {
namespace {

constexpr std::size_t k_changes = 5;

/// What a person may vary of the run's setup: edits, segments and regularisation come from elsewhere.
RunSetup own_setup(const Run& text) {
    RunSetup setup = text.trace->setup();
    setup.edits.clear();
    setup.segments.clear();
    setup.n_prefix = 0;
    setup.regularise = {};
    return setup;
}

} // namespace

RunSetup with_eviction_toggled(const Run& text, int key, int from_row) {
    RunSetup setup = own_setup(text);
    std::vector<Eviction> evicted;
    bool was_evicted = false;
    for (const Eviction& e : setup.evicted) {
        if (key < e.keys[0] || key >= e.keys[1]) {
            evicted.push_back(e);
            continue;
        }
        was_evicted = true;
        if (e.keys[0] < key) evicted.push_back({{e.keys[0], key}, e.from_row});
        if (key + 1 < e.keys[1]) evicted.push_back({{key + 1, e.keys[1]}, e.from_row});
    }
    if (!was_evicted) evicted.push_back({{key, key + 1}, from_row});
    setup.evicted = std::move(evicted);
    return setup;
}

RunSetup without_evictions(const Run& text) {
    RunSetup setup = own_setup(text);
    setup.evicted.clear();
    return setup;
}

void EvictionEffect::look_at(const Run& text) {
    const int row = text.shown - 1;
    if (row < 0 || !text.trace->kept(Site::logits) || (trace_.lock() == text.trace && row == row_)) return;
    trace_ = text.trace, row_ = row;
    changes_.clear();
    const Trace& trace = *text.trace;
    const real* logits = trace.row(Site::logits, -1, row);
    const int* tokens = trace.tokens();
    const auto n = static_cast<std::size_t>(trace.config().d_vocab);
    const auto n_tokens = static_cast<std::size_t>(text.shown);
    bool has_evicted = false;
    for (int key = 0; key < row; ++key) has_evicted |= is_evicted(trace, row, key);
    if (!has_evicted) {
        before_.assign(logits, logits + n);
        tokens_.assign(tokens, tokens + n_tokens);
        return;
    }
    if (before_.size() != n || tokens_.size() != n_tokens ||
        !std::equal(tokens_.begin(), tokens_.end(), tokens))
        return;
    std::vector<int> order(n);
    std::iota(order.begin(), order.end(), 0);
    const std::size_t kept = std::min(k_changes, n);
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                      [&](int a, int b) {
                          return before_[static_cast<std::size_t>(a)] > before_[static_cast<std::size_t>(b)];
                      });
    for (std::size_t i = 0; i < kept; ++i) {
        const auto token = static_cast<std::size_t>(order[i]);
        changes_.push_back({order[i], before_[token], logits[token]});
    }
}

} // namespace gf::ui
