// The cursor: playing, stepping and jumping; drawing tokens, and the Trace that grows under them.

#include "core/passes/forward.h"
#include "platform/error.h"
#include "session/engine.h"

#include <algorithm>
#include <utility>

namespace gf {

void Engine::run(const command::Play&) {
    require_run("play");
    playing_ = true;
}

void Engine::run(const command::Pause&) { playing_ = false; }

void Engine::run(const command::SetSpeed& c) {
    if (!(c.tokens_per_s >= 0))
        throw Error({"speed", "0 (no limit) or more tokens per second", std::to_string(c.tokens_per_s), ""});
    tokens_per_s_limit_ = c.tokens_per_s;
}

void Engine::run(const command::Step& c) {
    require_run("step");
    playing_ = false;
    finish_pending_rows();
    for (int i = 0; i < c.tokens; ++i)
        if (!show_next_token()) break;
    if (c.tokens < 0) state_.cursor = std::max(1, state_.cursor + c.tokens);
}

void Engine::run(const command::Jump& c) {
    require_run("jump");
    finish_pending_rows();
    state_.cursor = std::clamp(c.position, 1, current().rows);
}

/// Shows one more token, drawing it if it is not there yet. False when there is no room for it, or when it
/// ended the text.
bool Engine::show_next_token() {
    Branch& b = current();
    const int at = state_.cursor;
    if (at < b.rows) {
        ++state_.cursor;
        return true;
    }
    const ModelConfig& config = b.trace->config();
    if (!config.continues_text()) {
        set_message("This model " + std::string(non_generative_purpose(config)) +
                    ": it has no next token to draw.");
        return false;
    }
    if (at >= max_tokens()) {
        set_message("The context of " + std::to_string(max_tokens()) + " tokens is full.");
        return false;
    }
    const DrawKey key = next_draw_key();
    const int token = draw_token(b, at, key);
    append_token(b, token, {TokenOrigin::Kind::drawn, key, 0, 1});
    ++state_.cursor;
    const bool ended = ends_text(*state_.model, token);
    if (ended && playing_) set_message("The model ended its text.");
    return !ended;
}

void Engine::run(const command::SetSampling& c) {
    validate(c.chain);
    SamplingChain chain = with_all_stages(c.chain);
    if (chain == state_.chain) return;
    if (!sampling_drag_) mark_undoable();
    sampling_drag_ = true;
    state_.chain = std::move(chain);
}

void Engine::run(const command::SetSeed& c) {
    if (c.seed == state_.seed) return;
    mark_undoable();
    state_.seed = c.seed;
}

/// Key with which the token after the cursor was drawn, or else will be drawn.
DrawKey Engine::next_draw_key() const {
    const Branch& b = current();
    const int at = state_.cursor;
    if (at < b.rows && b.origins->at(static_cast<std::size_t>(at)).kind == TokenOrigin::Kind::drawn)
        return b.origins->at(static_cast<std::size_t>(at)).key;
    const auto number = state_.resamples.find({b.id, at});
    return {state_.seed, static_cast<std::uint32_t>(b.id), static_cast<std::uint32_t>(at),
            number == state_.resamples.end() ? 0 : number->second};
}

int Engine::draw_token(const Branch& b, int position, const DrawKey& key) {
    const real* logits = b.trace->row(Site::logits, -1, position - 1);
    sampler_.sample({logits, static_cast<std::size_t>(b.trace->config().d_vocab)}, b.tokens(position),
                    state_.chain, key, sample_step_);
    return sample_step_.token;
}

void Engine::append_token(Branch& b, int token, TokenOrigin origin) {
    if (b.rows == b.trace->capacity()) grow(b);
    b.trace->append({&token, 1});
    (*b.origins)[static_cast<std::size_t>(b.rows)] = origin;
    compute_rows(b, b.rows + 1);
}

/// Gives the branch a Trace with room for twice as many tokens and the same rows. Readers keep the old one.
void Engine::grow(Branch& b) {
    const int capacity = std::min(max_tokens(), std::max(2 * b.rows, k_initial_capacity));
    const Trace& old = *b.trace;
    const RunSetup setup = old.setup().with_edits(active_edits(capacity));
    const TraceShape shape = old.shape().keep == Keep::all ? trace_shape(capacity, setup) : old.shape();
    if (shape.keep == old.shape().keep) {
        b.trace = old.branch(b.rows, capacity, setup);
    } else { // the budget allows less than the old Trace keeps, so the rows are computed again
        auto smaller = std::make_shared<Trace>(old.shared_weights(), shape, setup, state_.source_run.trace);
        extend(*smaller, b.tokens(b.rows));
        b.trace = std::move(smaller);
    }
    auto origins =
        std::make_shared<std::vector<TokenOrigin>>(b.origins->begin(), b.origins->begin() + b.rows);
    origins->resize(static_cast<std::size_t>(capacity));
    b.origins = std::move(origins);
}

} // namespace gf
