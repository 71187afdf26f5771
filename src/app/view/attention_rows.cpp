#include "app/view/attention_rows.h"

#include "app/view/token_labels.h"
#include "render/heat_cells.h"

#include <algorithm>
#include <iterator>

namespace gf::ui {

const RunView& run_of_keys(const Snapshot& s, Attention attention) {
    return attention == Attention::cross ? s.source_run : s.run();
}

int n_keys_in_view(const Snapshot& s, Attention attention) {
    return attention == Attention::cross ? s.source_run.rows : s.cursor;
}

std::span<const float> pattern_row(const Trace& trace, Attention attention, HeadRef head, int row,
                                   std::vector<float>& marked) {
    const Site pattern = score_and_pattern_sites(attention).pattern;
    const std::span<const float> scores = score_row(trace, attention, head, row);
    const real* weights =
        trace.row(pattern, head.layer, row) + static_cast<std::ptrdiff_t>(head.head) * trace.n_keys(pattern);
    marked.resize(static_cast<std::size_t>(trace.n_keys(pattern)));
    for (std::size_t k = 0; k < scores.size(); ++k)
        marked[k] = scores[k] == k_masked_cell ? k_masked_cell : weights[k];
    return {marked.data(), scores.size()};
}

std::span<const float> score_row(const Trace& trace, Attention attention, HeadRef head, int row) {
    const Site site = score_and_pattern_sites(attention).scores;
    const Trace::KeyRange keys = trace.keys(site, row);
    const real* scores =
        trace.row(site, head.layer, row) + static_cast<std::ptrdiff_t>(head.head) * trace.n_keys(site);
    return {scores, static_cast<std::size_t>(keys.end - keys.first)};
}

CellRef as_cell_ref(Site site, HeadRef head, const AttentionCell& cell) {
    return {0, site, head.layer, head.head, cell.query, cell.key};
}

std::optional<AttentionCell> as_attention_cell(const std::optional<CellRef>& cell, Attention attention,
                                               HeadRef head) {
    const ScoreAndPatternSites sites = score_and_pattern_sites(attention);
    if (!cell || cell->param >= 0 || (cell->site != sites.pattern && cell->site != sites.scores))
        return std::nullopt;
    if (cell->layer != head.layer || cell->head != head.head) return std::nullopt;
    return AttentionCell{cell->row, cell->column};
}

bool is_in_matrix_of_head(const CellRange& range, Attention attention, HeadRef head) {
    const ScoreAndPatternSites sites = score_and_pattern_sites(attention);
    if (range.param >= 0 || (range.site != sites.pattern && range.site != sites.scores)) return false;
    return range.layer == head.layer && head.head >= range.head_begin &&
           (range.head_end < 0 || head.head < range.head_end);
}

RangeInHead range_in_head(const CellRange& r, const Snapshot& s, Attention attention, HeadRef head) {
    RangeInHead result;
    if (r.param >= 0 || r.layer != head.layer || attention_of_site(r.site) != attention) return result;
    const auto tokens = [](int begin, int end, int n) {
        return RangeInHead::Span{begin, end < 0 ? n : std::min(end, n)};
    };
    const auto has_head = [&](int h) { return h >= r.head_begin && (r.head_end < 0 || h < r.head_end); };
    const auto& axes = site_row(r.site).axes;
    const auto has_axis = [&axes](Axis axis) {
        return std::find(axes.begin(), axes.end(), axis) != axes.end();
    };
    const int n_keys = n_keys_in_view(s, attention);
    if (has_axis(Axis::kv_head)) {
        if (has_head(head.head / s.config().group_size()))
            result.keys = tokens(r.row_begin, r.row_end, n_keys);
    } else if (has_axis(Axis::head) && has_head(head.head)) {
        result.queries = tokens(r.row_begin, r.row_end, s.cursor);
        result.cells = has_key_axis(r.site);
        if (result.cells) result.keys = tokens(r.column_begin, r.column_end, n_keys);
    }
    return result;
}

void write_attention_cell(fmt::memory_buffer& out, const Snapshot& s, Attention attention, HeadRef head,
                          const AttentionCell& cell) {
    const ScoreAndPatternSites sites = score_and_pattern_sites(attention);
    const auto& query = token_labels().label(s.run().token(cell.query));
    const auto& key = token_labels().label(run_of_keys(s, attention).token(cell.key));
    const char* source_word = attention == Attention::cross ? "source " : "";
    const real score = s.trace().value(as_cell_ref(sites.scores, head, cell));
    if (score == k_masked_cell)
        fmt::format_to(std::back_inserter(out), "query {} ({}) may not read {}key {} ({}): masked", query,
                       cell.query, source_word, key, cell.key);
    else
        fmt::format_to(std::back_inserter(out),
                       "query {} ({}) reads {}key {} ({}): weight {:.4f}, score {:.3f}", query, cell.query,
                       source_word, key, cell.key, s.trace().value(as_cell_ref(sites.pattern, head, cell)),
                       score);
}

} // namespace gf::ui
