// Everything that Ctrl+K can find.
#include "app/shell/palette.h"
#include "app/shell/selection_control.h"
#include "app/start/display_text.h"
#include "app/view/gradient_words.h"
#include "app/view/head_switch.h"
#include "app/view/key_bindings.h"
#include "app/view/operations.h"
#include "app/view/token_labels.h"
#include "core/site_names.h"
#include "labs/course.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <filesystem>
#include <string_view>

namespace gf::ui {
namespace {

using Entries = std::vector<PaletteEntry>;

void add_command(Entries& entries, std::string text, std::string detail, std::string keys, Command command) {
    entries.push_back({std::move(text), std::move(detail), "command", std::move(keys), std::move(command)});
}

/// A command that a key does, too: with the key's words.
void add_command(Entries& entries, const char* text, KeyAction action, Command command) {
    const KeyBinding& binding = binding_of(action);
    add_command(entries, text, binding.what, binding.keys, std::move(command));
}

void add_playback_commands(const Snapshot& s, Entries& entries) {
    if (s.playing)
        add_command(entries, "Pause", KeyAction::play, command::Pause{});
    else
        add_command(entries, "Play", KeyAction::play, command::Play{});
    add_command(entries, "Step", KeyAction::next_token, command::Step{1});
    add_command(entries, "Step back", KeyAction::previous_token, command::Step{-1});
    add_command(entries, "First token", KeyAction::first_token, command::Jump{1});
    add_command(entries, "Last token", KeyAction::last_token, command::Jump{s.text().rows_wanted});
    add_command(entries, "Resample", "another draw for the next token: a branch", "", command::Resample{});
}

void add_edit_commands(const Snapshot& s, const Selection& selection, Entries& entries) {
    if (selection.focus())
        add_command(entries, "Edit the value in focus", KeyAction::edit_value, command::AskValue{});
    if (s.n_edits() > 0) {
        add_command(entries, s.edits_on ? "Edits off" : "Edits on", KeyAction::toggle_edits,
                    command::UseEdits{!s.edits_on});
        add_command(entries, "Remove all edits", "the run as it was computed", "", command::RemoveEdits{});
    }
    if (s.can_undo) add_command(entries, "Undo", KeyAction::undo, command::Undo{});
    if (s.can_redo) add_command(entries, "Redo", KeyAction::redo, command::Redo{});
}

void add_comparing_commands(const Snapshot& s, const Run& in_view, Entries& entries) {
    add_command(entries, "Compare with this branch as it stands", "a run beside the text", "",
                command::AddRun{.branch = s.branch});
    for (const Run& run : s.runs) {
        if (run.role != RunRole::compared || run.id == in_view.id) continue;
        const std::string title = fmt::format("{}: {}", run.name, run.model->name);
        add_command(entries, fmt::format("Show {} beside the text", run.name), title, "",
                    command::Compare{run.name, "side by side"});
        add_command(entries, fmt::format("Show the difference from {}", run.name), title, "",
                    command::Compare{run.name, "difference"});
        add_command(entries, fmt::format("Stop comparing with {}", run.name), title, "",
                    command::RemoveRun{run.name});
    }
    if (s.runs.back().role == RunRole::text) return;
    add_command(entries, "Stop comparing", "the panels show one run", "", command::Compare{"", "off"});
    add_command(entries, s.each_draws ? "Compared runs read the text" : "Each run draws its own tokens",
                "with the same random numbers", "", command::DrawEach{!s.each_draws});
}

void add_view_commands(const Snapshot& s, const Selection& selection, Entries& entries) {
    const Run& run = s.run_or_text(selection.run);
    for (const auto& [title, key, steps] :
         {std::tuple("Previous operation", KeyAction::previous_operation, -1),
          std::tuple("Next operation", KeyAction::next_operation, 1)})
        add_command(
            entries, title, key,
            command::SelectOperation{operation_name(operation_after(run, s.chain, selection, steps))});
    const HeadRef head = selection.head_in_view();
    const View view(s, run);
    const bool is_off = is_switched_off(view, selection.attention, head);
    add_command(entries, is_off ? "Switch the head on again" : "Switch the head off", KeyAction::switch_head,
                head_switch_command(view, selection.attention, head));
    add_command(entries, "Go through the operations", "one step of the computation after the other", "",
                command::PlayOperations{true});
    for (const Run& other : s.runs)
        if (other.id == run.reads || other.id == run.read_by)
            add_command(entries, fmt::format("Show the {}", other.stack_name()),
                        "the stack that the panels show", "", command::ViewRun{other.name});
    add_comparing_commands(s, run, entries);
    if (selection.as_gradients)
        add_command(entries, "Show values", "in place of gradients", "", command::ViewQuantity{"value"});
    else
        add_command(entries,
                    "Show gradients of " +
                        (s.gradient_target ? gradient_words(*s.gradient_target) : std::string("the loss")),
                    "in place of values", "", command::ViewQuantity{"gradient"});
    if (s.gradient_target)
        add_command(entries, "Stop computing gradients", "", "", command::SetGradients{.on = false});
    if (!s.source_run()) return;
    const bool cross = selection.attention == Attention::cross;
    add_command(entries, cross ? "Show self-attention" : "Show cross-attention", "in Heads and Head", "",
                command::ViewAttention{cross ? "self" : "cross"});
}

void add_speed_commands(Entries& entries) {
    add_command(entries, "Play as fast as it goes", "speed", "", command::SetSpeed{0});
    for (const double speed : {1.0, 4.0, 20.0})
        add_command(entries, fmt::format("Play at {:.0f} tokens/s", speed), "speed", "",
                    command::SetSpeed{speed});
}

/// The chain with one stage switched on at this value.
SamplingChain chain_with(const SamplingChain& chain, StageKind kind, double value) {
    SamplingChain changed = with_all_stages(chain);
    for (SampleStage& stage : changed)
        if (stage.kind == kind) stage = {kind, value, true};
    return changed;
}

void add_temperature_commands(const Snapshot& s, Entries& entries) {
    for (const double t : {0.5, 0.8, 1.0, 1.5})
        add_command(entries, fmt::format("Temperature {:g}", t),
                    t < 1   ? "likely tokens become likelier"
                    : t > 1 ? "unlikely tokens become likelier"
                            : "the probabilities as the model has them",
                    "", command::SetSampling{chain_with(s.chain, StageKind::temperature, t)});
}

/// Which tokens each token may listen to, in all layers and heads.
void add_mask_commands(Entries& entries) {
    const auto add = [&](const char* title, const char* what, std::vector<MaskRule> masks) {
        add_command(entries, title, what, "", command::SetMasks{std::move(masks)});
    };
    add("Mask: the model's own", "as it was trained", {});
    add("Mask: only earlier tokens", "causal", {{.kind = MaskKind::causal}});
    add("Mask: later tokens too", "bidirectional", {{.kind = MaskKind::bidirectional}});
    add("Mask: only the last 4 tokens", "a sliding window",
        {{.kind = MaskKind::sliding_window, .window = 4}});
    add("Mask: the first and the last 4 tokens", "first tokens + window",
        {{.kind = MaskKind::first_and_window, .window = 4, .size = 1}});
    add_command(entries, "Mask: show an example", "one hidden cell turns the next word into another one", "",
                command::ShowMaskExample{});
}

/// The first of glassformer-state.json, glassformer-state-2.json ... that is not there yet.
std::filesystem::path new_state_file() {
    std::error_code failed;
    const std::filesystem::path folder = std::filesystem::current_path(failed);
    for (int i = 1;; ++i) {
        const std::string number = i > 1 ? fmt::format("-{}", i) : "";
        std::filesystem::path path = folder / fmt::format("glassformer-state{}.json", number);
        if (!std::filesystem::exists(path, failed)) return path;
    }
}

void add_export_command(Entries& entries) {
    const std::filesystem::path path = new_state_file();
    add_command(entries, "Export the state to " + shown_name(path.filename()),
                "all that is set and shown, as a list of commands, in " + shown_path(path.parent_path()), "",
                command::SaveState{path.string()});
}

void add_labs(Entries& entries) {
    for (const CourseRow& row : course_rows())
        if (row.make)
            entries.push_back({fmt::format("Lab {}", row.id.substr(0, 2)), std::string(row.question), "lab",
                               "", command::OpenLab{std::string(row.id), 1}});
}

void add_program_commands(const PaletteScope& scope, Entries& entries) {
    for (int i = 0; i < k_theme_count; ++i) {
        const std::string label(theme_of(static_cast<ThemeName>(i)).label);
        add_command(entries, "Theme " + label, "colours", "", command::SetTheme{label});
    }
    for (const int percent : {75, 100, 125, 150, 200, 300})
        add_command(entries, fmt::format("Scale {} %", percent), "size of everything",
                    percent == 100 ? binding_of(KeyAction::normal_size).keys : "",
                    command::SetScale{percent / 100.0});
    add_command(entries, scope.settings.motion ? "Motion off" : "Motion on",
                "whether things glide to their places", "", command::SetMotion{!scope.settings.motion});
    add_command(entries, "Keys and gestures", KeyAction::help, command::ShowHelp{});
    add_command(entries, "Words", "the glossary: every term in a plain sentence", "", command::Explain{});
    if (!scope.snapshot.model) return; // the start page is in view
    add_command(entries, "What to look at", "in a model that ships", "", command::ShowLook{});
    add_command(entries, "Open a model", KeyAction::choose_file, command::ChooseFile{});
    add_command(entries, "Models", "the gallery of those that ship", binding_of(KeyAction::choose_file).keys,
                command::ChooseFile{});
}

void add_models_to_compare(const PaletteScope& scope, Entries& entries) {
    for (const RecentModel& recent : scope.settings.recent)
        add_command(entries, "Compare with " + shown_name(std::filesystem::path(recent.model).filename()),
                    "the same text by another model, beside this one", "",
                    command::AddRun{.model = recent.model, .tokenizer = recent.tokenizer});
}

void add_layouts_and_panels(const PaletteScope& scope, Entries& entries) {
    for (const std::string& name : scope.arrangement.book().names())
        entries.push_back({"Layout " + name, name == scope.arrangement.book().current ? "reset it" : "",
                           "layout", "", command::SetLayout{name}});
    for (const Layout& l : scope.arrangement.book().saved)
        entries.push_back({"Delete layout " + l.name, "", "layout", "", command::DeleteLayout{l.name}});
    if (!scope.snapshot.has_run()) return;
    for (const auto& panel : scope.panels) {
        const std::string title = panel->title();
        entries.push_back({title, panel->about(), "panel", "", command::ShowPanel{title, true}});
        if (scope.arrangement.is_open(title))
            entries.push_back({"Close " + title, "", "panel", "", command::ShowPanel{title, false}});
    }
    for (const auto& panel : scope.panels)
        for (const PanelOption& option : panel->options())
            for (const std::string_view value : option.values)
                entries.push_back(
                    {fmt::format("{}: {} {}", panel->title(), option.name, value), "", "option", "",
                     command::SetView{panel->title(), std::string(option.name), std::string(value)}});
}

/// Sites, parameters, layers and heads of the model, and tokens of the text.
void add_values(const PaletteScope& scope, Entries& entries) {
    const Snapshot& s = scope.snapshot;
    const Run& run = s.run_or_text(scope.selection.run);
    const ModelConfig& c = run.config();
    for (const NamedSite& n : named_sites(*s.model->weights)) {
        const SiteWords words = site_words(s.model->weights->config_of(n.stack), n.site.site);
        entries.push_back(
            {n.name, fmt::format("{}: {}", words.name, words.what), "site", "", command::Inspect{n.name}});
    }
    for (const ParamRow& p : s.model->weights->table) {
        std::string shape;
        for (const int n : p.shape) shape += (shape.empty() ? "" : " × ") + std::to_string(n);
        entries.push_back({p.name, std::move(shape), "parameter", "", command::Inspect{p.name}});
    }
    for (int l = 0; l < c.n_layers; ++l)
        entries.push_back({fmt::format("Layer {}", l), "", "layer", l < 9 ? std::to_string(l + 1) : "",
                           command::PinHead{l, scope.selection.pinned_head.head}});
    for (int h = 0; h < c.n_heads; ++h)
        entries.push_back({fmt::format("Head {}", h),
                           fmt::format("of layer {}", scope.selection.pinned_head.layer), "head", "",
                           command::PinHead{scope.selection.pinned_head.layer, h}});
    for (int p = 0; p < run.shown; ++p)
        entries.push_back({fmt::format("token {} {}", p, token_labels().label(run.token(p))), "", "token", "",
                           command::PinToken{p}});
}

struct OtherWords {
    std::string_view title; ///< what the entry's text begins with
    const char* words;      ///< what people call it, too
};
constexpr std::array k_other_words = {
    OtherWords{"Theme dark", "night black colour color mode"},
    OtherWords{"Theme light", "day bright white colour color mode"},
    OtherWords{"Theme projector", "beamer contrast lecture colour color mode"},
    OtherWords{"Scale", "zoom size larger smaller bigger font text"},
    OtherWords{"Motion", "animation animations glide"},
    OtherWords{"Keys and gestures", "help keyboard shortcuts mouse"},
    OtherWords{"Open a model", "load file folder import"},
    OtherWords{"Models", "load gallery examples"},
    OtherWords{"Export the state", "save session write download"},
    OtherWords{"Play", "run start generate continue"},
    OtherWords{"Pause", "stop halt"},
    OtherWords{"Step", "next forward token"},
    OtherWords{"Step back", "previous backward token"},
    OtherWords{"Resample", "draw again reroll random dice another"},
    OtherWords{"Remove all edits", "reset clear"},
    OtherWords{"Temperature", "sampling randomness creativity"},
    OtherWords{"Mask: only earlier tokens", "attention causal autoregressive"},
    OtherWords{"Mask: later tokens too", "attention bidirectional full"},
    OtherWords{"Mask: only the last", "attention sliding window local"},
    OtherWords{"Sampling", "probabilities softmax top-k top-p min-p nucleus penalty greedy seed"},
    OtherWords{"Heads", "attention patterns weights roles"},
    OtherWords{"Head", "attention pattern weights query key"},
    OtherWords{"Flow", "residual stream layers"},
    OtherWords{"Outline", "operations sites steps"},
    OtherWords{"Positions", "RoPE ALiBi learned sinusoidal none order words encoding clocks"},
    OtherWords{"Inspector", "values numbers matrix weights histogram"},
    OtherWords{"Text", "tokens prompt branches surprisal"},
};

/// Whether the text begins with these words, whole: "Head 3" with "Head", but not "Heads".
bool begins_with_words(std::string_view text, std::string_view words) {
    return text.starts_with(words) && (text.size() == words.size() || !std::isalnum(text[words.size()]));
}

/// Gives the entries that can be done the other words that fit their titles best.
void add_other_words(Entries& entries) {
    for (PaletteEntry& e : entries) {
        if (e.category == std::string_view("option")) continue; // a panel's many
        std::size_t longest = 0;
        for (const OtherWords& other : k_other_words) {
            if (other.title.size() <= longest || !begins_with_words(e.text, other.title)) continue;
            longest = other.title.size();
            e.also = other.words;
        }
    }
}

} // namespace

std::vector<PaletteEntry> palette_entries(const PaletteScope& scope) {
    Entries entries;
    const Snapshot& s = scope.snapshot;
    if (s.has_run()) {
        add_playback_commands(s, entries);
        add_edit_commands(s, scope.selection, entries);
        add_view_commands(s, scope.selection, entries);
        add_speed_commands(entries);
        if (s.config().continues_text()) add_temperature_commands(s, entries);
        add_mask_commands(entries);
        add_export_command(entries);
    }
    add_program_commands(scope, entries);
    add_labs(entries);
    add_layouts_and_panels(scope, entries);
    if (s.has_run()) add_models_to_compare(scope, entries);
    add_other_words(entries); // of all that can be done
    if (s.has_run()) add_values(scope, entries);
    return entries;
}

} // namespace gf::ui
