#pragma once
// What the tests of files share: small models, files in memory, and the parts of an Error.

#include "core/error.h"
#include "core/params.h"
#include "io/hf_model.h"
#include "io/json.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <map>

namespace gf::tests {

/// A folder that is removed at the end of the scope.
class Scratch {
  public:
    Scratch();
    ~Scratch() { std::filesystem::remove_all(path_); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

std::string read_text(const std::filesystem::path& path);
void write_text(const std::filesystem::path& path, std::string_view contents);
std::span<const std::byte> bytes_of(const std::string& text);

/// A folder of files as strings.
using Files = std::map<std::string, std::string>;
/// As load_hf() sees it; `files` must outlive it. Its name is "memory".
FileSet in_memory(const Files& files);
std::shared_ptr<Weights> load(const Files& files, std::vector<std::string>* warnings = nullptr);
/// What save_model() writes.
Files saved(const Weights& weights, DType dtype = DType::f32);

/// The same model in two shards with an index.
Files sharded(const Files& files);

/// Models of a few hundred to a thousand values, one for each way in which files differ.
struct NamedConfig {
    std::string name, model_type;
    ModelConfig config;
};
std::vector<NamedConfig> tiny_models();
ModelConfig tiny_config(const std::string& name); ///< one of them
std::shared_ptr<Weights> random_weights(const ModelConfig& config);

void expect_equal(const Weights& a, const Weights& b); ///< config and every bit

/// A safetensors file around a header and its data.
std::string safetensors_file(const nlohmann::json& header, const std::string& data);
/// The same file with another header.
std::string with_header(const std::string& file, const std::function<void(nlohmann::json&)>& change);
nlohmann::json header_of(const std::string& file);

/// A llama2.c file: the header, then the values 0, 1/8, 2/8, ... modulo 5.
std::string llama2c_file(const std::array<std::int32_t, 7>& header, std::size_t n_values);

/// What the Error says that `f` throws; fails the test if it throws none.
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

/// Each part must contain these words.
struct Words {
    std::string where, expected, found, remedy;
};
void expect_words(const Problem& problem, const Words& words);

} // namespace gf::tests
