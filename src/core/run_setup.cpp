#include "core/run_setup.h"

#include "platform/error.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gf {
namespace {

[[noreturn]] void refuse_setup(const std::string& where, const std::string& expected,
                               const std::string& found, const std::string& remedy = "") {
    throw Error({where, expected, found, remedy});
}

void check_indices(const std::vector<int>& list, int n, const std::string& where, const char* what) {
    for (const int i : list)
        if (i < 0 || i >= n)
            refuse_setup(where, std::string(what) + " from 0 to " + std::to_string(n - 1), std::to_string(i));
}

std::string range_words(const std::array<int, 2>& range) {
    return std::to_string(range[0]) + " to " + std::to_string(range[1]);
}

bool is_range(const std::array<int, 2>& r) { return r[0] >= 0 && (r[1] < 0 || r[1] >= r[0]); }

/// Checks that the kind, in each layer that the rule is for, has the numbers that it needs and no others.
void check_shape(const MaskRule& rule, const ModelConfig& c, const std::string& where) {
    const int window = rule.window.value_or(0);
    if (rule.window && window < 1)
        refuse_setup(where + ": window", "1 or more tokens", std::to_string(window));
    if (rule.n_prefix && *rule.n_prefix < 0)
        refuse_setup(where + ": n_prefix", "0 or more tokens", std::to_string(*rule.n_prefix));
    if (rule.join != MaskJoin::replace && !rule.has_shape())
        refuse_setup(where + ": join", "a kind that is joined", "none");
    if (!std::is_sorted(rule.starts.begin(), rule.starts.end()) ||
        (!rule.starts.empty() && rule.kind != MaskKind::document))
        refuse_setup(where + ": starts", "ascending tokens, with the kind document",
                     std::to_string(rule.starts.size()) + " numbers");
    const bool wants_size = rule.kind && has_size(*rule.kind);
    if (wants_size ? rule.size < 1 : rule.size != 0)
        refuse_setup(where + ": size",
                     wants_size ? "1 or more tokens, for the kind " + std::string(name(*rule.kind))
                                : "none, except for kinds that have one",
                     std::to_string(rule.size));
    for (int l = 0; rule.has_shape() && l < c.n_layers; ++l) {
        if (!names(rule.layers, l)) continue;
        const MaskKind kind = rule.kind.value_or(c.layer(l).mask);
        if (has_window(kind) ? window == 0 && c.layer(l).window == 0 : window > 0)
            refuse_setup(where + ": window",
                         has_window(kind) ? "a window, for the kind " + std::string(name(kind))
                                          : "none, except for sliding_window and first_and_window",
                         std::to_string(window));
        if (rule.n_prefix && kind != MaskKind::prefix)
            refuse_setup(where + ": n_prefix", "none, except for the kind prefix",
                         std::to_string(*rule.n_prefix));
    }
}

void check_mask(const MaskRule& rule, const ModelConfig& c, const std::string& where) {
    check_indices(rule.layers, c.n_layers, where + ": layers", "layers");
    check_indices(rule.heads, c.n_heads, where + ": heads", "heads");
    check_shape(rule, c, where);
    for (const PaintedCells& p : rule.painted)
        if (!is_range(p.rows) || !is_range(p.keys))
            refuse_setup(where + ": painted", "rows and keys [begin, end)",
                         "rows " + range_words(p.rows) + ", keys " + range_words(p.keys));
}

void check_positions(const RunSetup& setup, const ModelConfig& c) {
    const int most = c.positions == Positions::learned ? c.n_ctx - 1 : 1 << 24;
    for (const int p : setup.order)
        if (p < 0 || p > most)
            refuse_setup("setup: order", "positions from 0 to " + std::to_string(most), std::to_string(p));
    const RopeSetup& rope = setup.rope;
    if (rope == RopeSetup{}) return;
    if (c.positions != Positions::rope)
        refuse_setup("setup: rope", "nothing: the model has no rotary positions",
                     "positions '" + std::string(name(c.positions)) + "'", "leave rope out");
    if (!(rope.theta >= 0 && rope.theta < 1e30))
        refuse_setup("setup: rope: theta", "a positive number", std::to_string(rope.theta));
    validate(rope.scaling.kind != RopeScalingKind::none ? rope.scaling : c.rope_scaling,
             {rope.theta > 0 ? rope.theta : c.rope_theta, c.d_head, c.n_ctx}, "setup: rope: scaling");
}

void check_experts(const RunSetup& setup, const ModelConfig& c) {
    if (!(setup.capacity_factor >= 0))
        refuse_setup("setup: capacity_factor", "a capacity factor of 0 (none) or more",
                     std::to_string(setup.capacity_factor));
    if (!c.is_moe() && (!setup.experts.empty() || setup.experts_per_token != 0))
        refuse_setup("setup: experts", "nothing: the model has no experts",
                     std::to_string(setup.experts.size()) + " rules", "leave them out");
    if (setup.experts_per_token < 0 || setup.experts_per_token > c.n_experts)
        refuse_setup("setup: experts_per_token", "1 to n_experts = " + std::to_string(c.n_experts),
                     std::to_string(setup.experts_per_token));
    for (std::size_t i = 0; i < setup.experts.size(); ++i) {
        const std::string where = "setup: experts [" + std::to_string(i) + "]";
        const ExpertRule& rule = setup.experts[i];
        check_indices(rule.layers, c.n_layers, where + ": layers", "layers");
        check_indices(rule.off, c.n_experts, where + ": off", "experts");
        check_indices(rule.forced, c.n_experts, where + ": forced", "experts");
        check_indices(rule.swapped, c.n_experts, where + ": swapped", "experts");
        const std::vector<int>& swapped = rule.swapped;
        if (!swapped.empty() && (swapped.size() != 2 || swapped[0] == swapped[1]))
            refuse_setup(where + ": swapped", "two different experts, or none",
                         swapped.size() == 2 ? "expert " + std::to_string(swapped[0]) + " twice"
                                             : std::to_string(swapped.size()) + " experts");
        if (!is_range(rule.rows)) refuse_setup(where + ": rows", "[begin, end)", range_words(rule.rows));
    }
    for (int l = 0; l < c.n_layers && !setup.experts.empty(); ++l) {
        for (const ExpertChoice& choice : expert_choices(c, setup, l))
            for (int e = 0; e < c.n_experts; ++e)
                if (choice.is_off(e) && choice.is_forced(e))
                    refuse_setup("setup: experts", "an expert that is off or forced, not both",
                                 "expert " + std::to_string(e) + " of layer " + std::to_string(l));
    }
}

void check_regularise(const Regularise& r) {
    if (!(r.dropout >= 0 && r.dropout < 1))
        refuse_setup("trace", "dropout from 0 to below 1", std::to_string(r.dropout));
    if (!(r.router_noise >= 0))
        refuse_setup("trace", "router noise of 0 or more", std::to_string(r.router_noise));
}

/// Whether a painted cell shows a query a key of a later row.
bool shows_later_keys(const PaintedCells& p) {
    return p.visible && (p.keys[1] < 0 || p.keys[1] - 1 > p.rows[0]);
}

} // namespace

std::string_view name(MaskJoin join) {
    static constexpr std::array<std::string_view, 3> k_words{"replace", "and", "or"};
    return k_words[static_cast<std::size_t>(join)];
}

void validate(const RunSetup& setup, const ModelConfig& c) {
    for (std::size_t i = 0; i < setup.masks.size(); ++i)
        check_mask(setup.masks[i], c, "setup: masks [" + std::to_string(i) + "]");
    for (const Eviction& e : setup.evicted)
        if (e.keys[0] < 0 || e.keys[1] < e.keys[0] || e.from_row < 0)
            refuse_setup("setup: evicted", "keys [begin, end) and a row",
                         "keys " + range_words(e.keys) + " from row " + std::to_string(e.from_row));
    if (setup.n_prefix < 0)
        refuse_setup("setup: n_prefix", "0 or more tokens", std::to_string(setup.n_prefix));
    check_positions(setup, c);
    check_experts(setup, c);
    check_regularise(setup.regularise);
}

ModelConfig config_under(const ModelConfig& config, const RunSetup& setup) {
    validate(setup, config);
    ModelConfig c = config;
    if (setup.rope.theta > 0) c.rope_theta = setup.rope.theta;
    if (setup.rope.scaling.kind != RopeScalingKind::none) c.rope_scaling = setup.rope.scaling;
    if (!c.is_moe() || (setup.experts.empty() && setup.experts_per_token == 0)) return c;
    c.experts_per_token = 1;
    for (int l = 0; l < c.n_layers; ++l)
        for (const ExpertChoice& choice : expert_choices(config, setup, l))
            c.experts_per_token = std::max(c.experts_per_token, choice.per_token);
    return c;
}

bool looks_ahead(const ModelConfig& c, const RunSetup& setup) {
    if (setup.mask_by_position && !setup.order.empty()) return true;
    for (int l = 0; l < c.n_layers; ++l)
        for (int h = 0; h < (setup.masks.empty() ? 1 : c.n_heads); ++h) {
            bool ahead = looks_ahead(c.layer(l).mask);
            for (const MaskRule& rule : setup.masks) {
                if (!names(rule.layers, l) || !names(rule.heads, h)) continue;
                if (rule.has_shape()) {
                    const bool shape_does = looks_ahead(rule.kind.value_or(c.layer(l).mask));
                    ahead = rule.join == MaskJoin::both     ? ahead && shape_does
                            : rule.join == MaskJoin::either ? ahead || shape_does
                                                            : shape_does;
                }
                ahead |= std::any_of(rule.painted.begin(), rule.painted.end(), shows_later_keys);
            }
            if (ahead) return true;
        }
    return false;
}

bool depends_on_length(const ModelConfig& c, const RunSetup& setup) {
    if (c.is_moe() && setup.capacity_factor > 0) return true;
    for (int l = 0; l < c.n_layers; ++l) {
        const RopeScaling& scaling =
            setup.rope.scaling.kind != RopeScalingKind::none ? setup.rope.scaling : *c.layer(l).rope_scaling;
        if (c.layer(l).positions == Positions::rope && scaling.depends_on_length()) return true;
    }
    return false;
}

bool needs_whole_segments(const ModelConfig& c, const RunSetup& setup) {
    return c.pools() || (c.is_moe() && setup.capacity_factor > 0);
}

namespace {

/// What the rules say about one row of a layer.
ExpertChoice expert_choice(const LayerConfig& c, const RunSetup& setup, int layer, int row) {
    ExpertChoice choice;
    choice.begin_row = row;
    choice.per_token = setup.experts_per_token > 0 ? setup.experts_per_token : c.experts_per_token;
    const auto n = static_cast<std::size_t>(c.n_experts);
    for (const ExpertRule& rule : setup.experts) {
        if (!names(rule.layers, layer) || row < rule.rows[0] || (rule.rows[1] >= 0 && row >= rule.rows[1]))
            continue;
        choice.off.resize(n);
        for (const int e : rule.off) choice.off[static_cast<std::size_t>(e)] = true;
        if (rule.swapped.size() == 2) {
            for (int e = static_cast<int>(choice.swapped.size()); e < c.n_experts; ++e)
                choice.swapped.push_back(e);
            std::swap(choice.swapped[static_cast<std::size_t>(rule.swapped[0])],
                      choice.swapped[static_cast<std::size_t>(rule.swapped[1])]);
        }
        if (rule.forced.empty()) continue;
        choice.forced.assign(n, false);
        for (const int e : rule.forced) choice.forced[static_cast<std::size_t>(e)] = true;
        choice.per_token = static_cast<int>(std::count(choice.forced.begin(), choice.forced.end(), true));
    }
    return choice;
}

} // namespace

std::vector<ExpertChoice> expert_choices(const ModelConfig& config, const RunSetup& setup, int layer) {
    std::vector<int> begins{0};
    for (const ExpertRule& rule : setup.experts)
        for (const int row : rule.rows)
            if (row > 0) begins.push_back(row);
    std::sort(begins.begin(), begins.end());
    begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
    std::vector<ExpertChoice> choices;
    for (const int row : begins) choices.push_back(expert_choice(config.layer(layer), setup, layer, row));
    return choices;
}

} // namespace gf
