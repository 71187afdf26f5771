// Carrying out commands, slices of work, publishing. The other files of the engine are listed in engine.h.

#include "session/engine.h"

#include "core/kernels/kernels.h"
#include "core/passes/forward.h"
#include "platform/clock.h"
#include "platform/error.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gf {
namespace {

constexpr int k_rows_per_slice = 64; ///< tokens computed between two looks at the command queue
constexpr std::size_t k_max_undo_steps = 100;

} // namespace

void Engine::apply(const Command& command) {
    State before = state_;
    undoable_ = false;
    try {
        std::visit([this](const auto& c) { run(c); }, command);
        apply_edits();
        update_layer_view();
    } catch (const std::exception& e) {
        state_ = std::move(before);
        set_message(e.what(), true);
        apply_edits(); // a computation that was under way goes on
        update_layer_view();
        return;
    }
    if (!std::holds_alternative<command::SetSampling>(command)) sampling_drag_ = false;
    if (!undoable_) return;
    undo_.push_back(std::move(before));
    if (undo_.size() > k_max_undo_steps) undo_.pop_front();
    redo_.clear();
}

void Engine::run(const command::Undo&) {
    if (undo_.empty()) return;
    playing_ = false;
    recomputed_.reset();
    redo_.push_back(std::exchange(state_, std::move(undo_.back())));
    undo_.pop_back();
}

void Engine::run(const command::Redo&) {
    if (redo_.empty()) return;
    playing_ = false;
    recomputed_.reset();
    undo_.push_back(std::exchange(state_, std::move(redo_.back())));
    redo_.pop_back();
}

void Engine::set_message(const std::string& text, bool is_error) {
    message_ = text;
    message_is_error_ = is_error;
    can_truncate_ = false;
    ++message_number_;
}

void Engine::clear_message() {
    message_.clear();
    message_is_error_ = can_truncate_ = false;
}

void Engine::require_run(const char* command_name) const {
    if (!has_run()) throw Error({command_name, "an open model", "none", "open a file first"});
}

void Engine::tick(double now) {
    if (now < due_time()) return;
    try {
        // A layer that was complete before this slice is complete after it, so that it stays in view.
        const bool layer_was_complete = layer_view_ && !layer_is_behind();
        if (recomputed_)
            recompute_slice();
        else if (reading_prompt())
            compute_slice(current());
        else if (layer_is_behind())
            compute_layer_slice();
        else if (playing_)
            play_token(now);
        update_layer_view();
        if (layer_was_complete && layer_is_behind()) compute_layer_slice();
    } catch (const std::exception& e) {
        playing_ = false;
        set_message(e.what(), true);
    }
}

/// Keeps the schedule while tokens are late by less than a period. After a longer delay the schedule starts
/// anew, so that no burst of tokens follows.
void Engine::play_token(double now) {
    last_token_due_ = now - due_time() < 1 / tokens_per_s_limit_ ? due_time() : now;
    if (!show_next_token()) playing_ = false;
}

double Engine::due_time() const {
    if (recomputed_ || reading_prompt() || layer_is_behind()) return k_at_once;
    if (!playing_) return k_never;
    return tokens_per_s_limit_ > 0 ? last_token_due_ + 1 / tokens_per_s_limit_ : k_at_once;
}

/// Computes the next rows of a branch whose tokens are known: all at once if rows depend on later tokens.
void Engine::compute_slice(Branch& b) {
    const int n_tokens = b.trace->n_tokens();
    const bool at_once = b.trace->plan().looks_ahead() || b.trace->plan().needs_whole_segments();
    compute_rows(b, at_once ? n_tokens : std::min(n_tokens, b.rows + k_rows_per_slice));
}

/// Computes the sites of the rows before `rows`, and how surprising each of their tokens was.
void Engine::compute_rows(Branch& b, int rows) {
    const int first = b.rows, d_vocab = b.trace->config().d_vocab;
    const Stopwatch watch;
    forward(*b.trace, first, rows);
    const double took = watch.seconds();
    if (rows - first == 1) // a decoded token, not a piece of a prompt
        seconds_per_token_ = seconds_per_token_ > 0 ? 0.9 * seconds_per_token_ + 0.1 * took : took;
    const bool predicts = b.trace->config().continues_text();
    for (int t = std::max(first, 1); predicts && t < rows; ++t) {
        const real* logits = b.trace->row(Site::logits, -1, t - 1);
        TokenOrigin& origin = (*b.origins)[static_cast<std::size_t>(t)];
        const real log_p = logits[b.trace->tokens()[t]] - log_sum_exp(logits, d_vocab);
        origin.probability = std::exp(log_p);
        origin.surprisal = std::max(-log_p / std::log(real(2)), real(0)); // in this order NaN stays NaN
    }
    b.rows = rows;
}

/// Computes all rows whose tokens are known, with the edits that hold now. Commands that go on from the run
/// call it first.
void Engine::finish_pending_rows() {
    while (recomputed_) recompute_slice();
    while (reading_prompt()) compute_slice(current());
}

void Engine::publish(Snapshot& out) {
    out.version = ++version_;
    out.model = state_.model;
    out.model_path = state_.model_path;
    out.tokenizer_path = state_.tokenizer_path;
    out.prompt = state_.prompt;
    out.source = state_.source;
    out.source_run = state_.source_run;
    out.tree.clear();
    for (const auto& b : state_.tree) out.tree.push_back(b->view());
    out.runs.clear();
    out.branch = state_.branch;
    out.cursor = has_run() ? std::min(state_.cursor, current().rows) : 0;
    out.rows_wanted = 0;
    if (has_run()) {
        out.runs.push_back(current().view());
        out.rows_wanted = current().trace->n_tokens();
        out.next_draw = next_draw_key();
    }
    out.layer = out.other_stack_layer = {};
    const bool of_encoder = layer_stack() == Stack::encoder;
    LayerInView& layer = of_encoder ? out.other_stack_layer : out.layer;
    layer.bytes = refused_layer_bytes_;
    if (layer_is_behind()) {
        layer.rows = layer_view_->rows();
    } else if (layer_view_ && has_run()) {
        layer.index = layer_view_->layer();
        (of_encoder ? out.source_run : out.runs[0]).trace = layer_view_->trace();
    }
    out.edits = state_.edits;
    out.other_stack_edits = state_.source_edits;
    out.edits_on = state_.edits_on;
    out.rows_recomputed = recomputed_ ? recomputed_->rows : -1;
    out.chain = state_.chain;
    out.seed = state_.seed;
    out.playing = playing_;
    out.tokens_per_s_limit = tokens_per_s_limit_;
    out.can_undo = !undo_.empty();
    out.can_redo = !redo_.empty();
    out.message = message_;
    out.message_is_error = message_is_error_;
    out.can_truncate = can_truncate_;
    out.refused_prompt = refused_prompt_;
    out.message_number = message_number_;
    out.tokens_per_s = seconds_per_token_ > 0 ? 1 / seconds_per_token_ : 0;
}

} // namespace gf
