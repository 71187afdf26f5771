#include "app/panels/attribution/attribution_words.h"

#include "app/view/token_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {

using Part = AttributionTerm::Part;

std::string part_name(const ModelConfig& c, const AttributionTerm& term) {
    switch (term.part) {
    case Part::embedding: return "embedding";
    case Part::position: return "position";
    case Part::head: return fmt::format("L{}H{}", term.layer, term.index);
    case Part::source_head: return fmt::format("L{} source H{}", term.layer, term.index);
    case Part::mlp: return fmt::format("L{} MLP", term.layer);
    case Part::expert: return fmt::format("L{} expert {}", term.layer, term.index);
    case Part::edits: return "edits";
    case Part::bias: break;
    }
    if (term.layer < 0) return "embedding's bias";
    return term.layer >= c.n_layers ? "last biases" : fmt::format("L{} biases", term.layer);
}

std::string short_part_name(const AttributionTerm& term) {
    switch (term.part) {
    case Part::embedding: return "emb";
    case Part::position: return "pos";
    case Part::head:
    case Part::source_head: return fmt::format("{}", term.index);
    case Part::mlp: return "M";
    case Part::expert: return fmt::format("E{}", term.index);
    case Part::edits: return "ed";
    case Part::bias: break;
    }
    return "b";
}

ImU32 part_fill(const ModelConfig& c, const AttributionTerm& term) {
    const Theme& t = theme();
    switch (term.part) {
    case Part::embedding: return t.fill(ColourRole::token);
    case Part::position: return t.fill(ColourRole::position);
    case Part::head:
    case Part::source_head: return t.head_fill(term.index, c.n_heads);
    case Part::mlp:
    case Part::expert: return t.fill(ColourRole::mlp);
    default: return t.fill(ColourRole::residual);
    }
}

std::string target_words(const Run& run, const AttributionTarget& target) {
    const std::string token = fmt::format("“{}”", token_labels().label(run, target.token));
    return target.against < 0 ? token
                              : fmt::format("{} − “{}”", token, token_labels().label(run, target.against));
}

Spelling spell_term(const Run& run, const Attribution& split, const AttributionTerm& term) {
    using Kind = FormulaSpan::Kind;
    Spelling s;
    s.value = s.computed = term.value;
    const auto add = [&](std::string text, Kind kind, std::optional<CellRef> cell = {},
                         std::optional<SiteFamily> family = {}) {
        s.spans.push_back({std::move(text), kind, cell, family});
    };
    const int row = split.target().row;
    add("attribution", Kind::name);
    add(fmt::format("[{} → {}, t{}]", part_name(run.config(), term), target_words(run, split.target()), row),
        Kind::index);
    const bool cross = term.part == Part::source_head;
    if (term.part != Part::head && !cross) {
        add("  =  what it wrote · what the logit reads of the stream  =  ", Kind::sign);
        add(fmt::format("{:+.4f}", term.value), Kind::result);
        return s;
    }
    add("  =  Σ weight · worth of the token's value  =  ", Kind::sign);
    std::vector<AttributionSource> sources = split.sources(term);
    std::ranges::sort(sources, std::ranges::greater(), [](const auto& x) { return std::abs(x.value()); });
    double rest = 0;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const AttributionSource& source = sources[i];
        if (i >= 3) {
            rest += source.value();
            continue;
        }
        if (i > 0) add(" + ", Kind::sign);
        const Site site = cross ? Site::cross_pattern : Site::pattern;
        const Trace::KeyRange keys = run.trace->keys(site, row);
        add(fmt::format("{:.4f}", source.weight), Kind::number,
            CellRef{run.id, site, term.layer, term.index, row, source.row - keys.first},
            SiteFamily::attention);
        add(fmt::format("·{:.4f}", source.worth), Kind::number, {}, SiteFamily::value);
        if (!cross) add(fmt::format(" (“{}”)", label_at(run, source.row)), Kind::note);
    }
    if (sources.size() > 3) add(fmt::format(" + {} more = {:.4f}", sources.size() - 3, rest), Kind::sign);
    add("  =  ", Kind::sign);
    add(fmt::format("{:+.4f}", term.value), Kind::result);
    return s;
}

} // namespace gf::ui
