#include "app/panels/attention_rows.h"

#include "app/imgui_host.h"
#include "app/token_labels.h"
#include "render/heat_cells.h"

#include <algorithm>
#include <iterator>

namespace gf {

std::span<const float> weight_cells(const Trace& trace, HeadRef head, int row, std::vector<float>& marked) {
    const std::span<const float> scores = score_cells(trace, head, row);
    const real* weights = trace.row(Site::pattern, head.layer, row) + static_cast<std::ptrdiff_t>(head.head) * trace.n_keys();
    marked.resize(static_cast<std::size_t>(trace.n_keys()));
    for (std::size_t k = 0; k < scores.size(); ++k) marked[k] = scores[k] == k_masked_cell ? k_masked_cell : weights[k];
    return {marked.data(), scores.size()};
}

std::span<const float> score_cells(const Trace& trace, HeadRef head, int row) {
    const Trace::RowPlan& plan = trace.plan(row);
    const real* scores = trace.row(Site::attn_scores, head.layer, row) + static_cast<std::ptrdiff_t>(head.head) * trace.n_keys();
    return {scores, static_cast<std::size_t>(plan.key_end - plan.segment_begin)};
}

CellRef cell_ref(Site site, HeadRef head, const AttentionCell& cell) {
    return {0, site, head.layer, head.head, cell.query, cell.key};
}

std::optional<AttentionCell> attention_cell(const std::optional<CellRef>& cell, HeadRef head) {
    if (!cell || cell->param >= 0 || (cell->site != Site::pattern && cell->site != Site::attn_scores)) return std::nullopt;
    if (cell->layer != head.layer || cell->head != head.head) return std::nullopt;
    return AttentionCell{cell->row, cell->column};
}

bool is_attention_of(const CellRange& range, HeadRef head) {
    if (range.param >= 0 || (range.site != Site::pattern && range.site != Site::attn_scores)) return false;
    return range.layer == head.layer && head.head >= range.head_begin && (range.head_end < 0 || head.head < range.head_end);
}

AttentionPart attention_part(const CellRange& r, const ModelConfig& c, HeadRef head, int n_tokens) {
    AttentionPart part;
    if (r.param >= 0 || r.layer != head.layer) return part;
    const auto within = [&](int begin, int end) {
        return AttentionPart::Span{begin, end < 0 ? n_tokens : std::min(end, n_tokens)};
    };
    const auto holds = [&](int h) { return h >= r.head_begin && (r.head_end < 0 || h < r.head_end); };
    const auto& axes = site_row(r.site).axes;
    const auto has = [&axes](Axis axis) { return std::find(axes.begin(), axes.end(), axis) != axes.end(); };
    if (has(Axis::kv_head)) {
        if (holds(head.head / c.group_size())) part.keys = within(r.row_begin, r.row_end);
    } else if (has(Axis::head) && holds(head.head)) {
        part.queries = within(r.row_begin, r.row_end);
        part.cells = axes.back() == Axis::key;
        if (part.cells) part.keys = within(r.column_begin, r.column_end);
    }
    return part;
}

void say_cell(fmt::memory_buffer& out, const Snapshot& s, HeadRef head, const AttentionCell& cell) {
    const auto& query = token_labels().alone(s.run().token(cell.query));
    const auto& key = token_labels().alone(s.run().token(cell.key));
    const real score = s.trace().value(cell_ref(Site::attn_scores, head, cell));
    if (score == k_masked_cell)
        fmt::format_to(std::back_inserter(out), "query {} ({}) may not read key {} ({}): masked", query, cell.query, key,
                       cell.key);
    else
        fmt::format_to(std::back_inserter(out), "query {} ({}) reads key {} ({}): weight {:.4f}, score {:.3f}", query, cell.query,
                       key, cell.key, s.trace().value(cell_ref(Site::pattern, head, cell)), score);
}

void say_why_not_kept(const Snapshot& s, int layer) {
    fmt::memory_buffer text;
    const auto out = std::back_inserter(text);
    const double whole = static_cast<double>(trace_bytes(s.config(), {s.trace().capacity(), {}, Keep::all})) * 1e-6;
    fmt::format_to(out, "A run of {} tokens with all its values takes {:.0f} MB, more than the trace budget. ",
                   s.trace().capacity(), whole);
    if (s.layer_rows >= 0)
        fmt::format_to(out, "The layer in view is computed again: {} of {} tokens.", s.layer_rows, s.run().rows);
    else if (s.layer_bytes > 0)
        fmt::format_to(out,
                       "The layer in view alone takes {:.0f} MB, which is too much as well. A shorter prompt shows it, or a "
                       "larger budget, which the menu at the top right sets.",
                       s.layer_bytes * 1e-6);
    else
        fmt::format_to(out, "Choose layer {}: then it is computed again, to be looked at.", layer);
    ImGui::PushStyleColor(ImGuiCol_Text, theme().muted);
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
    record_text(ImGui::GetFont(), ImGui::GetItemRectMin(), {text.data(), text.size()});
}

} // namespace gf
