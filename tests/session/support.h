#pragma once
// Shared by the tests of the session, the command line and the window: models on disk, and a session that
// carries out each command before the next line of the test.

#include "io/hf_model.h"
#include "session/session.h"
#include "support/random_model.h"
#include "support/test_folder.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace gf::tests {

/// The temporary folder of this process.
inline const std::filesystem::path& scratch() {
    static const TestFolder folder;
    return folder.path();
}

/// Writes a file into the temporary folder and returns its path.
inline std::string scratch_file(const std::string& name, const std::string& contents) {
    const std::filesystem::path path = scratch() / name;
    write_text(path, contents);
    return path.string();
}

/// A model of random weights, in memory and on disk.
struct SavedModel {
    std::string path;
    std::shared_ptr<Weights> weights;
    const ModelConfig& config() const { return weights->config; }
};

/// A model of random weights, saved under `name` once in a process. The same name must mean the same config.
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

/// A model saved as above, whose config is the preset "llama" with a change.
inline const SavedModel& saved_llama(const std::string& name, void (*change)(ModelConfig&)) {
    ModelConfig config = preset("llama").config;
    change(config);
    return saved_model(name, config);
}

/// Contents of a llama2.c tokenizer's file with the tokens <unk>, <s>, </s>, the 256 bytes, " " and "a".
inline std::string tok_bin_contents() {
    std::string bytes;
    const auto number = [&](auto value) {
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    };
    const auto token = [&](const std::string& text) {
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

/// The ids as a prompt for a model without tokenizer: "1,2,3".
inline std::string ids_text(const std::vector<int>& ids) { return fmt::format("{}", fmt::join(ids, ",")); }

inline std::vector<int> tokens_of(const Run& run) {
    return {run.trace->tokens(), run.trace->tokens() + run.rows};
}
inline std::vector<int> tokens_of(const BranchView& run) {
    std::vector<int> tokens;
    for (int i = 0; i < run.rows; ++i) tokens.push_back(run.token(i));
    return tokens;
}

/// A cooperative session. Calling it with a command carries the command out, plays to the end if the session
/// is playing, and gives the snapshot.
class TestSession {
  public:
    TestSession() = default;
    explicit TestSession(const SavedModel& model) { (*this)(command::Open{model.path, ""}); }
    TestSession(const SavedModel& model, const std::vector<int>& prompt) : TestSession(model) {
        (*this)(command::SetPrompt{ids_text(prompt)});
    }

    const Snapshot& operator()(SessionCommand command) {
        session_.post(std::move(command));
        session_.run_until_idle();
        return latest();
    }
    const Snapshot& latest() { return session_.latest(); }
    std::vector<int> tokens() { return tokens_of(latest().text()); }

  private:
    Session session_{Session::Mode::cooperative};
};

/// Files of stories260K, the public model that the tests may find in their folder; else empty paths.
struct Stories {
    std::string model, tokenizer;
    std::string greedy; ///< the reference program's greedy text
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
