// The cursor: playing, stepping and jumping; drawing tokens, and branches where another one is wanted.

#include "platform/error.h"
#include "session/engine.h"

#include <fmt/format.h>

#include <algorithm>

namespace gf {

void Engine::run(const command::Play&) {
    require_run("play");
    watches_.forget_until();
    playback_.play();
}

void Engine::run(const command::Pause&) { playback_.stop(); }

void Engine::run(const command::SetSpeed& c) {
    if (!(c.tokens_per_s >= 0))
        throw Error({"speed", "0 (no limit) or more tokens per second", std::to_string(c.tokens_per_s), ""});
    playback_.set_limit(c.tokens_per_s);
}

void Engine::run(const command::Step& c) {
    require_run("step");
    playback_.stop();
    if (c.tokens < 0) {
        state_.text.cursor = std::max(1, state_.text.cursor + c.tokens);
        return;
    }
    playback_.add_steps(c.tokens);
    play_steps();
}

void Engine::run(const command::Jump& c) {
    require_run("jump");
    state_.text.cursor = std::clamp(c.position, 1, current().rows());
}

/// Shows as many of the tokens that are left to step over as one slice of work has.
void Engine::play_steps() {
    const int n = std::min(playback_.steps_left(), rows_per_slice(state_.model->config()));
    for (int i = 0; i < n; ++i) {
        playback_.count_step();
        if (!show_next_token()) return playback_.stop();
    }
}

void Engine::play_token(double now) {
    playback_.note_token(now);
    if (!show_next_token()) return playback_.stop();
    stop_where_watched();
}

/// Shows one more token, drawing it if it is not there yet. False when there is no room for it, or when it
/// ended the text.
bool Engine::show_next_token() {
    Branch& b = current();
    const int at = state_.text.cursor;
    if (at < b.rows()) {
        ++state_.text.cursor;
        return true;
    }
    if (!state_.model->config().continues_text()) {
        notices_.note("This model " + std::string(non_generative_purpose(state_.model->config())) +
                          ": it has no next token to draw.",
                      while_text_stands());
        return false;
    }
    if (at >= max_tokens()) {
        notices_.note("The context of " + std::to_string(max_tokens()) + " tokens is full.",
                      [this] { return has_run() && state_.text.cursor >= max_tokens(); });
        return false;
    }
    const DrawKey key = next_draw_key();
    const int token = playback_.draw(b, at, state_.chain, key);
    const bool was_reduced = b.is_reduced();
    const std::size_t bytes_before = b.bytes();
    playback_.note_decoded(with_context([&](const RunContext& context) {
        return b.append(context, token, {.kind = TokenOrigin::Kind::drawn, .key = key});
    }));
    note_reduced(was_reduced);
    if (b.bytes() != bytes_before) settle_memory(); // it grew
    ++state_.text.cursor;
    const bool ended = ends_text(*state_.model, token);
    if (ended && playback_.is_playing())
        notices_.note("The model ended its text.", [this, branch = state_.text.shared_current(), at] {
            return has_run() && state_.text.shared_current() == branch && state_.text.cursor == at + 1;
        });
    return !ended;
}

// ---- What is shown of a text whose rows depend on later tokens

/// The branch in view or, where its rows depend on tokens behind the cursor, a run of the tokens shown.
const Branch& Engine::shown_text() const {
    return shown_part_ && part_of_ == current().trace() ? *shown_part_ : current();
}

void Engine::update_shown_part() {
    if (!has_run() || text_is_pending()) return;
    const Branch& b = current();
    const int n = state_.text.cursor;
    if (n >= b.n_tokens() || !state_.model->config().continues_text() || !b.depends_on_tokens_behind(n)) {
        shown_part_.reset();
        part_of_.reset();
        return;
    }
    if (shown_part_ && part_of_ == b.trace() && shown_part_->n_tokens() == n) return;
    shown_part_ = with_context([&](const RunContext& context) { return b.part(context, n); });
    shown_part_->compute_slice();
    part_of_ = b.trace();
}

/// Compares what is published with what was published before, where the same tokens are run in the same way.
void Engine::note_changed_rows(const Branch& shown) {
    const std::shared_ptr<const Trace> now = shown.trace(), before = std::exchange(published_trace_, now);
    if (now == before) return;
    changed_rows_.reset();
    const int n_before = std::exchange(published_rows_, shown.rows());
    if (!before || !shown.is_complete() || &before->weights() != &now->weights() ||
        before->setup() != now->setup() ||
        !(now->plan().looks_ahead() || depends_on_length(now->config(), now->setup())))
        return;
    const ModelConfig& c = now->config();
    const Site last = c.norms_stream() ? Site::normalized_resid_post : Site::resid_post;
    std::vector<bool> changed;
    for (int r = 0; r < std::min(n_before, shown.rows()) && before->tokens()[r] == now->tokens()[r]; ++r) {
        const real* row = now->row(last, c.n_layers - 1, r);
        changed.push_back(!std::equal(row, row + c.d_model, before->row(last, c.n_layers - 1, r)));
    }
    changed_rows_ = std::make_shared<const std::vector<bool>>(std::move(changed));
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
    const int at = state_.text.cursor;
    if (at < b.rows() && b.origin(at).kind == TokenOrigin::Kind::drawn)
        return state_.text.draw_of(at).value_or(b.origin(at).key);
    return state_.text.draw_key(state_.seed, at);
}

// ---- Branches

void Engine::run(const command::ForceToken& c) {
    require_run("force token");
    const Branch& b = current();
    const ModelConfig& config = state_.model->config();
    const auto require = [](bool ok, const std::string& expected, int found) {
        if (!ok) throw Error({"force token", expected, std::to_string(found), ""});
    };
    const int first = config.fills_in() ? 0 : 1;
    require(c.position >= first && c.position <= b.rows() && c.position < max_tokens(),
            fmt::format("a position from {} to {}", first, std::min(b.rows(), max_tokens() - 1)), c.position);
    require(c.token >= 0 && c.token < config.d_vocab, fmt::format("an id from 0 to {}", config.d_vocab - 1),
            c.token);
    require_replaceable("force token", c.position);
    mark_undoable();
    playback_.stop();
    with_context([&](const RunContext& context) {
        state_.text.go_to(context, c.position, c.token, {.kind = TokenOrigin::Kind::forced});
    });
    state_.text.cursor = config.fills_in() ? current().rows() : c.position + 1;
}

/// A token may be replaced where the rows before it do not see it, and anywhere in a model that fills in.
/// @throws Error where it may not, or when the model gives no logits of tokens
void Engine::require_replaceable(const char* command_name, int position) const {
    const Trace& trace = *current().trace();
    const ModelConfig& config = trace.config();
    if (!config.has_logits())
        throw Error({command_name, "a model that gives logits of tokens",
                     "one that " + std::string(non_generative_purpose(config)), "change the prompt instead"});
    if (const int n_prefix = trace.segments()[0].n_prefix;
        config.mask == MaskKind::prefix && position < n_prefix)
        throw Error({command_name,
                     "a position from " + std::to_string(n_prefix) +
                         ", behind the prompt, whose tokens all see each other",
                     std::to_string(position), "change the prompt instead"});
}

void Engine::run(const command::Resample&) {
    require_run("resample");
    require_replaceable("resample", state_.text.cursor);
    mark_undoable();
    const Branch& b = current();
    const int at = state_.text.cursor;
    state_.text.count_draw(at);
    // Where nothing is drawn yet the new number is enough: the next step uses it.
    if (at == b.rows() || state_.model->config().fills_in()) return;
    go_to_drawn(at, state_.text.draw_key(state_.seed, at));
}

/// Draws the token at `at` with this key, and goes to the branch that has it.
void Engine::go_to_drawn(int at, const DrawKey& key) {
    const int token = playback_.draw(current(), at, state_.chain, key);
    with_context([&](const RunContext& context) {
        state_.text.go_to(context, at, token, {.kind = TokenOrigin::Kind::drawn, .key = key});
    });
    state_.text.note_draw(at, key);
}

/// A token that was drawn under another chain gives way to what its random number gives now.
void Engine::run(const command::UseDraw&) {
    require_run("use-draw");
    const Branch& b = current();
    const int at = state_.text.cursor;
    if (at >= b.rows() || b.origin(at).kind != TokenOrigin::Kind::drawn) return run(command::Step{1});
    const DrawKey key = next_draw_key();
    if (playback_.draw(b, at, state_.chain, key) == b.token(at)) return run(command::Step{1});
    require_replaceable("use-draw", at);
    mark_undoable();
    playback_.stop();
    go_to_drawn(at, key);
    state_.text.cursor = at + 1;
}

void Engine::run(const command::SelectBranch& c) {
    require_run("branch");
    const auto& branches = state_.text.branches();
    if (c.branch < 0 || c.branch >= static_cast<int>(branches.size()))
        throw Error({"branch", "0 to " + std::to_string(branches.size() - 1), std::to_string(c.branch), ""});
    if (c.branch == state_.text.current_index()) return;
    mark_undoable();
    playback_.stop();
    state_.text.select(c.branch);
    const BranchView shown = current().view();
    state_.text.cursor = std::min(std::max(state_.text.cursor, shown.fork + 1), shown.rows);
}

} // namespace gf
