#pragma once
// Computes what the models of the runs notice of another order of the words: four runs of each, as written
// and in the other order, with the model's own mask and with none. Used by the Engine.

#include "session/branch.h"
#include "session/order_effect.h"

#include <array>
#include <memory>
#include <vector>

namespace gf {

class OrderDesk {
  public:
    /// The words of the text and the order that its setup gives them. Nothing is computed for an order that
    /// is none, or of a text that is long.
    void update(std::vector<int> tokens, const std::vector<int>& order,
                std::vector<std::shared_ptr<const Model>> readers);
    void forget() {
        if (effect_) *this = {};
    }
    bool is_behind() const { return effect_ && effect_->models.size() < models_.size(); }
    void compute_slice(std::size_t trace_budget);
    int n_done() const { return effect_ ? static_cast<int>(effect_->models.size()) : 0; }
    int n_in_all() const { return static_cast<int>(models_.size()); }
    /// What was found so far; null while the words stand as written.
    std::shared_ptr<const OrderEffect> effect() const { return effect_; }

  private:
    /// The four runs of a model.
    enum Variant { as_written, other_order, as_written_unmasked, other_order_unmasked };
    void begin_model(std::size_t trace_budget);
    void finish_model();
    std::vector<double> largest_changes(Variant from, Variant to) const;

    std::vector<int> tokens_;
    std::vector<std::shared_ptr<const Model>> readers_; ///< as they were given
    std::vector<std::shared_ptr<const Model>> models_;  ///< those that are compared
    std::array<std::unique_ptr<Branch>, 4> runs_;       ///< of the model at work, by Variant; null: none is
    std::shared_ptr<const OrderEffect> effect_;
};

} // namespace gf
