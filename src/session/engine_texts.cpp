// Opening a model, beginning a text with a prompt, and reading the text that an encoder reads.

#include "io/setup_file.h"
#include "platform/error.h"
#include "session/engine.h"

#include <algorithm>
#include <utility>

namespace gf {
namespace {

/// Keeps the end of a prompt that is too long, and the start token if it begins with one. A quarter of the
/// context is left free for the text to go on. Returns how many tokens are kept.
int cut_prompt(std::vector<int>& prompt, int bos, int n_ctx) {
    const int n_bos = prompt[0] == bos ? 1 : 0;
    const int kept = std::max(n_ctx * 3 / 4, 1) - n_bos;
    prompt.erase(prompt.begin() + n_bos, prompt.end() - kept);
    return kept;
}

} // namespace

/// Number of tokens that a text may have: the model's context, or the prompt where the model adds no token.
int Engine::max_tokens() const {
    const ModelConfig& config = state_.model->config();
    return !config.continues_text() && has_run() ? current().n_prompt() : config.n_ctx;
}

void Engine::run(const command::Open& c) {
    auto model = open_model(c.model, c.tokenizer, c.ignored_keys); // throws before anything is changed
    const bool reads_source = model->config().has_encoder();       // then the given text is the source
    std::shared_ptr<Branch> source_run;
    if (reads_source) source_run = read_source(*model, c.prompt);
    const int first_token = std::max(bos_id(*model), 0); // without BOS any token serves
    const std::vector<int> prompt =
        c.prompt.empty() || reads_source ? std::vector{first_token} : encode_prompt(*model, c.prompt);
    if (static_cast<int>(prompt.size()) > model->config().n_ctx)
        throw Error(
            {c.model,
             "a prompt of at most " + std::to_string(model->config().n_ctx) + " tokens, the model's context",
             std::to_string(prompt.size()) + " tokens", "open it without a prompt"});
    if (state_.model) mark_undoable();
    playback_.stop();
    state_.model = std::move(model);
    state_.model_path = c.model;
    state_.tokenizer_path = c.tokenizer;
    state_.ignored_keys = c.ignored_keys;
    state_.prompt = reads_source ? "" : c.prompt;
    state_.source = reads_source ? c.prompt : "";
    state_.source_run = std::move(source_run);
    state_.setup = {};
    state_.compared.clear(); // they are aligned with the tokens of the old model
    state_.edits.change(Run::k_source, {}, state_.edits.are_on());
    notices_.clear();
    const std::vector<std::string>& warnings = state_.model->warnings;
    if (!warnings.empty())
        notices_.note(warnings[0] + (warnings.size() > 1
                                         ? " (and " + std::to_string(warnings.size() - 1) + " more warnings)"
                                         : ""),
                      [this, model = state_.model] { return state_.model == model; });
    begin_text(prompt);
}

void Engine::run(const command::SetPrompt& c) {
    if (!state_.model) require_run("prompt");
    std::vector<int> prompt = encode_prompt(*state_.model, c.text);
    const int n_ctx = state_.model->config().n_ctx;
    if (static_cast<int>(prompt.size()) > n_ctx && !c.truncate) {
        notices_.refuse_prompt("The prompt has " + std::to_string(prompt.size()) +
                                   " tokens; this model's context holds " + std::to_string(n_ctx) + ".",
                               command::SetPrompt::k_name, c.text, while_text_stands());
        return;
    }
    if (static_cast<int>(prompt.size()) > n_ctx) {
        const int kept = cut_prompt(prompt, bos_id(*state_.model), n_ctx);
        notices_.note("The prompt was cut to its last " + std::to_string(kept) + " tokens.",
                      [this, text = c.text] { return state_.prompt == text; });
    }
    mark_undoable();
    playback_.stop();
    state_.prompt = c.text;
    begin_text(prompt);
}

/// Begins a new tree whose root has the prompt's tokens; tick() computes their rows.
void Engine::begin_text(const std::vector<int>& prompt) {
    forget_edits(Run::k_text); // their cells belong to the old text
    recomputed_.reset();
    std::erase_if(state_.compared,
                  [](const auto& run) { return run->spec().branch >= 0; }); // of the old text
    with_context([&](const RunContext& context) { state_.text.begin(context, prompt); });
    note_reduced(false);
}

/// Tells when the text has become too long for all its values to be kept.
void Engine::note_reduced(bool was_reduced) {
    if (current().is_reduced() && !was_reduced)
        notices_.note(
            "This run needs more memory than the trace budget: the layer in view is computed again when "
            "it is looked at.",
            [this] { return has_run() && current().is_reduced(); });
}

/// Computes the encoder's run, all of it at once, since an encoder reads in both directions. Above the trace
/// budget it keeps the residual stream only.
/// @throws Error when the text cannot be encoded or exceeds the encoder's context
std::shared_ptr<Branch> Engine::read_source(const Model& model, const std::string& text) const {
    std::vector<int> ids = encode_source(model, text);
    if (ids.empty()) ids.push_back(std::max(bos_id(model), 0)); // an encoder reads at least one token
    const int n = static_cast<int>(ids.size()), n_ctx = model.config().n_ctx;
    if (n > n_ctx)
        throw Error({"source", "at most " + std::to_string(n_ctx) + " tokens (the model's context)",
                     std::to_string(n), "shorten it"});
    auto run = std::make_shared<Branch>(RunContext{model, Stack::encoder, nullptr, {}, memory_budget_}, ids);
    run->compute_slice();
    return run;
}

void Engine::run(const command::SetSetup& c) {
    require_run("setup");
    change_setup(c.file.empty() ? c.setup : load_setup(c.file, state_.model->config()));
}

/// The text is computed again with another setup; its tokens stay.
void Engine::change_setup(RunSetup setup) {
    validate(setup, state_.model->config());
    if (setup == state_.setup) return;
    mark_undoable();
    playback_.stop();
    state_.setup = std::move(setup);
}

/// Reads another source. The decoder's text begins anew with the same prompt.
void Engine::run(const command::SetSource& c) {
    require_run("source");
    if (!state_.model->config().has_encoder())
        throw Error(
            {"source", "a model with an encoder", "one of a single stack", "give its text as the prompt"});
    auto source_run = read_source(*state_.model, c.text); // throws before anything is changed
    mark_undoable();
    playback_.stop();
    state_.source = c.text;
    state_.source_run = std::move(source_run);
    forget_edits(Run::k_source);
    for (auto& run : state_.compared)
        run = std::make_shared<ComparedRun>(run->id(), run->name(), run->spec(), run->model(), *state_.model,
                                            c.text, memory_budget_);
    const Branch& root = state_.text.root();
    begin_text(root.tokens(root.n_prompt()));
}

} // namespace gf
