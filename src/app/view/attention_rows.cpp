#include "app/view/attention_rows.h"

#include "app/view/token_labels.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf::ui {

const Run& run_of_keys(const View& v, Attention attention) {
    return v.run_of_keys(score_and_pattern_sites(attention).scores);
}

int n_keys_in_view(const View& v, Attention attention) { return run_of_keys(v, attention).shown; }

CellRef as_cell_ref(const View& v, Site site, HeadRef head, const AttentionCell& cell) {
    return v.cell(site, head.layer, head.head, cell.query, cell.key);
}

std::optional<AttentionCell> as_attention_cell(const View& v, const std::optional<CellRef>& cell,
                                               Attention attention, HeadRef head) {
    const ScoreAndPatternSites sites = score_and_pattern_sites(attention);
    if (!cell || !v.holds(*cell) || cell->param >= 0 ||
        (cell->site != sites.pattern && cell->site != sites.scores))
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

RangeInHead range_in_head(const CellRange& r, const View& v, Attention attention, HeadRef head) {
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
    const int n_keys = n_keys_in_view(v, attention);
    if (has_axis(Axis::kv_head)) {
        if (has_head(head.head / v.config().group_size()))
            result.keys = tokens(r.row_begin, r.row_end, n_keys);
    } else if (has_axis(Axis::head) && has_head(head.head)) {
        result.queries = tokens(r.row_begin, r.row_end, v.cursor);
        result.cells = has_key_axis(r.site);
        if (result.cells) result.keys = tokens(r.column_begin, r.column_end, n_keys);
    }
    return result;
}

void write_attention_cell(fmt::memory_buffer& out, const View& v, Attention attention, HeadRef head,
                          const AttentionCell& cell) {
    const ScoreAndPatternSites sites = score_and_pattern_sites(attention);
    const auto& query = token_labels().label(v.run.token(cell.query));
    const auto& key = token_labels().label(run_of_keys(v, attention).token(cell.key));
    const char* source_word = attention == Attention::cross ? "source " : "";
    const auto value_of = [&](Site site) {
        return v.values.values({site, head.layer}).at(head.head, cell.query, cell.key);
    };
    const real score = value_of(sites.scores);
    if (score == k_not_visible)
        fmt::format_to(std::back_inserter(out), "query {} ({}) may not read {}key {} ({}): masked", query,
                       cell.query, source_word, key, cell.key);
    else
        fmt::format_to(std::back_inserter(out),
                       "query {} ({}) reads {}key {} ({}): weight {:.4f}, score {:.3f}", query, cell.query,
                       source_word, key, cell.key, value_of(sites.pattern), score);
}

float largest_magnitude(float so_far, std::span<const real> values) {
    for (const real x : values)
        if (std::isfinite(x)) so_far = std::max(so_far, std::abs(static_cast<float>(x)));
    return so_far;
}

} // namespace gf::ui
