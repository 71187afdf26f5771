#pragma once
// What the tests of src/io share: folders, files in memory, small models of every
// kind, and checks of an Error's parts.

#include "core/params.h"
#include "io/hf_model.h"
#include "io/json.h"
#include "platform/error.h"
#include "support/test_folder.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <map>

namespace gf::tests {

std::span<const std::byte> bytes_of(const std::string& text);

/// A folder in memory: the contents of each file by its name.
using Files = std::map<std::string, std::string>;
/// The folder as load_hf_model() reads it, called "memory" in messages. `files` must outlive it.
FileSet memory_folder(const Files& files);
/// Loads the model in the folder; warnings are dropped if nobody takes them.
std::shared_ptr<Weights> load_files(const Files& files, std::vector<std::string>* warnings = nullptr);
/// The files that save_model() writes.
Files saved_files(const Weights& weights, DType dtype = DType::f32);

/// The model with its weights in two shards and an index.
Files sharded(const Files& files);

/// Configs of models with a few hundred to a thousand values, one for each way in which files differ.
struct NamedConfig {
    std::string name, model_type;
    ModelConfig config;
};
std::vector<NamedConfig> tiny_models();
ModelConfig tiny_config(const std::string& name); ///< the config of one of tiny_models()
std::shared_ptr<Weights> tiny_weights(const ModelConfig& config);

/// Expects the same config and the same bits.
void expect_equal(const Weights& a, const Weights& b);

/// A safetensors file made of a header and its data.
std::string safetensors_file(const nlohmann::json& header, const std::string& data);
/// The safetensors file after a change to its header.
std::string with_header(const std::string& file, const std::function<void(nlohmann::json&)>& change);

/// A llama2.c file: the header, then n_values values 0, 1/8, 2/8, ... modulo 5.
std::string llama2c_file(const std::array<std::int32_t, 7>& header, std::size_t n_values);

/// The problem of the Error that `f` throws; the test fails if it throws none.
template <class F>
Problem problem_of(F f) {
    try {
        f();
    } catch (const Error& e) {
        return e.problem();
    }
    ADD_FAILURE() << "no Error";
    return {};
}

/// Words that the parts of a Problem must contain.
struct Words {
    std::string where, expected, found, remedy;
};
void expect_words(const Problem& problem, const Words& words);

} // namespace gf::tests
