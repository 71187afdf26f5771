#include "io/param_matcher.h"

#include "platform/error.h"

#include <algorithm>
#include <fmt/format.h>

namespace gf {
namespace {

/// The name with one piece of it changed; empty if it does not have the piece.
std::string replaced(std::string name, std::string_view piece, std::string_view by) {
    const std::size_t at = name.find(piece);
    return at == name.npos ? "" : name.replace(at, piece.size(), by);
}

/// Refuses elements that weights cannot have. `where` names file and tensor.
void require_weight_type(const TensorEntry& tensor, const std::string& where) {
    if (!is_weight_type(tensor.dtype))
        throw Error(
            {where, "F32, F16 or BF16", std::string(name(tensor.dtype)), "convert the tensor to F32"});
}

/// BERT and its kin, whose files hold more than the model.
bool is_berts(TensorNames names) {
    return names == TensorNames::bert || names == TensorNames::roberta || names == TensorNames::distilbert;
}

} // namespace

bool ParamMatcher::is_bert() const { return is_berts(config_.tensor_names); }

ModelConfig config_with_stored_head(ModelConfig c, const TensorSet& tensors) {
    const ParamNames& names = param_names(c.tensor_names, Stack::decoder);
    if (is_berts(c.tensor_names)) {
        const bool stored = tensors.has(std::string(names.mlm_dense) + ".weight");
        if (!stored) c.tied_embeddings = false;
        if (stored && c.head == OutputHead::none) c.tied_embeddings = !tensors.has(names.unembed);
        c.head = stored ? OutputHead::masked_tokens : OutputHead::none;
    } else if (c.head == OutputHead::none && tensors.has(names.unembed)) {
        c.head = OutputHead::tokens;
        c.unembed_bias = tensors.has(names.unembed_bias);
    }
    return c;
}

std::vector<const TensorEntry*> ParamMatcher::match() {
    check_plausible();
    const std::vector<ParamRow> table = param_table(config_);
    // The first row is the embedding, whose name has the prefix that the output head's does not have.
    const std::string& embedding = table.front().name;
    prefix_ = is_t5() ? "" : embedding.substr(0, embedding.find('.') + 1);
    const bool elsewhere = config_.tied_embeddings && tensors_.has(unembed_name());
    prefix_present_ = tensors_.has(embedding) || (!tensors_.has(embedding.substr(prefix_.size())) &&
                                                  (!elsewhere || tensors_.mentions(prefix_)));
    std::vector<const TensorEntry*> found(table.size());
    std::transform(table.begin(), table.end(), found.begin(), [&](const ParamRow& row) { return find(row); });
    if (config_.tied_embeddings) check_copy(*found.front(), unembed_name());
    for (const std::string& copy : copies_of_embedding()) check_copy(*found.front(), copy);
    for (std::size_t i = 0; is_bert() && i < table.size(); ++i)
        if (table[i].role == Role::unembed_bias) check_copy(*found[i], unembed_bias_copy());
    token_types_ = find_token_types();
    check_unused();
    return found;
}

std::vector<std::string> ParamMatcher::copies_of_embedding() const {
    if (!is_t5()) return {};
    return {"encoder.embed_tokens.weight", "decoder.embed_tokens.weight"};
}

/// Where BERT and RoBERTa store the output's bias a second time: "cls.predictions.decoder.bias".
std::string ParamMatcher::unembed_bias_copy() const { return replaced(unembed_name(), ".weight", ".bias"); }

const TensorEntry* ParamMatcher::find_token_types() {
    if (!is_bert() || config_.tensor_names == TensorNames::distilbert) return nullptr;
    const std::string name = name_in_file(prefix_ + "embeddings.token_type_embeddings.weight");
    const TensorSet::Located* place = tensors_.take(name);
    if (!place) return nullptr;
    const TensorEntry& t = *place->tensor;
    if (t.shape.size() != 2 || t.shape[0] < 1 || t.shape[1] != config_.d_model || !is_weight_type(t.dtype))
        throw Error({fmt::format("{}: tensor '{}'", place->file, name),
                     fmt::format("rows of hidden_size = {} numbers, F32, F16 or BF16", config_.d_model),
                     fmt::format("{} {}", gf::name(t.dtype), shape_text(t.shape)),
                     "config.json belongs to another model"});
    return &t;
}

/// A config may promise millions of tensors, so the table is not built unless the files have about as many.
void ParamMatcher::check_plausible() const {
    // A layer has at least a norm, q, k, v and o, and each expert a matrix in and one out, which may be side
    // by side with those of the others.
    const bool fused = config_.is_moe() && tensors_.mentions(".experts.gate_up_proj");
    const std::size_t per_layer = 5 + (fused ? 2 : 2 * static_cast<std::size_t>(config_.n_experts));
    const std::size_t least = per_layer * static_cast<std::size_t>(config_.n_groups());
    if (least > tensors_.size())
        throw Error({where_,
                     fmt::format("{} tensors or more for {} layers with {} experts", least, config_.n_layers,
                                 config_.n_experts),
                     fmt::format("{} tensors", tensors_.size()),
                     "config.json belongs to another model, or a file is missing"});
    if (fused && param_count(config_) > tensors_.n_bytes())
        throw Error({where_,
                     fmt::format("{} values or more for {} experts", param_count(config_), config_.n_experts),
                     fmt::format("{} bytes", tensors_.n_bytes()),
                     "config.json belongs to another model, or a file is missing"});
}

/// What the files call the parameter `name`: they may leave the prefix out.
std::string ParamMatcher::name_in_file(const std::string& name) const {
    return !prefix_present_ && name.starts_with(prefix_) ? name.substr(prefix_.size()) : name;
}

/// The names that other versions of the libraries give to the parameter.
std::vector<std::string> ParamMatcher::other_names(const ParamRow& row, const std::string& name) const {
    std::vector<std::string> others;
    if (row.role == Role::embed && config_.tied_embeddings) others.push_back(unembed_name());
    if (row.role == Role::router) others.push_back(replaced(name, "block_sparse_moe.", "mlp."));
    if (row.role == Role::embed)
        for (const std::string& copy : copies_of_embedding()) others.push_back(copy);
    if (!is_bert()) return others;
    if (row.role == Role::unembed_bias) others.push_back(unembed_bias_copy());
    // The first BERTs were converted while their norms had older names.
    others.push_back(replaced(name, "LayerNorm.weight", "LayerNorm.gamma"));
    others.push_back(replaced(name, "LayerNorm.bias", "LayerNorm.beta"));
    return others;
}

/// One expert's matrix out of the tensors that hold those of all experts of a layer, as Hugging Face's
/// library has them since version 5: gate_up_proj [experts, 2 d_mlp, d_model], the gate's rows first, and
/// down_proj [experts, d_model, d_mlp]. Null if there is no such tensor.
const TensorEntry* ParamMatcher::find_fused_expert(const ParamRow& row, const std::string& name) {
    const std::size_t experts = name.find("block_sparse_moe.experts.");
    if (row.expert < 0 || experts == name.npos) return nullptr;
    const bool down = row.role == Role::mlp_out;
    const TensorSet::Located* place = nullptr;
    for (const char* block : {"mlp.experts.", "block_sparse_moe.experts."})
        if (!place)
            place = tensors_.take(name.substr(0, experts) + block + (down ? "down_proj" : "gate_up_proj"));
    if (!place) return nullptr;
    const TensorEntry& all = *place->tensor;
    const std::string where = fmt::format("{}: tensor '{}'", place->file, all.name);
    const std::int64_t n = config_.n_experts, d = config_.d_model, m = config_.d_mlp;
    const std::vector<std::int64_t> shape{n, down ? d : 2 * m, down ? m : d};
    if (all.shape != shape)
        throw Error({where, "shape " + shape_text(shape), "shape " + shape_text(all.shape),
                     "config.json belongs to another model"});
    require_weight_type(all, where);
    const std::size_t per_matrix = size_of(all.dtype) * static_cast<std::size_t>(d * m);
    const std::size_t first =
        down ? static_cast<std::size_t>(row.expert)
             : 2 * static_cast<std::size_t>(row.expert) + (row.role == Role::mlp_up ? 1 : 0);
    return &slices_.emplace_back(TensorEntry{
        name, all.dtype, {down ? d : m, down ? m : d}, all.bytes.subspan(first * per_matrix, per_matrix)});
}

/// @throws Error when the tensor is missing, or has another shape or a type that weights cannot have
const TensorEntry* ParamMatcher::find(const ParamRow& row) {
    std::string name = name_in_file(row.name);
    const TensorSet::Located* place = tensors_.take(name);
    if (!place)
        if (const TensorEntry* slice = find_fused_expert(row, name)) return slice;
    for (const std::string& other : place ? std::vector<std::string>() : other_names(row, name))
        if (!place && !other.empty() && (place = tensors_.take(other))) name = other;
    const auto file_shape = row.file_shape();
    const std::vector<std::int64_t> shape(file_shape.begin(), file_shape.end());
    if (!place)
        throw Error({fmt::format("{}: tensor '{}'", where_, name), "a tensor of shape " + shape_text(shape),
                     "no such tensor",
                     row.role == Role::unembed
                         ? "set tie_word_embeddings to true in config.json if the model has no output "
                           "matrix of its own"
                         : "config.json belongs to another model, or the file is incomplete"});
    const TensorEntry& tensor = *place->tensor;
    const std::string where = fmt::format("{}: tensor '{}'", place->file, tensor.name);
    if (tensor.shape != shape)
        throw Error({where, "shape " + shape_text(shape), "shape " + shape_text(tensor.shape),
                     "config.json belongs to another model"});
    require_weight_type(tensor, where);
    return &tensor;
}

/// Some files store a parameter twice: the output matrix beside tied embeddings, BERT's output bias. The copy
/// is not read, so it must have the same values.
void ParamMatcher::check_copy(const TensorEntry& original, const std::string& name) {
    const TensorSet::Located* copy = tensors_.take(name);
    if (!copy || copy->tensor == &original) return;
    const TensorEntry& t = *copy->tensor;
    if (t.dtype != original.dtype || t.shape != original.shape ||
        !std::equal(t.bytes.begin(), t.bytes.end(), original.bytes.begin()))
        throw Error({fmt::format("{}: tensor '{}'", copy->file, name),
                     fmt::format("the same values as '{}'", original.name),
                     fmt::format("others, {} {}", gf::name(t.dtype), shape_text(t.shape)),
                     "set tie_word_embeddings to false in config.json"});
}

/// Whether the forward pass does without the tensor: buffers that follow from the config, and other outputs
/// than the one that is used (of classifiers, of TRL's value models, of BERT).
bool ParamMatcher::is_ignored(const std::string& name) const {
    for (const char* buffer : {".attn.bias", ".attn.masked_bias", ".attention.bias", ".attention.masked_bias",
                               "rotary_emb.inv_freq"})
        if (name.ends_with(buffer)) return true;
    for (const char* head : {"score.", "v_head.", "multiple_choice_head.", "qa_outputs."})
        if (name.starts_with(head)) return true;
    // The first T5s had buckets for the source that were never used.
    if (is_t5() && name.ends_with("EncDecAttention.relative_attention_bias.weight")) return true;
    return is_bert() &&
           (name.ends_with("embeddings.position_ids") || name.ends_with("embeddings.token_type_ids") ||
            name.find("pooler.dense.") != std::string::npos || name.starts_with("cls.seq_relationship."));
}

void ParamMatcher::check_unused() const {
    tensors_.for_each_unused([&](const TensorEntry& t, const std::string& plain, const std::string& file) {
        if (is_ignored(plain)) return;
        throw Error({fmt::format("{}: tensor '{}'", file, t.name), "only tensors that config.json calls for",
                     fmt::format("{} {}", gf::name(t.dtype), shape_text(t.shape)),
                     "config.json belongs to another model"});
    });
}

} // namespace gf
