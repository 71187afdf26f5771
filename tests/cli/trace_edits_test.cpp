// glassformer trace with edits and setups: the file holds what the same run in this process computes, and
// mistakes in their files are named.

#include "cli/trace_file.h"
#include "support/varied_setup.h"

#include "io/fields.h"

namespace gf::tests::trace_edits_test {
namespace {

struct EditCase {
    std::string name, text;
    std::function<std::vector<Edit>()> edits; ///< the same edits, built by hand
};

Edit edit(Site site, int layer, Edit::Kind kind, std::vector<real> values,
          std::function<void(CellRange&)> where = {}) {
    Edit e{{.site = site, .layer = layer}, kind, std::move(values), nullptr};
    if (where) where(e.range);
    return e;
}

TEST(TraceCommand, EditsAreThoseInProcess) {
    using enum Edit::Kind;
    const std::vector<EditCase> cases = {
        {"ablate a head", R"([{"site": "blocks.1.attn.hook_z", "heads": [2, 3], "scale": 0}])",
         [] {
             return std::vector{
                 edit(Site::z, 1, scale, {0}, [](CellRange& r) { r.head_begin = 2, r.head_end = 3; })};
         }},
        {"steer",
         R"([{"site": "blocks.0.hook_resid_post", "rows": [1, 4], "columns": [3, 5],
              "add": [1, -2, 0.5, 0, 0, 4]}])",
         [] {
             return std::vector{edit(Site::resid_post, 0, add, {1, -2, 0.5, 0, 0, 4}, [](CellRange& r) {
                 r.row_begin = 1, r.row_end = 4, r.column_begin = 3, r.column_end = 5;
             })};
         }},
        {"paint attention",
         R"([{"site": "blocks.0.attn.hook_pattern", "rows": [3, 4], "heads": [0, 1], "columns": [0, 1],
              "values": 1}])",
         [] {
             return std::vector{edit(Site::pattern, 0, values, {1}, [](CellRange& r) {
                 r.row_begin = 3, r.row_end = 4, r.head_begin = 0, r.head_end = 1, r.column_begin = 0,
                 r.column_end = 1;
             })};
         }},
        {"two of them",
         R"([{"site": "hook_embed", "scale": 2}, {"site": "logits", "add": 10, "rows": [4, 5]}])",
         [] {
             return std::vector{
                 edit(Site::embed, -1, scale, {2}),
                 edit(Site::logits, -1, add, {10}, [](CellRange& r) { r.row_begin = 4, r.row_end = 5; })};
         }},
        {"patch from another prompt",
         R"([{"site": "blocks.0.hook_resid_post", "rows": [1, 3],
              "donor": {"prompt": "9,8,7,6", "shift": 1}}])",
         [] {
             Edit patch =
                 edit(Site::resid_post, 0, donor, {}, [](CellRange& r) { r.row_begin = 1, r.row_end = 3; });
             patch.donor = run(saved_preset("llama").weights, std::vector{9, 8, 7, 6});
             patch.donor_shift = 1;
             return std::vector{patch};
         }},
        {"none", "[]", [] { return std::vector<Edit>{}; }},
    };
    const SavedModel& model = saved_preset("llama");
    const std::vector<int> tokens{3, 1, 4, 1, 5};
    const auto plain = run(model.weights, tokens);
    for (const EditCase& c : cases) {
        SCOPED_TRACE(c.name);
        const auto edited = run(model.weights, tokens, 0, c.edits());
        const TraceFile file = trace_of(model, tokens, {"--edits", scratch_file("edits.json", c.text)});
        expect_equal(file, *edited);
        EXPECT_EQ(difference(logits_of(*edited, 4), logits_of(*plain, 4)) > 1e-3, c.name != "none")
            << "an edit moves the logits";
    }
}

TEST(TraceCommand, SetupsAreThoseInProcess) {
    for (const char* name : {"llama", "mixtral", "alibi", "gpt2"}) {
        SCOPED_TRACE(name);
        const SavedModel& model = saved_preset(name);
        const std::vector<int> tokens = random_tokens(model.config(), 9);
        const RunSetup setup = varied_setup(model.config(), 9, true);
        const auto expected = empty_trace(model.weights, {9}, setup);
        extend(*expected, tokens);
        const std::string file = scratch_file("setup.json", fields_to_json(setup, RunSetup()).dump());
        expect_equal(trace_of(model, tokens, {"--setup", file}), *expected);
        EXPECT_FALSE(same_outputs(*expected, *run(model.weights, tokens), 1e-3));
    }
}

TEST(TraceCommand, RefusesAWrongSetup) {
    const auto refused = [](const char* text, std::initializer_list<const char*> words) {
        expect_refused({"trace", "--model", saved_preset("llama").path, "--tokens", "3,1", "--out",
                        out_file(), "--setup", scratch_file("setup.json", text)},
                       words);
    };
    refused(R"({"masks": [{"window": 3, "knd": "causal"}]})", {"setup.json", "'masks[0].knd'", "'kind'"});
    refused(R"({"masks": [{"heads": [6]}]})", {"setup.json", "masks [0]: heads", "0 to 5", "6"});
    refused(R"({"experts": [{"off": [0]}]})", {"setup.json", "no experts"});
    expect_refused({"run", "--model", saved_preset("llama").path, "--tokens", "3", "--setup", "nowhere.json"},
                   {"nowhere.json"});
}

TEST(TraceCommand, EditsOfBothStacks) {
    const SavedModel& model = saved_preset("encoder_decoder");
    const std::vector<int> tokens = random_tokens(model.config(), 9),
                           text = random_tokens(model.config(), 6, 19);
    const auto edited = [&](Stack stack, const std::vector<int>& ids, const Edit& e,
                            std::shared_ptr<const Trace> source) {
        const int n = static_cast<int>(ids.size());
        auto trace = std::make_shared<Trace>(model.weights, TraceShape{n, Keep::all, stack},
                                             RunSetup{.edits = {e}}, std::move(source));
        extend(*trace, ids);
        return trace;
    };
    const Edit source_edit =
        edit(Site::resid_post, 0, Edit::Kind::add, {1}, [](CellRange& r) { r.row_begin = 0, r.row_end = 2; });
    const auto source = edited(Stack::encoder, text, source_edit, nullptr);
    const auto answer = edited(Stack::decoder, tokens, edit(Site::z, 1, Edit::Kind::scale, {0}), source);
    const auto file_of = [&](const char* edits) {
        return trace_of(model, tokens,
                        {"--source-tokens", ids_text(text), "--edits", scratch_file("edits.json", edits)});
    };
    const TraceFile file = file_of(R"([{"site": "encoder.blocks.0.hook_resid_post", "rows": [0, 2], "add": 1},
                                       {"site": "decoder.blocks.1.attn.hook_z", "scale": 0}])");
    expect_equal(file, *source, "encoder.");
    expect_equal(file, *answer, "decoder.");
    const TraceFile without_stack = file_of(R"([{"site": "blocks.1.attn.hook_z", "scale": 0}])");
    EXPECT_THAT(without_stack.values("decoder.blocks.1.attn.hook_z"), ::testing::Each(0));
    EXPECT_NE(without_stack.values("encoder.blocks.0.hook_resid_post"),
              file.values("encoder.blocks.0.hook_resid_post"));
    EXPECT_NE(without_stack.values("decoder.logits"), file.values("decoder.logits"))
        << "the source reaches the answer";
    const auto refused = [&](const char* edits, std::initializer_list<const char*> words) {
        expect_refused({"trace", "--model", model.path, "--tokens", "1", "--out", out_file(),
                        "--source-tokens", "2", "--edits", scratch_file("bad.json", edits)},
                       words);
    };
    refused(R"([{"site": "encoder.logits", "scale": 0}])", {"bad.json [0]", "'logits'"});
    refused(R"([{"site": "encoder.hook_embed", "scale": 0, "rows": [1, 2]}])",
            {"bad.json", "rows in 0 to 1"});
    expect_refused({"trace", "--model", saved_preset("llama").path, "--tokens", "1", "--out", out_file(),
                    "--edits", scratch_file("bad.json", R"([{"site": "encoder.hook_embed", "scale": 0}])")},
                   {"bad.json [0]", "'encoder.hook_embed'"});
}

/// Checked in the file itself: the head's values are zero, and no others are.
TEST(TraceCommand, AblatedHeadsAreZero) {
    const TraceFile file = trace_of(
        saved_preset("llama"), {3, 1, 4},
        {"--edits",
         scratch_file("edits.json", R"([{"site": "blocks.1.attn.hook_z", "heads": [2, 3], "scale": 0}])")});
    const std::vector<float> z = file.values("blocks.1.attn.hook_z");
    for (std::size_t i = 0; i < z.size(); ++i) EXPECT_EQ(z[i] == 0, i / 8 % 6 == 2);
}

TEST(TraceCommand, EditFilesWithMistakes) {
    const SavedModel& model = saved_preset("llama");
    auto refused = [&](const std::string& text, std::initializer_list<const char*> words) {
        SCOPED_TRACE(text);
        expect_refused({"trace", "--model", model.path, "--tokens", "3,1,4,1,5", "--out", out_file(),
                        "--edits", scratch_file("bad.json", text)},
                       words);
        expect_refused({"trace", "--model", model.path, "--tokens", "3,1,4,1,5", "--out", out_file(),
                        "--edits", scratch_file("bad.json", text)},
                       {"bad.json"});
    };
    std::filesystem::remove(out_file());
    refused("", {"bad.json"});
    refused("[{", {"JSON", "at byte"});
    refused("{}", {"a list of edits", "object"});
    refused("[3]", {"[0]", "an object", "3"});
    refused(R"([{"scale": 0}])", {"[0]", "'site'", "no such key"});
    refused(R"([{"site": "logits", "scale": 0}, {"site": "blocks.0.attn.hook_zz", "scale": 0}])",
            {"[1]", "site", "'blocks.0.attn.hook_zz'", "nearest: 'blocks.0.attn.hook_z'"});
    refused(R"([{"site": "blocks.2.attn.hook_z", "scale": 0}])",
            {"[0]", "nearest: 'blocks.0.attn.hook_z', 'blocks.1.attn.hook_z'"});
    refused(R"([{"site": "logits", "scael": 0}])", {"[0]", "'scael'", "nearest: 'scale'"});
    refused(R"([{"site": "logits"}])", {"[0]", "one of the keys scale, values, add, donor", "none of them"});
    refused(R"([{"site": "logits", "scale": 0, "add": 1}])", {"[0]", "one of the keys", "found scale, add"});
    refused(R"([{"site": "logits", "scale": "0"}])", {"[0]: 'scale'", "a number", "string"});
    refused(R"([{"site": "logits", "values": [1, null]}])", {"[0]: 'values[1]'", "a number", "null"});
    refused(R"([{"site": "logits", "scale": 0, "rows": [2, 1]}])", {"[0]: rows", "[begin, end)"});
    refused(R"([{"site": "logits", "scale": 0, "columns": [1]}])", {"[0]: 'columns'", "2 items", "found 1"});
    refused(R"([{"site": "logits", "scale": 0, "heads": 1}])", {"[0]", "'heads'", "an array"});
    refused(R"([{"site": "logits", "scale": 0, "rows": [-1, 2]}])", {"[0]: rows"});
    refused(R"([{"site": "logits", "scale": 0, "rows": [0, 99999999999999999999]}])", {"[0]: 'rows[1]'"});
    refused(R"([{"site": "logits", "scale": 0, "rows": [0, 6]}])",
            {"logits", "rows in 0 to 5", "found 0 to 6"});
    refused(R"([{"site": "blocks.0.attn.hook_z", "scale": 0, "heads": [5, 7]}])",
            {"blocks.0.attn.hook_z", "heads in 0 to 6", "found 5 to 7"});
    refused(R"([{"site": "logits", "scale": [1, 2]}])", {"[0]: 'scale'", "a number", "array"});
    refused(R"([{"site": "logits", "add": [1, 2]}])", {"[0]", "logits", "one value", "found 2"});
    refused(R"([{"site": "logits", "add": 1e300}])", {"[0]", "logits", "a finite number"});
    refused(R"([{"site": "logits", "run": "b", "scale": 0}])", {"[0]: run", "'text'", "'b'"});
    refused(R"([{"site": "logits", "donor": {"branch": 1}}])", {"[0]: donor", "a prompt", "branch"});
    refused(R"([{"site": "logits", "donor": {}}])", {"[0]: 'donor'", "prompt, branch, run", "none of them"});
    refused(R"([{"site": "logits", "donor": {"promt": "1"}}])", {"[0]: 'donor.promt'", "nearest: 'prompt'"});
    refused(R"([{"site": "logits", "donor": {"prompt": "1,2"}, "rows": [1, 3]}])",
            {"[0]", "logits", "rows that the donor has", "1 to 3"});
    refused(R"([{"site": "logits", "scale": 0, "rows": [0, 1], "rows": [0, 2]}])", {"'rows' twice"});
    EXPECT_FALSE(std::filesystem::exists(out_file())) << "nothing is written";
    expect_refused({"trace", "--model", model.path, "--tokens", "1", "--out", out_file(), "--edits",
                    (scratch() / "nowhere.json").string()},
                   {"nowhere.json"});
    const SavedModel& experts = saved_preset("mixtral");
    expect_refused(
        {"trace", "--model", experts.path, "--tokens", "1", "--out", out_file(), "--edits",
         scratch_file("bad.json", R"([{"site": "blocks.0.mlp.hook_expert_indices", "scale": 0}])")},
        {"bad.json", "expert_indices", "editable", "index"});
}

} // namespace
} // namespace gf::tests::trace_edits_test
