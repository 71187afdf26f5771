#include "app/panels/masks/mask_presets.h"

#include "app/view/token_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace gf::ui {
namespace {

constexpr std::array k_presets{
    MaskPreset{"causal", MaskKind::causal, "causal mask", 0},
    MaskPreset{"bidirectional", MaskKind::bidirectional, "bidirectional", 0},
    MaskPreset{"prefix", MaskKind::prefix, "prefix mask", 4},
    MaskPreset{"window", MaskKind::sliding_window, "sliding window", 4},
    MaskPreset{"document", MaskKind::document, "document mask", 0},
    MaskPreset{"blocks", MaskKind::block_sparse, "block-sparse mask", 4},
    MaskPreset{"strided", MaskKind::strided, "strided mask", 4},
    MaskPreset{"first + window", MaskKind::first_and_window, "first tokens + window", 4},
    MaskPreset{"padding", MaskKind::padding, "padding", 2},
};

/// Kinds that say nothing about the order in time; alone they are joined to the model's own mask.
bool is_relation(MaskKind kind) { return kind >= MaskKind::document; }

std::string_view label_of(MaskKind kind) {
    return std::find_if(k_presets.begin(), k_presets.end(),
                        [&](const MaskPreset& p) { return p.kind == kind; })
        ->label;
}

} // namespace

std::span<const MaskPreset> mask_presets() { return k_presets; }

std::string_view name(PresetJoin join) {
    static constexpr std::array<std::string_view, 3> k_words{"alone", "and", "or"};
    return k_words[static_cast<std::size_t>(join)];
}

int rule_of_kind(const std::vector<MaskRule>& rules, MaskKind kind) {
    const auto found =
        std::find_if(rules.begin(), rules.end(), [&](const MaskRule& r) { return r.kind == kind; });
    return found == rules.end() ? -1 : static_cast<int>(found - rules.begin());
}

int* number_of(MaskRule& rule) {
    if (!rule.kind) return nullptr;
    if (has_window(*rule.kind)) return &rule.window.emplace(rule.window.value_or(1));
    if (rule.kind == MaskKind::prefix) return &rule.n_prefix.emplace(rule.n_prefix.value_or(1));
    return has_size(*rule.kind) ? &rule.size : nullptr;
}

std::vector<MaskRule> without_shapes(std::vector<MaskRule> rules) {
    std::erase_if(rules, [](const MaskRule& r) { return r.has_shape(); });
    return rules;
}

std::vector<MaskRule> with_preset(std::vector<MaskRule> rules, const MaskPreset& preset, PresetJoin join,
                                  const MaskScope& scope, const std::vector<int>& starts) {
    if (const int found = rule_of_kind(rules, preset.kind); found >= 0) {
        rules.erase(rules.begin() + found);
        return rules;
    }
    if (join == PresetJoin::alone) rules = without_shapes(std::move(rules));
    MaskRule rule{.kind = preset.kind, .layers = scope.layers, .heads = scope.heads};
    rule.join = join == PresetJoin::either                             ? MaskJoin::either
                : join == PresetJoin::both || is_relation(preset.kind) ? MaskJoin::both
                                                                       : MaskJoin::replace;
    if (preset.kind == MaskKind::document) rule.starts = starts;
    if (preset.kind == MaskKind::first_and_window) rule.size = 1;
    if (int* number = number_of(rule)) *number = preset.number;
    const auto paint =
        std::find_if(rules.begin(), rules.end(), [](const MaskRule& r) { return !r.has_shape(); });
    rules.insert(paint, std::move(rule));
    return rules;
}

std::vector<int> starts_of_sentences(const Run& run, int n_tokens) {
    std::vector<int> starts;
    for (int t = 1; t < n_tokens; ++t) {
        const std::string& before = token_labels().label(run.token(t - 1));
        const bool ends = before.ends_with('.') || before.ends_with('!') || before.ends_with('?') ||
                          before.find("↵") != std::string::npos;
        if (ends || is_start(run, t)) starts.push_back(t);
    }
    return starts;
}

std::string mask_formula(const std::vector<MaskRule>& rules, const LayerConfig& layer, int layer_index,
                         int head) {
    const auto with_number = [](const MaskRule& rule) {
        MaskRule copy = rule;
        const int* number = number_of(copy);
        const std::string_view label = label_of(*rule.kind);
        return number ? fmt::format("{} {}", label, *number) : std::string(label);
    };
    std::string words(label_of(layer.mask));
    if (layer.mask == MaskKind::sliding_window) words += fmt::format(" {}", layer.window);
    for (const MaskRule& rule : rules) {
        if (!rule.kind || !names(rule.layers, layer_index) || !names(rule.heads, head)) continue;
        if (rule.replaces())
            words = with_number(rule);
        else
            words += fmt::format(" {} {}", name(rule.join), with_number(rule));
    }
    return words;
}

PaintCount count_paint(const std::vector<MaskRule>& rules, int layer, int head, int n) {
    PaintCount count;
    std::vector<PaintedCells> above{{{n, -1}, {0, -1}},
                                    {{0, -1}, {n, -1}}}; // what lies outside, then newer paint
    for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
        if (!names(rule->layers, layer) || !names(rule->heads, head)) continue;
        for (const PaintedCells& cells : rule->painted) {
            std::vector<PaintedCells> seen{cells};
            for (const PaintedCells& cover : above) {
                std::vector<PaintedCells> left;
                for (const PaintedCells& part : seen)
                    for (const PaintedCells& rest : without(part, cover)) left.push_back(rest);
                seen = std::move(left);
            }
            for (const PaintedCells& part : seen)
                (part.visible ? count.shown : count.hidden) +=
                    (part.rows[1] - part.rows[0]) * (part.keys[1] - part.keys[0]);
        }
        above.insert(above.end(), rule->painted.begin(), rule->painted.end());
        if (rule->replaces()) break;
    }
    return count;
}

} // namespace gf::ui
