#include "core/error.h"
#include "io/hf_config.h"
#include "io/hf_model.h"
#include "io/param_tensor.h"
#include "io/safetensors.h"
#include "io/write_file.h"

#include <algorithm>
#include <cassert>

namespace gf {
namespace {

constexpr std::size_t k_piece = 1 << 14; ///< values that are converted at a time

/// Hands the values to the sink as elements of `dtype`, a matrix in the order of the file.
void produce(const real* values, const ParamRow& row, DType dtype, const ByteSink& sink) {
    std::vector<std::byte> bytes;
    std::vector<real> turned;
    const auto hand_over = [&](const real* from, std::size_t n) {
        bytes.clear();
        append_reals(dtype, from, n, bytes);
        sink(bytes);
    };
    if (!row.file_transposed) {
        for (std::size_t i = 0; i < row.size(); i += k_piece)
            hand_over(values + i, std::min(k_piece, row.size() - i));
        return;
    }
    const auto in = static_cast<std::size_t>(row.shape[0]), out = static_cast<std::size_t>(row.shape[1]);
    constexpr std::size_t k_rows = 32; // of the file
    turned.resize(k_rows * in);
    for (std::size_t o0 = 0; o0 < out; o0 += k_rows) {
        const std::size_t n = std::min(k_rows, out - o0);
        for (std::size_t i = 0; i < in; ++i)
            for (std::size_t o = 0; o < n; ++o) turned[o * in + i] = values[i * out + o0 + o];
        hand_over(turned.data(), n * in);
    }
}

} // namespace

TensorSource param_tensor(std::string name, const ParamRow& row, const real* values, DType dtype) {
    const auto shape = row.file_shape();
    return {std::move(name),
            dtype,
            {shape.begin(), shape.end()},
            [&row, values, dtype](const ByteSink& sink) { produce(values, row, dtype, sink); }};
}

void save_model(const std::filesystem::path& folder, const Weights& weights, DType dtype) {
    assert(is_weight_type(dtype));
    const std::string config = to_json(weights.config);
    std::vector<TensorSource> tensors;
    for (const ParamRow& row : weights.table)
        tensors.push_back(param_tensor(row.name, row, weights.values(row), dtype));
    const std::vector<float> no_token_types(
        static_cast<std::size_t>(weights.config.d_model)); // the positions have it
    if (weights.config.tensor_names == TensorNames::bert)
        tensors.push_back({"bert.embeddings.token_type_embeddings.weight",
                           DType::f32,
                           {1, weights.config.d_model},
                           [&](const ByteSink& sink) { sink(std::as_bytes(std::span(no_token_types))); }});
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure)
        throw Error(
            {folder.string(), "a folder to write the model into", failure.message(), "choose another name"});
    write_safetensors(folder / "model.safetensors", tensors,
                      {{"format", "pt"}}); // the word that PyTorch's readers ask for
    write_file(folder / "config.json", config);
}

} // namespace gf
