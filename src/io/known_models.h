#pragma once
// Shapes of well-known large models, which do not ship: assets/models/known_models.json, each with its
// source. Used by the panel Cache, which says how much memory their keys and values take.

#include <filesystem>
#include <string>
#include <vector>

namespace gf {

struct KnownModel {
    std::string name;
    int n_layers = 0, n_heads = 0, n_kv_heads = 0, d_head = 0;
    int n_ctx = 0;      ///< tokens that it was trained for
    std::string source; ///< where these numbers stand
    static void fields(auto& model, auto visit) {
        visit("name", model.name, {.least = 1, .required = true});
        visit("n_layers", model.n_layers, {.least = 1, .required = true});
        visit("n_heads", model.n_heads, {.least = 1, .required = true});
        visit("n_kv_heads", model.n_kv_heads, {.least = 1, .required = true});
        visit("d_head", model.d_head, {.least = 1, .required = true});
        visit("n_ctx", model.n_ctx, {.least = 1, .required = true});
        visit("source", model.source, {.least = 1, .required = true});
    }
    /// Bytes of the keys and values of so many tokens, at two bytes a value.
    double cache_bytes(double n_tokens) const { return 2.0 * 2 * n_layers * n_kv_heads * d_head * n_tokens; }
};

/// @throws Error naming the file and what is wrong in it
std::vector<KnownModel> read_known_models(const std::filesystem::path& file);
/// Those that come with the program; none where the file is missing.
const std::vector<KnownModel>& known_models();

} // namespace gf
