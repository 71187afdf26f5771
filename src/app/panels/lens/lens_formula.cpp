#include "app/panels/lens/lens_formula.h"

#include "app/view/token_labels.h"
#include "core/site_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gf::ui {
namespace {

constexpr int k_terms = 3, k_digits = 5;

/// Where the unembedding's weight of a token and a dimension is kept.
CellRef unembedding_cell(const Weights& w, int run, int dimension, int token) {
    const bool tied = w.config.tied_embeddings;
    const auto row =
        std::ranges::find(w.table, tied ? Role::embed : Role::unembed, &ParamRow::role) - w.table.begin();
    CellRef cell;
    cell.run = run;
    cell.param = static_cast<int>(row);
    cell.row = tied ? token : dimension;
    cell.column = tied ? dimension : token;
    return cell;
}

} // namespace

Spelling spell_lens(const Run& run, const LensRow& lens, int point, int token) {
    using Kind = FormulaSpan::Kind;
    const Weights& w = *run.model->weights;
    const ModelConfig& c = w.config;
    const StreamPoint& place = lens.points()[static_cast<std::size_t>(point)];
    const SiteRef site = stream_site(run.config(), place);
    const auto x = lens.vector(point);
    const auto weight = [&](int i) {
        return static_cast<double>(w.unembed.data[i * w.unembed.stride + token]);
    };
    const auto term = [&](int i) { return static_cast<double>(x[static_cast<std::size_t>(i)]) * weight(i); };
    std::vector<int> order(x.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, std::ranges::greater(), [&](int i) { return std::abs(term(i)); });
    const auto stream_cell = [&](int column) {
        return CellRef{run.id, site.site,  site_row(site.site).per_layer ? site.layer : -1,
                       -1,     lens.row(), column};
    };
    const char* read = c.head == OutputHead::masked_tokens ? "head" : c.norms_stream() ? "" : "norm";
    Spelling s;
    const auto add = [&](std::string text, Kind kind, std::optional<CellRef> cell = {},
                         std::optional<SiteFamily> family = {}) {
        s.spans.push_back({std::move(text), kind, cell, family});
    };
    add("lens", Kind::name);
    add(fmt::format("[{}, t{} “{}”, “{}”]", words_of(place), lens.row(), label_at(run, lens.row()),
                    token_labels().label(run, token)),
        Kind::index);
    add(fmt::format("  =  {}({}) · ", read, site_row(site.site).symbol), Kind::sign);
    add("W_U", Kind::symbol, unembedding_cell(w, run.id, 0, token), SiteFamily::token);
    add("  =  ", Kind::sign);
    double rest = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i >= k_terms) {
            rest += term(order[i]);
            continue;
        }
        if (i > 0) add(" + ", Kind::sign);
        add(spell_number(static_cast<double>(x[static_cast<std::size_t>(order[i])]), k_digits), Kind::number,
            stream_cell(order[i]), SiteFamily::residual);
        add("·", Kind::sign);
        add(spell_number(weight(order[i]), k_digits), Kind::number,
            unembedding_cell(w, run.id, order[i], token), SiteFamily::token);
    }
    if (order.size() > k_terms) {
        add(fmt::format(" + {} more = ", order.size() - k_terms), Kind::sign);
        add(spell_number(rest, k_digits), Kind::number);
    }
    if (w.unembed_bias) add(fmt::format(" + {:.4g}", w.unembed_bias[token]), Kind::number);
    if (c.logit_scale != 1) add(fmt::format(", × {:.4g}", c.logit_scale), Kind::sign);
    if (c.logit_cap > 0) add(fmt::format(", soft-capped at {:g}", c.logit_cap), Kind::sign);
    add("  =  ", Kind::sign);
    s.value = s.computed = lens.logit(point, token);
    add(spell_number(s.value, 4), Kind::result);
    add(fmt::format("   softmax → {:.3g} %, rank {}", 100 * lens.probability(point, token),
                    lens.rank(point, token)),
        Kind::note);
    return s;
}

} // namespace gf::ui
