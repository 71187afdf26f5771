#pragma once
// Finds the parameters of a model among the tensors of its files, whose names and layouts differ with the
// library that wrote them. Used by load_hf_model().

#include "core/param_names.h"
#include "io/tensor_set.h"

#include <deque>

namespace gf {

/// The output layer that the files have: models are stored without one, and BERT's is only known by its
/// tensors.
ModelConfig config_with_stored_head(ModelConfig config, const TensorSet& tensors);

class ParamMatcher {
  public:
    /// `where` names the model's file or folder in messages. All must live as long as what match() returns.
    ParamMatcher(const ModelConfig& config, TensorSet& tensors, const std::string& where)
        : config_(config), tensors_(tensors), where_(where) {}

    /// The tensor of each row of the parameter table, in the table's order.
    /// @throws Error when one is missing or of another shape, or when a tensor is left over
    std::vector<const TensorEntry*> match();

    /// BERT's vectors of token types, of which every token of a single text gets the first; null if there are
    /// none.
    const TensorEntry* token_types() const { return token_types_; }

  private:
    bool is_bert() const; ///< or of its kin
    bool is_t5() const { return config_.tensor_names == TensorNames::t5; }
    const char* unembed_name() const { return param_names(config_.tensor_names, Stack::decoder).unembed; }
    void check_plausible() const;
    std::string name_in_file(const std::string& name) const;
    std::vector<std::string> other_names(const ParamRow& row, const std::string& name) const;
    const TensorEntry* find(const ParamRow& row);
    const TensorEntry* find_fused_expert(const ParamRow& row, const std::string& name);
    const TensorEntry* find_token_types();
    /// Other names under which the files may hold the embedding, too.
    std::vector<std::string> copies_of_embedding() const;
    std::string unembed_bias_copy() const;
    void check_copy(const TensorEntry& original, const std::string& name);
    bool is_ignored(const std::string& name) const;
    void check_unused() const;

    const ModelConfig& config_;
    TensorSet& tensors_;
    const std::string& where_;
    std::string prefix_; ///< of the table's names, which files may leave out
    bool prefix_present_ = true;
    const TensorEntry* token_types_ = nullptr;
    std::deque<TensorEntry> slices_; ///< of tensors that hold several parameters
};

} // namespace gf
