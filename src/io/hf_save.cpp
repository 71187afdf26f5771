#include "core/param_names.h"
#include "io/hf_config.h"
#include "io/hf_model.h"
#include "io/param_io.h"
#include "io/safetensors.h"
#include "platform/error.h"
#include "platform/write_file.h"

#include <cassert>

namespace gf {

void save_model(const std::filesystem::path& folder, const Weights& weights, DType dtype) {
    assert(is_weight_type(dtype));
    const std::string config = hf_config_text(weights.config);
    std::vector<TensorSource> tensors;
    for (const ParamRow& row : weights.table)
        tensors.push_back(param_tensor(row.name, row, weights.values(row), dtype));
    // The vector of the first token type is part of the position
    // embeddings (hf_load.cpp), so zeros are written.
    const std::vector<float> no_token_types(static_cast<std::size_t>(weights.config.d_model));
    const TensorNames names = weights.config.tensor_names;
    if (names == TensorNames::bert || names == TensorNames::roberta)
        tensors.push_back(
            {param_names(names, Stack::decoder).stem + std::string("embeddings.token_type_embeddings.weight"),
             DType::f32,
             {1, weights.config.d_model},
             [&](const ByteSink& sink) { sink(std::as_bytes(std::span(no_token_types))); }});
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure)
        throw Error(
            {folder.string(), "a folder to write the model into", failure.message(), "choose another name"});
    // Readers of Hugging Face's library for PyTorch require this metadata.
    write_safetensors(folder / "model.safetensors", tensors, {{"format", "pt"}});
    write_file(folder / "config.json", config);
}

} // namespace gf
