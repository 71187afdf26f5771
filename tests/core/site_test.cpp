// The rows of the site table agree with each other, with TransformerLens's names and with what a Trace holds.

#include "core/name_matching.h"
#include "platform/error.h"
#include "support/random_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <set>

namespace gf::tests::site_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> names_of(const std::vector<SiteRef>& sites) {
    std::vector<std::string> names;
    for (const SiteRef& s : sites) names.push_back(site_name(s.site, s.layer));
    return names;
}

// The hooks of a HookedTransformer of GPT-2 with split heads and one block.
TEST(Sites, NamesAreTransformerLenss) {
    ModelConfig c = preset("gpt2").config;
    c.n_layers = 1;
    EXPECT_THAT(names_of(all_sites(c)),
                ElementsAre("hook_embed", "hook_pos_embed", "blocks.0.hook_resid_pre",
                            "blocks.0.ln1.hook_scale", "blocks.0.ln1.hook_normalized", "blocks.0.attn.hook_q",
                            "blocks.0.attn.hook_k", "blocks.0.attn.hook_v", "blocks.0.attn.hook_attn_scores",
                            "blocks.0.attn.hook_pattern", "blocks.0.attn.hook_z", "blocks.0.hook_attn_out",
                            "blocks.0.hook_resid_mid", "blocks.0.ln2.hook_scale",
                            "blocks.0.ln2.hook_normalized", "blocks.0.mlp.hook_pre", "blocks.0.mlp.hook_post",
                            "blocks.0.hook_mlp_out", "blocks.0.hook_resid_post", "ln_final.hook_scale",
                            "ln_final.hook_normalized", "logits"));
}

TEST(Sites, OfRotaryGatedAndMixedModels) {
    const auto has = [](const char* of, const std::string& name) {
        const auto names = names_of(all_sites(preset(of).config));
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    for (const char* name :
         {"blocks.1.attn.hook_rot_q", "blocks.1.attn.hook_rot_k", "blocks.1.mlp.hook_pre_linear"}) {
        EXPECT_TRUE(has("llama", name)) << name;
        EXPECT_FALSE(has("gpt2", name)) << name;
    }
    for (const char* name : {"blocks.0.mlp.hook_router_logits", "blocks.0.mlp.hook_expert_weights",
                             "blocks.0.mlp.hook_expert_indices", "blocks.0.mlp.hook_expert_gates"}) {
        EXPECT_TRUE(has("mixtral", name)) << name;
        EXPECT_FALSE(has("llama", name)) << name;
    }
    EXPECT_FALSE(has("attention_only", "blocks.0.hook_resid_mid"));
    EXPECT_FALSE(has("attention_only", "blocks.0.mlp.hook_pre"));
    EXPECT_TRUE(has("post_norm", "blocks.0.hook_normalized_resid_post"));
    EXPECT_FALSE(has("post_norm", "ln_final.hook_scale"));
    EXPECT_FALSE(has("llama", "hook_pos_embed"));
}

/// The length of an axis, from what it counts.
int length(const ModelConfig& c, Axis axis, int n_keys) {
    switch (axis) {
    case Axis::head: return c.n_heads;
    case Axis::kv_head: return c.n_kv_heads;
    case Axis::source:
    case Axis::key: return n_keys;
    case Axis::d_head: return c.d_head;
    case Axis::d_model: return c.d_model;
    case Axis::d_mlp: return c.d_mlp;
    case Axis::d_vocab: return c.d_vocab;
    case Axis::expert: return c.n_experts;
    case Axis::slot: return c.expert_slots();
    case Axis::n_classes: return c.n_classes;
    case Axis::pos:
    case Axis::segment:
    case Axis::query:
    case Axis::one: break;
    }
    return 1;
}

TEST(Sites, WidthsAreTheProductsOfTheirAxes) {
    for (const Preset& p : presets())
        for (const SiteRef& s : all_sites(p.config)) {
            const SiteRow& row = site_row(s.site);
            int width = 1, heads = 1, n_rows = 0;
            for (const Axis a : row.axes) {
                if (a == row_axis(s.site)) {
                    ++n_rows;
                    continue;
                }
                width *= length(p.config, a, 11);
                n_rows += a == Axis::query;
                if (a == Axis::head || a == Axis::kv_head) heads = length(p.config, a, 11);
            }
            const bool in_experts = row.axes.back() == Axis::d_mlp;
            if (in_experts) heads = p.config.expert_slots(), width *= heads; // [pos, slot, d_mlp]
            EXPECT_EQ(site_width(p.config, s.site, 11), width)
                << p.name << ": " << site_name(s.site, s.layer);
            EXPECT_EQ(site_heads(p.config, s.site), heads) << p.name << ": " << site_name(s.site, s.layer);
            EXPECT_EQ(n_rows, 1) << "one axis counts the rows";
        }
}

TEST(Sites, RowsAreComplete) {
    std::set<std::string> hooks, symbols;
    for (const SiteRow& row : site_rows()) {
        EXPECT_EQ(&site_row(row.site), &row) << row.hook;
        EXPECT_TRUE(hooks.insert((row.per_layer ? "blocks." : "") + std::string(row.hook)).second)
            << row.hook;
        EXPECT_TRUE(symbols.insert(std::string(row.symbol)).second) << row.symbol;
        EXPECT_FALSE(row.symbol.empty()) << row.hook;
        EXPECT_FALSE(row.words.empty()) << row.hook;
        EXPECT_FALSE(row.what.empty()) << row.hook;
        EXPECT_FALSE(row.formula.empty()) << row.hook;
        EXPECT_FALSE(row.axes.empty()) << row.hook;
        EXPECT_EQ(row.editable, row.not_editable_because.empty()) << row.hook;
    }
    EXPECT_EQ(hooks.size(), static_cast<std::size_t>(k_n_sites));
}

TEST(Sites, StandBeforeTheLayersInThemOrAfterThem) {
    std::vector<Site> sites;
    for (const SitePlace place : {SitePlace::before_layers, SitePlace::in_layers, SitePlace::after_layers}) {
        EXPECT_FALSE(site_rows(place).empty());
        for (const SiteRow& row : site_rows(place)) {
            EXPECT_EQ(row.per_layer, place == SitePlace::in_layers) << row.hook;
            sites.push_back(row.site);
        }
    }
    ASSERT_EQ(sites.size(), site_rows().size());
    for (std::size_t i = 0; i < sites.size(); ++i) EXPECT_EQ(sites[i], site_rows()[i].site);
    EXPECT_EQ(site_rows(SitePlace::before_layers).front().site, Site::embed);
    EXPECT_EQ(site_rows(SitePlace::in_layers).front().site, Site::resid_pre);
    EXPECT_EQ(site_rows(SitePlace::in_layers).back().site, Site::normalized_resid_post);
    EXPECT_EQ(site_rows(SitePlace::after_layers).front().site, Site::ln_final_scale);
}

// A scale has one value for each vector that is divided by it, wherever it is.
TEST(Sites, EveryScaleOfANormHasItsNormalisedPartner) {
    int n_scales = 0;
    std::set<Site> partners;
    for (const SiteRow& row : site_rows()) {
        const std::string hook(row.hook);
        const bool of_heads = hook.find("q_norm") != hook.npos || hook.find("k_norm") != hook.npos;
        EXPECT_EQ(row.normalized.has_value(), hook.ends_with("hook_scale") && !of_heads) << hook;
        if (!row.normalized) continue;
        ++n_scales;
        const SiteRow& partner = site_row(*row.normalized);
        const std::string norm = hook.substr(0, hook.rfind("hook_scale"));
        EXPECT_EQ(partner.hook, norm + "hook_normalized");
        EXPECT_TRUE(partners.insert(partner.site).second) << hook;
        EXPECT_EQ(partner.per_layer, row.per_layer) << hook;
        EXPECT_EQ(row.family, SiteFamily::norm) << hook;
        EXPECT_EQ(partner.family, SiteFamily::norm) << hook;
        EXPECT_THAT(row.axes, ElementsAre(Axis::pos, Axis::one)) << hook;
        EXPECT_THAT(partner.axes, ElementsAre(Axis::pos, Axis::d_model)) << hook;
        EXPECT_THAT(std::string(partner.formula), HasSubstr("/ " + std::string(row.symbol))) << hook;
        for (const Preset& p : presets())
            EXPECT_EQ(has_site(p.config, row.site), has_site(p.config, partner.site)) << p.name << hook;
    }
    EXPECT_EQ(n_scales, 8) << "after the embedding, five in a layer, after the layers, of the head";
}

/// What TransformerLens's name says about the attention and the part of the computation.
TEST(Sites, AttentionAndFamilyFitTheirNames) {
    for (const SiteRow& row : site_rows()) {
        const std::string hook(row.hook);
        const bool cross = hook.starts_with("cross_attn.") || hook == "hook_cross_attn_out",
                   self = hook.starts_with("attn.") || hook == "hook_attn_out";
        const auto attention = cross  ? std::optional(Attention::cross)
                               : self ? std::optional(Attention::self)
                                      : std::nullopt;
        EXPECT_EQ(row.attention, attention) << hook;
        EXPECT_EQ(hook.ends_with("_q"), row.family == SiteFamily::query) << hook;
        EXPECT_EQ(hook.ends_with("_k"), row.family == SiteFamily::key) << hook;
        EXPECT_EQ(hook.find("attn") != hook.npos && !hook.ends_with("_q") && !hook.ends_with("_k") &&
                      !has_key_axis(row.site) && !hook.ends_with("_norm.hook_scale"),
                  row.family == SiteFamily::value)
            << hook;
        EXPECT_EQ(has_key_axis(row.site), row.family == SiteFamily::attention) << hook;
        EXPECT_EQ(hook.find("expert") != hook.npos || hook.find("router") != hook.npos,
                  row.family == SiteFamily::experts)
            << hook;
        EXPECT_EQ(hook.ends_with("logits") && !row.per_layer, row.family == SiteFamily::output) << hook;
    }
    for (const Site site : {Site::mlp_pre, Site::mlp_post, Site::mlp_out, Site::mlm_pre, Site::mlm_post})
        EXPECT_EQ(site_row(site).family, SiteFamily::mlp);
    for (const Site site : {Site::resid_pre, Site::resid_mid, Site::resid_post, Site::normalized_resid_post})
        EXPECT_EQ(site_row(site).family, SiteFamily::residual);
}

TEST(SiteWords, FollowWhatTheModelDoes) {
    const ModelConfig plain = preset("gpt2").config, gated = preset("llama").config,
                      without = preset("attention_only").config;
    EXPECT_EQ(site_words(plain, Site::mlp_pre).name, "MLP, before");
    EXPECT_EQ(site_words(gated, Site::mlp_pre).name, "MLP, gate");
    EXPECT_EQ(site_words(gated, Site::resid_post).what, "plus the MLP");
    EXPECT_EQ(site_words(without, Site::resid_post).what, "plus attention");
    EXPECT_EQ(site_words(without, Site::resid_post).name, site_words(plain, Site::resid_post).name);
    for (const SiteRow& row : site_rows()) {
        if (!row.other_words.when) continue;
        EXPECT_FALSE(row.other_words.words.name.empty()) << row.hook;
        EXPECT_FALSE(row.other_words.words.what.empty()) << row.hook;
    }
}

TEST(Sites, AllOfThemOnceForEachLayer) {
    for (const Preset& p : presets()) {
        const std::vector<std::string> names = names_of(all_sites(p.config));
        EXPECT_EQ(std::set(names.begin(), names.end()).size(), names.size()) << p.name;
        std::size_t expected = 0;
        for (const SiteRow& row : site_rows())
            if (has_site(p.config, row.site))
                expected += row.per_layer ? static_cast<std::size_t>(p.config.n_layers) : 1;
        EXPECT_EQ(names.size(), expected) << p.name;
        for (const SiteRef& s : all_sites(p.config))
            EXPECT_EQ(find_site(p.config, site_name(s.site, s.layer)), s);
    }
}

TEST(MatchSites, Globs) {
    const ModelConfig c = preset("gpt2").config; // 3 layers
    const auto match = [&](const char* glob) { return names_of(match_sites(c, glob)); };
    EXPECT_THAT(match("blocks.1.attn.hook_pattern"), ElementsAre("blocks.1.attn.hook_pattern"));
    EXPECT_THAT(match("*pattern"), ElementsAre("blocks.0.attn.hook_pattern", "blocks.1.attn.hook_pattern",
                                               "blocks.2.attn.hook_pattern"));
    EXPECT_THAT(match("blocks.?.hook_resid_mid"),
                ElementsAre("blocks.0.hook_resid_mid", "blocks.1.hook_resid_mid", "blocks.2.hook_resid_mid"));
    EXPECT_THAT(
        match("blocks.0.hook_resid_*"),
        ElementsAre("blocks.0.hook_resid_pre", "blocks.0.hook_resid_mid", "blocks.0.hook_resid_post"));
    EXPECT_THAT(match("blocks.2.*ln?*scale"),
                ElementsAre("blocks.2.ln1.hook_scale", "blocks.2.ln2.hook_scale"));
    EXPECT_THAT(match("hook_*mbed*"), ElementsAre("hook_embed", "hook_pos_embed"))
        << "a star may stand for one character or none";
    EXPECT_THAT(match("*embed"), ElementsAre("hook_embed", "hook_pos_embed"));
    EXPECT_THAT(match("*logits*"), ElementsAre("logits"));
    EXPECT_THAT(match("**1*.*hook_z"), ElementsAre("blocks.1.attn.hook_z"));
    EXPECT_EQ(match("*"), names_of(all_sites(c)));
    EXPECT_EQ(match("*a*t*t*n*").size(), 3u * 7) << "q, k, v, scores, pattern, z, attn_out of each layer";
}

TEST(MatchSites, NothingMatched) {
    const ModelConfig c = preset("gpt2").config;
    for (const char* glob :
         {"", "?", "blocks.3.*", "hook_embe", "hook_embed?", "BLOCKS.*", "blocks.0.attn.hook_rot_q"})
        EXPECT_THROW(match_sites(c, glob), Error) << glob;
    try {
        find_site(c, "blocks.0.hook_patern");
        ADD_FAILURE();
    } catch (const Error& e) {
        EXPECT_EQ(e.problem().found, "'blocks.0.hook_patern'");
        EXPECT_THAT(e.problem().expected, HasSubstr("nearest: 'blocks.0.attn.hook_pattern'"));
    }
    EXPECT_THROW(find_site(c, "blocks.*.hook_z"), Error) << "a name, not a pattern";
}

TEST(NearestNames, ByLevenshteinDistance) {
    const std::vector<std::string> valid{"kitten", "sitting", "mitten", "k", ""};
    EXPECT_EQ(nearest_names("kitten", valid, 1), "'kitten'");
    EXPECT_EQ(nearest_names("sitten", valid, 2), "'kitten', 'mitten'") << "equal ones in their order";
    EXPECT_EQ(nearest_names("sittin", valid, 1), "'sitting'");
    EXPECT_EQ(nearest_names("", valid, 2), "'', 'k'");
    EXPECT_EQ(nearest_names("x", valid, 9), "'k', '', 'kitten', 'mitten', 'sitting'");
    EXPECT_EQ(nearest_names("x", {}, 3), "");
    EXPECT_EQ(nearest_names("ab", {"ba", "ac", "b"}, 3), "'ac', 'b', 'ba'") << "an exchange counts twice";
    EXPECT_EQ(nearest_names(std::string(100000, 'x'), valid, 1), "'kitten'")
        << "a hostile name costs no time";
}

} // namespace
} // namespace gf::tests::site_test
