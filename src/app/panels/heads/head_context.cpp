#include "app/panels/heads/head_context.h"

#include "app/host/imgui_host.h"

namespace gf::ui {

float HeadContext::value(const AttentionCell& cell) const {
    return view.values.values({site, head.layer}).at(head.head, cell.query, cell.key);
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

float head_caption_height() { return px(20); }

bool clicked_without_drag(bool pressed) {
    const ImGuiIO& io = ImGui::GetIO();
    return pressed &&
           io.MouseDragMaxDistanceSqr[ImGuiMouseButton_Left] < io.MouseDragThreshold * io.MouseDragThreshold;
}

} // namespace gf::ui
