// Windows of a long text.

#include "core/error.h"
#include "train/data.h"
#include "train/draws.h"

#include <algorithm>
#include <fmt/format.h>

namespace gf {
namespace {

class WindowData final : public Data {
  public:
    WindowData(std::vector<int> tokens, const WindowOptions& o) : tokens_(std::move(tokens)), o_(o) {
        const std::size_t least = static_cast<std::size_t>(o.length) + next(); // one window
        const auto share = static_cast<std::size_t>(o.validation * static_cast<double>(tokens_.size()));
        const std::size_t kept = std::min(o.n_validation.value_or(share), tokens_.size());
        n_training_ = tokens_.size() - kept;
        if (n_training_ < least)
            throw Error({"data", fmt::format("at least {} tokens to train on, for one window", least),
                         fmt::format("{} and {} for validation", n_training_, kept),
                         "give more text, or choose a smaller batch.length or data.validation"});
        if (o.validation > 0 && kept < 1 + next())
            throw Error({"data.validation", "a share with at least two tokens",
                         fmt::format("{} of {}", kept, tokens_.size()), "give more text, or 0 for none"});
        list_kept_windows();
        n_training_starts_ = static_cast<std::size_t>(
            std::ranges::partition_point(o_.starts,
                                         [&](std::size_t start) { return start + least <= n_training_; }) -
            o_.starts.begin());
    }

    void append_training(std::uint64_t seed, std::uint64_t n, Batch& batch) const override {
        const std::size_t length = static_cast<std::size_t>(o_.length),
                          n_starts = n_training_ - length - next() + 1;
        const auto random_start = [&] {
            const std::uint64_t key = derived_seed(seed, DrawKind::window, n);
            return n_training_starts_ == 0 ? draw_below(n_starts, key)
                                           : o_.starts[draw_below(n_training_starts_, key)];
        };
        const std::size_t start = o_.order == DataOrder::random
                                      ? random_start()
                                      : static_cast<std::size_t>(n % ((n_starts - 1) / length + 1)) * length;
        batch.sequences.push_back(window(start, derived_seed(seed, DrawKind::mask, n)));
    }

    void append_validation(std::size_t n, Batch& batch) const override {
        batch.sequences.push_back(window(kept_starts_[n], derived_seed(0, DrawKind::validation_mask, n)));
    }

    std::size_t n_training() const override { return n_training_; }

    std::size_t n_validation() const override { return kept_starts_.size(); }

    std::uint64_t fingerprint() const override {
        std::uint64_t h = mix64(n_training_);
        for (const int t : tokens_) h = mix64(h ^ static_cast<std::uint64_t>(t));
        return h;
    }

  private:
    std::size_t next() const {
        return o_.mask_id < 0 ? 1 : 0;
    } // tokens behind a window that it needs as targets

    /// One behind the other; where starts are given, each from the first of them that the window before has
    /// not reached.
    void list_kept_windows() {
        std::vector<std::size_t> starts = o_.starts;
        std::erase_if(starts, [&](std::size_t start) { return start < n_training_; });
        const bool anywhere = o_.starts.empty();
        const std::size_t least = o_.end_at_starts ? 1 : static_cast<std::size_t>(o_.length);
        for (std::size_t at = n_training_; at + next() < tokens_.size(); at += least) {
            if (!anywhere) {
                const auto start = std::ranges::lower_bound(starts, at);
                if (start == starts.end() || *start + next() >= tokens_.size()) break;
                at = *start;
            }
            kept_starts_.push_back(at); // the last window may be shorter
        }
    }

    Sequence window(std::size_t start, std::uint64_t seed) const {
        std::size_t end = std::min(start + static_cast<std::size_t>(o_.length), tokens_.size() - next());
        if (o_.end_at_starts)
            if (const auto other = std::ranges::upper_bound(o_.starts, start); other != o_.starts.end())
                end = std::min(end, *other);
        const std::size_t length = end - start;
        const int* from = tokens_.data() + start;
        Sequence s;
        s.tokens.assign(from, from + length);
        if (o_.mask_id < 0)
            s.targets.assign(from + 1, from + 1 + length);
        else
            mask(s, seed);
        return s;
    }

    /// Devlin et al. 2019, section 3.1: of the chosen tokens 80 % become the mask, 10 % a random token, 10 %
    /// stay.
    void mask(Sequence& s, std::uint64_t seed) const {
        const std::size_t n = s.tokens.size();
        s.targets.assign(n, -1);
        const std::size_t one =
            draw_below(n, seed, 0, 3); // always chosen, so that no window is without a target
        for (std::size_t i = 0; i < n; ++i) {
            const auto at = static_cast<std::uint32_t>(i);
            if (i != one && draw(seed, at, 0) >= o_.mask_share) continue;
            s.targets[i] = s.tokens[i];
            const double how = draw(seed, at, 1);
            if (how < 0.8)
                s.tokens[i] = o_.mask_id;
            else if (how < 0.9)
                s.tokens[i] =
                    static_cast<int>(draw_below(static_cast<std::uint64_t>(o_.n_random_ids), seed, at, 2));
        }
    }

    std::vector<int> tokens_;
    WindowOptions o_;
    std::size_t n_training_ = 0;           // tokens; those behind are for validation
    std::size_t n_training_starts_ = 0;    // of o_.starts, in front: those with a whole window behind them
    std::vector<std::size_t> kept_starts_; // of the windows for validation
};

} // namespace

std::unique_ptr<const Data> window_data(std::vector<int> tokens, const WindowOptions& options) {
    return std::make_unique<WindowData>(std::move(tokens), options);
}

} // namespace gf
