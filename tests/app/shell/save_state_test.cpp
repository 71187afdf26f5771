// A saved state, carried out as a script, gives the same picture to the byte.

#include "cli/process.h"
#include "platform/mapped_file.h"
#include "session/support.h"

#include <gtest/gtest.h>

namespace gf::ui::tests::save_state_test {
namespace {

using namespace gf::tests;

/// The bytes of the picture that `shot` makes with this script.
std::string picture_of(const std::string& script, const std::string& name,
                       const std::string& size = "1600x900") {
    const std::string out = (scratch() / (name + ".png")).string();
    stdout_of({"shot", "--script", script, "--size", size, "--out", out});
    return read_text(out);
}

class SaveState : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(
    Scripts, SaveState,
    ::testing::Values(
        // What a person chose in panels, and what is pinned.
        R"({"command": "step", "tokens": 9}, {"command": "theme", "theme": "dark"},
           {"command": "layout", "layout": "Attention"}, {"command": "view", "panel": "Head", "option": "form", "value": "matrix"},
           {"command": "view", "panel": "Head", "option": "shows", "value": "scores"},
           {"command": "view", "panel": "Heads", "option": "sort", "value": "induction"},
           {"command": "pin-head", "layer": 1, "head": 3}, {"command": "pin-token", "position": 6},
           {"command": "pin-cell", "name": "blocks.1.attn.hook_pattern", "head": 3, "row": 7, "column": 2})",
        // Branches, edits, another arrangement, a scale.
        R"({"command": "step", "tokens": 6}, {"command": "force-token", "position": 5, "token": 40}, {"command": "step", "tokens": 3},
           {"command": "edit-cell", "name": "blocks.0.attn.hook_z", "head": 1, "row": 4, "column": 2, "value": 2.5},
           {"command": "scale", "scale": 1.25}, {"command": "view", "panel": "Flow", "option": "rows", "value": "all"},
           {"command": "arrange", "root": {"split": "beside", "size": 0.6, "parts": [{"panels": ["Flow"]}, {"panels": ["Sampling", "Text"]}]}},
           {"command": "view", "panel": "Sampling", "option": "stage", "value": "top-k"}, {"command": "sampling", "chain": [{"stage": "top-k", "value": 7}]})",
        // Gradients of a logit, and a donor.
        R"({"command": "step", "tokens": 5}, {"command": "gradients", "of": "logit", "row": 9, "token": 3}, {"command": "quantity", "of": "gradient"},
           {"command": "edit", "site": "blocks.0.hook_resid_post", "rows": [1, 4], "donor": {"prompt": "7, 7, 2, 1, 8"}})",
        // Two runs as a difference.
        R"({"command": "add-run", "prompt": "3, 1, 4, 7, 5"}, {"command": "step", "tokens": 4},
           {"command": "compare", "run": "b", "as": "difference"}, {"command": "layout", "layout": "Attention"})"));

TEST_P(SaveState, GivesTheSamePicture) {
    const SavedModel& model = saved_preset("llama");
    const std::string state = (scratch() / "saved.json").string();
    const std::string script = scratch_file(
        "script.json",
        "[{\"command\": \"open\", \"model\": \"" + model.path +
            "\", \"tokenizer\": \"\"}, {\"command\": \"prompt\", \"text\": \"3, 1, 4, 1, 5, 9, 2, 6\"}, " +
            GetParam() + ", {\"command\": \"save-state\", \"path\": \"" + state + "\"}]");
    const std::string first = picture_of(script, "first"), again = picture_of(state, "again");
    EXPECT_GT(first.size(), 10'000u);
    EXPECT_TRUE(first == again) << "see " << (scratch() / "first.png").string();
}

} // namespace
} // namespace gf::ui::tests::save_state_test
