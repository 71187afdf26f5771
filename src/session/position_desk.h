#pragma once
// Measures what the schemes of positions do, beside the session's text: reads texts of Tinyville with the
// model of each run for a PositionStudy, slice by slice. Used by the Engine.

#include "measures/position_probe.h"
#include "session/branch.h"
#include "session/position_study.h"
#include "train/tinyville_data.h"

#include <filesystem>
#include <list>

namespace gf {

class PositionDesk {
  public:
    /// A model to study, and the angles under which a run has it.
    struct Subject {
        std::shared_ptr<const Model> model;
        std::filesystem::path path; ///< its recipe may lie there
        RopeSetup rope{};
    };

    /// From now on each subject is to read this many texts; 0: none, and what was found is forgotten.
    void want(int n_texts) { n_texts_ = n_texts; }
    int n_texts() const { return n_texts_; }

    /// Takes over what there is to study; what was found about others is forgotten. Models that cannot be
    /// studied are left out.
    void update(const std::vector<Subject>& subjects);
    bool is_behind() const { return n_done() < n_in_all(); }
    /// Reads on in the text of the model that has read least.
    void compute_slice(std::size_t trace_budget);
    std::size_t bytes() const { return reading_.run ? reading_.run->bytes() : 0; }
    int n_done() const; ///< texts read by all models together
    int n_in_all() const { return n_texts_ * static_cast<int>(studied_.size()); }
    /// What was found so far; null while nothing is wanted. A text that was read gives another one.
    std::shared_ptr<const PositionStudy> study() const { return study_; }

  private:
    struct Studied {
        PositionStudy::OfModel found;
        PositionProbe probe;
        TinyvilleWindows windows;   ///< for the loss: documents laid end to end, as in training
        TinyvilleDocuments stories; ///< for the probe: each from its beginning
        /// Texts that it read for both.
        int n_texts() const { return probe.n_texts(); }
        bool is_due_for_story() const { return found.loss.n_texts() > probe.n_texts(); }
    };
    /// The text that is being read.
    struct Reading {
        Studied* by = nullptr;
        std::vector<int> targets;    ///< empty: of a story
        std::unique_ptr<Branch> run; ///< null: none
    };

    static Studied begin_study(const Subject& subject);
    Studied& next();
    void begin_reading(Studied& by, std::size_t trace_budget);
    void finish_reading();
    void publish();

    int n_texts_ = 0;
    std::list<Studied> studied_; // a list, since reading_ points into it
    Reading reading_;
    std::shared_ptr<const PositionStudy> study_;
};

} // namespace gf
