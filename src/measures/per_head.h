#pragma once
// A measure of one head, taken of all heads of a run. Used for the measures of heads in this folder.

#include "measures/measure.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <vector>

namespace gf {

/// OneHead has look_at(pattern, layer, head), advance(view, budget) and value(), a number or nothing.
template <class OneHead>
class PerHead : public Measure {
  public:
    bool advance(const RunView& view, std::size_t budget) override {
        const ModelConfig& c = view.config();
        if (n_heads_ != c.n_heads || static_cast<int>(heads_.size()) != c.n_layers * c.n_heads) {
            n_heads_ = c.n_heads;
            heads_.assign(static_cast<std::size_t>(c.n_layers * c.n_heads), OneHead());
            for (int i = 0; i < c.n_layers * c.n_heads; ++i)
                heads_[static_cast<std::size_t>(i)].look_at(Site::pattern, i / c.n_heads, i % c.n_heads);
        }
        const std::size_t share = budget == k_no_limit ? budget : budget / heads_.size() + 1;
        bool complete = true;
        for (OneHead& head : heads_) complete &= head.advance(view, share);
        return complete;
    }
    /// [layer][head]; null where there is no value.
    nlohmann::ordered_json result() const override {
        auto layers = nlohmann::ordered_json::array();
        for (std::size_t i = 0; i < heads_.size(); ++i) {
            if (i % static_cast<std::size_t>(n_heads_) == 0)
                layers.push_back(nlohmann::ordered_json::array());
            const std::optional<double> value = heads_[i].value();
            layers.back().push_back(value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json());
        }
        return layers;
    }

  private:
    int n_heads_ = 0;
    std::vector<OneHead> heads_; ///< [layer * n_heads + head]
};

} // namespace gf
