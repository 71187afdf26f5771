#pragma once
// Everything a person can do, as one serialisable value. The window posts commands to the Session,
// `glassformer shot --script` reads them from JSON, and tests drive both the engine and the window with them.

#include "core/sampling/sampling.h"
#include "session/cell_address.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gf {

/// Each command states its JSON name and its fields once: fields(command, visit) calls visit(key, member) for
/// each of them. Writing, reading and error messages follow from that.
namespace command {

// Commands that the Engine carries out.

/// Opens a model with a text, which an encoder-decoder reads as its source. An empty tokenizer means the one
/// beside the model, if any; an empty prompt means BOS alone.
struct Open {
    std::string model, tokenizer;
    std::string prompt = {};
    static constexpr std::string_view k_name = "open";
    static void fields(auto& command, auto visit) {
        visit("model", command.model);
        visit("tokenizer", command.tokenizer);
        visit("prompt", command.prompt);
    }
};
/// Begins a new text. Without a tokenizer the text is ids separated by commas or blanks. A prompt longer than
/// the model's context is refused unless `truncate` is set, which keeps its end.
struct SetPrompt {
    std::string text;
    bool truncate = false;
    static constexpr std::string_view k_name = "prompt";
    static void fields(auto& command, auto visit) {
        visit("text", command.text);
        visit("truncate", command.truncate);
    }
};
/// Gives the encoder of an encoder-decoder another text to read, written as in SetPrompt; an empty one means
/// its start token alone. The decoder's text begins anew from the same prompt.
struct SetSource {
    std::string text;
    static constexpr std::string_view k_name = "source";
    static void fields(auto& command, auto visit) { visit("text", command.text); }
};
struct Play {
    static constexpr std::string_view k_name = "play";
    static void fields(auto&, auto) {}
};
struct Pause {
    static constexpr std::string_view k_name = "pause";
    static void fields(auto&, auto) {}
};
/// Moves the cursor by this many tokens; a negative number moves it back.
struct Step {
    int tokens = 1;
    static constexpr std::string_view k_name = "step";
    static void fields(auto& command, auto visit) { visit("tokens", command.tokens); }
};
/// Moves the cursor among the tokens that are computed.
struct Jump {
    int position = 0; ///< number of tokens shown afterwards
    static constexpr std::string_view k_name = "jump";
    static void fields(auto& command, auto visit) { visit("position", command.position); }
};
struct SetSpeed {
    double tokens_per_s = 0; ///< 0 sets no limit
    static constexpr std::string_view k_name = "speed";
    static void fields(auto& command, auto visit) { visit("tokens_per_s", command.tokens_per_s); }
};
/// Chooses the layer whose sites are computed again when the run is too long to keep all of them.
struct ViewLayer {
    int layer = -1;           ///< -1: none
    std::string run = "text"; ///< name of the run that the layer belongs to
    static constexpr std::string_view k_name = "view-layer";
    static void fields(auto& command, auto visit) {
        visit("layer", command.layer);
        visit("run", command.run);
    }
};
/// Limits the memory of a run that keeps all its values. It holds from the next prompt on.
struct SetTraceBudget {
    double megabytes = 1024; ///< of 2^20 bytes
    static constexpr std::string_view k_name = "trace-budget";
    static void fields(auto& command, auto visit) { visit("megabytes", command.megabytes); }
};
struct SetSampling {
    SamplingChain chain;
    static constexpr std::string_view k_name = "sampling";
    static void fields(auto& command, auto visit) { visit("chain", command.chain); }
};
struct SetSeed {
    std::uint64_t seed = 0;
    static constexpr std::string_view k_name = "seed";
    static void fields(auto& command, auto visit) { visit("seed", command.seed); }
};
/// Draws the token after the cursor again, with the next random number. Another token makes a branch.
struct Resample {
    static constexpr std::string_view k_name = "resample";
    static void fields(auto&, auto) {}
};
/// Makes a branch that has this token at this position.
struct ForceToken {
    int position = 0, token = 0;
    static constexpr std::string_view k_name = "force-token";
    static void fields(auto& command, auto visit) {
        visit("position", command.position);
        visit("token", command.token);
    }
};
struct SelectBranch {
    int branch = 0;
    static constexpr std::string_view k_name = "branch";
    static void fields(auto& command, auto visit) { visit("branch", command.branch); }
};
/// Replaces the value of one cell. The run is computed again with it; its tokens stay.
struct EditCell {
    CellAddress cell;
    double value = 0;
    static constexpr std::string_view k_name = "edit";
    static void fields(auto& command, auto visit) {
        CellAddress::fields(command.cell, visit);
        visit("value", command.value);
    }
};
/// Gives an edited cell its computed value back.
struct RemoveEdit {
    CellAddress cell;
    static constexpr std::string_view k_name = "remove-edit";
    static void fields(auto& command, auto visit) { CellAddress::fields(command.cell, visit); }
};
struct RemoveEdits {
    static constexpr std::string_view k_name = "remove-edits";
    static void fields(auto&, auto) {}
};
/// Switches all edits on or off. While they are off the run is computed without them, but they are kept.
struct UseEdits {
    bool on = true;
    static constexpr std::string_view k_name = "edits";
    static void fields(auto& command, auto visit) { visit("on", command.on); }
};
/// Adds a run beside the text, in lock-step with it: of another model, another prompt or another branch. What
/// is left out is as in the text.
struct AddRun {
    std::string model = {}, tokenizer = {}; ///< paths
    std::string prompt = {};
    int branch = -1; ///< index in the tree: this branch as it stands; -1: the one in view, as it grows
    static constexpr std::string_view k_name = "add-run";
    static void fields(auto& command, auto visit) {
        visit("model", command.model);
        visit("tokenizer", command.tokenizer);
        visit("prompt", command.prompt);
        visit("branch", command.branch);
    }
};
struct RemoveRun {
    std::string run; ///< its name
    static constexpr std::string_view k_name = "remove-run";
    static void fields(auto& command, auto visit) { visit("run", command.run); }
};
/// Lets compared runs draw tokens of their own, with the random numbers that the text's had, or read the
/// text's.
struct DrawEach {
    bool on = true;
    static constexpr std::string_view k_name = "draw-each";
    static void fields(auto& command, auto visit) { visit("on", command.on); }
};
struct Undo {
    static constexpr std::string_view k_name = "undo";
    static void fields(auto&, auto) {}
};
struct Redo {
    static constexpr std::string_view k_name = "redo";
    static void fields(auto&, auto) {}
};

// Commands that the window carries out; the Engine ignores them.

struct SetTheme {
    std::string theme;
    static constexpr std::string_view k_name = "theme";
    static void fields(auto& command, auto visit) { visit("theme", command.theme); }
};
struct SetScale {
    double scale = 1;
    static constexpr std::string_view k_name = "scale";
    static void fields(auto& command, auto visit) { visit("scale", command.scale); }
};
struct PinHead {
    int layer = 0, head = 0;
    static constexpr std::string_view k_name = "pin-head";
    static void fields(auto& command, auto visit) {
        visit("layer", command.layer);
        visit("head", command.head);
    }
};
struct PinToken {
    int position = -1; ///< -1: none
    static constexpr std::string_view k_name = "pin-token";
    static void fields(auto& command, auto visit) { visit("position", command.position); }
};
/// Pins a cell. An empty name pins none.
struct PinCell {
    CellAddress cell;
    static constexpr std::string_view k_name = "pin-cell";
    static void fields(auto& command, auto visit) { CellAddress::fields(command.cell, visit); }
};
/// Opens the field in which a person types a value for a cell. An empty name means the cell in focus.
struct AskValue {
    CellAddress cell;
    static constexpr std::string_view k_name = "ask-value";
    static void fields(auto& command, auto visit) { CellAddress::fields(command.cell, visit); }
};
/// Shows a site or parameter in the Inspector. With an empty name the Inspector follows the cell in focus.
struct Inspect {
    std::string name;
    static constexpr std::string_view k_name = "inspect";
    static void fields(auto& command, auto visit) { visit("name", command.name); }
};
/// Selects a step of the computation by the name of its site: it is highlighted everywhere and inspected, and
/// its layer is unfolded. An empty name selects none.
struct SelectOperation {
    std::string name;
    static constexpr std::string_view k_name = "operation";
    static void fields(auto& command, auto visit) { visit("name", command.name); }
};
/// Chooses the run that the panels show by its name: "text", or "source", which an encoder reads.
struct ViewRun {
    std::string run;
    static constexpr std::string_view k_name = "view-run";
    static void fields(auto& command, auto visit) { visit("run", command.run); }
};
/// Chooses what the panels show beside the run in view.
struct Compare {
    std::string run;                 ///< its name
    std::string as = "side by side"; ///< or "difference" or "off"
    static constexpr std::string_view k_name = "compare";
    static void fields(auto& command, auto visit) {
        visit("run", command.run);
        visit("as", command.as);
    }
};
/// Chooses the attention that the panels Heads and Head show of a decoder: "self", to its own text, or
/// "cross", to the source.
struct ViewAttention {
    std::string kind;
    static constexpr std::string_view k_name = "view-attention";
    static void fields(auto& command, auto visit) { visit("kind", command.kind); }
};
/// Sets one option of a panel, such as the form in which it draws.
struct SetView {
    std::string panel, option, value;
    static constexpr std::string_view k_name = "view";
    static void fields(auto& command, auto visit) {
        visit("panel", command.panel);
        visit("option", command.option);
        visit("value", command.value);
    }
};
struct ShowPanel {
    std::string panel;
    bool on = true;
    static constexpr std::string_view k_name = "show-panel";
    static void fields(auto& command, auto visit) {
        visit("panel", command.panel);
        visit("on", command.on);
    }
};
/// Arranges the panels by one of the program's layouts or by one that a person saved.
struct SetLayout {
    std::string layout;
    static constexpr std::string_view k_name = "layout";
    static void fields(auto& command, auto visit) { visit("layout", command.layout); }
};
/// Saves the present layout under this name.
struct SaveLayout {
    std::string layout;
    static constexpr std::string_view k_name = "save-layout";
    static void fields(auto& command, auto visit) { visit("layout", command.layout); }
};
/// Deletes a layout that a person saved.
struct DeleteLayout {
    std::string layout;
    static constexpr std::string_view k_name = "delete-layout";
    static void fields(auto& command, auto visit) { visit("layout", command.layout); }
};
/// Switches animations on or off.
struct SetMotion {
    bool on = true;
    static constexpr std::string_view k_name = "motion";
    static void fields(auto& command, auto visit) { visit("on", command.on); }
};
/// Shows or hides the start page over an open model.
struct ChooseFile {
    bool on = true;
    static constexpr std::string_view k_name = "choose-file";
    static void fields(auto& command, auto visit) { visit("on", command.on); }
};
/// Opens the palette that finds anything, with this text in its field.
struct Find {
    std::string text;
    static constexpr std::string_view k_name = "find";
    static void fields(auto& command, auto visit) { visit("text", command.text); }
};
/// Shows or hides the card of keys and gestures.
struct ShowHelp {
    bool on = true;
    static constexpr std::string_view k_name = "help";
    static void fields(auto& command, auto visit) { visit("on", command.on); }
};

} // namespace command

using Command =
    std::variant<command::Open, command::SetPrompt, command::SetSource, command::Play, command::Pause,
                 command::Step, command::Jump, command::SetSpeed, command::ViewLayer, command::SetTraceBudget,
                 command::SetSampling, command::SetSeed, command::Resample, command::ForceToken,
                 command::SelectBranch, command::EditCell, command::RemoveEdit, command::RemoveEdits,
                 command::UseEdits, command::AddRun, command::RemoveRun, command::DrawEach, command::Undo,
                 command::Redo, command::SetTheme, command::SetScale, command::PinHead, command::PinToken,
                 command::PinCell, command::AskValue, command::Inspect, command::SelectOperation,
                 command::ViewRun, command::Compare, command::ViewAttention, command::SetView,
                 command::ShowPanel, command::SetLayout, command::SaveLayout, command::DeleteLayout,
                 command::SetMotion, command::ChooseFile, command::Find, command::ShowHelp>;

/// Writes an object such as {"command": "step", "tokens": 1}, with every field.
nlohmann::json to_json(const Command& command);
/// Reads such an object; fields left out keep their defaults. `where` begins the messages.
/// @throws Error when a command or field is unknown (naming the nearest valid names) or has the wrong type
Command command_from_json(const nlohmann::json& json, const std::string& where);
/// Reads a JSON array of commands, as `shot --script` does.
/// @throws Error as command_from_json(), naming the element
std::vector<Command> commands_from_json(const nlohmann::json& json, const std::string& where);

} // namespace gf
