#pragma once
// Measures by what the experts of the text's model split texts up: reads held-out texts of Tinyville for a
// RoutingStudy, slice by slice. Used by the Engine.

#include "session/branch.h"
#include "session/routing_study.h"
#include "train/tinyville/corpus.h"

#include <memory>

namespace gf {

class RoutingDesk {
  public:
    /// From now on this many texts are to be read; 0: none, and what was found is forgotten.
    void want(int n_texts);
    int n_texts() const { return n_texts_; }
    /// Takes over the model to study; null, and one without experts or that does not read Tinyville from left
    /// to right: none. What was found about another one is forgotten.
    void update(const std::shared_ptr<const Model>& model);
    bool is_behind() const { return n_done() < n_in_all(); }
    /// Reads on.
    void compute_slice(std::size_t trace_budget);
    std::size_t bytes() const { return reading_ ? reading_->bytes() : 0; }
    int n_done() const { return model_ ? split_.n_texts() : 0; } ///< texts
    int n_in_all() const { return model_ ? n_texts_ : 0; }
    /// What was found so far; null while nothing is wanted.
    std::shared_ptr<const RoutingStudy> study() const { return study_; }

  private:
    void begin_study();
    void begin_reading(std::size_t trace_budget);
    void publish();

    int n_texts_ = 0;
    std::shared_ptr<const Model> model_;
    ExpertSplit split_;
    std::uint64_t next_document_ = 0;
    int domain_ = 0;                  ///< of the text that is read
    std::unique_ptr<Branch> reading_; ///< null: none
    std::shared_ptr<const RoutingStudy> study_;
};

} // namespace gf
