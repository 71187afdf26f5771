// A dataset of separate examples: pairs of texts, labelled texts.

#include "platform/error.h"
#include "train/dataset.h"
#include "train/seeded_random.h"

#include <algorithm>
#include <fmt/format.h>

namespace gf {
namespace {

class ExampleDataset final : public Dataset {
  public:
    ExampleDataset(std::vector<Sequence> sequences, bool pairs, std::size_t n_validation, DataOrder order,
                   std::vector<std::string> class_names, Domains domains)
        : sequences_(std::move(sequences)), sequences_per_item_(pairs ? 2 : 1), order_(order),
          class_names_(std::move(class_names)), domains_(std::move(domains)) {
        const std::size_t n = sequences_.size() / sequences_per_item_;
        if (n < n_validation + 1)
            throw Error({"data", "at least one example to train on",
                         fmt::format("{}, {} of them for validation", n, n_validation),
                         "give more examples, or a smaller data.validation"});
        n_training_ = n - n_validation;
        if (domains_.names.empty()) domains_.extend(sequences_.size(), "examples");
        for (std::size_t i = 0; i < sequences_.size(); ++i)
            sequences_[i].domains = std::span(domains_.ids).subspan(i, 1);
    }

    void append_training(std::uint64_t seed, std::uint64_t n, Batch& batch) const override {
        if (order_ == DataOrder::random)
            append(random_below(n_training_, derived_seed(seed, SeedPurpose::example, n)), batch);
        else
            append(n % n_training_, batch);
    }
    void append_validation(std::size_t n, Batch& batch) const override { append(n_training_ + n, batch); }
    std::size_t n_training() const override { return n_training_; }
    std::size_t n_validation() const override {
        return sequences_.size() / sequences_per_item_ - n_training_;
    }

    std::uint64_t fingerprint() const override {
        std::uint64_t hash = mix64(n_training_);
        for (const Sequence& s : sequences_) {
            for (const auto* ids : {&s.source, &s.tokens, &s.targets}) {
                hash = mix64(hash ^ ids->size());
                for (const int t : *ids) hash = mix64(hash ^ static_cast<std::uint64_t>(t));
            }
            hash = mix64(hash ^ static_cast<std::uint64_t>(s.label));
        }
        return hash;
    }

    std::vector<std::string> class_names() const override { return class_names_; }
    const std::vector<std::string>& domain_names() const override { return domains_.names; }

    int n_classes() const override {
        int largest = -1;
        for (const Sequence& s : sequences_) largest = std::max(largest, s.label);
        return largest + 1;
    }

  private:
    void append(std::uint64_t item, Batch& batch) const {
        const auto n = static_cast<std::ptrdiff_t>(sequences_per_item_);
        const auto first = sequences_.begin() + static_cast<std::ptrdiff_t>(item) * n;
        batch.sequences.insert(batch.sequences.end(), first, first + n);
    }

    std::vector<Sequence> sequences_;
    std::size_t sequences_per_item_, n_training_ = 0;
    DataOrder order_;
    std::vector<std::string> class_names_;
    Domains domains_; // of the sequences, which view the numbers
};

} // namespace

std::unique_ptr<const Dataset> example_dataset(std::vector<Sequence> sequences, bool pairs,
                                               std::size_t n_validation, DataOrder order,
                                               std::vector<std::string> class_names, Domains domains) {
    return std::make_unique<ExampleDataset>(std::move(sequences), pairs, n_validation, order,
                                            std::move(class_names), std::move(domains));
}

} // namespace gf
