#include "app/panels/text/branch_tree.h"

#include "app/panels/text/alternatives.h"
#include "app/view/token_labels.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr int k_tokens_told = 8;
constexpr float k_row = 20, k_indent = 14;

/// Tokens of a branch that its row tells.
int told_end(const RunView& branch) { return std::min(branch.rows, branch.fork + k_tokens_told); }

} // namespace

bool BranchTree::is_current(const Snapshot& s) const {
    if (made_.size() != s.tree.size()) return false;
    for (std::size_t i = 0; i < made_.size(); ++i)
        if (made_[i].trace != s.tree[i].trace ||
            made_[i].rows != std::min(s.tree[i].rows, told_end(s.tree[i]) + 1))
            return false;
    return true;
}

void BranchTree::rebuild(const Snapshot& s) {
    rows_.clear();
    made_.clear();
    for (const RunView& b : s.tree) made_.push_back({b.trace, std::min(b.rows, told_end(b) + 1)});
    for (std::size_t i = 0; i < s.tree.size(); ++i)
        if (s.tree[i].parent < 0) add(s, static_cast<int>(i), 0, -1);
}

void BranchTree::add(const Snapshot& s, int branch, int depth, int parent_row) {
    const RunView& b = s.tree[static_cast<std::size_t>(branch)];
    Row row{branch, depth, parent_row, {}, {}};
    for (int p = b.fork; p < told_end(b); ++p) row.text += token_labels().in_text(b.token(p));
    if (b.rows > told_end(b)) row.text += "…";
    row.label = fmt::format("{}##branch {}", in_label(row.text), branch);
    const int here = static_cast<int>(rows_.size());
    rows_.push_back(std::move(row));
    for (std::size_t c = 0; c < s.tree.size(); ++c)
        if (s.tree[c].parent == branch) add(s, static_cast<int>(c), depth + 1, here);
}

void BranchTree::draw(const Snapshot& s, Commands& commands, ImVec2 size) {
    if (!is_current(s)) rebuild(s);
    ImGui::BeginChild("branches", size, ImGuiChildFlags_None, ImGuiWindowFlags_NavFlattened);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    const float top = ImGui::GetCursorScreenPos().y, width = ImGui::GetContentRegionAvail().x;
    for (const Row& r : rows_) {
        if (row(r, r.branch == s.branch, top, width)) commands.post(command::SelectBranch{r.branch});
        if (r.branch == s.branch && shown_ != s.branch) ImGui::SetScrollHereY();
    }
    shown_ = s.branch;
    ImGui::PopStyleVar();
    ImGui::EndChild();
}

/// A line from the parent's row, a dot, the first words.
bool BranchTree::row(const Row& r, bool chosen, float top, float width) {
    const Theme& t = theme();
    const float left = px(k_indent) * static_cast<float>(r.depth), dot = px(3);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::PushID(r.branch);
    const Mark mark = mark_of(chosen);
    const ButtonItem item = button_item(r.label.c_str(), {width, px(k_row)}, mark);
    ImGui::PopID();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float middle = std::floor(at.y + px(k_row) / 2), x = at.x + left + px(5),
                thin = std::max(px(1), 1.0f);
    if (r.parent_row >= 0) {
        const float stem = x - px(k_indent),
                    above = top + px(k_row) * (static_cast<float>(r.parent_row) + 0.5f) + dot;
        list.AddRectFilled({stem, above}, {stem + thin, middle + thin}, t.line);
        list.AddRectFilled({stem, middle}, {x - dot, middle + thin}, t.line);
    }
    if (!item.seen) return false;
    if (item.hovered) list.AddRectFilled({x + px(6), item.box.min.y}, item.box.max, t.control, px(4));
    list.AddCircleFilled({x, middle}, dot, chosen ? t.accent : t.line);
    put_text_cut(list, {{x + px(10), item.box.min.y}, {item.box.max.x - px(2), item.box.max.y}},
                 font(TextSize::small, chosen ? Face::bold : Face::regular), chosen ? t.accent_text : t.muted,
                 r.text);
    put_focus_ring(item, px(4));
    return item.pressed;
}

} // namespace gf::ui
