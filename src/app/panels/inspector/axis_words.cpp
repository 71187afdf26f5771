#include "app/panels/inspector/axis_words.h"

#include <iterator>

namespace gf::ui {
namespace {

std::string_view row_words(Axis axis) {
    switch (axis) {
    case Axis::head: return "tokens that listen"; // of scores and patterns, of which one head is shown
    case Axis::source: return "tokens of the source";
    case Axis::segment: return "texts";
    default: return "tokens";
    }
}

/// What one column is, or each of several heads.
std::string_view column_words(Axis axis) {
    switch (axis) {
    case Axis::key: return "tokens they listen to";
    case Axis::source: return "tokens of the source";
    case Axis::d_mlp: return "neurons";
    case Axis::d_vocab: return "tokens of the vocabulary";
    case Axis::expert: return "experts";
    case Axis::slot: return "chosen experts";
    case Axis::n_classes: return "classes";
    case Axis::one: return "one number";
    default: return "numbers of the vector";
    }
}

void write_site(const InspectedMatrix& m, const View& v, fmt::memory_buffer& text) {
    const auto out = std::back_inserter(text);
    const SiteRow& row = site_row(m.name().site);
    const std::string_view columns = column_words(row.axes.back());
    fmt::format_to(out, "rows: {}", row_words(row.axes.front()));
    if (row.site == Site::logits)
        fmt::format_to(out, ", row t {}", v.config().fills_in() ? "guesses token t" : "predicts token t + 1");
    if (m.has_mask() || m.n_heads() == 1)
        fmt::format_to(out, "   columns: {}", columns);
    else if (m.head() >= 0)
        fmt::format_to(out, "   columns: {} of {} {}", columns, m.head_word(), m.head());
    else
        fmt::format_to(out, "   columns: {} {}s, the {} of each", m.n_heads(), m.head_word(), columns);
}

void write_param(const ParamRow& p, fmt::memory_buffer& text) {
    const auto out = std::back_inserter(text);
    if (p.shape.size() < 2)
        fmt::format_to(out, "one row   columns: numbers of the vector");
    else if (p.role == Role::embed)
        fmt::format_to(out, "rows: tokens of the vocabulary   columns: numbers of the vector");
    else if (p.role == Role::pos_embed)
        fmt::format_to(out, "rows: positions   columns: numbers of the vector");
    else
        fmt::format_to(out, "rows: what goes in   columns: what comes out");
}

} // namespace

void write_axis_words(const InspectedMatrix& m, const View& v, fmt::memory_buffer& out) {
    if (m.is_site())
        write_site(m, v, out);
    else
        write_param(v.weights().table[static_cast<std::size_t>(m.name().param)], out);
}

} // namespace gf::ui
