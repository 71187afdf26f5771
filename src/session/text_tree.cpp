#include "session/text_tree.h"

namespace gf {

void TextTree::begin(const RunContext& context, std::span<const int> prompt) {
    branches_ = {std::make_shared<Branch>(context, prompt)};
    current_ = 0;
    cursor = static_cast<int>(prompt.size());
    draws_.clear();
}

std::uint32_t TextTree::draw_number(int position) const {
    const auto found = draws_.find({current().id, position});
    return found == draws_.end() ? 0 : found->second;
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
    child->parent = current_;
    branches_.push_back(std::move(child));
    current_ = static_cast<int>(branches_.size()) - 1;
}

} // namespace gf
