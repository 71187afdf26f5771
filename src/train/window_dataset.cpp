// A dataset of windows of one long text.

#include "platform/error.h"
#include "train/dataset.h"
#include "train/seeded_random.h"

#include <algorithm>
#include <fmt/format.h>

namespace gf {
namespace {

class WindowDataset final : public Dataset {
  public:
    WindowDataset(std::vector<int> tokens, WindowOptions options)
        : tokens_(std::move(tokens)), options_(std::move(options)) {
        const WindowOptions& o = options_;
        const std::size_t one_window = static_cast<std::size_t>(o.length) + n_lookahead();
        const auto share = static_cast<std::size_t>(o.validation * static_cast<double>(tokens_.size()));
        const std::size_t n_validation = std::min(o.n_validation.value_or(share), tokens_.size());
        n_training_ = tokens_.size() - n_validation;
        if (n_training_ < one_window)
            throw Error({"data", fmt::format("at least {} tokens to train on, for one window", one_window),
                         fmt::format("{} and {} for validation", n_training_, n_validation),
                         "give more text, or choose a smaller batch.length or data.validation"});
        if (o.validation > 0 && n_validation < 1 + n_lookahead())
            throw Error({"data.validation", "a share with at least two tokens",
                         fmt::format("{} of {}", n_validation, tokens_.size()),
                         "give more text, or 0 for none"});
        Domains& domains = options_.domains;
        if (domains.names.empty()) domains.names = {"text"};
        if (domains.names.size() == 1) domains.ids = {}; // all tokens are of it
        list_validation_windows();
        const auto fits = [&](std::size_t start) { return start + one_window <= n_training_; };
        n_training_starts_ = static_cast<std::size_t>(std::ranges::partition_point(options_.starts, fits) -
                                                      options_.starts.begin());
    }

    void append_training(std::uint64_t seed, std::uint64_t n, Batch& batch) const override {
        const std::size_t start =
            options_.order == DataOrder::random ? random_start(seed, n) : sequential_start(n);
        batch.sequences.push_back(window(start, derived_seed(seed, SeedPurpose::mask, n)));
    }

    void append_validation(std::size_t n, Batch& batch) const override {
        const std::uint64_t seed = derived_seed(0, SeedPurpose::validation_mask, n);
        batch.sequences.push_back(window(validation_starts_[n], seed));
    }

    std::size_t n_training() const override { return n_training_; }

    std::size_t n_validation() const override { return validation_starts_.size(); }

    const std::vector<std::string>& domain_names() const override { return options_.domains.names; }

    std::uint64_t fingerprint() const override {
        std::uint64_t hash = mix64(n_training_);
        for (const int t : tokens_) hash = mix64(hash ^ static_cast<std::uint64_t>(t));
        return hash;
    }

  private:
    /// Tokens behind a window that it needs as targets.
    std::size_t n_lookahead() const { return options_.mask_id < 0 ? 1 : 0; }

    /// Places in the training part where a whole window begins.
    std::size_t n_places() const {
        return n_training_ - static_cast<std::size_t>(options_.length) - n_lookahead() + 1;
    }

    std::size_t random_start(std::uint64_t seed, std::uint64_t n) const {
        const std::uint64_t window_seed = derived_seed(seed, SeedPurpose::window, n);
        return n_training_starts_ == 0 ? random_below(n_places(), window_seed)
                                       : options_.starts[random_below(n_training_starts_, window_seed)];
    }

    /// Windows follow each other without a gap; after the last one the first follows again.
    std::size_t sequential_start(std::uint64_t n) const {
        const auto length = static_cast<std::size_t>(options_.length);
        return static_cast<std::size_t>(n % ((n_places() - 1) / length + 1)) * length;
    }

    /// Validation windows follow each other without a gap. Where starts are given, each begins at the first
    /// start that the window before it has not reached.
    void list_validation_windows() {
        std::vector<std::size_t> starts = options_.starts;
        std::erase_if(starts, [&](std::size_t start) { return start < n_training_; });
        const bool anywhere = options_.starts.empty();
        const std::size_t step = options_.end_at_starts ? 1 : static_cast<std::size_t>(options_.length);
        for (std::size_t at = n_training_; at + n_lookahead() < tokens_.size(); at += step) {
            if (!anywhere) {
                const auto start = std::ranges::lower_bound(starts, at);
                if (start == starts.end() || *start + n_lookahead() >= tokens_.size()) break;
                at = *start;
            }
            validation_starts_.push_back(at); // the last window may be shorter
        }
    }

    Sequence window(std::size_t start, std::uint64_t seed) const {
        std::size_t end =
            std::min(start + static_cast<std::size_t>(options_.length), tokens_.size() - n_lookahead());
        if (options_.end_at_starts)
            if (const auto next = std::ranges::upper_bound(options_.starts, start);
                next != options_.starts.end())
                end = std::min(end, *next);
        const std::size_t length = end - start;
        const int* from = tokens_.data() + start;
        Sequence s;
        s.tokens.assign(from, from + length);
        if (options_.mask_id < 0)
            s.targets.assign(from + 1, from + 1 + length);
        else
            mask(s, seed);
        // The end-of-text token behind a document is still the document's to predict.
        if (const auto& ids = options_.domains.ids; !ids.empty())
            s.domains = std::span(ids).subspan(start, length);
        return s;
    }

    /// Masks as Devlin et al. 2019, section 3.1: 80 % of the chosen tokens become the mask, 10 % a random
    /// token, and 10 % stay. One token is always chosen, so that no window is without a target.
    void mask(Sequence& s, std::uint64_t seed) const {
        const std::size_t n = s.tokens.size();
        s.targets.assign(n, -1);
        const std::size_t always_chosen = random_below(n, seed, 0, 3);
        for (std::size_t i = 0; i < n; ++i) {
            const auto at = static_cast<std::uint32_t>(i);
            if (i != always_chosen && random_unit(seed, at, 0) >= options_.mask_share) continue;
            s.targets[i] = s.tokens[i];
            const double kind = random_unit(seed, at, 1);
            if (kind < 0.8)
                s.tokens[i] = options_.mask_id;
            else if (kind < 0.9)
                s.tokens[i] = static_cast<int>(
                    random_below(static_cast<std::uint64_t>(options_.n_random_ids), seed, at, 2));
        }
    }

    std::vector<int> tokens_;
    WindowOptions options_;
    std::size_t n_training_ = 0; // tokens; the ones behind them are for validation
    std::size_t n_training_starts_ =
        0; // so many of options_.starts, the first, begin a whole training window
    std::vector<std::size_t> validation_starts_; // where each validation window begins
};

} // namespace

std::unique_ptr<const Dataset> window_dataset(std::vector<int> tokens, WindowOptions options) {
    return std::make_unique<WindowDataset>(std::move(tokens), std::move(options));
}

} // namespace gf
