#pragma once
// What happens in a lab: real computation with the product's own engine, in slices, on whatever thread calls
// it. `glassformer lab --check` and the window's LabDesk run experiments; a class derived from Experiment is
// one.
//
// An experiment lays its work out in stages when it is prepared, each a number of slices (a step of training,
// a text, a length). A slice is a few to some hundred milliseconds of work, always the same for the same seed
// and controls, however often the caller looks in between. docs/writing-a-lab.md shows a whole one.

#include "labs/lab_controls.h"
#include "labs/lab_results.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// How much an experiment does: all of it, or as little as shows that its claims are measured as they say.
enum class LabSize { full, reduced };

class Experiment {
  public:
    virtual ~Experiment() = default;

    /// Forgets what was done and begins anew, with the controls as they are. The seed decides data and
    /// weights where the lab trains, and the sample where it reads a checkpoint. Work comes with advance()
    /// only.
    /// @throws Error if a model that it needs cannot be read
    void prepare(std::uint64_t seed, LabSize size = LabSize::full);
    /// Goes on where it stopped, by up to so many slices. Returns whether all is done.
    /// @throws Error as the engine does; the experiment is then to be prepared anew
    bool advance(int n_slices = 1);
    LabProgress progress() const;
    /// Plots, claims and answers as far as they are known; prepare() must have been called.
    LabResults results() const;

    virtual std::vector<LabControl> controls() const { return {}; }
    /// Sets controls from an object such as {"rate": 0.01}; what is left out stays. Returns whether a new
    /// prepare() is needed for them to act, because one of those that changed is not live.
    /// @throws Error naming the control, what was expected and what was found; nothing has changed then
    virtual bool set_controls(const nlohmann::json& values);

  protected:
    /// Lays out the work by add_stage(); what takes long belongs into the stages.
    virtual void plan() = 0;
    /// Adds plots, claims and answers. Claims and answers are there from the beginning, without figures until
    /// they are measured.
    virtual void show(LabResults& results) const = 0;

    /// Work of n slices, done after what was added before: work(0), work(1), ... `cost` is that of a slice in
    /// any unit that all stages share, for the estimate of the time that is left.
    void add_stage(std::string what, int n_slices, std::function<void(int)> work, double cost = 1);
    std::uint64_t seed() const { return seed_; }
    bool is_full() const { return size_ == LabSize::full; }
    /// One of two numbers, by the size.
    int full_or(int full, int reduced) const { return is_full() ? full : reduced; }

  private:
    struct Stage {
        std::string what;
        int n_slices;
        double cost;
        std::function<void(int)> work;
    };
    std::uint64_t seed_ = 0;
    LabSize size_ = LabSize::full;
    std::vector<Stage> stages_;
    std::size_t stage_ = 0; ///< the one at work
    int slice_ = 0;         ///< the next one of it
    double cost_done_ = 0, cost_all_ = 0, seconds_ = 0;
};

/// An experiment whose controls are the fields of a struct.
template <class Controls>
class ExperimentWith : public Experiment {
  public:
    std::vector<LabControl> controls() const override { return list_controls(controls_); }
    bool set_controls(const nlohmann::json& values) override {
        Controls changed = controls_;
        fields_from_json(values, {.where = "controls"}, changed);
        const std::vector<LabControl> before = list_controls(controls_), after = list_controls(changed);
        bool needs_prepare = false;
        for (std::size_t i = 0; i < after.size(); ++i)
            needs_prepare = needs_prepare || (!after[i].is_live && after[i].value != before[i].value);
        controls_ = changed;
        return needs_prepare;
    }

  protected:
    Controls controls_{};
};

} // namespace gf
