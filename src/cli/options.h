#pragma once
// Options that several commands share. Each command holds them in its own struct of options, adds them with
// add_to(), and reads them when it runs.

#include "core/run_setup.h"
#include "core/sampling/sampling.h"
#include "session/model.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gf {

/// --ignore-config-key, which may be given several times.
void add_ignored_keys(CLI::App& app, std::vector<std::string>& keys);

/// --model, --tokenizer and --ignore-config-key.
struct ModelOptions {
    std::string model, tokenizer;
    std::vector<std::string> ignored_keys;
    void add_to(CLI::App& app, bool required = true);
    /// The path of the model, which may be given by the name of one that ships. @throws Error as find_model()
    std::string path() const;
    /// Opens the model and prints its warnings on stderr.
    /// @throws Error as open_model() does
    std::shared_ptr<const Model> open() const;
};

/// --prompt or --tokens. Without either the prompt is the model's BOS token.
struct PromptOptions {
    std::string prompt;
    std::optional<std::string> tokens;
    void add_to(CLI::App& app);
    /// The prompt's token ids.
    /// @throws Error when the prompt does not leave room for n_new more tokens in the model's context, or
    /// n_new is not 0 and the model does not continue text
    std::vector<int> encode(const Model& model, int n_new) const;
};

/// --source or --source-tokens: the text that the encoder of an encoder-decoder reads.
struct SourceOptions {
    std::optional<std::string> text, tokens;
    void add_to(CLI::App& app);
    /// The source's token ids; nullopt for models without an encoder.
    /// @throws Error when there is a source but no encoder or an encoder but no source, or when the source is
    /// empty or longer than the model's context
    std::optional<std::vector<int>> encode(const Model& model) const;
};

/// --setup: what the run varies on the same weights.
struct SetupOptions {
    std::string file;
    void add_to(CLI::App& app);
    /// The file's setup; one that changes nothing without a file.
    /// @throws Error when the file cannot be read or the setup does not fit the model
    RunSetup load(const Model& model) const;
};

/// --temperature, --top-k and the other options of sampling.
struct SamplingOptions {
    double temperature = 1, repetition_penalty = 1, top_p = 1, min_p = 0;
    int top_k = 0;
    bool greedy = false;
    std::uint64_t seed = 42;
    void add_to(CLI::App& app);
    /// The sampling chain in its usual order.
    /// @throws Error for values out of range
    SamplingChain chain() const;
};

} // namespace gf
