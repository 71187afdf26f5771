#include "core/site.h"

#include "core/name_matching.h"
#include "platform/error.h"

namespace gf {
namespace {

[[noreturn]] void unknown_site(const ModelConfig& config, std::string_view wanted) {
    std::vector<std::string> valid;
    for (const SiteRef& s : all_sites(config)) valid.push_back(site_name(s.site, s.layer));
    throw Error({"site", "a name or pattern of this model's sites; nearest: " + nearest_names(wanted, valid),
                 "'" + std::string(wanted) + "'", "`glassformer info` lists them all"});
}

} // namespace

SiteWords site_words(const ModelConfig& config, Site site) {
    const SiteRow& row = site_row(site);
    const bool other = row.other_words.when && row.other_words.when(config);
    return other ? row.other_words.words : SiteWords{row.words, row.what};
}

bool has_site(const ModelConfig& config, Site site) { return site_row(site).in_model(config); }

int site_heads(const ModelConfig& c, Site site) {
    for (const Axis axis : site_row(site).axes) {
        if (axis == Axis::head) return c.n_heads;
        if (axis == Axis::kv_head) return c.n_kv_heads;
        if (axis == Axis::d_mlp) return c.expert_slots();
    }
    return 1;
}

int site_width(const ModelConfig& c, Site site, int n_keys) {
    switch (site_row(site).axes.back()) {
    case Axis::source:
    case Axis::key: return c.n_heads * n_keys;
    case Axis::d_head: return site_heads(c, site) * c.d_head;
    case Axis::d_mlp: return site_heads(c, site) * c.d_mlp;
    case Axis::expert: return c.n_experts;
    case Axis::slot: return c.expert_slots();
    case Axis::d_vocab: return c.d_vocab;
    case Axis::n_classes: return c.n_classes;
    case Axis::one: return site_heads(c, site);
    default: return c.d_model;
    }
}

Axis row_axis(Site site) {
    const Axis first = site_row(site).axes.front();
    return first == Axis::segment || first == Axis::source ? first : Axis::pos;
}

bool has_key_axis(Site site) { return site_row(site).axes.back() == Axis::key || has_source_keys(site); }

bool has_source_keys(Site site) { return site_row(site).axes.back() == Axis::source; }

Site query_site(const ModelConfig& c) {
    return has_site(c, Site::rot_q) ? Site::rot_q : has_site(c, Site::norm_q) ? Site::norm_q : Site::q;
}

Site key_site(const ModelConfig& c) {
    return has_site(c, Site::rot_k) ? Site::rot_k : has_site(c, Site::norm_k) ? Site::norm_k : Site::k;
}

Site output_site(const ModelConfig& c) {
    switch (c.head) {
    case OutputHead::classes: return Site::class_logits;
    case OutputHead::embedding: return Site::pooled;
    case OutputHead::none: return c.norms_stream() ? Site::normalized_resid_post : Site::ln_final_normalized;
    default: return Site::logits;
    }
}

std::string site_name(Site site, int layer) {
    const SiteRow& row = site_row(site);
    return row.per_layer ? "blocks." + std::to_string(layer) + "." + std::string(row.hook)
                         : std::string(row.hook);
}

std::vector<SiteRef> all_sites(const ModelConfig& config) {
    std::vector<SiteRef> sites;
    const auto add = [&](SitePlace place, int layer) {
        for (const SiteRow& row : site_rows(place))
            if (row.in_model(config)) sites.push_back({row.site, layer});
    };
    add(SitePlace::before_layers, -1);
    for (int l = 0; l < config.n_layers; ++l) add(SitePlace::in_layers, l);
    add(SitePlace::after_layers, -1);
    return sites;
}

SiteRef find_site(const ModelConfig& config, std::string_view name) {
    for (const SiteRef& s : all_sites(config))
        if (site_name(s.site, s.layer) == name) return s;
    unknown_site(config, name);
}

std::vector<SiteRef> match_sites(const ModelConfig& config, std::string_view glob) {
    std::vector<SiteRef> matched;
    for (const SiteRef& s : all_sites(config))
        if (glob_match(glob, site_name(s.site, s.layer))) matched.push_back(s);
    if (matched.empty()) unknown_site(config, glob);
    return matched;
}

} // namespace gf
