#include "app/view/attention_rows.h"

#include "app/host/imgui_host.h"
#include "app/view/token_labels.h"
#include "render/heat_cells.h"

#include <algorithm>
#include <iterator>

namespace gf::ui {

const RunView& key_run(const Snapshot& s, Attention attention) {
    return attention == Attention::cross ? s.source_run : s.run();
}

int n_keys_in_view(const Snapshot& s, Attention attention) {
    return attention == Attention::cross ? s.source_run.rows : s.cursor;
}

std::span<const float> weight_cells(const Trace& trace, Attention attention, HeadRef head, int row,
                                    std::vector<float>& marked) {
    const Site pattern = sites_of(attention).pattern;
    const std::span<const float> scores = score_cells(trace, attention, head, row);
    const real* weights =
        trace.row(pattern, head.layer, row) + static_cast<std::ptrdiff_t>(head.head) * trace.n_keys(pattern);
    marked.resize(static_cast<std::size_t>(trace.n_keys(pattern)));
    for (std::size_t k = 0; k < scores.size(); ++k)
        marked[k] = scores[k] == k_masked_cell ? k_masked_cell : weights[k];
    return {marked.data(), scores.size()};
}

std::span<const float> score_cells(const Trace& trace, Attention attention, HeadRef head, int row) {
    const Site site = sites_of(attention).scores;
    const Trace::Keys keys = trace.keys(site, row);
    const real* scores =
        trace.row(site, head.layer, row) + static_cast<std::ptrdiff_t>(head.head) * trace.n_keys(site);
    return {scores, static_cast<std::size_t>(keys.end - keys.first)};
}

CellRef cell_ref(Site site, HeadRef head, const AttentionCell& cell) {
    return {0, site, head.layer, head.head, cell.query, cell.key};
}

std::optional<AttentionCell> attention_cell(const std::optional<CellRef>& cell, Attention attention,
                                            HeadRef head) {
    const AttentionSites sites = sites_of(attention);
    if (!cell || cell->param >= 0 || (cell->site != sites.pattern && cell->site != sites.scores))
        return std::nullopt;
    if (cell->layer != head.layer || cell->head != head.head) return std::nullopt;
    return AttentionCell{cell->row, cell->column};
}

bool is_attention_of(const CellRange& range, Attention attention, HeadRef head) {
    const AttentionSites sites = sites_of(attention);
    if (range.param >= 0 || (range.site != sites.pattern && range.site != sites.scores)) return false;
    return range.layer == head.layer && head.head >= range.head_begin &&
           (range.head_end < 0 || head.head < range.head_end);
}

AttentionPart attention_part(const CellRange& r, const Snapshot& s, Attention attention, HeadRef head) {
    AttentionPart part;
    if (r.param >= 0 || r.layer != head.layer || attention_of(r.site) != attention) return part;
    const auto within = [](int begin, int end, int n) {
        return AttentionPart::Span{begin, end < 0 ? n : std::min(end, n)};
    };
    const auto holds = [&](int h) { return h >= r.head_begin && (r.head_end < 0 || h < r.head_end); };
    const auto& axes = site_row(r.site).axes;
    const auto has = [&axes](Axis axis) { return std::find(axes.begin(), axes.end(), axis) != axes.end(); };
    const int n_keys = n_keys_in_view(s, attention);
    if (has(Axis::kv_head)) {
        if (holds(head.head / s.config().group_size())) part.keys = within(r.row_begin, r.row_end, n_keys);
    } else if (has(Axis::head) && holds(head.head)) {
        part.queries = within(r.row_begin, r.row_end, s.cursor);
        part.cells = by_key(r.site);
        if (part.cells) part.keys = within(r.column_begin, r.column_end, n_keys);
    }
    return part;
}

void say_cell(fmt::memory_buffer& out, const Snapshot& s, Attention attention, HeadRef head,
              const AttentionCell& cell) {
    const AttentionSites sites = sites_of(attention);
    const auto& query = token_labels().alone(s.run().token(cell.query));
    const auto& key = token_labels().alone(key_run(s, attention).token(cell.key));
    const char* of_source = attention == Attention::cross ? "source " : "";
    const real score = s.trace().value(cell_ref(sites.scores, head, cell));
    if (score == k_masked_cell)
        fmt::format_to(std::back_inserter(out), "query {} ({}) may not read {}key {} ({}): masked", query,
                       cell.query, of_source, key, cell.key);
    else
        fmt::format_to(std::back_inserter(out),
                       "query {} ({}) reads {}key {} ({}): weight {:.4f}, score {:.3f}", query, cell.query,
                       of_source, key, cell.key, s.trace().value(cell_ref(sites.pattern, head, cell)), score);
}

void say_why_not_kept(const Snapshot& s, int layer) {
    fmt::memory_buffer text;
    const auto out = std::back_inserter(text);
    TraceShape all{s.trace().capacity(), {}, Keep::all};
    all.stack = s.trace().shape().stack;
    const Trace* source = s.trace().source();
    const double whole =
        static_cast<double>(trace_bytes(s.config(), all, source ? &source->shape() : nullptr)) * 1e-6;
    fmt::format_to(out,
                   "A run of {} tokens with all its values takes {:.0f} MB, more than the trace budget. ",
                   s.trace().capacity(), whole);
    if (s.layer.rows >= 0)
        fmt::format_to(out, "The layer in view is computed again: {} of {} tokens.", s.layer.rows,
                       s.run().rows);
    else if (s.layer.bytes > 0)
        fmt::format_to(
            out,
            "The layer in view alone takes {:.0f} MB, which is too much as well. A shorter {} shows it, or a "
            "larger budget, which the menu at the top right sets.",
            s.layer.bytes * 1e-6, s.encoder_in_view() ? "source" : "prompt");
    else
        fmt::format_to(out, "Choose layer {}: then it is computed again, to be looked at.", layer);
    ImGui::PushStyleColor(ImGuiCol_Text, theme().muted);
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
    record_text(ImGui::GetFont(), ImGui::GetItemRectMin(), {text.data(), text.size()});
}

} // namespace gf::ui
