#pragma once
// A run beside the text, in lock-step with it: of another model, another prompt, another branch or another
// setup. It reads
// the tokens that the text draws, or draws its own with the same random numbers. The Engine keeps up to
// k_max_compared_runs of them.

#include "session/playback.h"
#include "session/text_tree.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gf {

inline constexpr int k_max_compared_runs =
    6; ///< with the text and its source a snapshot has up to eight runs

/// What a compared run is made of; the text's own where a field is empty.
struct RunSpec {
    std::string model, tokenizer; ///< paths
    std::string prompt;
    int branch = -1;     ///< index in the tree: then it is this branch as it stands
    RunSetup setup = {}; ///< its own, not the text's
    std::vector<std::string> ignored_keys = {};
    bool operator==(const RunSpec&) const = default;
};

/// Whether two models mean the same by every token id.
bool have_same_tokens(const Model& a, const Model& b);

class ComparedRun {
  public:
    /// `source` is the text that an encoder reads, if the model has one.
    /// @throws Error when the prompt or the source cannot be encoded or is too long
    ComparedRun(int id, std::string name, RunSpec spec, std::shared_ptr<const Model> model,
                const Model& text_model, const std::string& source, std::size_t trace_budget);

    int id() const { return id_; }
    const std::string& name() const { return name_; }
    const RunSpec& spec() const { return spec_; }
    const std::shared_ptr<const Model>& model() const { return model_; }

    /// What the run is to follow.
    struct Leader {
        const Model& model;
        const TextTree& text;
        const SamplingChain& chain;
        bool each_draws = false; ///< then the run draws its own tokens behind its prompt
    };
    /// Takes over the tokens of the text, of which there may be more or other ones now.
    void follow(const Leader& leader);
    /// Whether tokens are known that are not computed yet.
    bool is_behind() const { return run_ && !run_->is_complete(); }
    void compute_slice() { run_->compute_slice(); }
    int rows() const { return run_ ? run_->rows() : 0; }
    int n_tokens() const { return run_ ? run_->n_tokens() : 0; }
    std::size_t bytes() const { return (run_ ? run_->bytes() : 0) + (source_ ? source_->bytes() : 0); }

    /// The tokens that it has now, and those of the source that it reads; empty where there are none.
    std::vector<int> tokens() const { return run_ ? run_->tokens(run_->n_tokens()) : std::vector<int>(); }
    std::vector<int> source_tokens() const {
        return source_ ? source_->tokens(source_->n_tokens()) : std::vector<int>();
    }

    /// Appends the run, and the source that it reads, to `runs`.
    void publish(std::vector<Run>& runs) const;

  private:
    std::vector<int> wanted_tokens(const Leader& leader) const;
    int shown_tokens(const Leader& leader) const;
    void find_counterparts(const Leader& leader);
    void take_over(const RunContext& context, const std::vector<int>& wanted, int n_prefix,
                   bool may_have_more);
    void draw_up_to(const Leader& leader, int n);
    template <class F>
    auto with_context(F f) const;

    int id_;
    std::string name_;
    RunSpec spec_;
    std::shared_ptr<const Model> model_;
    bool same_tokens_;        ///< as the text's model
    std::vector<int> prompt_; ///< its own; empty: the text's
    std::size_t trace_budget_;
    std::shared_ptr<Branch> source_, run_;
    int shown_ = 0;
    std::shared_ptr<const std::vector<int>> counterparts_; ///< as Run::counterparts
    Playback playback_;                                    ///< for drawing alone
};

} // namespace gf
