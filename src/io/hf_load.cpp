// load_hf_model(): the files of a model are opened, their tensors collected by name (io/tensor_set.h),
// matched with the rows of the parameter table (io/param_matcher.h), and only then copied.

#include "io/foreign_file.h"
#include "io/hf_config.h"
#include "io/hf_model.h"
#include "io/json.h"
#include "io/param_io.h"
#include "io/param_matcher.h"
#include "platform/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace gf {
namespace {

constexpr const char* k_config = "config.json";
constexpr const char* k_weights = "model.safetensors";
constexpr const char* k_index = "model.safetensors.index.json";

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

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

/// The base model that an adapter's config names, quoted; empty if there is none.
std::string base_of_adapter(const FileSet& files) {
    const auto bytes = files.open("adapter_config.json");
    const nlohmann::json config =
        bytes ? nlohmann::json::parse(text_of(*bytes), nullptr, false) : nlohmann::json();
    if (!config.is_object()) return "";
    const auto base = config.find("base_model_name_or_path");
    return base != config.end() && base->is_string() ? fmt::format(" ('{}')", base->get<std::string>()) : "";
}

/// Refuses a folder that lacks the file `name`: what else is in it tells what a person has to do.
[[noreturn]] void refuse_folder(const FileSet& files, const std::string& name, const std::string& remedy) {
    const std::vector<std::string> names = files.names();
    for (const std::string& file :
         names) // a clone without Git LFS: what is no pointer will be converted later
        if (const auto found = foreign_weights({file}))
            if (const auto bytes = files.open(file); bytes && bytes->size() < 1024)
                if (const auto kind = foreign_file(*bytes); kind && kind->what.find("LFS") != kind->what.npos)
                    throw Error(
                        {files.where + "/" + file, fmt::format("a file {}", name), kind->what, kind->remedy});
    if (const auto found = foreign_weights(names)) {
        const bool adapter = found->what.find("adapter") != std::string::npos;
        throw Error({files.where, fmt::format("a file {}", name),
                     found->what + (adapter ? base_of_adapter(files) : ""), found->remedy});
    }
    std::string others;
    for (const std::string& file : names)
        if (file.ends_with(".safetensors")) others += (others.empty() ? "" : ", ") + file;
    throw Error({files.where, "a file " + name, others.empty() ? "none" : others,
                 others.empty() || name == k_config ? remedy : "open that file itself, or rename it"});
}

/// The parts of a model's folder, found before anything of the weights' size is allocated.
TensorSet open_weights(const FileSet& files, const std::string& weights_file) {
    if (weights_file.empty() && !files.open(k_weights) && !files.open(k_index))
        refuse_folder(
            files, k_weights,
            fmt::format("convert the model to safetensors, as {} or in shards with {}", k_weights, k_index));
    return read_tensors(files, weights_file);
}

} // namespace

std::shared_ptr<Weights> load_hf_model(const FileSet& files, std::vector<std::string>& warnings,
                                       const std::string& weights_file,
                                       const std::vector<std::string>& ignored_keys) {
    constexpr const char* k_missing_config = "download it with the weights; it holds the model's shape";
    if (!files.open(k_config)) refuse_folder(files, k_config, k_missing_config);
    ConfigReading reading{ignored_keys, {}};
    const ModelConfig named = parse_hf_config(text_of(open_required(files, k_config, k_missing_config)),
                                              files.where + "/" + k_config, &reading);
    TensorSet tensors = open_weights(files, weights_file);
    const std::string where = tensors.n_files() == 1 ? tensors.last_file().where : files.where;
    const ModelConfig config = config_with_stored_head(named, tensors);
    if (config.head != named.head)
        reading.notices.push_back(
            config.head == OutputHead::none
                ? where + ": no output layer is stored: the model gives the residual stream, no logits"
                : where + ": an output layer is stored and used, although config.json names none");
    ParamMatcher matcher(config, tensors, where);
    const std::vector<const TensorEntry*> found = matcher.match();

    // Every value is in the files by now, so this allocates at most twice their size (F16 becomes F32).
    auto weights = std::make_shared<Weights>(config);
    for (std::size_t i = 0; i < found.size(); ++i)
        read_parameter(*weights, weights->table[i], found[i]->dtype, found[i]->bytes.data());
    if (const TensorEntry* types = matcher.token_types()) fold_into_positions(*weights, *types);
    weights->refresh();
    warnings.insert(warnings.end(), reading.notices.begin(), reading.notices.end());
    warn_not_finite(*weights, where, warnings);
    return weights;
}

} // namespace gf
