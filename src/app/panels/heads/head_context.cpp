#include "app/panels/heads/head_context.h"

#include "app/host/imgui_host.h"
#include "app/host/keyboard.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace gf::ui {

float HeadContext::value(const AttentionCell& cell) const {
    const float shown = view.values.values({site, head.layer}).at(head.head, cell.query, cell.key);
    if (!shows_taken() || shown == k_not_visible) return shown;
    return shown * lengths()[static_cast<std::size_t>(cell.key)];
}

std::span<const real> HeadContext::row(int query, std::vector<real>& scratch) const {
    const auto shown = view.values.values({site, head.layer}).row(head.head, query, scratch);
    if (!shows_taken()) return shown;
    if (shown.data() != scratch.data()) scratch.assign(shown.begin(), shown.end());
    const std::span<const real> by = lengths();
    const std::size_t n = std::min(shown.size(), by.size());
    for (std::size_t k = 0; k < n; ++k)
        if (scratch[k] != k_not_visible) scratch[k] *= by[k];
    return {scratch.data(), n};
}

void HeadContext::write_cell(fmt::memory_buffer& out, const AttentionCell& cell) const {
    write_attention_cell(out, view, attention, head, cell);
    const float taken = value(cell);
    if (shows_taken() && taken != k_not_visible)
        fmt::format_to(std::back_inserter(out), "; × |v| {:.3f} = {:.3f} taken",
                       lengths()[static_cast<std::size_t>(cell.key)], taken);
}

float HeadContext::largest_score(ScoreRange& range) const {
    range.look_at(score_and_pattern_sites(attention).pattern, head.layer, head.head);
    range.advance(view.values);
    return range.largest(n_queries());
}

std::optional<AttentionCell> HeadContext::cell_in_focus() const {
    const auto cell = as_attention_cell(view, selection.focus(), attention, head);
    return cell && cell->query < n_queries() && cell->key < n_keys() ? cell : std::nullopt;
}

void HeadContext::point_at(const AttentionCell& cell) const {
    selection.cell.set(as_cell_ref(view, site, head, cell));
    selection.token.set(cell.query);
    if (is_cross()) selection.source_token.set(cell.key);
}

void HeadContext::toggle_pin(const AttentionCell& cell) const {
    if (selection.pinned_cell == as_cell_ref(view, site, head, cell))
        commands.post(command::PinCell{});
    else
        commands.post(command::PinCell{view.address(as_cell_ref(view, site, head, cell))});
}

void HeadContext::ask_for_value(const AttentionCell& cell) const {
    commands.post(command::AskValue{view.address(as_cell_ref(view, site, head, cell))});
}

void HeadContext::move_pin_by_keys(const AttentionCell& start) const {
    if (keyboard_is_taken() || view.run.id != selection.run) return;
    const auto [down, right] = alt_arrow_step();
    if (down == 0 && right == 0) return;
    const auto pinned = as_attention_cell(view, selection.pinned_cell, attention, head);
    const auto& other = selection.pinned_cell; // a cell of another kind moves in its own matrix
    if (!pinned && other && (other->param >= 0 || !has_key_axis(other->site))) return;
    AttentionCell cell = start;
    if (pinned)
        cell = {std::clamp(pinned->query + down, 0, n_queries() - 1),
                std::clamp(pinned->key + right, 0, n_keys() - 1)};
    commands.post(command::PinCell{view.address(as_cell_ref(view, site, head, cell))});
}

bool has_label(int token, int every, int lit) {
    return token == lit || (token % every == 0 && (lit < 0 || std::abs(token - lit) >= every));
}

float head_caption_height() { return px(20); }

bool clicked_without_drag(bool pressed) {
    const ImGuiIO& io = ImGui::GetIO();
    return pressed &&
           io.MouseDragMaxDistanceSqr[ImGuiMouseButton_Left] < io.MouseDragThreshold * io.MouseDragThreshold;
}

} // namespace gf::ui
