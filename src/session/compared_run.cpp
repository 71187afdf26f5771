#include "session/compared_run.h"

#include "platform/error.h"

#include <algorithm>
#include <span>
#include <utility>

namespace gf {
namespace {

const std::vector<Edit> k_no_edits;

/// The bytes of each of the first n tokens of a text.
std::vector<std::size_t> byte_ends(const Model& model, const std::vector<int>& tokens) {
    std::vector<std::size_t> ends;
    std::size_t at = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (model.tokenizer && tokens[i] < model.tokenizer->size())
            at += model.tokenizer->next_bytes(std::span(tokens).first(i), tokens[i]).size();
        ends.push_back(at);
    }
    return ends;
}

/// The text of these tokens in the tokens of another model; `begins`: the text begins with them.
std::vector<int> translated(const Model& from, const std::vector<int>& tokens, const Model& to, bool begins) {
    const std::string text = from.tokenizer->decode(tokens);
    if (begins) return encode_prompt(to, text);
    std::vector<int> ids = to.tokenizer->encode(text, false);
    check_ids(to, ids, "add-run");
    return ids;
}

} // namespace

bool have_same_tokens(const Model& a, const Model& b) {
    if (&a == &b) return true;
    if (a.config().d_vocab != b.config().d_vocab || !a.tokenizer != !b.tokenizer) return false;
    if (!a.tokenizer) return true;
    if (a.tokenizer->size() != b.tokenizer->size()) return false;
    for (int id = 0; id < a.tokenizer->size(); ++id)
        if (a.tokenizer->token_name(id) != b.tokenizer->token_name(id)) return false;
    return true;
}

ComparedRun::ComparedRun(int id, std::string name, RunSpec spec, std::shared_ptr<const Model> model,
                         const Model& text_model, const std::string& source, std::size_t trace_budget)
    : id_(id), name_(std::move(name)), spec_(std::move(spec)), model_(std::move(model)),
      same_tokens_(have_same_tokens(*model_, text_model)), trace_budget_(trace_budget) {
    if (!same_tokens_ && (!model_->tokenizer || !text_model.tokenizer))
        throw Error({"add-run",
                     "a model with the text's tokens, or tokenizers of both, to align them by bytes",
                     "other tokens and no tokenizer", "pass --tokenizer"});
    validate(spec_.setup, model_->config());
    if (!spec_.prompt.empty()) prompt_ = encode_prompt(*model_, spec_.prompt);
    const int n_ctx = model_->config().n_ctx;
    if (static_cast<int>(prompt_.size()) > n_ctx)
        throw Error({"add-run",
                     "a prompt of at most " + std::to_string(n_ctx) + " tokens, the model's context",
                     std::to_string(prompt_.size()) + " tokens", "shorten it"});
    if (!model_->config().has_encoder()) return;
    std::vector<int> ids = encode_source(*model_, source);
    if (ids.empty()) ids.push_back(std::max(bos_id(*model_), 0));
    source_ = std::make_shared<Branch>(
        RunContext{*model_, Stack::encoder, nullptr, k_no_edits, trace_budget_}, ids);
    source_->compute_slice();
}

template <class F>
auto ComparedRun::with_context(F f) const {
    const std::shared_ptr<const Trace> source = source_ ? source_->trace() : nullptr;
    return f(RunContext{*model_, Stack::decoder, source, k_no_edits, trace_budget_, spec_.setup});
}

/// The tokens that the run has when it has caught up, at most as many as its model's context holds.
std::vector<int> ComparedRun::wanted_tokens(const Leader& leader) const {
    const TextTree& text = leader.text;
    const Branch& followed =
        spec_.branch >= 0 ? *text.branches()[static_cast<std::size_t>(spec_.branch)] : text.current();
    const int n = followed.view().rows;
    std::vector<int> tokens = prompt_;
    if (prompt_.empty()) {
        tokens = followed.tokens(n);
        if (!same_tokens_) tokens = translated(leader.model, tokens, *model_, true);
    } else if (!leader.each_draws) {
        std::vector<int> drawn = followed.tokens(n);
        drawn.erase(drawn.begin(), drawn.begin() + std::min(followed.n_prompt(), n));
        if (!same_tokens_) drawn = translated(leader.model, drawn, *model_, false);
        tokens.insert(tokens.end(), drawn.begin(), drawn.end());
    }
    const auto n_ctx = static_cast<std::size_t>(model_->config().n_ctx);
    if (tokens.size() > n_ctx) tokens.resize(n_ctx);
    return tokens;
}

void ComparedRun::follow(const Leader& leader) {
    if (spec_.branch >= static_cast<int>(leader.text.branches().size())) return; // that text is gone
    const bool draws = leader.each_draws && spec_.branch < 0 && model_->config().continues_text();
    std::vector<int> wanted = wanted_tokens(leader);
    const int n_prompt =
        prompt_.empty() ? leader.text.current().n_prompt() : static_cast<int>(prompt_.size());
    const auto n_text = static_cast<int>(wanted.size());
    if (draws && run_ && prompt_.empty()) wanted.resize(static_cast<std::size_t>(std::min(n_prompt, n_text)));
    if (wanted.empty()) return;
    // Where the prefix ends, a prefix mask must know; in other tokens all that there is counts as prefix.
    const int n_prefix = !prompt_.empty() ? n_prompt
                         : same_tokens_   ? leader.text.current().n_prefix()
                                          : n_text;
    with_context([&](const RunContext& context) { take_over(context, wanted, n_prefix, draws); });
    if (draws && run_->is_complete()) {
        const int n_drawn = leader.text.current().view().rows - leader.text.current().n_prompt();
        draw_up_to(leader, std::min(static_cast<int>(wanted.size()) + n_drawn, model_->config().n_ctx));
    }
    shown_ = shown_tokens(leader);
    find_counterparts(leader);
}

/// Finds the row that stands for the same as each row of the text: the same one where the tokens are the
/// same, one that ends at the same byte where they are not, and one as far behind the prompt where that is
/// another.
void ComparedRun::find_counterparts(const Leader& leader) {
    const Branch& text = leader.text.current();
    const int n_text = text.view().rows, n_own = run_->n_tokens();
    const bool other_prompt = !prompt_.empty() && static_cast<int>(prompt_.size()) != text.n_prompt();
    if (same_tokens_ && !other_prompt) return counterparts_.reset();
    std::vector<int> rows(static_cast<std::size_t>(n_text), -1);
    if (same_tokens_) {
        const int shift = static_cast<int>(prompt_.size()) - text.n_prompt();
        for (int row = text.n_prompt(); row < n_text && row + shift < n_own; ++row)
            rows[static_cast<std::size_t>(row)] = row + shift;
    } else if (prompt_.empty()) {
        const auto ends = byte_ends(leader.model, text.tokens(n_text)),
                   own_ends = byte_ends(*model_, run_->tokens(n_own));
        for (std::size_t row = 0; row < ends.size(); ++row) {
            const auto last =
                std::upper_bound(own_ends.begin(), own_ends.end(), ends[row]); // tokens of no bytes go before
            if (last != own_ends.begin() && *(last - 1) == ends[row])
                rows[row] = static_cast<int>(last - own_ends.begin()) - 1;
        }
    }
    counterparts_ = std::make_shared<const std::vector<int>>(std::move(rows));
}

/// Gives the run these tokens, or lets it begin with them if it may have more.
void ComparedRun::take_over(const RunContext& context, const std::vector<int>& wanted, int n_prefix,
                            bool may_have_more) {
    if (!run_) {
        const auto first = static_cast<std::size_t>(context.config().continues_text()
                                                        ? std::min(n_prefix, static_cast<int>(wanted.size()))
                                                        : static_cast<int>(wanted.size()));
        run_ = std::make_shared<Branch>(context, std::span(wanted).first(first));
        if (first < wanted.size()) run_->add_tokens(context, std::span(wanted).subspan(first));
        return;
    }
    const auto n_wanted = static_cast<int>(wanted.size()), n_own = run_->n_tokens(),
               n_both = std::min(n_wanted, n_own);
    const std::vector<int> own = run_->tokens(n_both);
    const bool agree = std::equal(own.begin(), own.end(), wanted.begin());
    if (agree && (n_own == n_wanted || (may_have_more && n_own > n_wanted))) return;
    const bool had_rows = run_->rows() > 0;
    if (agree && n_own < n_wanted && context.config().continues_text())
        run_->add_tokens(context, std::span(wanted).subspan(static_cast<std::size_t>(n_own)));
    else
        run_ = run_->with_text(context, wanted);
    if (had_rows && run_->rows() == 0) run_->compute_slice(); // so that it does not vanish from view
}

/// Draws tokens with the random numbers that the text's tokens had, until there are n.
void ComparedRun::draw_up_to(const Leader& leader, int n) {
    const Branch& text = leader.text.current();
    const int n_own = static_cast<int>(prompt_.size()), n_prompt = prompt_.empty() ? text.n_prompt() : n_own;
    while (run_->n_tokens() < n) {
        const int at = run_->n_tokens(), text_at = at - n_prompt + text.n_prompt();
        const TokenOrigin& origin = text.origin(text_at);
        const int token = playback_.draw(*run_, at, leader.chain, origin.key);
        with_context([&](const RunContext& context) {
            run_->append(context, token, {.kind = TokenOrigin::Kind::drawn, .key = origin.key});
        });
    }
}

/// How many tokens stand for those of the text that are shown: as many bytes of text, where the tokens
/// differ.
int ComparedRun::shown_tokens(const Leader& leader) const {
    const Branch& text = leader.text.current();
    const int cursor = leader.text.cursor;
    if (spec_.branch >= 0) return run_->rows();
    if (!prompt_.empty())
        return std::min(static_cast<int>(prompt_.size()) + std::max(cursor - text.n_prompt(), 0),
                        run_->rows());
    if (same_tokens_) return std::min(cursor, run_->rows());
    const auto ends = byte_ends(leader.model, text.tokens(std::min(cursor, text.rows())));
    const std::size_t shown_bytes = ends.empty() ? 0 : ends.back();
    const auto own_ends = byte_ends(*model_, run_->tokens(run_->rows()));
    const auto behind = std::upper_bound(own_ends.begin(), own_ends.end(), shown_bytes);
    return static_cast<int>(behind - own_ends.begin());
}

void ComparedRun::publish(std::vector<Run>& runs) const {
    if (!run_) return;
    static const auto no_edits = std::make_shared<const std::vector<RunEdit>>();
    const int source_id = source_ ? id_ + 1 : -1;
    runs.push_back({.id = id_,
                    .role = RunRole::compared,
                    .name = name_,
                    .model = model_,
                    .trace = run_->trace(),
                    .origins = run_->origins(),
                    .rows = run_->rows(),
                    .shown = std::min(shown_, run_->rows()),
                    .rows_wanted = run_->n_tokens(),
                    .reads = source_id,
                    .edits = no_edits,
                    .counterparts = counterparts_});
    if (!source_) return;
    const int n = source_->rows();
    runs.push_back({.id = source_id,
                    .role = RunRole::source,
                    .name = name_ + ".source",
                    .model = model_,
                    .trace = source_->trace(),
                    .origins = source_->origins(),
                    .rows = n,
                    .shown = n,
                    .rows_wanted = n,
                    .read_by = id_,
                    .edits = no_edits});
}

} // namespace gf
