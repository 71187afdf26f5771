#include "app/view/logits_change.h"

#include <algorithm>
#include <numeric>

namespace gf::ui {
namespace {

constexpr std::size_t k_changes = 5;

} // namespace

void LogitsChange::look_at(const Run& text, bool changed) {
    const int row = text.shown - 1;
    if (row < 0 || !text.trace->kept(Site::logits) || (trace_.lock() == text.trace && row == row_)) return;
    trace_ = text.trace, row_ = row;
    changes_.clear();
    const Trace& trace = *text.trace;
    const real* logits = trace.row(Site::logits, -1, row);
    const int* tokens = trace.tokens();
    const auto n = static_cast<std::size_t>(trace.config().d_vocab);
    const auto n_tokens = static_cast<std::size_t>(text.shown);
    if (!changed) {
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
