// glassformer trace --measure: the JSON is what the measure finds in the same run.

#include "cli/process.h"
#include "measures/head_roles.h"
#include "measures/probe_text.h"
#include "session/model.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace gf::tests::measure_test {
namespace {

TEST(TraceMeasure, PrintsWhatTheMeasureFinds) {
    const SavedModel& model = saved_preset("llama");
    const std::vector<int> tokens = random_tokens(model.config(), 12);
    for (const MeasureRow& row : measure_rows()) {
        const std::string printed = stdout_of({"trace", "--model", model.path, "--tokens", ids_text(tokens),
                                               "--measure", std::string(row.name)});
        const auto measure = row.make();
        measure->advance({.trace = run(model.weights, tokens), .rows = 12});
        EXPECT_EQ(nlohmann::ordered_json::parse(printed), measure->result()) << row.name;
    }
}

TEST(TraceMeasure, TheProbeIsAFixedText) {
    const SavedModel& model = saved_preset("llama");
    const nlohmann::json found =
        stdout_json({"trace", "--model", model.path, "--probe", "--measure", "head-roles"});
    const std::vector<int> tokens = probe_tokens(model.config(), bos_id(*open_model(model.path, "")));
    HeadRoles roles;
    roles.advance({.trace = run(model.weights, tokens), .rows = static_cast<int>(tokens.size())});
    EXPECT_EQ(found, nlohmann::json(roles.result()));
    EXPECT_GE(found["cases"]["induction"], k_enough_cases);
    expect_refused({"trace", "--model", model.path, "--probe", "--tokens", "1", "--measure", "head-roles"},
                   {"--probe", "--tokens"});
    expect_refused(
        {"trace", "--model", saved_preset("encoder_decoder").path, "--probe", "--measure", "head-roles"},
        {"--probe", "encoder"});
}

TEST(TraceMeasure, AWrongNameIsAnsweredWithTheNearest) {
    expect_refused(
        {"trace", "--model", saved_preset("llama").path, "--tokens", "1", "--measure", "head-role"},
        {"head-roles"});
    expect_refused({"trace", "--model", saved_preset("llama").path, "--tokens", "1"}, {"--out", "--measure"});
}

} // namespace
} // namespace gf::tests::measure_test
