#pragma once
// What switching a part of a model off really does to the logits of a row: the text is run again with the
// part writing nothing, so that later parts may answer ("self-repair", McGrath et al. 2023). Headless and in
// slices; the Engine advances it on its worker, and the panel Attribution shows it beside what each part
// wrote directly.

#include "measures/attribution.h"

#include <memory>
#include <vector>

namespace gf {

/// A part that can be switched off: a head, the MLP of a layer with all its experts, the embedding,
/// positions.
struct SwitchedPart {
    AttributionTerm::Part part = AttributionTerm::Part::embedding;
    int layer = -1, head = -1;
    bool operator==(const SwitchedPart&) const = default;
};
/// The part that a term belongs to; a bias or an edit has none, which is an embedding in layer -2.
SwitchedPart part_of(const AttributionTerm& term);
/// The edit that lets the part write nothing.
Edit switched_off(const SwitchedPart& part);

/// What was found so far.
struct PartFindings {
    std::shared_ptr<const Trace> run; ///< what was asked about
    int row = -1;
    struct Effect {
        SwitchedPart part;
        std::vector<real> logits; ///< of the row without the part; empty: not there yet
    };
    std::vector<Effect> effects;

    /// What is known of the part that a term belongs to; null: nothing (yet).
    const Effect* effect_of(const AttributionTerm& term) const;
    /// How much the target falls: of logits before their soft-cap, if they have one.
    double fall(const Effect& effect, const AttributionTarget& target) const;
};

class PartEffects {
  public:
    /// What is asked about: a row of a run whose rows are computed up to it. Null: nothing is.
    void look_at(const std::shared_ptr<const Trace>& run, int row);
    bool is_behind() const { return found_ && next_ < found_->effects.size(); }
    /// Computes up to `max_rows` rows of the next run, or all of them where they depend on each other.
    void advance(int max_rows);
    int n_done() const { return static_cast<int>(next_); } ///< parts, of n_parts()
    int n_parts() const { return found_ ? static_cast<int>(found_->effects.size()) : 0; }
    const std::shared_ptr<const PartFindings>& found() const { return found_; }
    std::size_t bytes() const { return running_ ? running_->bytes() : 0; }

  private:
    std::shared_ptr<const PartFindings> found_;
    std::size_t next_ = 0;           ///< part at work
    std::shared_ptr<Trace> running_; ///< its run; null: not begun
    int n_running_rows_ = 0;         ///< of it, computed
};

} // namespace gf
