#include "train/lora.h"

#include "core/name_matching.h"
#include "core/random.h"
#include "io/json.h"
#include "io/safetensors.h"
#include "platform/error.h"
#include "platform/mapped_file.h"
#include "platform/write_file.h"

#include <Eigen/Dense>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace gf {
namespace {

using nlohmann::json;
using RowMatrix = Eigen::Matrix<real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using View = Eigen::Map<RowMatrix>;
using ConstView = Eigen::Map<const RowMatrix>;

constexpr const char* k_weights_file = "adapter_model.safetensors";
constexpr const char* k_config_file = "adapter_config.json";

/// Whether a parameter may be a target: matrices may, embeddings may not.
bool can_be_target(const ParamRow& row) {
    return row.shape.size() == 2 && row.role != Role::embed && row.role != Role::pos_embed &&
           row.role != Role::position_bias;
}

/// Files hold the transpose, (out, in), of a matrix in memory, (in, out).
TensorSource transposed_tensor(std::string name, const real* values, int in, int out) {
    return {std::move(name), DType::f32, {out, in}, [=](const ByteSink& sink) {
                // Eigen stores this one column by column, which is the transpose row by row.
                const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic> t =
                    ConstView(values, in, out).cast<float>();
                sink(std::as_bytes(std::span(t.data(), static_cast<std::size_t>(t.size()))));
            }};
}

void read_transposed_tensor(const Safetensors& file, const std::string& name, real* values, int in, int out) {
    const TensorEntry* t = file.find(name);
    const std::vector<std::int64_t> shape{out, in};
    const std::string where = fmt::format("{}: tensor '{}'", file.where, name);
    if (!t)
        throw Error({where, "a tensor of this adapter", "none of that name", "use the adapter's own config"});
    if (!is_weight_type(t->dtype) || t->shape != shape)
        throw Error({where, shape_text(shape) + " of F32, F16 or BF16",
                     shape_text(t->shape) + " of " + std::string(gf::name(t->dtype)),
                     "use the adapter's own config"});
    gf::read_transposed(t->dtype, t->bytes.data(), static_cast<std::size_t>(out),
                        static_cast<std::size_t>(in), values);
}

} // namespace

LoraAdapter::LoraAdapter(const LoraConfig& config, const Weights& base, std::uint64_t seed)
    : config_(config) {
    std::vector<std::string> names;
    for (const ParamRow& row : base.table)
        if (can_be_target(row)) names.push_back(row.name);
    for (const std::string& glob : config.targets)
        if (std::none_of(names.begin(), names.end(),
                         [&](const std::string& n) { return glob_match(glob, n); }))
            throw Error({"lora.targets",
                         "names or patterns of this model's matrices; nearest: " + nearest_names(glob, names),
                         "'" + glob + "'", "`glassformer info` lists the parameters"});
    std::size_t n = 0;
    for (const ParamRow& row : base.table) {
        const auto matches = [&](const std::string& glob) { return glob_match(glob, row.name); };
        if (!can_be_target(row) || std::none_of(config.targets.begin(), config.targets.end(), matches))
            continue;
        const int in = row.shape[0], out = row.shape[1], r = config.rank;
        if (r < 1 || r > std::min(in, out))
            throw Error(
                {"lora.rank", fmt::format("1 to {}, the smaller side of '{}'", std::min(in, out), row.name),
                 std::to_string(r), "choose a smaller rank, or leave this matrix out of lora.targets"});
        const std::size_t a = n, b = a + static_cast<std::size_t>(in) * static_cast<std::size_t>(r);
        n = b + static_cast<std::size_t>(r) * static_cast<std::size_t>(out);
        targets_.push_back({row, a, b});
    }
    values_.assign(n, 0);
    gradient_.assign(n, 0);
    for (const Target& t : targets_) {
        const double bound = 1 / std::sqrt(double(t.row.shape[0]));
        for (std::size_t i = t.a; i < t.b; ++i) {
            const double u =
                uniform({seed, 0, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i >> 32)});
            values_[i] = real(bound * (2 * u - 1));
        }
    }
}

void LoraAdapter::apply(const Weights& base, Weights& effective) const {
    std::size_t next = 0;
    for (const ParamRow& row : base.table) {
        const real* from = base.values(row);
        real* to = effective.values(row);
        std::copy_n(from, row.size(), to);
        if (next == targets_.size() || targets_[next].row.name != row.name) continue;
        const Target& t = targets_[next++];
        const int in = row.shape[0], out = row.shape[1], r = config_.rank;
        // (in, rank) x (rank, out) -> (in, out)
        View(to, in, out).noalias() +=
            scale() * (ConstView(&values_[t.a], in, r) * ConstView(&values_[t.b], r, out));
    }
    effective.refresh();
}

void LoraAdapter::compute_gradients(std::span<const real> gradient) {
    for (const Target& t : targets_) {
        const int in = t.row.shape[0], out = t.row.shape[1], r = config_.rank;
        const ConstView g(&gradient[t.row.offset], in, out), a(&values_[t.a], in, r),
            b(&values_[t.b], r, out);
        // (in, out) x (out, rank) -> (in, rank)
        View(&gradient_[t.a], in, r).noalias() = scale() * (g * b.transpose());
        // (rank, in) x (in, out) -> (rank, out)
        View(&gradient_[t.b], r, out).noalias() = scale() * (a.transpose() * g);
    }
}

std::string LoraAdapter::module_name(const Target& t) {
    return t.row.name.substr(0, t.row.name.rfind(".weight"));
}

std::vector<ParameterBlock> LoraAdapter::blocks() {
    std::vector<ParameterBlock> blocks;
    const auto add = [&](const Target& t, const std::string& name, std::size_t begin, std::size_t n) {
        blocks.push_back({.name = name,
                          .values = std::span(values_).subspan(begin, n),
                          .gradient = std::span<const real>(gradient_).subspan(begin, n),
                          .decay = true,
                          .stack = t.row.stack,
                          .layer = t.row.layer});
    };
    for (const Target& t : targets_) {
        const std::string module = module_name(t);
        add(t, module + ".lora_A.weight", t.a, t.b - t.a);
        add(t, module + ".lora_B.weight", t.b,
            static_cast<std::size_t>(config_.rank) * static_cast<std::size_t>(t.row.shape[1]));
    }
    return blocks;
}

void LoraAdapter::save(const std::filesystem::path& folder) const {
    std::vector<TensorSource> tensors;
    std::set<std::string> modules;
    for (const Target& t : targets_) {
        const std::string module = module_name(t), stem = "base_model.model." + module;
        const int in = t.row.shape[0], out = t.row.shape[1];
        tensors.push_back(transposed_tensor(stem + ".lora_A.weight", &values_[t.a], in, config_.rank));
        tensors.push_back(transposed_tensor(stem + ".lora_B.weight", &values_[t.b], config_.rank, out));
        modules.insert(module);
    }
    const bool fan_in_fan_out =
        std::none_of(targets_.begin(), targets_.end(), [](const Target& t) { return t.row.file_transposed; });
    const json config{{"peft_type", "LORA"},
                      {"task_type", "CAUSAL_LM"},
                      {"r", config_.rank},
                      {"lora_alpha", config_.alpha},
                      {"target_modules", modules},
                      {"fan_in_fan_out", fan_in_fan_out},
                      {"bias", "none"},
                      {"lora_dropout", 0.0}};
    write_safetensors(folder / k_weights_file, tensors, {{"format", "pt"}});
    write_file(folder / k_config_file, config.dump(2) + "\n");
}

void LoraAdapter::load(const std::filesystem::path& folder) {
    const std::string config_where = (folder / k_config_file).string();
    const std::string remedy = "load it with the settings it was trained with";
    const MappedFile config_file(config_where);
    const json config = parse_json(config_file.text(), config_where);
    if (const auto rank = json_int(config, "r", config_where); rank != config_.rank)
        throw Error({config_where + ": 'r'", std::to_string(config_.rank), std::to_string(rank), remedy});
    if (const double alpha = json_number(config, "lora_alpha", config_where); alpha != config_.alpha)
        throw Error({config_where + ": 'lora_alpha'", fmt::format("{}", config_.alpha),
                     fmt::format("{}", alpha), remedy});
    const MappedFile bytes(folder / k_weights_file);
    const Safetensors file = parse_safetensors(bytes.bytes(), (folder / k_weights_file).string());
    if (file.tensors.size() != 2 * targets_.size())
        throw Error({file.where, fmt::format("{} tensors, two for each target", 2 * targets_.size()),
                     std::to_string(file.tensors.size()), remedy});
    for (const Target& t : targets_) {
        const std::string stem = "base_model.model." + module_name(t);
        read_transposed_tensor(file, stem + ".lora_A.weight", &values_[t.a], t.row.shape[0], config_.rank);
        read_transposed_tensor(file, stem + ".lora_B.weight", &values_[t.b], config_.rank, t.row.shape[1]);
    }
}

} // namespace gf
