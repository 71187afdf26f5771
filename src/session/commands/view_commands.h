#pragma once
// The commands that the window carries out: what it shows, how it looks, what is pinned. Each is a struct
// with its name in JSON, what it does, and its fields (io/fields.h). A new one is a struct, its name in
// ViewCommand at the end of this file, and a Workbench::run(); without the latter nothing compiles. One that
// a lesson may use says k_for_lessons: none that writes or deletes. docs/commands.md is made from this file.

#include "session/cell_address.h"
#include "session/commands/dock_tree.h"
#include "session/commands/lab_commands.h"

#include <string>
#include <string_view>
#include <variant>

namespace gf {
namespace command {

struct SetTheme {
    std::string theme;
    static constexpr std::string_view k_name = "theme";
    static constexpr std::string_view k_about = "Sets the colours: `light`, `dark` or `projector`.";
    static void fields(auto& command, auto visit) { visit("theme", command.theme); }
};

struct SetScale {
    double scale = 1;
    static constexpr std::string_view k_name = "scale";
    static constexpr std::string_view k_about = "Sets the size of the interface.";
    static void fields(auto& command, auto visit) { visit("scale", command.scale); }
};

struct PinHead {
    int layer = 0, head = 0;
    static constexpr std::string_view k_name = "pin-head";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Brings a layer and a head into focus.";
    static void fields(auto& command, auto visit) {
        visit("layer", command.layer);
        visit("head", command.head);
    }
};

struct PinToken {
    int position = -1;
    static constexpr std::string_view k_name = "pin-token";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Pins a position of the text; -1 pins none.";
    static void fields(auto& command, auto visit) { visit("position", command.position); }
};

struct PinCell {
    CellAddress cell;
    static constexpr std::string_view k_name = "pin-cell";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Pins a cell by the name of its site or parameter. An empty name pins none.";
    static void fields(auto& command, auto visit) { CellAddress::fields(command.cell, visit); }
};

struct AskValue {
    CellAddress cell;
    static constexpr std::string_view k_name = "ask-value";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Opens the field in which a person types a value for a cell. An empty name means the cell in focus.";
    static void fields(auto& command, auto visit) { CellAddress::fields(command.cell, visit); }
};

struct Inspect {
    std::string name;
    static constexpr std::string_view k_name = "inspect";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Shows a site or parameter in the Inspector. With an empty "
                                                "name the Inspector follows the cell in focus.";
    static void fields(auto& command, auto visit) { visit("name", command.name); }
};

struct SelectOperation {
    std::string name;
    static constexpr std::string_view k_name = "operation";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Selects a step of the computation by the name of its site, or as a stage of sampling "
        "(`sampling.top-k`) or the `draw`: it is highlighted everywhere and inspected, its layer is "
        "unfolded, "
        "and a line says what it does to the token in view. An empty name selects none.";
    static void fields(auto& command, auto visit) { visit("name", command.name); }
};

struct PlayOperations {
    bool on = true;
    static constexpr std::string_view k_name = "play-operations";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Goes through the steps of the computation by itself, from the selected one on, or stops there.";
    static void fields(auto& command, auto visit) { visit("on", command.on); }
};

struct ViewRun {
    std::string run;
    static constexpr std::string_view k_name = "view-run";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Chooses the run that the panels show by its name: `text`, or `source`, which an encoder reads.";
    static void fields(auto& command, auto visit) { visit("run", command.run); }
};

struct Compare {
    std::string run;
    std::string as = "side by side";
    static constexpr std::string_view k_name = "compare";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Shows a run `side by side` with the one in view, or the "
                                                "`difference` of the two; `off` shows one run.";
    static void fields(auto& command, auto visit) {
        visit("run", command.run);
        visit("as", command.as);
    }
};

struct ViewQuantity {
    std::string of = "value";
    static constexpr std::string_view k_name = "quantity";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Lets the panels show the `value` or the `gradient` of each cell. Unless `gradients` says otherwise, "
        "gradients are those of the loss.";
    static void fields(auto& command, auto visit) { visit("of", command.of); }
};

struct ViewAttention {
    std::string kind;
    static constexpr std::string_view k_name = "view-attention";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Chooses the attention that the panels Heads and Head show of a decoder: `self`, to its own text, or "
        "`cross`, to the source.";
    static void fields(auto& command, auto visit) { visit("kind", command.kind); }
};

struct SetView {
    std::string panel, option, value;
    static constexpr std::string_view k_name = "view";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Sets one option of a panel, such as the form in which it draws.";
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
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about = "Opens or closes a panel.";
    static void fields(auto& command, auto visit) {
        visit("panel", command.panel);
        visit("on", command.on);
    }
};

struct SetLayout {
    std::string layout;
    static constexpr std::string_view k_name = "layout";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Arranges the panels by one of the program's layouts or by one that a person saved.";
    static void fields(auto& command, auto visit) { visit("layout", command.layout); }
};

struct Arrange {
    DockTree root;
    static constexpr std::string_view k_name = "arrange";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Puts the panels where the tree of splits says; those that it does not name become further tabs.";
    static void fields(auto& command, auto visit) { visit("root", command.root); }
};

struct SaveLayout {
    std::string layout;
    static constexpr std::string_view k_name = "save-layout";
    static constexpr std::string_view k_about = "Saves the present layout under this name.";
    static void fields(auto& command, auto visit) { visit("layout", command.layout); }
};

struct DeleteLayout {
    std::string layout;
    static constexpr std::string_view k_name = "delete-layout";
    static constexpr std::string_view k_about = "Deletes a layout that a person saved.";
    static void fields(auto& command, auto visit) { visit("layout", command.layout); }
};

struct SetMotion {
    bool on = true;
    static constexpr std::string_view k_name = "motion";
    static constexpr std::string_view k_about = "Switches animations on or off.";
    static void fields(auto& command, auto visit) { visit("on", command.on); }
};

struct ChooseFile {
    bool on = true;
    static constexpr std::string_view k_name = "choose-file";
    static constexpr std::string_view k_about = "Shows or hides the start page over an open model.";
    static void fields(auto& command, auto visit) { visit("on", command.on); }
};

struct Find {
    std::string text;
    static constexpr std::string_view k_name = "find";
    static constexpr std::string_view k_about =
        "Opens the palette that finds anything, with this text in its field.";
    static void fields(auto& command, auto visit) { visit("text", command.text); }
};

struct ShowHelp {
    bool on = true;
    static constexpr std::string_view k_name = "help";
    static constexpr std::string_view k_about = "Shows or hides the card of keys and gestures.";
    static void fields(auto& command, auto visit) { visit("on", command.on); }
};

struct Explain {
    std::string word;
    static constexpr std::string_view k_name = "explain";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Opens the glossary at a word, such as `attention weight`; an empty one opens it as it was.";
    static void fields(auto& command, auto visit) { visit("word", command.word); }
};

struct ShowLook {
    bool on = true;
    static constexpr std::string_view k_name = "what-to-look-at";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Shows or hides the strip that says what is worth looking at in a model that ships.";
    static void fields(auto& command, auto visit) { visit("on", command.on); }
};

struct ShowMaskExample {
    static constexpr std::string_view k_name = "mask-example";
    static constexpr bool k_for_lessons = true;
    static constexpr std::string_view k_about =
        "Opens the model `story`, in the layout Masks, with one hidden cell that turns the next word into "
        "another one.";
    static void fields(auto&, auto) {}
};

} // namespace command

using ViewCommand =
    std::variant<command::SetTheme, command::SetScale, command::PinHead, command::PinToken, command::PinCell,
                 command::AskValue, command::Inspect, command::SelectOperation, command::PlayOperations,
                 command::ViewRun, command::Compare, command::ViewQuantity, command::ViewAttention,
                 command::SetView, command::ShowPanel, command::SetLayout, command::Arrange,
                 command::SaveLayout, command::DeleteLayout, command::SetMotion, command::ChooseFile,
                 command::Find, command::ShowHelp, command::Explain, command::ShowLook,
                 command::ShowMaskExample, command::OpenLab, command::LeaveLab, command::LabStep,
                 command::AnswerLab, command::RunLab, command::PauseLab, command::SetLabControl>;

} // namespace gf
