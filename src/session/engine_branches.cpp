// The tree of texts: another token somewhere makes a branch, or leads to the one that has it.

#include "core/error.h"
#include "session/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace gf {

void Engine::run(const command::ForceToken& c) {
    require_run("force token");
    compute_all();
    const Branch& b = current();
    auto require = [](bool ok, const std::string& expected, int found) {
        if (!ok) throw Error({"force token", expected, std::to_string(found), ""});
    };
    const bool fills_in = b.trace->config().fills_in();
    const int least = fills_in ? 0 : 1;
    require(c.position >= least && c.position <= b.rows && c.position < context(),
            fmt::format("a position from {} to {}", least, std::min(b.rows, context() - 1)), c.position);
    require(c.token >= 0 && c.token < b.trace->config().d_vocab,
            "an id from 0 to " + std::to_string(b.trace->config().d_vocab - 1), c.token);
    require_free("force token", c.position);
    remember();
    playing_ = false;
    state_.branch = fork(c.position, c.token, {TokenOrigin::Kind::forced, {}, 0, 1});
    state_.cursor = fills_in ? current().rows : c.position + 1;
}

/// Another token at `position` must leave the rows before it as they are, or the model fill in any.
void Engine::require_free(const char* what, int position) const {
    const Trace& t = *current().trace;
    if (!t.config().has_logits())
        throw Error({what, "a model that gives logits of tokens",
                     "one that " + std::string(other_purpose(t.config())), "change the prompt instead"});
    if (const int n_prefix = t.shape().segments[0].n_prefix;
        t.config().mask == MaskKind::prefix && position < n_prefix)
        throw Error({what,
                     "a position from " + std::to_string(n_prefix) +
                         ", behind the prompt, whose tokens all see each other",
                     std::to_string(position), "change the prompt instead"});
}

/// The branch that has the current one's tokens before `position` (in a model that fills in, also those
/// behind it), and `token` there, preferably the current one; -1 if there is none.
int Engine::find_branch(int position, int token) const {
    const Branch& now = current();
    const auto prefix = now.tokens(position), all = now.tokens(now.rows);
    const std::size_t behind =
        now.trace->config().fills_in() ? static_cast<std::size_t>(position) + 1 : all.size();
    auto fits = [&](const Branch& b) {
        return b.rows > position && b.trace->tokens()[position] == token &&
               std::ranges::equal(prefix, b.tokens(position)) &&
               (behind == all.size() ||
                std::ranges::equal(all.subspan(behind), b.tokens(b.rows).subspan(behind)));
    };
    if (fits(current())) return state_.branch;
    for (std::size_t i = 0; i < state_.tree.size(); ++i)
        if (fits(*state_.tree[i])) return static_cast<int>(i);
    return -1;
}

/// Gives the branch (an old one if the token is there already) that goes on with `token` at `position`. At
/// the tip, too, it is a new one: the parent can still draw there, also after undo. In a model that fills in,
/// the text behind it stays.
int Engine::fork(int position, int token, TokenOrigin origin) {
    if (const int existing = find_branch(position, token); existing >= 0) return existing;
    const Branch& parent = current();
    auto child = std::make_shared<Branch>();
    child->id = static_cast<int>(state_.tree.size());
    child->parent = state_.branch;
    child->fork = position;
    if (parent.trace->config().fills_in())
        fill_in(*child, parent, token, origin);
    else
        go_on(*child, parent, token, origin);
    state_.tree.push_back(std::move(child));
    return static_cast<int>(state_.tree.size()) - 1;
}

/// The parent's text before child.fork, and `token`.
void Engine::go_on(Branch& child, const Branch& parent, int token, TokenOrigin origin) {
    const int position = child.fork, capacity = std::max(parent.trace->capacity(), position + 1);
    child.n_prompt = std::min(parent.n_prompt, position);
    child.rows = position;
    child.trace = parent.trace->branch(position, capacity, edits_within(capacity));
    child.origins = std::make_shared<std::vector<TokenOrigin>>(parent.origins->begin(),
                                                               parent.origins->begin() + position);
    child.origins->resize(static_cast<std::size_t>(child.trace->capacity()));
    append(child, token, origin);
}

/// The parent's text with another token at child.fork: every row sees it.
void Engine::fill_in(Branch& child, const Branch& parent, int token, TokenOrigin origin) {
    child.n_prompt = parent.n_prompt;
    child.trace = parent.trace->branch(0, parent.trace->capacity(), edits_within(parent.trace->capacity()));
    const auto text = parent.tokens(parent.rows);
    std::vector<int> tokens(text.begin(), text.end());
    tokens[static_cast<std::size_t>(child.fork)] = token;
    child.trace->append(tokens);
    child.origins = std::make_shared<std::vector<TokenOrigin>>(*parent.origins);
    (*child.origins)[static_cast<std::size_t>(child.fork)] = origin;
    compute_rows(child, parent.rows);
}

void Engine::run(const command::SelectBranch& c) {
    require_run("branch");
    if (c.branch < 0 || c.branch >= static_cast<int>(state_.tree.size()))
        throw Error(
            {"branch", "0 to " + std::to_string(state_.tree.size() - 1), std::to_string(c.branch), ""});
    if (c.branch == state_.branch) return;
    compute_all();
    remember();
    playing_ = false;
    state_.branch = c.branch;
    state_.cursor = std::min(std::max(state_.cursor, current().fork + 1), current().rows);
}

} // namespace gf
