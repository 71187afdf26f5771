#pragma once
// Everything a person can do, as one serialisable value: the queue to the worker, undo, `shot --script` and
// UI tests all speak it.

#include "core/sampling.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gf {

/// Each command states its name and its fields once; writing, reading and error messages follow from that.
namespace command {
// What the session does.
/// A model and the text that it begins with (of an encoder-decoder the source). Tokenizer empty: the one
/// beside the model, or none. Prompt empty: BOS alone.
struct Open {
    std::string model, tokenizer;
    std::string prompt = {};
    static constexpr std::string_view k_name = "open";
    static void fields(auto& c, auto f) {
        f("model", c.model);
        f("tokenizer", c.tokenizer);
        f("prompt", c.prompt);
    }
};
/// Without tokenizer: ids separated by commas or blanks.
struct SetPrompt {
    std::string text;
    bool truncate = false;
    static constexpr std::string_view k_name = "prompt";
    static void fields(auto& c, auto f) {
        f("text", c.text);
        f("truncate", c.truncate);
    }
};
/// What the encoder of an encoder-decoder reads; empty: its start token alone. Without tokenizer: ids. The
/// text begins anew.
struct SetSource {
    std::string text;
    static constexpr std::string_view k_name = "source";
    static void fields(auto& c, auto f) { f("text", c.text); }
};
struct Play {
    static constexpr std::string_view k_name = "play";
    static void fields(auto&, auto) {}
};
struct Pause {
    static constexpr std::string_view k_name = "pause";
    static void fields(auto&, auto) {}
};
/// Negative: back.
struct Step {
    int tokens = 1;
    static constexpr std::string_view k_name = "step";
    static void fields(auto& c, auto f) { f("tokens", c.tokens); }
};
/// Number of tokens shown.
struct Jump {
    int position = 0;
    static constexpr std::string_view k_name = "jump";
    static void fields(auto& c, auto f) { f("position", c.position); }
};
/// 0: as fast as it goes.
struct SetSpeed {
    double tokens_per_s = 0;
    static constexpr std::string_view k_name = "speed";
    static void fields(auto& c, auto f) { f("tokens_per_s", c.tokens_per_s); }
};
/// Of a run that is too long to keep everything: the layer whose sites are computed again, to be looked at.
/// -1: none.
struct ViewLayer {
    int layer = -1;
    std::string stack = "decoder"; ///< whose run it is of
    static constexpr std::string_view k_name = "view-layer";
    static void fields(auto& c, auto f) { f("layer", c.layer), f("stack", c.stack); }
};
/// Memory that a run may take with all its values, from the next prompt on.
struct SetTraceBudget {
    double megabytes = 1024;
    static constexpr std::string_view k_name = "trace-budget";
    static void fields(auto& c, auto f) { f("megabytes", c.megabytes); }
};
struct SetSampling {
    SamplingChain chain;
    static constexpr std::string_view k_name = "sampling";
    static void fields(auto& c, auto f) { f("chain", c.chain); }
};
struct SetSeed {
    std::uint64_t seed = 0;
    static constexpr std::string_view k_name = "seed";
    static void fields(auto& c, auto f) { f("seed", c.seed); }
};
/// Another draw for the next token: a branch.
struct Resample {
    static constexpr std::string_view k_name = "resample";
    static void fields(auto&, auto) {}
};
/// This token there instead of the drawn one: a branch.
struct ForceToken {
    int position = 0, token = 0;
    static constexpr std::string_view k_name = "force-token";
    static void fields(auto& c, auto f) {
        f("position", c.position);
        f("token", c.token);
    }
};
struct SelectBranch {
    int branch = 0;
    static constexpr std::string_view k_name = "branch";
    static void fields(auto& c, auto f) { f("branch", c.branch); }
};
/// A cell of a site, by the site's name, is this instead of what was computed; the run is computed again, its
/// tokens stay.
struct EditCell {
    std::string name;
    int head = -1, row = 0, column = 0;
    double value = 0;
    static constexpr std::string_view k_name = "edit";
    static void fields(auto& c, auto f) {
        f("name", c.name);
        f("head", c.head);
        f("row", c.row);
        f("column", c.column);
        f("value", c.value);
    }
};
/// The cell is what the computation gives again.
struct RemoveEdit {
    std::string name;
    int head = -1, row = 0, column = 0;
    static constexpr std::string_view k_name = "remove-edit";
    static void fields(auto& c, auto f) {
        f("name", c.name);
        f("head", c.head);
        f("row", c.row);
        f("column", c.column);
    }
};
struct RemoveEdits {
    static constexpr std::string_view k_name = "remove-edits";
    static void fields(auto&, auto) {}
};
/// Whether the edits count: off, the run is as if there were none, and they are kept.
struct UseEdits {
    bool on = true;
    static constexpr std::string_view k_name = "edits";
    static void fields(auto& c, auto f) { f("on", c.on); }
};
struct Undo {
    static constexpr std::string_view k_name = "undo";
    static void fields(auto&, auto) {}
};
struct Redo {
    static constexpr std::string_view k_name = "redo";
    static void fields(auto&, auto) {}
};
// What the window does.
struct SetTheme {
    std::string theme;
    static constexpr std::string_view k_name = "theme";
    static void fields(auto& c, auto f) { f("theme", c.theme); }
};
struct SetScale {
    double scale = 1;
    static constexpr std::string_view k_name = "scale";
    static void fields(auto& c, auto f) { f("scale", c.scale); }
};
struct PinHead {
    int layer = 0, head = 0;
    static constexpr std::string_view k_name = "pin-head";
    static void fields(auto& c, auto f) {
        f("layer", c.layer);
        f("head", c.head);
    }
};
/// -1: none.
struct PinToken {
    int position = -1;
    static constexpr std::string_view k_name = "pin-token";
    static void fields(auto& c, auto f) { f("position", c.position); }
};
/// A cell by the name of its site or parameter; an empty name: none.
struct PinCell {
    std::string name;
    int head = -1, row = 0, column = 0;
    static constexpr std::string_view k_name = "pin-cell";
    static void fields(auto& c, auto f) {
        f("name", c.name);
        f("head", c.head);
        f("row", c.row);
        f("column", c.column);
    }
};
/// The field in which a person types a value for a cell; an empty name: for the cell in focus.
struct AskValue {
    std::string name;
    int head = -1, row = 0, column = 0;
    static constexpr std::string_view k_name = "ask-value";
    static void fields(auto& c, auto f) {
        f("name", c.name);
        f("head", c.head);
        f("row", c.row);
        f("column", c.column);
    }
};
/// A site or parameter in the Inspector; empty: it follows the cell in focus.
struct Inspect {
    std::string name;
    static constexpr std::string_view k_name = "inspect";
    static void fields(auto& c, auto f) { f("name", c.name); }
};
/// A step of the computation by the name of its site: highlighted everywhere and inspected; its layer is
/// unfolded. Empty: none.
struct SelectOperation {
    std::string name;
    static constexpr std::string_view k_name = "operation";
    static void fields(auto& c, auto f) { f("name", c.name); }
};
/// Which stack of an encoder-decoder the panels show: "decoder" or "encoder".
struct ViewStack {
    std::string stack;
    static constexpr std::string_view k_name = "view-stack";
    static void fields(auto& c, auto f) { f("stack", c.stack); }
};
/// Which attention of a decoder Heads and Head show: "self", to its own text, or "cross", to the source.
struct ViewAttention {
    std::string kind;
    static constexpr std::string_view k_name = "view-attention";
    static void fields(auto& c, auto f) { f("kind", c.kind); }
};
/// How a panel shows what it shows: one of its options and a value for it.
struct SetView {
    std::string panel, option, value;
    static constexpr std::string_view k_name = "view";
    static void fields(auto& c, auto f) {
        f("panel", c.panel);
        f("option", c.option);
        f("value", c.value);
    }
};
struct ShowPanel {
    std::string panel;
    bool on = true;
    static constexpr std::string_view k_name = "show-panel";
    static void fields(auto& c, auto f) {
        f("panel", c.panel);
        f("on", c.on);
    }
};
/// One of the program's layouts, or one that a person saved.
struct SetLayout {
    std::string layout;
    static constexpr std::string_view k_name = "layout";
    static void fields(auto& c, auto f) { f("layout", c.layout); }
};
/// The present layout under this name.
struct SaveLayout {
    std::string layout;
    static constexpr std::string_view k_name = "save-layout";
    static void fields(auto& c, auto f) { f("layout", c.layout); }
};
/// One that a person saved.
struct DeleteLayout {
    std::string layout;
    static constexpr std::string_view k_name = "delete-layout";
    static void fields(auto& c, auto f) { f("layout", c.layout); }
};
/// Whether things glide to their places.
struct SetMotion {
    bool on = true;
    static constexpr std::string_view k_name = "motion";
    static void fields(auto& c, auto f) { f("on", c.on); }
};
/// The start page over an open model.
struct ChooseFile {
    bool on = true;
    static constexpr std::string_view k_name = "choose-file";
    static void fields(auto& c, auto f) { f("on", c.on); }
};
/// Opens the palette that finds anything, with this in its field.
struct Find {
    std::string text;
    static constexpr std::string_view k_name = "find";
    static void fields(auto& c, auto f) { f("text", c.text); }
};
/// The card of keys and gestures.
struct ShowHelp {
    bool on = true;
    static constexpr std::string_view k_name = "help";
    static void fields(auto& c, auto f) { f("on", c.on); }
};
} // namespace command

using Command =
    std::variant<command::Open, command::SetPrompt, command::SetSource, command::Play, command::Pause,
                 command::Step, command::Jump, command::SetSpeed, command::ViewLayer, command::SetTraceBudget,
                 command::SetSampling, command::SetSeed, command::Resample, command::ForceToken,
                 command::SelectBranch, command::EditCell, command::RemoveEdit, command::RemoveEdits,
                 command::UseEdits, command::Undo, command::Redo, command::SetTheme, command::SetScale,
                 command::PinHead, command::PinToken, command::PinCell, command::AskValue, command::Inspect,
                 command::SelectOperation, command::ViewStack, command::ViewAttention, command::SetView,
                 command::ShowPanel, command::SetLayout, command::SaveLayout, command::DeleteLayout,
                 command::SetMotion, command::ChooseFile, command::Find, command::ShowHelp>;

/// {"command": "step", "tokens": 1}
nlohmann::json to_json(const Command& command);
/// Throws Error naming the unknown command or field with the nearest valid names.
Command command_from_json(const nlohmann::json& json, const std::string& where);
/// A JSON array of commands, as `shot --script` reads it.
std::vector<Command> commands_from_json(const nlohmann::json& json, const std::string& where);

} // namespace gf
