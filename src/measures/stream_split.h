#pragma once
// Takes a number that is linear in the residual stream of one token apart into what each part wrote there, by
// walking back through the layers with the divisors of norms as they were computed. Used by Attribution.

#include "measures/attribution.h"

#include <span>
#include <vector>

namespace gf {

/// A number linear in a vector of the stream: Σ weights · stream + constant.
using StreamWeights = std::vector<double>; ///< (d_model)

class StreamSplit {
  public:
    /// `terms` gets one term for each part, in the order of the computation.
    StreamSplit(const Trace& run, int row, std::vector<AttributionTerm>& terms);
    /// Splits Σ weights · (the stream that leaves layer n_layers - 1, behind its norm if it normalises the
    /// stream, or enters layer n_layers). `bias` is what is constant by then.
    void run(StreamWeights weights, int n_layers, double bias);

    /// From weights of a norm's output to those of its input. `bias` gets what the norm's bias adds.
    static void through_norm(const Trace& run, Site scale, int layer, int row, const real* gain,
                             const real* norm_bias, StreamWeights& weights, double& bias);

    /// One term for each attention, as that of its head 0, and one for the experts of a layer, as that of an
    /// MLP.
    bool whole_parts = false;
    int unfolded = -1; ///< with whole_parts: a layer whose attention has a term for each head all the same
    /// [layer]: the weights of what the heads write, before the norm of the attention's output if it has one.
    std::vector<StreamWeights> of_attention, of_source_attention;

  private:
    void split_attention(int layer, bool source, StreamWeights weights);
    void split_mlp(int layer, StreamWeights weights);
    void split_embedding(StreamWeights weights);
    void add(AttributionTerm::Part part, int layer, int index, double value) {
        found_.push_back({part, layer, index, value});
    }

    const Trace& run_;
    const ModelConfig& config_;
    int row_;
    double bias_ = 0; ///< of the layer that is split
    std::vector<AttributionTerm>& terms_;
    std::vector<AttributionTerm> found_; ///< the last ones first
};

/// Σ weights · x.
double weigh(std::span<const double> weights, const real* x);
/// Σ_c m[j, c] weights[c] for the rows j of a part of a matrix: (n, d_model) x (d_model) -> (n).
std::vector<double> weigh_rows(const Matrix& m, int first, int n, std::span<const double> weights);

} // namespace gf
