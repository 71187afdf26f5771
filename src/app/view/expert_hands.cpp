#include "app/view/expert_hands.h"

#include "app/view/key_bindings.h"
#include "app/view/own_setup.h"
#include "app/widgets/menu.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace gf::ui {
namespace {

/// Removes the rule if it is there, or adds it.
RunSetup with_rule_toggled(RunSetup setup, ExpertRule rule) {
    if (std::erase(setup.experts, rule) == 0) setup.experts.push_back(std::move(rule));
    return setup;
}

ExpertRule rule_off(ExpertRef e) { return {.off = {e.expert}, .layers = {e.layer}}; }

ExpertRule rule_forced(ExpertRef e, int row) {
    ExpertRule rule{.forced = {e.expert}, .layers = {e.layer}};
    if (row >= 0) rule.rows = {row, row + 1};
    return rule;
}

} // namespace

std::optional<ExpertRef> expert_of(const View& v, const CellRef& cell) {
    const ModelConfig& c = v.config();
    if (cell.param >= 0 || !v.holds(cell) || !c.is_moe() || cell.layer < 0) return {};
    switch (cell.site) {
    case Site::router_logits:
    case Site::expert_weights: return ExpertRef{cell.layer, cell.column};
    case Site::expert_indices:
    case Site::expert_gates:
    case Site::mlp_pre:
    case Site::mlp_pre_linear:
    case Site::mlp_post: break;
    default: return {};
    }
    const bool by_column = cell.site == Site::expert_indices || cell.site == Site::expert_gates;
    const int slot = by_column ? cell.column : cell.head;
    if (slot >= c.experts_per_token || cell.row >= v.cursor ||
        !v.trace().kept(Site::expert_indices, cell.layer))
        return {};
    return ExpertRef{cell.layer,
                     static_cast<int>(v.trace().row(Site::expert_indices, cell.layer, cell.row)[slot])};
}

ExpertRef expert_in_view(const View& v, const Selection& selection, int layer, int row) {
    if (const auto cell = selection.focus_in(v.run.id))
        if (const auto expert = expert_of(v, *cell); expert && expert->layer == layer) return *expert;
    if (row < 0 || !v.trace().kept(Site::expert_indices, layer)) return {layer, -1};
    return {layer, static_cast<int>(*v.trace().row(Site::expert_indices, layer, row))};
}

bool has_expert_hands(const RunSetup& setup) { return !setup.experts.empty() || setup.experts_per_token > 0; }

bool is_expert_off(const View& v, ExpertRef e, int row) {
    return v.trace().plan().experts(e.layer, std::max(row, 0)).is_off(e.expert);
}

bool is_expert_forced(const RunSetup& setup, ExpertRef e, int row) {
    return std::ranges::find(setup.experts, rule_forced(e, row)) != setup.experts.end();
}

int expert_swapped_with(const View& v, ExpertRef e, int row) {
    return v.trace().plan().experts(e.layer, std::max(row, 0)).visited(e.expert);
}

RunSetup with_expert_switched(RunSetup setup, ExpertRef e) {
    std::erase_if(setup.experts, [&](const ExpertRule& rule) { // an expert that is forced cannot be off
        return rule.layers == std::vector{e.layer} && rule.forced == std::vector{e.expert};
    });
    return with_rule_toggled(std::move(setup), rule_off(e));
}

RunSetup with_expert_forced(RunSetup setup, ExpertRef e, int row) {
    const ExpertRule wanted = rule_forced(e, row);
    std::erase(setup.experts, rule_off(e));
    std::erase_if(setup.experts, [&](const ExpertRule& rule) {
        return rule.layers == wanted.layers && rule.rows == wanted.rows && !rule.forced.empty() &&
               rule != wanted;
    });
    return with_rule_toggled(std::move(setup), wanted);
}

RunSetup with_experts_swapped(RunSetup setup, int layer, int a, int b) {
    return with_rule_toggled(std::move(setup),
                             {.swapped = {std::min(a, b), std::max(a, b)}, .layers = {layer}});
}

RunSetup without_expert_hands(RunSetup setup) {
    setup.experts.clear();
    setup.experts_per_token = 0;
    return setup;
}

void post_expert_switch(const View& v, ExpertRef e, Commands& commands) {
    commands.post(command::SetSetup{"", with_expert_switched(own_setup(v.snapshot.text()), e)});
}

bool draw_expert_switch_row(const View& v, ExpertRef e, float width, Commands& commands) {
    const std::string text =
        fmt::format("Switch expert {} {}", e.expert, is_expert_off(v, e, v.cursor - 1) ? "on again" : "off");
    if (!menu_row(text.c_str(), {.text = text, .right = binding_of(KeyAction::switch_head).keys}, width))
        return false;
    post_expert_switch(v, e, commands);
    return true;
}

} // namespace gf::ui
