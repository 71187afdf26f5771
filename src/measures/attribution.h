#pragma once
// What each part of a model wrote into a logit, or into the difference of two: direct logit attribution
// (Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits"). The stream is a sum, and what is
// done to it on the way to the logit is linear once the divisors of the norms are taken as they were
// computed, so the terms sum to the logit. A head's term splits by the token that it reads, and what is read
// there splits by what earlier parts wrote at that token. Used by the panel Attribution.

#include "core/trace.h"

#include <optional>
#include <string>
#include <vector>

namespace gf {

/// The logit of a token at a row, or how much it is above that of another one.
struct AttributionTarget {
    int row = -1;
    int token = 0;
    int against = -1; ///< -1: the logit alone
    bool operator==(const AttributionTarget&) const = default;
};

struct AttributionTerm {
    enum class Part {
        embedding,
        position,
        head,
        source_head, ///< of the attention to the source
        mlp,
        expert, ///< times its gate
        bias,   ///< of an attention's output or values, of norms and of the unembedding
        edits,  ///< what edits changed between the parts
    };
    Part part = Part::embedding;
    int layer = -1;
    int index = -1;   ///< of the head; of the expert that computed
    double value = 0; ///< what it adds to the target
};

/// How much a head took from one token.
struct AttributionSource {
    int row = 0;       ///< of the run; for the attention to the source of its run
    double weight = 0; ///< of its attention
    double worth = 0;  ///< what its value would add at weight 1
    double value() const { return weight * worth; }
};

/// A factor between parts and target that is taken as it was computed.
struct TakenFactor {
    std::string name; ///< "final norm: divided by"
    double value = 0;
};

class Attribution {
  public:
    /// Why the run cannot be split, in words that follow "missing: "; empty if it can.
    static std::string why_not(const Trace& run);
    /// Splits the target in a run for which why_not() is empty. The row must be computed.
    void look_at(std::shared_ptr<const Trace> run, const AttributionTarget& target);

    const AttributionTarget& target() const { return target_; }
    /// In the order of the computation; biases are one term for each layer.
    const std::vector<AttributionTerm>& terms() const { return terms_; }
    double value() const {
        return value_;
    }                   ///< the target, as the run has it; before a soft-cap if there is one
    double sum() const; ///< of all terms
    double sum_of_magnitudes() const;
    const std::vector<TakenFactor>& taken() const { return taken_; }

    /// A head's term by the tokens that it reads: one of each visible key.
    std::vector<AttributionSource> sources(const AttributionTerm& head) const;
    /// What earlier parts wrote at a token that a head reads, as far as it takes that to the target; sums to
    /// the source's value(). None of an attention to the source, whose tokens another stack computes.
    std::vector<AttributionTerm> copied(const AttributionTerm& head, const AttributionSource& source) const;

  private:
    std::shared_ptr<const Trace> run_;
    AttributionTarget target_;
    std::vector<AttributionTerm> terms_;
    std::vector<TakenFactor> taken_;
    double value_ = 0;
    /// [layer]: what a value in the stream behind the layer's self or cross attention, before a norm of its
    /// own, counts for the target, (d_model).
    std::vector<std::vector<double>> of_attention_, of_source_attention_;
};

} // namespace gf
