#include "train/training_files.h"

#include "io/hf_model.h"
#include "io/safetensors.h"
#include "platform/error.h"
#include "platform/mapped_file.h"
#include "platform/write_file.h"

#include <fmt/format.h>

namespace gf {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* k_state_file = "training.json";
constexpr const char* k_optimiser_file = "optimiser.safetensors";

TensorSource vector_tensor(const char* name, const std::vector<real>& values) {
    static_assert(std::is_same_v<real, float>);
    return {name, DType::f32, {static_cast<std::int64_t>(values.size())}, [&values](const ByteSink& sink) {
                sink(std::as_bytes(std::span(values)));
            }};
}

std::vector<real> read_vector_tensor(const Safetensors& file, const char* name) {
    const TensorEntry* t = file.find(name);
    if (!t || t->dtype != DType::f32)
        throw Error({fmt::format("{}: tensor '{}'", file.where, name), "F32 values",
                     t ? std::string(gf::name(t->dtype)) : "none", "resume from another checkpoint"});
    std::vector<real> values(t->bytes.size() / sizeof(float));
    read_reals(DType::f32, t->bytes.data(), values.size(), values.data());
    return values;
}

} // namespace

void write_trained_model(const fs::path& folder, const TrainingSetup& setup, const TrainingState& state,
                         DType dtype) {
    save_model(folder, *weights_of(setup, state), dtype);
    if (!setup.tokenizer_json.empty()) write_file(folder / "tokenizer.json", setup.tokenizer_json);
    if (const auto adapter = adapter_of(setup, state)) adapter->save(folder);
    if (const auto names = setup.data->class_names(); !names.empty())
        write_file(folder / "classes.json", json(names).dump() + "\n");
}

void write_checkpoint(const fs::path& folder, const TrainingSetup& setup, const TrainingState& state,
                      const json& extra) {
    if (!state.moments)
        throw Error({folder.string(), "a state to continue from", "one without the moments of the optimiser",
                     "write it as a model"});
    write_trained_model(folder, setup, state, DType::f32);
    const TensorSource moments[] = {vector_tensor("first", state.moments->first),
                                    vector_tensor("second", state.moments->second)};
    write_safetensors(folder / k_optimiser_file, moments);
    const json file{{"step", state.n_steps_done},        {"optimiser_steps", state.moments->n_steps},
                    {"loss_mean", state.watch.mean},     {"loss_lowest", state.watch.lowest},
                    {"loss_steps", state.watch.n_steps}, {"data", setup.data->fingerprint()},
                    {"config", to_json(setup.config)},   {"more", extra}};
    write_file(folder / k_state_file, file.dump(2) + "\n");
}

json restore_checkpoint(const fs::path& folder, Trainer& trainer) {
    const std::string where = (folder / k_state_file).string();
    const MappedFile text(where);
    const json file = parse_json(text.text(), where);
    const TrainingSetup& setup = trainer.setup();
    require_resumable(setup.config, json_object(file, "config", where), where);
    if (json_field(file, "data", where) != setup.data->fingerprint())
        throw Error({where + ": 'data'", "the text that the run began with", "another one",
                     "train on the same files, or begin a new run"});
    const fs::path optimiser_path = folder / k_optimiser_file;
    const MappedFile bytes(optimiser_path);
    const Safetensors moments = parse_safetensors(bytes.bytes(), optimiser_path.string());
    TrainingState state = trainer.state(); // all weights came with the setup, but for those of an adapter
    state.n_steps_done = json_int(file, "step", where, 0);
    state.watch = {json_number(file, "loss_mean", where), json_number(file, "loss_lowest", where),
                   json_int(file, "loss_steps", where, 0)};
    state.moments = std::make_shared<const OptimiserState>(
        OptimiserState{json_int(file, "optimiser_steps", where, 0), read_vector_tensor(moments, "first"),
                       read_vector_tensor(moments, "second")});
    if (auto adapter = new_adapter(setup)) {
        adapter->load(folder);
        const std::span<const real> values = adapter->values();
        state.weights = std::make_shared<const std::vector<real>>(values.begin(), values.end());
    }
    trainer.restore(state, optimiser_path.string());
    return json_object(file, "more", where);
}

} // namespace gf
