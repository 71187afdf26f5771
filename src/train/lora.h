#pragma once
// Low-rank adapters (LoRA, Hu et al. 2022): a few parameters beside untouched weights, which can be taken
// away again. Forward and backward know nothing of them: they see weights into which the adapter was added,
// and its gradient is their gradient's shadow.

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

class Adapter {
  public:
    /// A uniform in +-1/sqrt(in) (as PEFT has it), B zero, so that at first nothing changes. Throws Error
    /// with the nearest names for a target that no matrix has, and for a rank that no target has room for.
    Adapter(const LoraConfig& config, const Weights& base, std::uint64_t seed);

    const LoraConfig& config() const { return config_; }
    double scale() const { return config_.alpha / config_.rank; }

    /// effective = base + alpha / rank * A B at the targets, a copy of base elsewhere; base where B is 0.
    void apply(const Weights& base, Weights& effective) const;

    /// From d loss / d effective, in the layout of Weights, to the gradient of A and B: dA = scale G B^T, dB
    /// = scale A^T G.
    void project(std::span<const real> gradient);

    /// A and B of each target with the gradient of the last project(); they stay at their place as long as
    /// the Adapter.
    std::vector<ParameterBlock> blocks();

    /// adapter_model.safetensors and adapter_config.json as Hugging Face's PEFT has them; each file
    /// atomically.
    void save(const std::filesystem::path& folder) const;
    /// Reads A and B. Throws Error unless the file has exactly this adapter's tensors and its rank, alpha and
    /// targets.
    void load(const std::filesystem::path& folder);

  private:
    struct Target {
        ParamRow row;
        std::size_t a, b; ///< into values_: A [in, rank], B [rank, out]
    };
    std::string module_name(const Target& target) const; ///< "transformer.h.0.attn.c_attn"

    LoraConfig config_;
    std::vector<Target> targets_;
    std::vector<real> values_, gradient_;
};

} // namespace gf
