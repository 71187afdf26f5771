// Examples that stand for themselves: pairs of texts, labelled texts.

#include "core/error.h"
#include "train/data.h"
#include "train/draws.h"

#include <algorithm>
#include <fmt/format.h>

namespace gf {
namespace {

class ExampleData final : public Data {
  public:
    ExampleData(std::vector<Sequence> sequences, bool pairs, std::size_t kept, DataOrder order,
                std::vector<std::string> names)
        : sequences_(std::move(sequences)), per_item_(pairs ? 2 : 1), order_(order),
          class_names_(std::move(names)) {
        const std::size_t n = sequences_.size() / per_item_;
        if (n < kept + 1)
            throw Error({"data", "at least one example to train on",
                         fmt::format("{}, {} of them for validation", n, kept),
                         "give more examples, or a smaller data.validation"});
        n_training_ = n - kept;
    }

    void append_training(std::uint64_t seed, std::uint64_t n, Batch& batch) const override {
        append(order_ == DataOrder::random ? draw_below(n_training_, derived_seed(seed, DrawKind::example, n))
                                           : n % n_training_,
               batch);
    }
    void append_validation(std::size_t n, Batch& batch) const override { append(n_training_ + n, batch); }
    std::size_t n_training() const override { return n_training_; }
    std::size_t n_validation() const override { return sequences_.size() / per_item_ - n_training_; }

    std::uint64_t fingerprint() const override {
        std::uint64_t h = mix64(n_training_);
        for (const Sequence& s : sequences_) {
            for (const auto* ids : {&s.source, &s.tokens, &s.targets}) {
                h = mix64(h ^ ids->size());
                for (const int t : *ids) h = mix64(h ^ static_cast<std::uint64_t>(t));
            }
            h = mix64(h ^ static_cast<std::uint64_t>(s.label));
        }
        return h;
    }

    std::vector<std::string> class_names() const override { return class_names_; }

    int n_classes() const override {
        int most = -1;
        for (const Sequence& s : sequences_) most = std::max(most, s.label);
        return most + 1;
    }

  private:
    void append(std::uint64_t item, Batch& batch) const {
        const auto first = sequences_.begin() + static_cast<std::ptrdiff_t>(item * per_item_);
        batch.sequences.insert(batch.sequences.end(), first, first + static_cast<std::ptrdiff_t>(per_item_));
    }

    std::vector<Sequence> sequences_;
    std::size_t per_item_, n_training_ = 0;
    DataOrder order_;
    std::vector<std::string> class_names_;
};

} // namespace

std::unique_ptr<const Data> example_data(std::vector<Sequence> sequences, bool pairs,
                                         std::size_t n_validation, DataOrder order,
                                         std::vector<std::string> class_names) {
    return std::make_unique<ExampleData>(std::move(sequences), pairs, n_validation, order,
                                         std::move(class_names));
}

} // namespace gf
