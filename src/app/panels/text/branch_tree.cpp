#include "app/panels/text/branch_tree.h"

#include "app/panels/text/item_label.h"
#include "app/view/token_labels.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr int k_max_tokens_in_row = 8;
constexpr float k_branch_height = 20, k_indent = 14; // design lengths

/// The row of a branch shows its tokens from the fork to this position.
int end_of_shown_tokens(const BranchView& branch) {
    return std::min(branch.rows, branch.fork + k_max_tokens_in_row);
}

} // namespace

/// One token more than the row shows: whether there is one decides about the ellipsis.
BranchTree::RowSource BranchTree::row_source(const BranchView& branch) {
    return {branch.origins, std::min(branch.rows, end_of_shown_tokens(branch) + 1)};
}

bool BranchTree::is_current(const Snapshot& s) const {
    return std::equal(row_sources_.begin(), row_sources_.end(), s.tree.begin(), s.tree.end(),
                      [](const RowSource& source, const BranchView& b) { return source == row_source(b); });
}

void BranchTree::rebuild(const Snapshot& s) {
    rows_.clear();
    row_sources_.clear();
    for (const BranchView& branch : s.tree) row_sources_.push_back(row_source(branch));
    for (std::size_t i = 0; i < s.tree.size(); ++i)
        if (s.tree[i].parent < 0) add_with_children(s, static_cast<int>(i), 0, -1);
}

void BranchTree::add_with_children(const Snapshot& s, int branch, int depth, int parent_row) {
    const BranchView& b = s.tree[static_cast<std::size_t>(branch)];
    Row row{branch, depth, parent_row, {}, {}};
    for (int p = b.fork; p < end_of_shown_tokens(b); ++p) row.text += token_labels().inline_label(b.token(p));
    if (b.rows > end_of_shown_tokens(b)) row.text += "…";
    row.label = fmt::format("{}##branch {}", escape_label(row.text), branch);
    const int own_row = static_cast<int>(rows_.size());
    rows_.push_back(std::move(row));
    for (std::size_t c = 0; c < s.tree.size(); ++c)
        if (s.tree[c].parent == branch) add_with_children(s, static_cast<int>(c), depth + 1, own_row);
}

void BranchTree::draw(const Snapshot& s, Commands& commands, ImVec2 size) {
    if (!is_current(s)) rebuild(s);
    ImGui::BeginChild("branches", size, ImGuiChildFlags_None, ImGuiWindowFlags_NavFlattened);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    const float top = ImGui::GetCursorScreenPos().y, width = ImGui::GetContentRegionAvail().x;
    for (const Row& r : rows_) {
        if (draw_row(r, r.branch == s.branch, top, width)) commands.post(command::SelectBranch{r.branch});
        if (r.branch == s.branch && scrolled_to_branch_ != s.branch) ImGui::SetScrollHereY();
    }
    scrolled_to_branch_ = s.branch;
    ImGui::PopStyleVar();
    ImGui::EndChild();
}

/// Draws a line from the parent's row, a dot, and the first tokens. `top` is that of the uppermost row. True
/// when clicked.
bool BranchTree::draw_row(const Row& r, bool chosen, float top, float width) const {
    const Theme& t = theme();
    const float left = px(k_indent) * static_cast<float>(r.depth), dot = px(3);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::PushID(r.branch);
    const Mark mark = mark_of(chosen);
    const ButtonItem item = button_item(r.label.c_str(), {width, px(k_branch_height)}, mark);
    ImGui::PopID();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float middle = std::floor(at.y + px(k_branch_height) / 2), x = at.x + left + px(5),
                thin = std::max(px(1), 1.0f);
    if (r.parent_row >= 0) {
        const float stem = x - px(k_indent),
                    above = top + px(k_branch_height) * (static_cast<float>(r.parent_row) + 0.5f) + dot;
        list.AddRectFilled({stem, above}, {stem + thin, middle + thin}, t.line);
        list.AddRectFilled({stem, middle}, {x - dot, middle + thin}, t.line);
    }
    if (!item.seen) return false;
    if (item.hovered) list.AddRectFilled({x + px(6), item.box.min.y}, item.box.max, t.control, px(4));
    list.AddCircleFilled({x, middle}, dot, chosen ? t.accent : t.line);
    draw_text_cut(list, {{x + px(10), item.box.min.y}, {item.box.max.x - px(2), item.box.max.y}},
                  font(TextSize::small, chosen ? Face::bold : Face::regular),
                  chosen ? t.accent_text : t.muted, r.text);
    draw_focus_ring(item, px(4));
    return item.pressed;
}

} // namespace gf::ui
