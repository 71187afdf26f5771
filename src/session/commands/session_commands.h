#pragma once
// The commands that the session's Engine carries out. Each is a struct with its name in JSON, what it does,
// and its fields (io/fields.h). A new one is a struct, its name in SessionCommand at the end of this file,
// and an Engine::run(); without the latter nothing compiles. One that a lesson may use says k_for_lessons:
// none that writes or deletes. docs/commands.md is made from this file.

#include "core/edit_spec.h"
#include "core/gradient_target.h"
#include "core/mask_painting.h"
#include "core/run_setup.h"
#include "core/sampling/sampling.h"
#include "measures/mask_effects.h"
#include "session/cell_address.h"
#include "session/saved_text.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gf {
namespace command {

struct Open {
    std::string model, tokenizer;
    std::string prompt = {};
    std::vector<std::string> ignored_keys = {};
    static constexpr std::string_view k_name = "open";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Opens a model with a text, which an encoder-decoder reads as its source. An empty tokenizer means "
        "the "
        "one beside the model, if any; an empty prompt means BOS alone. `ignore_config_keys` are keys of "
        "config.json that are read as if they were not there.";
    static void fields(auto& command, auto visit) {
        visit("model", command.model);
        visit("tokenizer", command.tokenizer);
        visit("prompt", command.prompt);
        visit("ignore_config_keys", command.ignored_keys, {.least = 1, .skip_empty = true});
    }
};

struct SetPrompt {
    std::string text;
    bool truncate = false;
    static constexpr std::string_view k_name = "prompt";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Begins a new text. Without a tokenizer the text is ids separated by commas or blanks. A prompt "
        "longer "
        "than the model's context is refused unless `truncate` is true, which keeps its end.";
    static void fields(auto& command, auto visit) {
        visit("text", command.text);
        visit("truncate", command.truncate);
    }
};

struct SetSource {
    std::string text;
    static constexpr std::string_view k_name = "source";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Gives the encoder of an encoder-decoder another text to read, written as for `prompt`; an empty one "
        "means its start token alone. The decoder's text begins anew from the same prompt.";
    static void fields(auto& command, auto visit) { visit("text", command.text); }
};

struct Play {
    static constexpr std::string_view k_name = "play";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Draws one token after the other.";
    static void fields(auto&, auto) {}
};

struct Pause {
    static constexpr std::string_view k_name = "pause";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Ends `play`.";
    static void fields(auto&, auto) {}
};

struct Step {
    int tokens = 1;
    static constexpr std::string_view k_name = "step";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Moves the cursor by this many tokens; a negative number moves it back.";
    static void fields(auto& command, auto visit) { visit("tokens", command.tokens); }
};

struct Jump {
    int position = 0;
    static constexpr std::string_view k_name = "jump";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Moves the cursor among the tokens that are computed, so that this many are shown.";
    static void fields(auto& command, auto visit) { visit("position", command.position); }
};

struct SetSpeed {
    double tokens_per_s = 0;
    static constexpr std::string_view k_name = "speed";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Limits the tokens per second; 0 sets no limit.";
    static void fields(auto& command, auto visit) { visit("tokens_per_s", command.tokens_per_s); }
};

struct ViewLayer {
    int layer = -1;
    std::string run = "text";
    static constexpr std::string_view k_name = "view-layer";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Chooses the layer whose sites are computed again when the run is above the trace budget; -1 chooses "
        "none. `run` is the name of the run that the layer belongs to.";
    static void fields(auto& command, auto visit) {
        visit("layer", command.layer);
        visit("run", command.run);
    }
};

struct SetTraceBudget {
    double megabytes = 1024;
    static constexpr std::string_view k_name = "trace-budget";
    static constexpr std::string_view k_about = "Limits the memory of a run that keeps all its values, in "
                                                "units of 2^20 bytes. It holds from the next "
                                                "prompt on.";
    static void fields(auto& command, auto visit) { visit("megabytes", command.megabytes); }
};

struct SetSampling {
    SamplingChain chain;
    static constexpr std::string_view k_name = "sampling";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Sets the stages between logits and token, in the order in which they apply.";
    static void fields(auto& command, auto visit) { visit("chain", command.chain); }
};

struct SetSeed {
    std::uint64_t seed = 0;
    static constexpr std::string_view k_name = "seed";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Sets the seed of the random numbers that draw the tokens.";
    static void fields(auto& command, auto visit) { visit("seed", command.seed); }
};

struct Resample {
    static constexpr std::string_view k_name = "resample";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Draws the token after the cursor again, with the next random number. Another token makes a branch.";
    static void fields(auto&, auto) {}
};

struct UseDraw {
    static constexpr std::string_view k_name = "use-draw";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Shows the token after the cursor as `step` does, but one that was drawn under other stages of "
        "sampling "
        "gives way, in a branch, to what its random number gives now.";
    static void fields(auto&, auto) {}
};

struct ForceToken {
    int position = 0, token = 0;
    static constexpr std::string_view k_name = "force-token";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Makes a branch that has this token at this position.";
    static void fields(auto& command, auto visit) {
        visit("position", command.position);
        visit("token", command.token);
    }
};

struct SelectBranch {
    int branch = 0;
    static constexpr std::string_view k_name = "branch";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Brings a branch of the text into view.";
    static void fields(auto& command, auto visit) { visit("branch", command.branch); }
};

struct ApplyEdit {
    EditSpec edit;
    static constexpr std::string_view k_name = "edit";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Scales, replaces or adds to the cells of a site, or takes them from a donor: the run of another "
        "prompt, a branch, or a run beside the text (`text`: the text itself), all without edits and as they "
        "are now. Ranges are half-open; left out or with the end -1 they go to the end. `values` and `add` "
        "are "
        "one number, or one for each cell in the order row, head, column. Row r is taken from row r + "
        "`shift` "
        "of the donor. The run is computed again with it; its tokens stay. An edit of the same cells and "
        "kind "
        "is replaced, by `values` and `donor` also those of other kinds.";
    static void fields(auto& command, auto visit) { EditSpec::fields(command.edit, visit); }
};

struct EditCell {
    CellAddress cell;
    double value = 0;
    static constexpr std::string_view k_name = "edit-cell";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "The `edit` that replaces the value of one cell which is computed; `head` is ignored where the site "
        "has no heads.";
    static void fields(auto& command, auto visit) {
        CellAddress::fields(command.cell, visit);
        visit("value", command.value);
    }
};

struct RemoveEdit {
    CellsSpec cells;
    static constexpr std::string_view k_name = "remove-edit";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Takes back what `edit` did to exactly these cells, which it names as `edit` did.";
    static void fields(auto& command, auto visit) { CellsSpec::fields(command.cells, visit); }
};

struct SwitchCells {
    CellsSpec cells;
    static constexpr std::string_view k_name = "switch";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Switches cells off: an `edit` that scales them by 0. Where "
                                                "they are off already, it gives them back. "
                                                "Unless runs are compared, the run as it is without edits "
                                                "then stands beside the text, under the name "
                                                "`unedited`, until nothing is edited any more.";
    static void fields(auto& command, auto visit) { CellsSpec::fields(command.cells, visit); }
};

struct RemoveEdits {
    static constexpr std::string_view k_name = "remove-edits";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Gives all edited cells their computed values back.";
    static void fields(auto&, auto) {}
};

struct UseEdits {
    bool on = true;
    static constexpr std::string_view k_name = "edits";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Switches all edits on or off. While they are off the run is "
                                                "computed without them, but they are kept.";
    static void fields(auto& command, auto visit) { visit("on", command.on); }
};

struct SetSetup {
    std::string file = {};
    RunSetup setup = {};
    static constexpr std::string_view k_name = "setup";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Sets masks, evicted keys, positions and experts of the text's run, with the keys of "
        "`run --setup` (command-line.md), or as such a `file` says; what is left out is the model's own.";
    static void fields(auto& command, auto visit) {
        visit("file", command.file, {.skip_empty = true});
        RunSetup::fields(command.setup, visit);
    }
};

struct SetMasks {
    std::vector<MaskRule> masks;
    static constexpr std::string_view k_name = "masks";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Sets the rules of masks of the text's run, as `setup` does, and leaves the rest of its setup as it "
        "is.";
    static void fields(auto& command, auto visit) { visit("masks", command.masks); }
};

struct PaintMask {
    MaskStroke stroke;
    static constexpr std::string_view k_name = "paint-mask";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Paints cells of the mask, in all layers and heads or in some: these queries (`rows`) see these "
        "`keys` if `visible`, or do not; ranges are half-open, the end -1 is \"to the end\". With `erase` "
        "the "
        "paint on these cells is gone, in all layers and heads.";
    static void fields(auto& command, auto visit) { MaskStroke::fields(command.stroke, visit); }
};

struct FindMaskEffects {
    bool on = true;
    MaskQuestions questions = {};
    static constexpr std::string_view k_name = "mask-effects";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Computes, whenever the text has changed, what masks do to it: the text without the rules of its "
        "masks and with them in one layer alone; with the token `leak_row` exchanged for `leak_token` (-1: "
        "the "
        "fourth from the end, the likeliest other one), which without a mask changes earlier rows; behind "
        "`n_padding` tokens of padding, ignored and read; and with a sliding `window`.";
    static void fields(auto& command, auto visit) {
        visit("on", command.on);
        MaskQuestions::fields(command.questions, visit);
    }
};

struct RestoreText {
    SavedText text;
    static constexpr std::string_view k_name = "text-tree";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Brings back a text with its branches, as `save-state` writes it: every token and how it was drawn.";
    static void fields(auto& command, auto visit) { SavedText::fields(command.text, visit); }
};

struct SaveState {
    std::string path;
    static constexpr std::string_view k_name = "save-state";
    static constexpr std::string_view k_about =
        "Writes everything that is set and shown into a file, as a list of commands that brings it back.";
    static void fields(auto& command, auto visit) { visit("path", command.path); }
    std::vector<std::string> view{}; ///< the window's commands as JSON, which the window adds
};

struct AddRun {
    std::string model = {}, tokenizer = {};
    std::string prompt = {};
    int branch = -1;
    RunSetup setup = {};
    std::string name = {}; ///< empty: the first letter that is free
    std::vector<std::string> ignored_keys = {};
    static constexpr std::string_view k_name = "add-run";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Adds a run beside the text, in lock-step with it: of "
                                                "another model, another prompt or another branch "
                                                "(as it stands), or with another `setup`. Model and "
                                                "prompt are the text's where they are left out; edits and "
                                                "setup of the text are not taken over.";
    static void fields(auto& command, auto visit) {
        visit("model", command.model);
        visit("tokenizer", command.tokenizer);
        visit("prompt", command.prompt);
        visit("branch", command.branch);
        visit("setup", command.setup, {.skip_empty = true});
        visit("name", command.name);
        visit("ignore_config_keys", command.ignored_keys, {.least = 1, .skip_empty = true});
    }
};

struct RemoveRun {
    std::string run;
    static constexpr std::string_view k_name = "remove-run";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Removes a run beside the text.";
    static void fields(auto& command, auto visit) { visit("run", command.run); }
};

struct DrawEach {
    bool on = true;
    static constexpr std::string_view k_name = "draw-each";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Lets the runs beside the text draw tokens of their own, "
                                                "with the random numbers that the text's had, "
                                                "or read the text's tokens.";
    static void fields(auto& command, auto visit) { visit("on", command.on); }
};

struct SetGradients {
    bool on = true;
    GradientTarget target = {};
    static constexpr std::string_view k_name = "gradients";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Computes, whenever the text has changed, how one number changes with every value of the text and of "
        "its source: the mean `loss` of the next tokens, the `logit` of a token in a row, or its "
        "`difference` "
        "from that of another token. `row`, `token` and `other` are for the latter two.";
    static void fields(auto& command, auto visit) {
        visit("on", command.on);
        GradientTarget::fields(command.target, visit);
    }
};

struct Probe {
    bool on = true;
    std::string text = {};
    static constexpr std::string_view k_name = "probe";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Measures the roles of heads on a fixed probe text, which is computed beside the text and without "
        "edits: on `text`, or, where that is empty, on 24 tokens picked by chance and written three times. "
        "Without `on`, roles are those of the text in view.";
    static void fields(auto& command, auto visit) {
        visit("on", command.on);
        visit("text", command.text);
    }
};

struct StudyPositions {
    int texts = 60;
    static constexpr std::string_view k_name = "study-positions";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Lets the text's model and those of the runs beside it read "
                                                "this many texts of Tinyville, which none was "
                                                "trained on: the mean loss at each position, and how well a "
                                                "probe reads the position from the residual "
                                                "stream. 0 forgets what was found.";
    static void fields(auto& command, auto visit) {
        visit("texts", command.texts, {.least = 0, .greatest = 10'000});
    }
};

struct StudyRouting {
    int texts = 600;
    static constexpr std::string_view k_name = "study-routing";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Lets the text's model, if it has experts, read this many "
                                                "held-out texts of Tinyville: how many bits the "
                                                "choice of an expert tells about the domain of a text, the "
                                                "kind of a token and the token, beside what "
                                                "chance gives. 0 forgets what was found.";
    static void fields(auto& command, auto visit) {
        visit("texts", command.texts, {.least = 0, .greatest = 10'000});
    }
};

struct FindPartEffects {
    int row = -1;
    static constexpr std::string_view k_name = "part-effects";
    static constexpr std::string_view k_about = "Computes the text again once for each head and MLP, which "
                                                "then writes nothing: what that does to the "
                                                "logits of a row. -1 asks for none.";
    static void fields(auto& command, auto visit) {
        visit("row", command.row, {.least = -1, .greatest = k_max_setup_index});
    }
};

struct Undo {
    static constexpr std::string_view k_name = "undo";
    static constexpr std::string_view k_about = "Takes the last change of the session back.";
    static void fields(auto&, auto) {}
};

struct SetWatch {
    std::string text;
    bool stops = false;
    static constexpr std::string_view k_name = "watch";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Watches a number or a condition, such as `blocks.2.attn.hook_pattern[3, t, 0] > 0.8`, `surprisal > "
        "6` "
        "or `drawn != likeliest`. With `stops`, playing stops at each token at which the condition holds.";
    static void fields(auto& command, auto visit) {
        visit("text", command.text);
        visit("stops", command.stops);
    }
};

struct RemoveWatch {
    std::string text;
    static constexpr std::string_view k_name = "unwatch";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Removes the watch with this text.";
    static void fields(auto& command, auto visit) { visit("text", command.text); }
};

struct RunUntil {
    std::string condition;
    static constexpr std::string_view k_name = "run-until";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Plays until the condition, as in `watch`, holds at a new "
                                                "token, the text ends, or the context is full.";
    static void fields(auto& command, auto visit) { visit("condition", command.condition); }
};

struct Redo {
    static constexpr std::string_view k_name = "redo";
    static constexpr std::string_view k_about = "Makes the change again that `undo` took back.";
    static void fields(auto&, auto) {}
};

} // namespace command

using SessionCommand =
    std::variant<command::Open, command::SetPrompt, command::SetSource, command::Play, command::Pause,
                 command::Step, command::Jump, command::SetSpeed, command::ViewLayer, command::SetTraceBudget,
                 command::SetSampling, command::SetSeed, command::Resample, command::UseDraw,
                 command::ForceToken, command::SelectBranch, command::ApplyEdit, command::EditCell,
                 command::RemoveEdit, command::SwitchCells, command::RemoveEdits, command::UseEdits,
                 command::SetSetup, command::SetMasks, command::PaintMask, command::FindMaskEffects,
                 command::RestoreText, command::SaveState, command::AddRun, command::RemoveRun,
                 command::DrawEach, command::SetGradients, command::Probe, command::StudyPositions,
                 command::StudyRouting, command::FindPartEffects, command::SetWatch, command::RemoveWatch,
                 command::RunUntil, command::Undo, command::Redo>;

} // namespace gf
