#pragma once
// What the tests of the session and of the command line share: models on disk, and a session that answers at
// once.

#include "io/hf_model.h"
#include "session/session.h"
#include "support/random_model.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

namespace gf::tests {

/// A folder that is removed at the end.
class Scratch {
  public:
    Scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "glassformer-XXXXXX").string();
        if (!mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), name);
        path_ = name;
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// The one of this process.
inline const std::filesystem::path& scratch() {
    static const Scratch folder;
    return folder.path();
}

/// Writes a file there and returns its path.
inline std::string scratch_file(const std::string& name, const std::string& contents) {
    const std::filesystem::path path = scratch() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << contents;
    return path.string();
}

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A model of random weights, in memory and on disk.
struct SavedModel {
    std::string path;
    std::shared_ptr<Weights> weights;
    const ModelConfig& config() const { return weights->config; }
};

/// Saved once in a process under `name`; the same name must mean the same config.
inline const SavedModel& saved_model(const std::string& name, const ModelConfig& config) {
    static std::map<std::string, SavedModel> saved;
    const auto [it, is_new] = saved.try_emplace(name);
    if (is_new) {
        it->second = {(scratch() / name).string(), random_weights(config)};
        save_model(it->second.path, *it->second.weights);
    }
    EXPECT_EQ(it->second.config(), config) << name << " means two models";
    return it->second;
}

inline const SavedModel& saved_preset(const std::string& preset_name) {
    return saved_model(preset_name, preset(preset_name).config);
}

/// The preset "llama", changed.
inline const SavedModel& saved_llama(const std::string& name, void (*change)(ModelConfig&)) {
    ModelConfig config = preset("llama").config;
    change(config);
    return saved_model(name, config);
}

/// A llama2.c tokenizer, as a file's contents: <unk>, <s>, </s>, the bytes, " ", "a".
inline std::string tok_bin_contents() {
    std::string bytes;
    auto number = [&](auto value) { bytes.append(reinterpret_cast<const char*>(&value), sizeof value); };
    auto token = [&](const std::string& text) {
        number(0.0f); // the score
        number(static_cast<std::int32_t>(text.size()));
        bytes += text;
    };
    number(std::int32_t{6}); // the longest token
    for (const char* special : {"<unk>", "\n<s>\n", "\n</s>\n"}) token(special);
    for (int byte = 0; byte < 256; ++byte) token(fmt::format("<0x{:02X}>", byte));
    token(" ");
    token("a");
    return bytes;
}
inline constexpr int k_tok_bin_size = 261;

/// "1,2,3"
inline std::string ids_text(const std::vector<int>& ids) { return fmt::format("{}", fmt::join(ids, ",")); }

inline std::vector<int> tokens_of(const RunView& run) {
    return {run.trace->tokens(), run.trace->tokens() + run.rows};
}

/// A cooperative session: a command is carried out, and played to the end, before its call returns.
class Driver {
  public:
    Driver() = default;
    explicit Driver(const SavedModel& model) { (*this)(command::Open{model.path, ""}); }
    Driver(const SavedModel& model, const std::vector<int>& prompt) : Driver(model) {
        (*this)(command::SetPrompt{ids_text(prompt)});
    }

    const Snapshot& operator()(Command command) {
        session_.post(std::move(command));
        session_.run_until_idle();
        return latest();
    }
    const Snapshot& latest() { return session_.latest(); }
    std::vector<int> tokens() { return tokens_of(latest().run()); }

  private:
    Session session_{Session::Mode::cooperative};
};

/// The public model of the tests' folder; empty paths where there is none.
struct Stories {
    std::string model, tokenizer, greedy;
    explicit operator bool() const { return !model.empty(); }
};

inline Stories stories() {
    const std::filesystem::path folder = GLASSFORMER_MODELS_DIR;
    const Stories found{(folder / "stories260K.bin").string(), (folder / "tok512.bin").string(),
                        (folder / "stories260K.greedy.txt").string()};
    for (const std::string& file : {found.model, found.tokenizer, found.greedy})
        if (!std::filesystem::exists(file)) return {};
    return found;
}

} // namespace gf::tests
