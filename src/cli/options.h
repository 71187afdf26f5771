#pragma once
// Options that several commands share, and the way commands are put on the command line.

#include "core/sampling.h"
#include "core/trace.h"
#include "session/model.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gf {

/// --model, --tokenizer
struct ModelOptions {
    std::string model, tokenizer;
    void add_to(CLI::App& app, bool required = true);
    std::shared_ptr<const Model> open() const; ///< prints warnings on stderr
};

/// --prompt or --tokens; neither: the model's BOS token
struct PromptOptions {
    std::string prompt;
    std::optional<std::string> tokens;
    void add_to(CLI::App& app);
    /// Throws Error if the prompt does not leave room for n_new more tokens in the model's context, or the
    /// model adds none.
    std::vector<int> encode(const Model& model, int n_new) const;
};

/// --source or --source-tokens: the text that the encoder of an encoder-decoder reads
struct SourceOptions {
    std::optional<std::string> text, tokens;
    void add_to(CLI::App& app);
    /// The source's tokens; none for models without encoder. Throws Error if there is a source and no
    /// encoder, or the other way round, or if it is longer than the model's context.
    std::optional<std::vector<int>> encode(const Model& model) const;
    /// The encoder's run; null for models without one. Throws as encode() does.
    std::shared_ptr<Trace> read(const Model& model, Keep keep) const;
};

/// --temperature, --top-k, ...: the chain in its usual order
struct SamplingOptions {
    double temperature = 1, repetition_penalty = 1, top_p = 1, min_p = 0;
    int top_k = 0;
    bool greedy = false;
    std::uint64_t seed = 42;
    void add_to(CLI::App& app);
    SamplingChain chain() const; ///< throws Error for values out of range
};

// Each adds its command to `app`; running it stores the exit code in `exit_code`.
void add_run(CLI::App& app, int& exit_code);
void add_trace(CLI::App& app, int& exit_code);
void add_info(CLI::App& app, int& exit_code);
void add_train(CLI::App& app, int& exit_code);
void add_models(CLI::App& app, int& exit_code);
void add_bench(CLI::App& app, int& exit_code);
void add_corpus(CLI::App& app, int& exit_code);
void add_tokenizer(CLI::App& app, int& exit_code);

/// Parses and runs. Bad usage and gf::Error end with exit code 2 and a message on stderr that names the
/// nearest valid options.
int run_command_line(CLI::App& app, int argc, char** argv, const int& exit_code);

} // namespace gf
