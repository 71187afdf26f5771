#pragma once
// --edits of `glassformer run` and `glassformer trace`: the file, resolved against the model that runs.

#include "core/edit.h"
#include "session/model.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gf {

/// The edits of each stack. Models that are no encoder-decoder have edits of the decoder only.
struct StackEdits {
    std::vector<Edit> decoder, encoder;
};

struct EditOptions {
    std::string path; ///< empty: no edits
    void add_to(CLI::App& app);
    /// The edits of the file for a run of up to `n_tokens` tokens, which reads `source` if the model has an
    /// encoder. Prompts that they name as donors are run here.
    /// @throws Error naming the file, the entry, the field and the nearest valid names
    StackEdits load(const Model& model, const std::optional<std::vector<int>>& source, int n_tokens) const;
};

} // namespace gf
