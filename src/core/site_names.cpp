#include "core/site_names.h"

namespace gf {

std::string_view stack_prefix(const Weights& weights, Stack stack) {
    if (!weights.config.has_encoder()) return "";
    return stack == Stack::encoder ? "encoder." : "decoder.";
}

StackName split_stack(const Weights& weights, const std::string& name) {
    if (!weights.config.has_encoder() || weights.find(name)) return {std::nullopt, name};
    for (const Stack stack : {Stack::encoder, Stack::decoder})
        if (const std::string_view prefix = stack_prefix(weights, stack); name.starts_with(prefix))
            return {stack, name.substr(prefix.size())};
    return {std::nullopt, name};
}

std::vector<NamedSite> named_sites(const Weights& weights) {
    std::vector<NamedSite> all;
    for (const Stack stack : {Stack::encoder, Stack::decoder}) {
        if (stack == Stack::encoder && !weights.config.has_encoder()) continue;
        for (const SiteRef& site : all_sites(weights.config_of(stack)))
            all.push_back(
                {std::string(stack_prefix(weights, stack)) + site_name(site.site, site.layer), stack, site});
    }
    return all;
}

} // namespace gf
