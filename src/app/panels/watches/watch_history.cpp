#include "app/panels/watches/watch_history.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {

bool WatchHistory::advance(const Expression& e, const RunView& run, int n, std::size_t budget) {
    const ValueSource source = run.source();
    if (e.text() != text_ || !(source == source_)) {
        text_ = e.text();
        source_ = source;
        values_.clear();
        least_ = greatest_ = 0;
    }
    // A token costs about as many values as its logits have: surprisal reads them all.
    const std::size_t per_token = static_cast<std::size_t>(std::max(run.trace->config().d_vocab, 1));
    std::size_t left = std::max<std::size_t>(budget / per_token, 1);
    for (int t = static_cast<int>(values_.size()); t < n && left > 0; ++t, --left) {
        const double value = e.at(run, t);
        if (std::isfinite(value)) {
            least_ = std::min(least_, value);
            greatest_ = std::max(greatest_, value);
        }
        values_.push_back(value);
    }
    return static_cast<int>(values_.size()) >= n;
}

} // namespace gf::ui
