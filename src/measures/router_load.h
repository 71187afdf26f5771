#pragma once
// How evenly the routers of a mixture of experts share out the tokens of a run. Used by the panels of the
// layout Routing, `glassformer trace --measure router-load` and the models' cards.

#include "measures/measure.h"

#include <vector>

namespace gf {

/// What the router of one layer did with the rows of a run.
struct RouterLoad {
    std::vector<int> visits; ///< by expert: how many choices count, dropped ones too; none of a shared expert
    std::vector<int> dropped; ///< by expert: choices that found it full
    int n_visits = 0, n_dropped = 0;
    double variation = 0; ///< standard deviation of the visits / their mean; 0 where all are equal
    double entropy =
        0; ///< bits: mean over rows of that of the router's weights, brought to the sum 1 if need be
    double switch_loss = 0; ///< n_experts sum_e (share of the visits * mean weight), 1 where both are even
    double z_loss = 0;      ///< mean squared log-sum-exp of the logits (Zoph et al. 2022)

    double share(int expert) const {
        return n_visits > 0 ? static_cast<double>(visits[static_cast<std::size_t>(expert)]) / n_visits : 0;
    }
    /// Visits of each expert if all had the same.
    double even() const { return static_cast<double>(n_visits) / static_cast<double>(visits.size()); }
};

/// Standard deviation / mean of how often each expert was visited; 0 if none was.
double load_variation(std::span<const double> visits);

class RouterLoads : public Measure {
  public:
    bool advance(const RunView& view, std::size_t budget = k_no_limit) override;
    nlohmann::ordered_json result() const override;

    int rows() const { return rows_; }
    /// [layer]; none of a model without experts, or of a run that does not keep what routers do.
    const std::vector<RouterLoad>& layers() const { return loads_; }

  private:
    /// Sums over the rows of a layer.
    struct Sums {
        double entropy = 0, squared_log_sum = 0;
        std::vector<double> weight; ///< by expert
    };
    void start(const RunView& view);
    void add(const Trace& trace, int layer, int row);
    void finish(const Trace& trace);

    ValueSource source_;
    int rows_ = 0;
    std::vector<Sums> sums_;
    std::vector<RouterLoad> loads_;
    std::vector<int> n_taken_; ///< working memory
};

} // namespace gf
