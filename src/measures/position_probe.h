#pragma once
// A linear probe that reads from the residual stream at which position a token stands: ridge regression, one
// for the token embeddings alone and one for the stream after each layer. What a model without positions
// knows of the order beyond what its words tell, it got from the mask. Used by the session's study of
// positions and by labs.

#include "core/trace.h"

#include <Eigen/Core>

#include <cstddef>
#include <vector>

namespace gf {

class PositionProbe {
  public:
    /// Adds the first `rows` rows of a run that keeps its residual stream. Texts take turns: the first one is
    /// for fitting, the second for testing, and so on.
    void add(const Trace& run, int rows);
    int n_texts() const { return n_texts_; }

    /// The share of the position's variance that each probe explains in the texts for testing (R squared): of
    /// the token embeddings, then of the stream after each layer. Empty until there are two texts.
    std::vector<double> r_squared() const;

  private:
    /// Sums over rows: all that a least-squares fit and its error depend on. Inputs end with a 1.
    struct Sums {
        Eigen::MatrixXd inputs;  ///< sum of x x^T, (d + 1, d + 1)
        Eigen::VectorXd targets; ///< sum of x y, (d + 1)
        double n = 0, y = 0, yy = 0;
    };
    /// One probe: sums of the texts for fitting and of those for testing.
    struct Probe {
        Sums fit, test;
    };
    static double r_squared(const Probe& probe);

    std::vector<Probe> probes_; ///< the token embeddings, then each layer
    int n_texts_ = 0;
};

} // namespace gf
