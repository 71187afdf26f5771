#include "session/text_tree.h"

#include "platform/error.h"

#include <algorithm>
#include <string>

namespace gf {

void TextTree::begin(const RunContext& context, std::span<const int> prompt) {
    branches_ = {std::make_shared<Branch>(context, prompt)};
    current_ = 0;
    cursor = static_cast<int>(prompt.size());
    draws_.clear();
    redrawn_.clear();
}

void TextTree::restore(const RunContext& context, const SavedText& saved) {
    const auto n = static_cast<int>(saved.branches.size());
    const auto require = [](bool ok, const std::string& expected, int found) {
        if (!ok) throw Error({"text-tree", expected, std::to_string(found), ""});
    };
    require(saved.branch < n, "a branch below " + std::to_string(n), saved.branch);
    branches_.clear();
    for (const SavedBranch& branch : saved.branches) {
        const auto id = static_cast<int>(branches_.size());
        require(branch.parent < id, "parents that stand before their branches", branch.parent);
        branches_.push_back(std::make_shared<Branch>(context, branch));
        branches_.back()->id = id;
    }
    current_ = saved.branch;
    cursor = std::clamp(saved.cursor, 1, current().n_tokens());
    draws_.clear();
    for (const SavedDraw& draw : saved.draws)
        draws_[{draw.branch, draw.position}] = static_cast<std::uint32_t>(draw.number);
    redrawn_.clear();
    for (const SavedRedraw& redraw : saved.redraws)
        redrawn_[{redraw.holder, redraw.draw.position}] = redraw.draw.key();
}

SavedText TextTree::saved() const {
    SavedText saved;
    for (const auto& branch : branches_) saved.branches.push_back(branch->saved());
    saved.branch = current_;
    saved.cursor = cursor;
    for (const auto& [place, number] : draws_)
        saved.draws.push_back({place.second, 0, place.first, static_cast<int>(number)});
    for (const auto& [place, key] : redrawn_) saved.redraws.push_back({place.first, SavedDraw::of(key)});
    return saved;
}

/// The branch that others leave when they have another token at `position`: the current one, or the one that
/// it left itself there or behind. In a model that fills in, branches share the tokens behind, too.
int TextTree::origin_of(int position) const {
    const bool keeps_rest = current().trace()->config().fills_in();
    int branch = current_;
    for (const Branch* b = &current();
         b->parent >= 0 && (keeps_rest ? position == b->fork : position <= b->fork);
         b = branches_[static_cast<std::size_t>(branch)].get())
        branch = b->parent;
    return branch;
}

/// The branch that the token at `position` of the current one belongs to.
int TextTree::holder_of(int position) const {
    int branch = current_;
    for (const Branch* b = &current(); b->parent >= 0 && position < b->fork;
         b = branches_[static_cast<std::size_t>(branch)].get())
        branch = b->parent;
    return branch;
}

DrawKey TextTree::draw_key(std::uint64_t seed, int position) const {
    const int origin = origin_of(position);
    const auto found = draws_.find({origin, position});
    return {seed, static_cast<std::uint32_t>(origin), static_cast<std::uint32_t>(position),
            found == draws_.end() ? 0 : found->second};
}

std::optional<DrawKey> TextTree::draw_of(int position) const {
    const auto found = redrawn_.find({holder_of(position), position});
    return found == redrawn_.end() ? std::nullopt : std::optional(found->second);
}

/// Index of a branch that has `token` at `position` and the current branch's tokens before it (in a model
/// that fills in, also those after it); -1 if there is none. The current branch is preferred.
int TextTree::find(int position, int token) const {
    const Branch& now = current();
    const bool keeps_rest = now.trace()->config().fills_in();
    const auto matches = [&](const Branch& b) {
        const int n = b.view().rows;
        if (n <= position || b.token(position) != token || (keeps_rest && n != now.rows())) return false;
        for (int i = 0; i < (keeps_rest ? n : position); ++i)
            if (i != position && b.token(i) != now.token(i)) return false;
        return true;
    };
    if (matches(now)) return current_;
    for (std::size_t i = 0; i < branches_.size(); ++i)
        if (matches(*branches_[i])) return static_cast<int>(i);
    return -1;
}

void TextTree::go_to(const RunContext& context, int position, int token, TokenOrigin origin) {
    const int existing = find(position, token);
    if (existing >= 0) return select(existing);
    auto child = current().fork_at(context, position, token, origin);
    child->id = static_cast<int>(branches_.size());
    child->parent = origin_of(position);
    branches_.push_back(std::move(child));
    current_ = static_cast<int>(branches_.size()) - 1;
}

} // namespace gf
