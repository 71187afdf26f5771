#include "app/panels/heads/head_scene.h"

#include "app/widgets/widget_parts.h"
#include "render/heat_cells.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {

float HeadScene::value(const AttentionCell& cell) const {
    const Trace& trace = snapshot.trace();
    const auto seen = score_cells(trace, attention, head, cell.query);
    if (cell.key >= static_cast<int>(seen.size()) ||
        seen[static_cast<std::size_t>(cell.key)] == k_masked_cell)
        return k_masked_cell;
    return trace.value(cell_ref(site, head, cell));
}

std::optional<AttentionCell> HeadScene::cell_in_focus() const {
    const auto cell = attention_cell(selection.focus(), attention, head);
    return cell && cell->query < n_queries() && cell->key < n_keys() ? cell : std::nullopt;
}

void HeadScene::point_at(const AttentionCell& cell) const {
    selection.cell.set(cell_ref(site, head, cell));
    selection.token.set(cell.query);
    if (cross()) selection.source_token.set(cell.key);
}

void HeadScene::pin(const AttentionCell& cell) const {
    if (selection.pinned_cell == cell_ref(site, head, cell))
        commands.post(command::PinCell{});
    else
        commands.post(command::PinCell{site_name(site, head.layer), head.head, cell.query, cell.key});
}

void HeadScene::edit(const AttentionCell& cell) const {
    commands.post(command::AskValue{site_name(site, head.layer), head.head, cell.query, cell.key});
}

bool clicked_without_drag(bool pressed) {
    const ImGuiIO& io = ImGui::GetIO();
    return pressed &&
           io.MouseDragMaxDistanceSqr[ImGuiMouseButton_Left] < io.MouseDragThreshold * io.MouseDragThreshold;
}

float ScoreRange::upto(const std::shared_ptr<const Trace>& trace, Attention attention, HeadRef head,
                       int rows) {
    if (trace != trace_ || attention != attention_ || head != head_) {
        trace_ = trace;
        attention_ = attention;
        head_ = head;
        largest_.assign(1, 0);
        largest_.reserve(static_cast<std::size_t>(trace->capacity()) + 1);
    }
    while (static_cast<int>(largest_.size()) <= rows) {
        float most = largest_.back();
        for (const float score : score_cells(*trace, attention, head, static_cast<int>(largest_.size()) - 1))
            if (std::isfinite(score)) most = std::max(most, std::abs(score));
        largest_.push_back(most);
    }
    return largest_[static_cast<std::size_t>(rows)];
}

float HeadCaption::height() { return px(20); }

void HeadCaption::draw(const HeadScene& scene, const UiRect& line, std::string_view otherwise) {
    text_.clear();
    const auto cell = scene.cell_in_focus();
    if (cell) say_cell(text_, scene.snapshot, scene.attention, scene.head, *cell);
    put_text_cut(*ImGui::GetWindowDrawList(), line, font(TextSize::small),
                 cell ? theme().text : theme().muted,
                 cell ? std::string_view(text_.data(), text_.size()) : otherwise);
}

} // namespace gf::ui
