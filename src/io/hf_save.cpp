#include "core/error.h"
#include "io/hf_config.h"
#include "io/hf_model.h"
#include "io/safetensors.h"
#include "io/write_file.h"

namespace gf {
namespace {

/// Hands a matrix of [in, out] values to the sink as [out, in], a few rows of the file at a time.
void produce_transposed(const real* values, std::size_t in, std::size_t out, const ByteSink& sink) {
    constexpr std::size_t k_rows = 32;
    std::vector<float> rows(k_rows * in);
    for (std::size_t o0 = 0; o0 < out; o0 += k_rows) {
        const std::size_t n = std::min(k_rows, out - o0);
        for (std::size_t i = 0; i < in; ++i)
            for (std::size_t o = 0; o < n; ++o) rows[o * in + i] = static_cast<float>(values[i * out + o0 + o]);
        sink(std::as_bytes(std::span(rows).first(n * in)));
    }
}

} // namespace

void save_model(const std::filesystem::path& folder, const Weights& weights) {
    const std::string config = to_json(weights.config);
    std::vector<TensorSource> tensors;
    for (const ParamRow& row : weights.table) {
        const auto shape = row.file_shape();
        const real* values = weights.values(row);
        tensors.push_back({row.name, DType::f32, {shape.begin(), shape.end()}, [&row, values](const ByteSink& sink) {
                               static_assert(std::is_same_v<real, float>);
                               if (!row.file_transposed) return sink(std::as_bytes(std::span(values, row.size())));
                               produce_transposed(values, static_cast<std::size_t>(row.shape[0]),
                                                  static_cast<std::size_t>(row.shape[1]), sink);
                           }});
    }
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure) throw Error({folder.string(), "a folder to write the model into", failure.message(), "choose another name"});
    write_safetensors(folder / "model.safetensors", tensors, {{"format", "pt"}}); // the word that PyTorch's readers ask for
    write_file(folder / "config.json", config);
}

} // namespace gf
