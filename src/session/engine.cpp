#include "session/engine.h"

#include "core/error.h"
#include "core/forward.h"
#include "core/kernels.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace gf {
namespace {

constexpr int k_first_capacity = 256; ///< tokens that a run has room for before its Trace must grow
constexpr int k_prompt_piece = 64; ///< tokens of the prompt computed between two looks at the command queue
constexpr int k_layer_piece = 256; ///< ... of one layer of it

} // namespace

void Engine::apply(const Command& command) {
    State before = state_;
    undoable_ = false;
    try {
        std::visit([this](const auto& c) { run(c); }, command);
        follow_edits();
        follow_layer();
    } catch (const std::exception& e) {
        state_ = std::move(before);
        note(e.what(), true);
        follow_edits(); // what was under way goes on
        follow_layer();
        return;
    }
    if (!std::holds_alternative<command::SetSampling>(command)) moving_sampling_ = false;
    if (!undoable_) return;
    undo_.push_back(std::move(before));
    if (undo_.size() > k_undo_most) undo_.pop_front();
    redo_.clear();
}

void Engine::tick(double now) {
    if (now < due()) return;
    try {
        const bool follows = layer_ && !layer_is_due(); // what is in view stays complete
        if (again_)
            compute_again_piece();
        else if (reading_prompt())
            read_prompt_piece();
        else if (layer_is_due())
            compute_layer(k_layer_piece);
        else if (playing_)
            play(now);
        follow_layer();
        if (follows && layer_is_due()) compute_layer(k_layer_piece);
    } catch (const std::exception& e) {
        playing_ = false;
        note(e.what(), true);
    }
}

/// On schedule as long as no token is a whole period late: then the schedule starts anew, without a burst.
void Engine::play(double now) {
    last_token_at_ = now - due() < 1 / speed_ ? due() : now;
    if (!forward_one()) playing_ = false;
}

double Engine::due() const {
    if (again_ || reading_prompt() || layer_is_due()) return k_at_once;
    if (!playing_) return k_never;
    return speed_ > 0 ? last_token_at_ + 1 / speed_ : k_at_once;
}

int Engine::context() const {
    const ModelConfig& c = state_.model->config();
    return !c.continues_text() && has_run() ? current().n_prompt : c.n_ctx;
}

void Engine::note(const std::string& text, bool error) {
    message_ = text;
    message_is_error_ = error;
    can_truncate_ = false;
    ++message_number_;
}

void Engine::clear_message() {
    message_.clear();
    message_is_error_ = can_truncate_ = false;
}

void Engine::require_run(const char* what) const {
    if (!has_run()) throw Error({what, "an open model", "none", "open a file first"});
}

// ---------------------------------------------------------------------------------------------------- models
// and prompts

void Engine::run(const command::Open& c) {
    auto model = open_model(c.model, c.tokenizer); // throws before anything is changed
    // Of an encoder-decoder the text is the source.
    const bool reads_source = model->config().has_encoder();
    RunView source_run;
    if (reads_source) source_run = read_source(*model, c.prompt);
    const std::vector<int> prompt = c.prompt.empty() || reads_source
                                        ? std::vector{std::max(bos_id(*model), 0)}
                                        // without BOS any token serves
                                        : encode_prompt(*model, c.prompt);
    if (static_cast<int>(prompt.size()) > model->config().n_ctx)
        throw Error(
            {c.model,
             "a prompt of at most " + std::to_string(model->config().n_ctx) + " tokens, the model's context",
             std::to_string(prompt.size()) + " tokens", "open it without a prompt"});
    if (state_.model) remember();
    playing_ = false;
    state_.model = std::move(model);
    state_.model_path = c.model;
    state_.tokenizer_path = c.tokenizer;
    state_.prompt = reads_source ? "" : c.prompt;
    state_.source = reads_source ? c.prompt : "";
    state_.source_run = std::move(source_run);
    state_.source_edits = no_edits();
    clear_message();
    const std::vector<std::string>& warnings = state_.model->warnings;
    if (!warnings.empty())
        note(warnings[0] +
             (warnings.size() > 1 ? " (and " + std::to_string(warnings.size() - 1) + " more warnings)" : ""));
    start(prompt);
}

void Engine::run(const command::SetPrompt& c) {
    if (!state_.model) require_run("prompt");
    std::vector<int> prompt = encode_prompt(*state_.model, c.text);
    const int most = state_.model->config().n_ctx;
    if (static_cast<int>(prompt.size()) > most) {
        if (!c.truncate) {
            note("The prompt has " + std::to_string(prompt.size()) + " tokens; this model's context holds " +
                     std::to_string(most) + ".",
                 true);
            can_truncate_ = true;
            refused_prompt_ = c.text;
            return;
        }
        // BOS, if the text begins with it, and the last tokens, with a quarter of the context left to go on.
        const int first = prompt[0] == bos_id(*state_.model) ? 1 : 0;
        const int kept = std::max(most * 3 / 4, 1) - first;
        prompt.erase(prompt.begin() + first, prompt.end() - kept);
        note("The prompt was cut to its last " + std::to_string(kept) + " tokens.");
    } else if (message_is_error_) {
        clear_message();
    }
    remember();
    playing_ = false;
    state_.prompt = c.text;
    start(prompt);
}

/// A new tree whose root reads the prompt; tick() computes it.
void Engine::start(const std::vector<int>& prompt) {
    const ModelConfig& config = state_.model->config();
    const int n = static_cast<int>(prompt.size());
    forget_edits(state_.edits); // they were of the cells of the text before
    again_.reset();
    auto root = std::make_shared<Branch>();
    root->n_prompt = n;
    const int capacity = !config.continues_text()
                             ? n
                             : std::min(config.n_ctx, std::max(k_first_capacity, n + k_first_capacity / 2));
    root->trace = std::make_shared<Trace>(state_.model->weights, trace_shape(capacity, n),
                                          std::vector<Edit>(), state_.source_run.trace);
    root->trace->append(prompt);
    root->origins = std::make_shared<std::vector<TokenOrigin>>(static_cast<std::size_t>(capacity));
    state_.tree = {root};
    state_.branch = 0;
    state_.cursor = n;
    state_.resamples.clear();
}

/// One sequence, with as much of it kept as the budget allows.
TraceShape Engine::trace_shape(int capacity, int n_prompt) {
    TraceShape shape{capacity, {{0, capacity, 0, 0, n_prompt}}, Keep::all};
    const Trace* source = state_.source_run.trace.get();
    if (trace_bytes(state_.model->config(), shape, source ? &source->shape() : nullptr) > trace_budget_) {
        shape.keep = Keep::residual;
        note("This run needs more memory than the trace budget: the layer in view is computed again when it "
             "is looked at.");
    }
    return shape;
}

void Engine::read_piece(Branch& b) {
    const int all = b.trace->n_tokens();
    const ModelConfig& config = b.trace->config();
    const bool whole = looks_ahead(config.mask) || config.pools();
    compute_rows(b, whole ? all : std::min(all, b.rows + k_prompt_piece));
}

/// Computes the branch up to `rows`, and how surprising each of its tokens was.
void Engine::compute_rows(Branch& b, int rows) {
    const int first = b.rows, d_vocab = b.trace->config().d_vocab;
    const auto begin = std::chrono::steady_clock::now();
    forward(*b.trace, first, rows);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (rows - first == 1)
        seconds_per_token_ = seconds_per_token_ > 0 ? 0.9 * seconds_per_token_ + 0.1 * took.count()
                                                    : took.count(); // of decoding
    const bool predicts = b.trace->config().continues_text();
    for (int t = std::max(first, 1); predicts && t < rows; ++t) {
        const real* logits = b.trace->row(Site::logits, -1, t - 1);
        TokenOrigin& o = (*b.origins)[static_cast<std::size_t>(t)];
        const real log_p = logits[b.trace->tokens()[t]] - log_sum_exp(logits, d_vocab);
        o.probability = std::exp(log_p);
        o.surprisal = std::max(-log_p / std::log(real(2)), real(0)); // in this order NaN stays NaN
    }
    b.rows = rows;
}

// ----------------------------------------------------------------------------------------------------
// playback

void Engine::run(const command::Play&) {
    require_run("play");
    playing_ = true;
}

void Engine::run(const command::Pause&) { playing_ = false; }

void Engine::run(const command::SetSpeed& c) {
    if (!(c.tokens_per_s >= 0))
        throw Error({"speed", "0 (no limit) or more tokens per second", std::to_string(c.tokens_per_s), ""});
    speed_ = c.tokens_per_s;
}

void Engine::run(const command::Step& c) {
    require_run("step");
    playing_ = false;
    compute_all();
    for (int i = 0; i < c.tokens; ++i)
        if (!forward_one()) break;
    if (c.tokens < 0) state_.cursor = std::max(1, state_.cursor + c.tokens);
}

void Engine::run(const command::Jump& c) {
    require_run("jump");
    compute_all();
    state_.cursor = std::clamp(c.position, 1, current().rows);
}

/// Shows one more token, drawing it if it is not there yet. False: there is no room, or the text has ended.
bool Engine::forward_one() {
    Branch& b = current();
    const int at = state_.cursor;
    if (at < b.rows) {
        ++state_.cursor;
        return true;
    }
    const ModelConfig& config = b.trace->config();
    if (!config.continues_text()) {
        note("This model " + std::string(other_purpose(config)) + ": it has no next token to draw.");
        return false;
    }
    if (at >= context()) {
        note("The context of " + std::to_string(context()) + " tokens is full.");
        return false;
    }
    const DrawKey key = next_key();
    const int token = draw(b, at, key);
    append(b, token, {TokenOrigin::Kind::drawn, key, 0, 1});
    ++state_.cursor;
    const Tokenizer* t = state_.model->tokenizer.get();
    const bool ended = token == config.eos_id || (t && (t->eos_id() == token || t->bos_id() == token));
    if (ended && playing_) note("The model ended its text.");
    return !ended;
}

/// Of the token after the cursor: as it was drawn, else as it will be.
DrawKey Engine::next_key() const {
    const Branch& b = current();
    const int at = state_.cursor;
    if (at < b.rows && b.origins->at(static_cast<std::size_t>(at)).kind == TokenOrigin::Kind::drawn)
        return b.origins->at(static_cast<std::size_t>(at)).key;
    const auto number = state_.resamples.find({b.id, at});
    return {state_.seed, static_cast<std::uint32_t>(b.id), static_cast<std::uint32_t>(at),
            number == state_.resamples.end() ? 0 : number->second};
}

int Engine::draw(const Branch& b, int position, const DrawKey& key) {
    const real* logits = b.trace->row(Site::logits, -1, position - 1);
    sampler_.sample({logits, static_cast<std::size_t>(b.trace->config().d_vocab)}, b.tokens(position),
                    state_.chain, key, step_);
    return step_.token;
}

void Engine::append(Branch& b, int token, TokenOrigin origin) {
    if (b.rows == b.trace->capacity()) grow(b);
    b.trace->append({&token, 1});
    (*b.origins)[static_cast<std::size_t>(b.rows)] = origin;
    compute_rows(b, b.rows + 1);
}

/// A Trace with room for twice as much, holding the same rows. Readers keep the old one.
void Engine::grow(Branch& b) {
    const int capacity = std::min(context(), std::max(2 * b.rows, k_first_capacity));
    const Trace& old = *b.trace;
    const TraceShape shape =
        old.shape().keep == Keep::all ? trace_shape(capacity, old.shape().segments[0].n_prefix) : old.shape();
    if (shape.keep == old.shape().keep) {
        b.trace = old.branch(b.rows, capacity, edits_within(capacity));
    } else { // what a smaller Trace keeps is computed again
        auto smaller = std::make_shared<Trace>(old.shared_weights(), shape, edits_within(capacity),
                                               state_.source_run.trace);
        extend(*smaller, b.tokens(b.rows));
        b.trace = std::move(smaller);
    }
    auto origins =
        std::make_shared<std::vector<TokenOrigin>>(b.origins->begin(), b.origins->begin() + b.rows);
    origins->resize(static_cast<std::size_t>(capacity));
    b.origins = std::move(origins);
}

// ----------------------------------------------------------------------------------------------------
// choices

void Engine::run(const command::SetSampling& c) {
    validate(c.chain);
    SamplingChain chain = with_all_stages(c.chain);
    if (chain == state_.chain) return;
    if (!moving_sampling_) remember();
    moving_sampling_ = true;
    state_.chain = std::move(chain);
}

void Engine::run(const command::SetSeed& c) {
    if (c.seed == state_.seed) return;
    remember();
    state_.seed = c.seed;
}

void Engine::run(const command::Resample&) {
    require_run("resample");
    compute_all();
    require_free("resample", state_.cursor);
    remember();
    const Branch& b = current();
    const int at = state_.cursor;
    const std::uint32_t number = ++state_.resamples[{b.id, at}];
    if (at == b.rows || b.trace->config().fills_in())
        return; // nothing drawn yet: the next step uses the new number
    const DrawKey key{state_.seed, static_cast<std::uint32_t>(b.id), static_cast<std::uint32_t>(at), number};
    state_.branch = fork(at, draw(b, at, key), {TokenOrigin::Kind::drawn, key, 0, 1});
}

void Engine::run(const command::Undo&) {
    if (undo_.empty()) return;
    playing_ = false;
    again_.reset();
    redo_.push_back(std::exchange(state_, std::move(undo_.back())));
    undo_.pop_back();
}

void Engine::run(const command::Redo&) {
    if (redo_.empty()) return;
    playing_ = false;
    again_.reset();
    undo_.push_back(std::exchange(state_, std::move(redo_.back())));
    redo_.pop_back();
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
        out.next_draw = next_key();
    }
    out.layer = out.other_layer = {};
    LayerInView& layer = layer_of_source() ? out.other_layer : out.layer;
    layer.bytes = layer_bytes_;
    if (layer_is_due()) {
        layer.rows = layer_->rows();
    } else if (layer_ && has_run()) {
        layer.kept = layer_->layer();
        (layer_of_source() ? out.source_run : out.runs[0]).trace = layer_->trace();
    }
    out.edits = state_.edits;
    out.other_edits = state_.source_edits;
    out.edits_on = state_.edits_on;
    out.rows_again = again_ ? again_->rows : -1;
    out.chain = state_.chain;
    out.seed = state_.seed;
    out.playing = playing_;
    out.tokens_per_s_limit = speed_;
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
