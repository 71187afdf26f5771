// load_hf_model(): the files of a model are opened, their tensors collected by name (TensorSet), matched with
// the rows of the parameter table (ParamMatcher), and only then copied.

#include "io/hf_config.h"
#include "io/hf_model.h"
#include "io/json.h"
#include "io/param_io.h"
#include "io/safetensors.h"
#include "platform/error.h"

#include <algorithm>
#include <deque>
#include <fmt/format.h>
#include <map>
#include <unordered_map>

namespace gf {
namespace {

constexpr const char* k_config = "config.json";
constexpr const char* k_weights = "model.safetensors";
constexpr const char* k_index = "model.safetensors.index.json";

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> open_required(const FileSet& files, const std::string& name,
                                         const std::string& remedy) {
    if (const auto bytes = files.open(name)) return *bytes;
    throw Error({files.where, "a file " + name, "none", remedy});
}

/// The tensors of all files of a model, by name.
class TensorSet {
  public:
    /// @throws Error when there is no such file, it is damaged, or a tensor of that name is in another file
    void add(const FileSet& files, const std::string& name, const std::string& remedy) {
        files_.push_back(parse_safetensors(open_required(files, name, remedy), files.where + "/" + name));
        const Safetensors& file = files_.back();
        for (const TensorEntry& t : file.tensors) {
            const auto [it, is_new] = by_name_.emplace(t.name, Located{&t, file.where, false});
            if (!is_new)
                throw Error({fmt::format("{}: tensor '{}'", file.where, t.name), "every tensor in one file",
                             "another in " + it->second.file, "remove one of the files"});
        }
    }

    struct Located {
        const TensorEntry* tensor;
        std::string file; ///< the file's name in messages
        bool used;
    };
    /// Finds a tensor and marks it as used; nullptr if there is none.
    const Located* take(const std::string& name) {
        const auto it = by_name_.find(name);
        if (it == by_name_.end()) return nullptr;
        it->second.used = true;
        return &it->second;
    }
    bool has(const std::string& name) const { return by_name_.contains(name); }
    std::size_t size() const { return by_name_.size(); }
    std::size_t n_files() const { return files_.size(); }
    const Safetensors& last_file() const { return files_.back(); }

    /// Calls `f(tensor, file)` in the files' order, so that messages do not depend on hashing.
    template <class F>
    void for_each_unused(F f) const {
        for (const Safetensors& file : files_)
            for (const TensorEntry& t : file.tensors)
                if (!by_name_.at(t.name).used) f(t, file.where);
    }

  private:
    std::deque<Safetensors> files_; // a deque, because the map points into its elements
    std::unordered_map<std::string, Located> by_name_;
};

/// Adds the shards that the index lists, and checks that each holds the tensors that the index says.
void add_shards(const FileSet& files, TensorSet& tensors) {
    const std::string where = files.where + "/" + k_index;
    const nlohmann::json index = parse_json(
        text_of(open_required(
            files, k_index,
            fmt::format("convert the model to safetensors, as {} or in shards with an index", k_weights))),
        where);
    std::map<std::string, std::vector<std::string>> shards; // file -> tensors
    for (const auto& [tensor, file] : json_object(index, "weight_map", where).items()) {
        const std::string& name = json_string(index["weight_map"], tensor, where + ": weight_map");
        const bool plain = !name.empty() && name.front() != '.' &&
                           std::none_of(name.begin(), name.end(),
                                        [](unsigned char c) { return c < ' ' || c == '/' || c == '\\'; });
        if (!plain)
            throw Error({fmt::format("{}: weight_map: '{}'", where, tensor),
                         "the name of a file in the same folder", json_summary(file),
                         "put the shards beside the index"});
        shards[name].push_back(tensor);
    }
    if (shards.empty()) throw Error({where + ": weight_map", "tensors", "none", "the file is damaged"});
    for (const auto& [name, listed] : shards) {
        tensors.add(files, name, fmt::format("{} names it; download the missing shard", k_index));
        for (const std::string& tensor : listed)
            if (!tensors.last_file().find(tensor))
                throw Error({fmt::format("{}/{}: tensor '{}'", files.where, name, tensor),
                             fmt::format("the tensor, as {} says", k_index), "no such tensor",
                             "download the shards and their index again"});
    }
}

/// The tensors of `weights_file` if it is given, else of model.safetensors, else of the shards.
TensorSet read_tensors(const FileSet& files, const std::string& weights_file) {
    TensorSet tensors;
    if (!weights_file.empty())
        tensors.add(files, weights_file, "check the name");
    else if (files.open(k_weights))
        tensors.add(files, k_weights, "");
    else
        add_shards(files, tensors);
    return tensors;
}

/// Finds a model's parameters among the tensors of its files.
class ParamMatcher {
  public:
    ParamMatcher(const ModelConfig& config, TensorSet& tensors, const std::string& where)
        : config_(config), tensors_(tensors), where_(where) {}

    /// The tensor of each row of the parameter table, in the table's order.
    /// @throws Error when one is missing or of another shape, or when a tensor is left over
    std::vector<const TensorEntry*> match() {
        check_plausible();
        const std::vector<ParamRow> table = param_table(config_);
        // The first row is the embedding, whose name has the prefix that the output head's does not have.
        const std::string& embedding = table.front().name;
        prefix_ = embedding.substr(0, embedding.find('.') + 1);
        prefix_present_ = tensors_.has(embedding) || !tensors_.has(embedding.substr(prefix_.size()));
        std::vector<const TensorEntry*> found(table.size());
        std::transform(table.begin(), table.end(), found.begin(),
                       [&](const ParamRow& row) { return find(row); });
        if (config_.tied_embeddings) check_copy(*found.front(), unembed_name());
        if (is_bert())
            for (std::size_t i = 0; i < table.size(); ++i)
                if (table[i].role == Role::unembed_bias)
                    check_copy(*found[i], "cls.predictions.decoder.bias");
        token_types_ = find_token_types();
        check_unused();
        return found;
    }

    /// BERT's vectors of token types, of which every token of a
    /// single text gets the first; nullptr if there are none.
    const TensorEntry* token_types() const { return token_types_; }

  private:
    const TensorEntry* find_token_types() {
        if (!is_bert()) return nullptr;
        const std::string name = name_in_file("bert.embeddings.token_type_embeddings.weight");
        const TensorSet::Located* place = tensors_.take(name);
        if (!place) return nullptr;
        const TensorEntry& t = *place->tensor;
        if (t.shape.size() != 2 || t.shape[0] < 1 || t.shape[1] != config_.d_model ||
            !is_weight_type(t.dtype))
            throw Error({fmt::format("{}: tensor '{}'", place->file, name),
                         fmt::format("rows of hidden_size = {} numbers, F32, F16 or BF16", config_.d_model),
                         fmt::format("{} {}", gf::name(t.dtype), shape_text(t.shape)),
                         "config.json belongs to another model"});
        return &t;
    }

    bool is_bert() const { return config_.tensor_names == TensorNames::bert; }
    const char* unembed_name() const {
        return is_bert() ? "cls.predictions.decoder.weight" : "lm_head.weight";
    }

    /// A config may promise millions of tensors, so the table
    /// is not built unless the files have about as many.
    void check_plausible() const {
        // A layer has at least a norm, q, k, v and o, and each expert a matrix in and one out.
        const std::size_t per_layer = 5 + 2 * static_cast<std::size_t>(config_.n_experts);
        const std::size_t least = per_layer * static_cast<std::size_t>(config_.n_groups());
        if (least > tensors_.size())
            throw Error({where_,
                         fmt::format("{} tensors or more for {} layers with {} experts", least,
                                     config_.n_layers, config_.n_experts),
                         fmt::format("{} tensors", tensors_.size()),
                         "config.json belongs to another model, or a file is missing"});
    }

    /// What the files call the parameter `name`: they may leave the prefix out.
    std::string name_in_file(const std::string& name) const {
        return !prefix_present_ && name.starts_with(prefix_) ? name.substr(prefix_.size()) : name;
    }

    /// @throws Error when the tensor is missing, or has another shape or a type that weights cannot have
    const TensorEntry* find(const ParamRow& row) {
        std::string name = name_in_file(row.name);
        const TensorSet::Located* place = tensors_.take(name);
        // The first BERTs were converted while their norms had older names.
        for (const auto& [suffix, older_suffix] :
             {std::pair{"LayerNorm.weight", "LayerNorm.gamma"}, {"LayerNorm.bias", "LayerNorm.beta"}}) {
            if (place || !is_bert() || !name.ends_with(suffix)) continue;
            const std::string older =
                name.substr(0, name.size() - std::string_view(suffix).size()) + older_suffix;
            place = tensors_.take(older);
            if (place) name = older;
        }
        const auto file_shape = row.file_shape();
        const std::vector<std::int64_t> shape(file_shape.begin(), file_shape.end());
        if (!place)
            throw Error({fmt::format("{}: tensor '{}'", where_, name),
                         "a tensor of shape " + shape_text(shape), "no such tensor",
                         row.role == Role::unembed
                             ? "set tie_word_embeddings to true in config.json if the model has no output "
                               "matrix of its own"
                             : "config.json belongs to another model, or the file is incomplete"});
        const TensorEntry& tensor = *place->tensor;
        const std::string where = fmt::format("{}: tensor '{}'", place->file, name);
        if (tensor.shape != shape)
            throw Error({where, "shape " + shape_text(shape), "shape " + shape_text(tensor.shape),
                         "config.json belongs to another model"});
        if (!is_weight_type(tensor.dtype))
            throw Error({where, "F32, F16 or BF16", std::string(gf::name(tensor.dtype)),
                         "convert the tensor to F32"});
        return &tensor;
    }

    /// Some files store a parameter twice: the output matrix beside tied embeddings, BERT's output bias. The
    /// copy is not read, so it must have the same values.
    void check_copy(const TensorEntry& original, const std::string& name) {
        const TensorSet::Located* copy = tensors_.take(name);
        if (!copy) return;
        const TensorEntry& t = *copy->tensor;
        if (t.dtype != original.dtype || t.shape != original.shape ||
            !std::equal(t.bytes.begin(), t.bytes.end(), original.bytes.begin()))
            throw Error({fmt::format("{}: tensor '{}'", copy->file, name),
                         fmt::format("the same values as '{}'", original.name),
                         fmt::format("others, {} {}", gf::name(t.dtype), shape_text(t.shape)),
                         "set tie_word_embeddings to false in config.json"});
    }

    /// Whether the forward pass does without the tensor: buffers
    /// that follow from the config, and BERT's other heads.
    bool is_ignored(const std::string& name) const {
        for (const char* buffer : {".attn.bias", ".attn.masked_bias", "rotary_emb.inv_freq"})
            if (name.ends_with(buffer)) return true;
        return is_bert() &&
               (name.ends_with("embeddings.position_ids") ||
                name.find("pooler.dense.") != std::string::npos || name.starts_with("cls.seq_relationship."));
    }

    void check_unused() const {
        tensors_.for_each_unused([&](const TensorEntry& t, const std::string& file) {
            if (is_ignored(t.name)) return;
            throw Error({fmt::format("{}: tensor '{}'", file, t.name),
                         "only tensors that config.json calls for",
                         fmt::format("{} {}", gf::name(t.dtype), shape_text(t.shape)),
                         "config.json belongs to another model"});
        });
    }

    const ModelConfig& config_;
    TensorSet& tensors_;
    const std::string& where_;
    std::string prefix_;
    bool prefix_present_ = true;
    const TensorEntry* token_types_ = nullptr;
};

/// Adds the vector of the first token type to each row of the
/// position embeddings: every token of a single text gets both.
void fold_into_positions(Weights& weights, const TensorEntry& types) {
    const auto d = static_cast<std::size_t>(weights.config.d_model);
    std::vector<real> first(d);
    read_reals(types.dtype, types.bytes.data(), d, first.data());
    for (const ParamRow& row : weights.table) {
        if (row.role != Role::pos_embed) continue;
        real* position = weights.values(row);
        for (std::size_t i = 0; i < row.size(); ++i) position[i] += first[i % d];
    }
}

} // namespace

std::shared_ptr<Weights> load_hf_model(const FileSet& files, std::vector<std::string>& warnings,
                                       const std::string& weights_file) {
    const auto config_bytes =
        open_required(files, k_config, "download it with the weights; it holds the model's shape");
    const ModelConfig config = parse_hf_config(text_of(config_bytes), files.where + "/" + k_config);
    TensorSet tensors = read_tensors(files, weights_file);
    const std::string where = tensors.n_files() == 1 ? tensors.last_file().where : files.where;
    ParamMatcher matcher(config, tensors, where);
    const std::vector<const TensorEntry*> found = matcher.match();

    // Every value is in the files by now, so this allocates at most twice their size (F16 becomes F32).
    auto weights = std::make_shared<Weights>(config);
    for (std::size_t i = 0; i < found.size(); ++i)
        read_parameter(*weights, weights->table[i], found[i]->dtype, found[i]->bytes.data());
    if (const TensorEntry* types = matcher.token_types()) fold_into_positions(*weights, *types);
    weights->refresh();
    warn_not_finite(*weights, where, warnings);
    return weights;
}

} // namespace gf
