// glassformer trace --measure: the JSON is what the measure finds in the same run.

#include "cli/process.h"
#include "measures/measure.h"

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

TEST(TraceMeasure, AWrongNameIsAnsweredWithTheNearest) {
    expect_refused(
        {"trace", "--model", saved_preset("llama").path, "--tokens", "1", "--measure", "head-role"},
        {"head-roles"});
    expect_refused({"trace", "--model", saved_preset("llama").path, "--tokens", "1"}, {"--out", "--measure"});
}

} // namespace
} // namespace gf::tests::measure_test
