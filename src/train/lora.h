#pragma once
// Low-rank adapters (LoRA, Hu et al. 2022): a few parameters beside untouched weights, which can be taken
// away again. Forward and backward know nothing of them: they see weights to which the adapter was added, and
// the adapter's gradient follows from the gradient of these weights. Used by the trainer.

#include "train/parameter_block.h"

#include <cstdint>
#include <filesystem>

namespace gf {

struct LoraConfig {
    int rank = 0; ///< 0: no adapter
    double alpha = 16;
    std::vector<std::string> targets{"*"}; ///< names or globs of matrices; embeddings are never among them
    bool operator==(const LoraConfig&) const = default;
};

class LoraAdapter {
  public:
    /// A is uniform in +-1/sqrt(in) (as in PEFT) and B zero, so that at first
    /// nothing changes. @throws Error with the nearest names for a target that
    /// matches no matrix, and for a rank above the smaller side of a target.
    LoraAdapter(const LoraConfig& config, const Weights& base, std::uint64_t seed);

    /// effective = base + alpha / rank * A B at the targets, and a copy of base elsewhere.
    void apply(const Weights& base, Weights& effective) const;

    /// Computes the gradients of A and B from `gradient`, d loss / d effective in the layout of Weights:
    /// dA = scale G B^T, dB = scale A^T G with scale = alpha / rank.
    void compute_gradients(std::span<const real> gradient);

    /// A and B of each target, with the gradients of the last compute_gradients(). The spans stay valid as
    /// long as the adapter lives.
    std::vector<ParameterBlock> blocks();

    /// A and B of all targets.
    std::span<real> values() { return values_; }
    std::span<const real> values() const { return values_; }

    /// Writes adapter_model.safetensors and adapter_config.json as Hugging Face's PEFT does, each file
    /// atomically. @throws Error if a file cannot be written.
    void save(const std::filesystem::path& folder) const;
    /// Reads A and B. @throws Error unless the files have exactly this adapter's tensors, rank and alpha.
    void load(const std::filesystem::path& folder);

  private:
    struct Target {
        ParamRow row;
        std::size_t a, b; ///< where A (in, rank) and B (rank, out) begin in values_ and gradient_
    };
    static std::string module_name(const Target& target); ///< "transformer.h.0.attn.c_attn"
    real scale() const { return real(config_.alpha / config_.rank); }

    LoraConfig config_;
    std::vector<Target> targets_; ///< in the order of the parameter table
    std::vector<real> values_, gradient_;
};

} // namespace gf
