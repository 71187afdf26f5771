// The token tree: another token at a position makes a branch, or leads to the branch that has it already.

#include "platform/error.h"
#include "session/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace gf {

void Engine::run(const command::ForceToken& c) {
    require_run("force token");
    finish_pending_rows();
    const Branch& b = current();
    const auto require = [](bool ok, const std::string& expected, int found) {
        if (!ok) throw Error({"force token", expected, std::to_string(found), ""});
    };
    const bool fills_in = b.trace->config().fills_in();
    const int first = fills_in ? 0 : 1;
    require(c.position >= first && c.position <= b.rows && c.position < max_tokens(),
            fmt::format("a position from {} to {}", first, std::min(b.rows, max_tokens() - 1)), c.position);
    require(c.token >= 0 && c.token < b.trace->config().d_vocab,
            "an id from 0 to " + std::to_string(b.trace->config().d_vocab - 1), c.token);
    require_replaceable("force token", c.position);
    mark_undoable();
    playing_ = false;
    state_.branch = find_or_fork(c.position, c.token, {TokenOrigin::Kind::forced, {}, 0, 1});
    state_.cursor = fills_in ? current().rows : c.position + 1;
}

/// A token may be replaced where the rows before it do not see it, and anywhere in a model that fills in.
/// @throws Error where it may not, or when the model gives no logits of tokens
void Engine::require_replaceable(const char* command_name, int position) const {
    const Trace& trace = *current().trace;
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

/// Index of a branch that has `token` at `position` and the current branch's tokens before it (in a model
/// that fills in, also those after it); -1 if there is none. The current branch is preferred.
int Engine::find_branch(int position, int token) const {
    const Branch& now = current();
    const auto prefix = now.tokens(position), text = now.tokens(now.rows);
    const std::size_t suffix_begin =
        now.trace->config().fills_in() ? static_cast<std::size_t>(position) + 1 : text.size();
    const auto matches = [&](const Branch& b) {
        return b.rows > position && b.trace->tokens()[position] == token &&
               std::ranges::equal(prefix, b.tokens(position)) &&
               (suffix_begin == text.size() ||
                std::ranges::equal(text.subspan(suffix_begin), b.tokens(b.rows).subspan(suffix_begin)));
    };
    if (matches(now)) return state_.branch;
    for (std::size_t i = 0; i < state_.tree.size(); ++i)
        if (matches(*state_.tree[i])) return static_cast<int>(i);
    return -1;
}

/// Index of the branch that has `token` at `position`: one of the tree, else a new child of the current
/// branch. At the tip, too, the child is a new branch, so that the parent can still draw there after undo.
int Engine::find_or_fork(int position, int token, TokenOrigin origin) {
    if (const int existing = find_branch(position, token); existing >= 0) return existing;
    const Branch& parent = current();
    auto child = std::make_shared<Branch>();
    child->id = static_cast<int>(state_.tree.size());
    child->parent = state_.branch;
    child->fork = position;
    if (parent.trace->config().fills_in())
        fork_whole_text(*child, parent, token, origin);
    else
        fork_prefix(*child, parent, token, origin);
    state_.tree.push_back(std::move(child));
    return static_cast<int>(state_.tree.size()) - 1;
}

/// Gives the child the parent's text before child.fork, followed by `token`.
void Engine::fork_prefix(Branch& child, const Branch& parent, int token, TokenOrigin origin) {
    const int position = child.fork, capacity = std::max(parent.trace->capacity(), position + 1);
    child.n_prompt = std::min(parent.n_prompt, position);
    child.rows = position;
    child.trace =
        parent.trace->branch(position, capacity, parent.trace->setup().with_edits(active_edits(capacity)));
    child.origins = std::make_shared<std::vector<TokenOrigin>>(parent.origins->begin(),
                                                               parent.origins->begin() + position);
    child.origins->resize(static_cast<std::size_t>(child.trace->capacity()));
    append_token(child, token, origin);
}

/// Gives the child the parent's text with `token` at child.fork. Every row sees it, so all are computed.
void Engine::fork_whole_text(Branch& child, const Branch& parent, int token, TokenOrigin origin) {
    child.n_prompt = parent.n_prompt;
    child.trace =
        parent.trace->branch(0, parent.trace->capacity(),
                             parent.trace->setup().with_edits(active_edits(parent.trace->capacity())));
    const auto text = parent.tokens(parent.rows);
    std::vector<int> tokens(text.begin(), text.end());
    tokens[static_cast<std::size_t>(child.fork)] = token;
    child.trace->append(tokens);
    child.origins = std::make_shared<std::vector<TokenOrigin>>(*parent.origins);
    (*child.origins)[static_cast<std::size_t>(child.fork)] = origin;
    compute_rows(child, parent.rows);
}

void Engine::run(const command::Resample&) {
    require_run("resample");
    finish_pending_rows();
    require_replaceable("resample", state_.cursor);
    mark_undoable();
    const Branch& b = current();
    const int at = state_.cursor;
    const std::uint32_t number = ++state_.resamples[{b.id, at}];
    // Where nothing is drawn yet the new number is enough: the next step uses it.
    if (at == b.rows || b.trace->config().fills_in()) return;
    const DrawKey key{state_.seed, static_cast<std::uint32_t>(b.id), static_cast<std::uint32_t>(at), number};
    state_.branch = find_or_fork(at, draw_token(b, at, key), {TokenOrigin::Kind::drawn, key, 0, 1});
}

void Engine::run(const command::SelectBranch& c) {
    require_run("branch");
    if (c.branch < 0 || c.branch >= static_cast<int>(state_.tree.size()))
        throw Error(
            {"branch", "0 to " + std::to_string(state_.tree.size() - 1), std::to_string(c.branch), ""});
    if (c.branch == state_.branch) return;
    finish_pending_rows();
    mark_undoable();
    playing_ = false;
    state_.branch = c.branch;
    state_.cursor = std::min(std::max(state_.cursor, current().fork + 1), current().rows);
}

} // namespace gf
