#pragma once
// A run that values are taken from: what an edit's donor names, with the tokens that it had when the edit was
// made, computed without edits. Edits share it, and states to undo; the Engine computes it in slices and
// counts it in its Ledger.

#include "session/branch.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace gf {

/// What a donor is a run of.
struct DonorText {
    std::shared_ptr<const Model> model;
    Stack stack = Stack::decoder;
    std::vector<int> tokens{};
    std::optional<std::vector<int>> source{}; ///< what a decoder reads that has an encoder
    bool operator==(const DonorText&) const = default;
};

class Donor {
  public:
    Donor(DonorText text, std::size_t trace_budget);

    const DonorText& text() const { return text_; }
    /// Its values, not all of which need be computed; null while they are dropped.
    std::shared_ptr<const Trace> trace() const { return run_->trace(); }
    bool is_complete() const { return run_->is_complete(); }
    int rows() const { return run_->rows(); }
    int n_tokens() const { return run_->n_tokens(); }
    /// Computes the next rows.
    void compute_slice();
    /// Begins to compute values again that were dropped.
    void revive();

    /// What the Ledger counts; the source is null unless there is one.
    const std::shared_ptr<Branch>& run() const { return run_; }
    const std::shared_ptr<Branch>& source() const { return source_; }

  private:
    template <class F>
    auto with_context(F f) const;

    DonorText text_;
    std::size_t trace_budget_;
    std::shared_ptr<Branch> source_, run_;
};

} // namespace gf
