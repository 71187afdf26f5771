// glassformer info: the shape of a model, its parameters, its costs and its sites.

#include "cli/command_line.h"
#include "cli/commands_doc.h"
#include "cli/glossary_doc.h"
#include "cli/options.h"
#include "cli/sites_doc.h"
#include "cli/supported_doc.h"
#include "core/passes/forward.h"
#include "io/fields.h"
#include "platform/error.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace gf {
namespace {

struct InfoOptions {
    ModelOptions model;
    bool json = false, all_sites = false, all_commands = false, glossary = false, supported = false;
};

/// The shape as in files, such as "48 x 24".
std::string shape_text(const ParamRow& row) {
    std::string text;
    for (const int d : row.file_shape()) text += (text.empty() ? "" : " x ") + std::to_string(d);
    return text;
}

/// The fields of the config that matter for this model.
nlohmann::json config_json(const ModelConfig& c) {
    nlohmann::json out{{"d_model", c.d_model},
                       {"n_layers", c.n_layers},
                       {"n_heads", c.n_heads},
                       {"n_kv_heads", c.n_kv_heads},
                       {"d_head", c.d_head},
                       {"d_mlp", c.d_mlp},
                       {"n_ctx", c.n_ctx},
                       {"d_vocab", c.d_vocab},
                       {"norm", name(c.norm)},
                       {"norm_place", name(c.norm_place)},
                       {"positions", name(c.positions)},
                       {"mask", name(c.mask)},
                       {"mlp", name(c.mlp)},
                       {"activation", name(c.activation)},
                       {"tied_embeddings", c.tied_embeddings}};
    if (c.has_encoder()) out["n_encoder_layers"] = c.n_encoder_layers;
    if (c.n_layer_groups > 0) out["n_layer_groups"] = c.n_layer_groups;
    if (c.head != OutputHead::tokens) out["head"] = name(c.head);
    if (c.pools()) out["pooling"] = name(c.pooling);
    if (c.head == OutputHead::classes) out["n_classes"] = c.n_classes;
    if (c.embed_norm) out["embed_norm"] = true;
    if (c.gain_offset != 0) out["gain_offset"] = c.gain_offset;
    if (c.embed_scale != 1) out["embed_scale"] = c.embed_scale;
    if (c.attn_scale != 0) out["attn_scale"] = c.attn_scale;
    if (c.sublayers != Sublayers::in_turn) out["sublayers"] = name(c.sublayers);
    if (c.qk_norm != QkNorm::none) out["qk_norm"] = name(c.qk_norm);
    if (c.score_cap > 0) out["score_cap"] = c.score_cap;
    if (c.logit_cap > 0) out["logit_cap"] = c.logit_cap;
    if (c.logit_scale != 1) out["logit_scale"] = c.logit_scale;
    if (c.attn_sink) out["attn_sink"] = true;
    if (c.is_moe()) out["n_experts"] = c.n_experts, out["experts_per_token"] = c.experts_per_token;
    if (c.mask == MaskKind::sliding_window) out["window"] = c.window;
    if (!c.layer_windows.empty()) out["layer_windows"] = c.layer_windows;
    if (c.positions == Positions::rope)
        out["rope_pairs"] = name(c.rope_pairs), out["rope_theta"] = c.rope_theta;
    if (c.d_rotary > 0) out["d_rotary"] = c.d_rotary;
    if (c.window_rope_theta > 0) out["window_rope_theta"] = c.window_rope_theta;
    if (!c.layer_rope.empty()) out["layer_rope"] = c.layer_rope;
    if (c.position_offset > 0) out["position_offset"] = c.position_offset;
    if (c.n_buckets > 0) out["n_buckets"] = c.n_buckets, out["bucket_max_distance"] = c.bucket_max_distance;
    if (c.rope_scaling.kind != RopeScalingKind::none) out["rope_scaling"] = fields_to_json(c.rope_scaling);
    return out;
}

/// Prints each site once, with "*" for the number of the layer.
void print_sites(const ModelConfig& c) {
    for (const SiteRef& s : all_sites(c))
        if (s.layer <= 0)
            fmt::print("  {}\n", s.layer == 0 ? "blocks.*." + std::string(site_row(s.site).hook)
                                              : site_name(s.site, s.layer));
}

nlohmann::json info_json(const Model& model) {
    const ModelConfig& c = model.config();
    nlohmann::json params = nlohmann::json::array(), sites = nlohmann::json::array();
    for (const ParamRow& r : model.weights->table)
        params.push_back({{"name", r.name}, {"shape", r.file_shape()}});
    for (const SiteRef& s : all_sites(c)) sites.push_back(site_name(s.site, s.layer));
    nlohmann::json out{
        {"model", model.name},
        {"config", config_json(c)},
        {"n_params", model.weights->size()},
        {"params", params},
        {"flops_per_token", {{"first", flops_per_token(c, 1)}, {"at_n_ctx", flops_per_token(c, c.n_ctx)}}},
        {"kv_bytes_per_token", kv_bytes_per_token(c)},
        {"trace_bytes_at_n_ctx", trace_bytes(c, TraceShape{c.n_ctx}, {},
                                             c.has_encoder() ? SourceSize{c.n_ctx, c.n_ctx} : SourceSize())},
        {"sites", sites}};
    if (c.has_encoder())
        for (const SiteRef& s : all_sites(model.weights->encoder_config))
            out["encoder_sites"].push_back(site_name(s.site, s.layer));
    return out;
}

void print_info(const Model& model) {
    const ModelConfig& c = model.config();
    fmt::print("{}\n\n", model.name);
    const nlohmann::json config = config_json(c);
    for (const auto& [key, value] : config.items())
        fmt::print("  {:<18} {}\n", key, value.is_string() ? value.get<std::string>() : value.dump());
    fmt::print("\n  {:<18} {}\n", "parameters", model.weights->size());
    fmt::print("  {:<18} {:.3f} M for the first token, {:.3f} M at n_ctx = {}\n", "FLOPs per token",
               flops_per_token(c, 1) * 1e-6, flops_per_token(c, c.n_ctx) * 1e-6, c.n_ctx);
    fmt::print("  {:<18} {} a token, {:.1f} MB at n_ctx\n", "KV cache bytes", kv_bytes_per_token(c),
               double(kv_bytes_per_token(c)) * c.n_ctx * 1e-6);
    fmt::print("\nparameters (shape as in the file)\n");
    for (const ParamRow& r : model.weights->table) fmt::print("  {:<56} {}\n", r.name, shape_text(r));
    fmt::print("\nsites{}\n", c.has_encoder() ? " of the decoder" : "");
    print_sites(c);
    if (!c.has_encoder()) return;
    fmt::print("\nsites of the encoder\n");
    print_sites(model.weights->encoder_config);
}

int run(const InfoOptions& options) {
    if (options.all_sites) {
        fmt::print("{}", sites_markdown());
        return 0;
    }
    if (options.all_commands) {
        fmt::print("{}", commands_markdown());
        return 0;
    }
    if (options.glossary) {
        fmt::print("{}", glossary_markdown());
        return 0;
    }
    if (options.supported) {
        fmt::print("{}", supported_markdown());
        return 0;
    }
    if (options.model.model.empty()) throw Error({"info", "--model PATH", "none", ""});
    const auto model = options.model.open();
    if (options.json)
        fmt::print("{}\n", info_json(*model).dump(2));
    else
        print_info(*model);
    return 0;
}

} // namespace

void add_info(CLI::App& app, int& exit_code) {
    auto* command =
        app.add_subcommand("info", "shapes, parameters, FLOPs per token, cache bytes, site names");
    auto options = std::make_shared<InfoOptions>();
    options->model.add_to(*command, false);
    command->add_flag("--json", options->json);
    command->add_flag("--all-sites", options->all_sites, "the table of docs/sites.md, of all architectures");
    command->add_flag("--all-commands", options->all_commands,
                      "the table of docs/commands.md, of all commands");
    command->add_flag("--glossary", options->glossary, "the terms of docs/glossary.md");
    command->add_flag("--supported", options->supported,
                      "docs/models-you-can-open.md: families, keys, tokenizers, what is not read");
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace gf
