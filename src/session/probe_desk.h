#pragma once
// The run of a fixed probe text beside the session's text, without edits, on which the roles of heads are
// measured. Used by the Engine.

#include "session/donor.h"
#include "session/snapshot.h"

#include <string>

namespace gf {

class ProbeDesk {
  public:
    /// From now on the probe is wanted: this text, or the built-in one where it is empty.
    /// @throws Error when the model cannot read it
    void want(const Model& model, const std::string& text);
    void want_none() { is_on_ = false; }
    bool is_on() const { return is_on_; }
    const std::string& text() const { return text_; }

    /// Begins with the probe's run if it is wanted of another model than before. To be called after
    /// everything that can change the model. `model` may be null.
    void update(const std::shared_ptr<const Model>& model, std::size_t trace_budget);
    bool is_behind() const { return run_ && !run_->is_complete(); }
    void compute_slice() { run_->compute_slice(); }
    int rows() const { return run_ ? run_->rows() : 0; }
    int n_tokens() const { return run_ ? run_->n_tokens() : 0; }
    std::size_t bytes() const { return run_ ? run_->run()->bytes() : 0; }
    void publish(Snapshot::Probe& out) const;

  private:
    bool is_on_ = false;
    std::string text_, run_text_; ///< as wanted; that of run_
    std::shared_ptr<const Model> model_;
    std::unique_ptr<Donor> run_; ///< null: not wanted, or the model cannot read the text
};

} // namespace gf
