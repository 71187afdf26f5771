#include "app/panels/heads/head_context.h"

#include "app/host/imgui_host.h"
#include "render/heat_cells.h"

namespace gf::ui {

float HeadContext::value(const AttentionCell& cell) const {
    const Trace& trace = snapshot.trace();
    const auto scores = score_row(trace, attention, head, cell.query); // up to the last key that may be read
    if (cell.key >= static_cast<int>(scores.size()) ||
        scores[static_cast<std::size_t>(cell.key)] == k_masked_cell)
        return k_masked_cell;
    return trace.value(as_cell_ref(site, head, cell));
}

std::optional<AttentionCell> HeadContext::cell_in_focus() const {
    const auto cell = as_attention_cell(selection.focus(), attention, head);
    return cell && cell->query < n_queries() && cell->key < n_keys() ? cell : std::nullopt;
}

void HeadContext::point_at(const AttentionCell& cell) const {
    selection.cell.set(as_cell_ref(site, head, cell));
    selection.token.set(cell.query);
    if (is_cross()) selection.source_token.set(cell.key);
}

void HeadContext::toggle_pin(const AttentionCell& cell) const {
    if (selection.pinned_cell == as_cell_ref(site, head, cell))
        commands.post(command::PinCell{});
    else
        commands.post(command::PinCell{site_name(site, head.layer), head.head, cell.query, cell.key});
}

void HeadContext::ask_for_value(const AttentionCell& cell) const {
    commands.post(command::AskValue{site_name(site, head.layer), head.head, cell.query, cell.key});
}

float head_caption_height() { return px(20); }

bool clicked_without_drag(bool pressed) {
    const ImGuiIO& io = ImGui::GetIO();
    return pressed &&
           io.MouseDragMaxDistanceSqr[ImGuiMouseButton_Left] < io.MouseDragThreshold * io.MouseDragThreshold;
}

} // namespace gf::ui
