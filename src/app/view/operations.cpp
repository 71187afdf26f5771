#include "app/view/operations.h"

#include "core/name_matching.h"
#include "platform/error.h"

#include <algorithm>

namespace gf::ui {
namespace {

constexpr std::string_view k_stage_prefix = "sampling.", k_draw_name = "draw", k_mask_suffix = ".mask";
constexpr SiteRef k_logits{Site::logits, -1};

Operation stage_operation(StageKind kind) { return {k_logits, static_cast<int>(kind)}; }
constexpr Operation k_the_draw{k_logits, Operation::k_draw};
/// Scores are what a mask is laid on.
bool is_masked(Site site) { return site == Site::attn_scores || site == Site::cross_attn_scores; }

} // namespace

std::vector<Operation> all_operations(const Run& run, const SamplingChain& chain) {
    std::vector<Operation> all;
    for (const SiteRef& site : all_sites(run.config())) {
        all.push_back({site});
        if (is_masked(site.site)) all.push_back({site, Operation::k_mask});
    }
    if (run.role != RunRole::text || !run.trace->has(Site::logits)) return all;
    for (const SampleStage& stage : chain)
        if (stage.on) all.push_back(stage_operation(stage.kind));
    all.push_back(k_the_draw);
    return all;
}

Operation operation_after(const Run& run, const SamplingChain& chain, const Selection& selection, int steps) {
    const std::vector<Operation> all = all_operations(run, chain);
    const auto at = selection.operation ? std::find(all.begin(), all.end(), *selection.operation) : all.end();
    if (at == all.end()) {
        const auto first =
            std::find(all.begin(), all.end(), Operation{{Site::resid_pre, selection.pinned_head.layer}});
        return first == all.end() ? all.front() : *first;
    }
    const auto last = static_cast<std::ptrdiff_t>(all.size()) - 1;
    return all[static_cast<std::size_t>(std::clamp(at - all.begin() + steps, std::ptrdiff_t{0}, last))];
}

std::string operation_name(const Operation& o) {
    if (o.part == Operation::k_none) return site_name(o.site.site, o.site.layer);
    if (o.part == Operation::k_draw) return std::string(k_draw_name);
    if (o.part == Operation::k_mask) return site_name(o.site.site, o.site.layer) + std::string(k_mask_suffix);
    return std::string(k_stage_prefix) + std::string(name(static_cast<StageKind>(o.part)));
}

Operation find_site_operation(const ModelConfig& config, const std::string& text) {
    const bool names_mask = text.ends_with(k_mask_suffix);
    const SiteRef site =
        find_site(config, names_mask ? text.substr(0, text.size() - k_mask_suffix.size()) : text);
    if (names_mask && !is_masked(site.site))
        throw Error({"operation", "scores, which a mask is laid on, before '.mask'", "'" + text + "'", ""});
    return {site, names_mask ? Operation::k_mask : Operation::k_none};
}

std::optional<Operation> find_sampling_operation(const std::string& text) {
    if (text == k_draw_name) return k_the_draw;
    if (!text.starts_with(k_stage_prefix)) return std::nullopt;
    std::vector<std::string> names;
    for (int kind = 0; kind < k_n_stage_kinds; ++kind) {
        const Operation o = stage_operation(static_cast<StageKind>(kind));
        if (operation_name(o) == text) return o;
        names.push_back(operation_name(o));
    }
    throw Error(
        {"operation", "a stage of sampling; nearest: " + nearest_names(text, names), "'" + text + "'", ""});
}

} // namespace gf::ui
