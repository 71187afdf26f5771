#pragma once
// A consistent picture of the session, which the Engine publishes. The window and tests read it without lock.

#include "core/gradient_target.h"
#include "core/sampling/sampling.h"
#include "measures/mask_effects.h"
#include "measures/part_effects.h"
#include "session/branch.h"
#include "session/order_effect.h"
#include "session/position_study.h"
#include "session/routing_study.h"
#include "session/run.h"
#include "session/watch_desk.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// Longer work that is under way.
struct JobProgress {
    std::string_view name; ///< "computing again"
    int done = 0, total = 0;
    std::string_view unit = "tokens"; ///< what is counted
};

struct Snapshot {
    std::uint64_t version = 0;          ///< grows with every publication
    std::shared_ptr<const Model> model; ///< that of the text; null: nothing is open
    std::string model_path, tokenizer_path;
    std::vector<std::string> ignored_keys; ///< keys of the model's config.json that were not read
    std::string prompt;
    std::string source; ///< text that the encoder of an encoder-decoder reads; empty: the start token alone

    /// The text first, then the source that it reads, if the model has an encoder, then compared runs with
    /// their sources. Empty until a model is open.
    std::vector<Run> runs;
    std::vector<BranchView> tree; ///< all branches of the text in order of creation
    int branch = 0;               ///< index in `tree` of the branch that runs[0] is

    bool edits_on = true;    ///< false: the edits are kept, but the runs are computed without them
    bool each_draws = false; ///< compared runs draw tokens of their own, with the text's random numbers
    /// The run of a fixed text on which the roles of heads are measured.
    struct Probe {
        bool on = false;                    ///< wanted
        std::shared_ptr<const Model> model; ///< that of the text
        std::shared_ptr<const Trace> trace; ///< null: there is none
        int rows = 0, n_tokens = 0;         ///< computed, and in all
    };
    Probe probe;
    /// What was found out about positions; null while nothing is studied.
    std::shared_ptr<const PositionStudy> positions;
    /// By what the experts split texts up; null while nothing is studied.
    std::shared_ptr<const RoutingStudy> routing;
    /// What the models notice of the order that the text's setup gives its words; null while they stand as
    /// written.
    std::shared_ptr<const OrderEffect> order_effect;

    std::shared_ptr<const Watches> watches =
        std::make_shared<const Watches>(); ///< in the order of their adding

    std::optional<MaskQuestions> mask_questions;       ///< none: nobody asks what masks do
    std::shared_ptr<const MaskFindings> mask_findings; ///< null: nothing is found yet

    /// What switching each part off does to a row of the text; null: nobody asks.
    std::shared_ptr<const PartFindings> part_findings;

    std::optional<GradientTarget> gradient_target; ///< what the gradients of the text are of; null: none
    std::vector<JobProgress> jobs;
    std::size_t memory_used = 0, memory_budget = 0; ///< bytes of all runs that are kept, also for undo

    SamplingChain chain;
    std::uint64_t seed = 0;
    DrawKey next_draw; ///< draw of the token after the cursor
    bool playing = false;
    double tokens_per_s_limit = 0; ///< 0: none
    double tokens_per_s = 0;       ///< measured over the last tokens decoded; 0 until there is one
    bool can_undo = false, can_redo = false;

    std::uint64_t n_applied = 0; ///< commands that were given to the session so far, and taken
    bool is_settled = false;     ///< nothing is to be computed at once: no reading, no steps

    std::string message; ///< the last error or note; empty: none
    bool message_is_error = false;
    bool can_truncate = false;  ///< refused_prompt was too long; SetPrompt{refused_prompt, true} cuts it
    std::string refused_prompt; ///< meaningful with can_truncate only
    std::uint64_t message_number = 0; ///< grows with every message, so that a repeated one is noticed

    bool has_run() const { return !runs.empty(); }
    /// The run of the text, whose tokens are drawn.
    const Run& text() const { return runs[0]; }
    const BranchView& branch_in_view() const { return tree[static_cast<std::size_t>(branch)]; }
    const Trace& trace() const { return *text().trace; }
    /// Config of the text's stack, or of the open model while there is no text.
    const ModelConfig& config() const { return has_run() ? trace().config() : model->config(); }
    /// Tokens of the text that are shown: rows [0, cursor()) of text().
    int cursor() const { return has_run() ? text().shown : 0; }
    /// The run with this id or name; null if there is none.
    const Run* find_run(int id) const;
    const Run* find_run(std::string_view name) const;
    /// The run with this id, or the text where it is gone.
    const Run& run_or_text(int id) const {
        const Run* run = find_run(id);
        return run ? *run : text();
    }
    /// The run of the source that the text reads; null if the model has no encoder.
    const Run* source_run() const { return has_run() ? find_run(text().reads) : nullptr; }
    /// Edited cells of all runs.
    std::size_t n_edits() const;
};

} // namespace gf
