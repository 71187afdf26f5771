// What Ctrl+K can find.
#include "app/shell/keys.h"
#include "app/shell/palette.h"
#include "app/view/key_bindings.h"
#include "app/view/site_words.h"
#include "app/view/token_labels.h"
#include "core/site_names.h"

#include <fmt/format.h>

#include <array>

namespace gf::ui {
namespace {

using Entries = std::vector<PaletteEntry>;

void add_commands(const PaletteScope& scope, Entries& out) {
    const Snapshot& s = scope.snapshot;
    const auto add = [&](std::string text, std::string detail, std::string keys, Command c) {
        out.push_back({std::move(text), std::move(detail), "command", std::move(keys), std::move(c)});
    };
    const auto bound = [&](const char* text, KeyAction action, Command c) {
        add(text, binding_of(action).what, binding_of(action).keys, std::move(c));
    };
    if (s.has_run()) {
        if (s.playing)
            bound("Pause", KeyAction::play, command::Pause{});
        else
            bound("Play", KeyAction::play, command::Play{});
        bound("Step", KeyAction::next_token, command::Step{1});
        bound("Step back", KeyAction::previous_token, command::Step{-1});
        bound("First token", KeyAction::first_token, command::Jump{1});
        bound("Last token", KeyAction::last_token, command::Jump{s.text_rows()});
        add("Resample", "another draw for the next token: a branch", "", command::Resample{});
        if (scope.selection.focus()) bound("Edit the value in focus", KeyAction::edit, command::AskValue{});
        if (s.n_edits() > 0) {
            bound(s.edits_on ? "Edits off" : "Edits on", KeyAction::edits, command::UseEdits{!s.edits_on});
            add("Remove all edits", "the run as it was computed", "", command::RemoveEdits{});
        }
        if (s.can_undo) bound("Undo", KeyAction::undo, command::Undo{});
        if (s.can_redo) bound("Redo", KeyAction::redo, command::Redo{});
        for (const int layer : {-1, 1}) {
            const SiteRef site = operation_after(s.config(), scope.selection, layer);
            bound(layer > 0 ? "Next operation" : "Previous operation",
                  layer > 0 ? KeyAction::next_operation : KeyAction::previous_operation,
                  command::SelectOperation{site_name(site.site, site.layer)});
        }
        if (s.has_source()) {
            const bool encoder = s.encoder_in_view();
            add(encoder ? "Show the decoder" : "Show the encoder", "the stack that the panels show", "",
                command::ViewStack{encoder ? "decoder" : "encoder"});
            const bool cross = scope.selection.attention == Attention::cross;
            add(cross ? "Show self-attention" : "Show cross-attention", "in Heads and Head", "",
                command::ViewAttention{cross ? "self" : "cross"});
        }
        add("Play as fast as it goes", "speed", "", command::SetSpeed{0});
        for (const double speed : {1.0, 4.0, 20.0})
            add(fmt::format("Play at {:.0f} tokens/s", speed), "speed", "", command::SetSpeed{speed});
    }
    for (int i = 0; i < k_theme_count; ++i) {
        const std::string label(theme_of(static_cast<ThemeName>(i)).label);
        add("Theme " + label, "colours", "", command::SetTheme{label});
    }
    for (const int percent : {75, 100, 125, 150, 200, 300})
        add(fmt::format("Scale {} %", percent), "size of everything",
            percent == 100 ? binding_of(KeyAction::normal_size).keys : "",
            command::SetScale{percent / 100.0});
    add(scope.settings.motion ? "Motion off" : "Motion on", "whether things glide to their places", "",
        command::SetMotion{!scope.settings.motion});
    bound("Keys and gestures", KeyAction::help, command::ShowHelp{});
    if (!s.model) return; // the start page is in view
    bound("Open a model", KeyAction::choose_file, command::ChooseFile{});
    add("Models", "the gallery of those that ship", binding_of(KeyAction::choose_file).keys,
        command::ChooseFile{});
}

void add_windows(const PaletteScope& scope, Entries& out) {
    for (const std::string& name : scope.arrangement.book().names())
        out.push_back({"Layout " + name, name == scope.arrangement.book().current ? "reset it" : "", "layout",
                       "", command::SetLayout{name}});
    for (const Layout& l : scope.arrangement.book().saved)
        out.push_back({"Delete layout " + l.name, "", "layout", "", command::DeleteLayout{l.name}});
    if (!scope.snapshot.has_run()) return;
    for (const auto& panel : scope.panels) {
        const std::string title = panel->title();
        out.push_back({title, panel->about(), "panel", "", command::ShowPanel{title, true}});
        if (scope.arrangement.is_open(title))
            out.push_back({"Close " + title, "", "panel", "", command::ShowPanel{title, false}});
    }
    for (const auto& panel : scope.panels)
        for (const PanelOption& option : panel->options())
            for (const std::string_view value : option.values)
                out.push_back(
                    {fmt::format("{}: {} {}", panel->title(), option.name, value), "", "option", "",
                     command::SetView{panel->title(), std::string(option.name), std::string(value)}});
}

/// Sites, parameters, layers and tokens: of the model and the text.
void add_values(const PaletteScope& scope, Entries& out) {
    const Snapshot& s = scope.snapshot;
    const ModelConfig& c = s.config();
    for (const NamedSite& n : named_sites(*s.model->weights)) {
        const SiteWords words = site_words(s.model->weights->config_of(n.stack), n.site.site);
        out.push_back(
            {n.name, fmt::format("{}: {}", words.name, words.what), "site", "", command::Inspect{n.name}});
    }
    for (const ParamRow& p : s.model->weights->table) {
        std::string shape;
        for (const int n : p.shape) shape += (shape.empty() ? "" : " × ") + std::to_string(n);
        out.push_back({p.name, std::move(shape), "parameter", "", command::Inspect{p.name}});
    }
    for (int l = 0; l < c.n_layers; ++l)
        out.push_back({fmt::format("Layer {}", l), "", "layer", l < 9 ? std::to_string(l + 1) : "",
                       command::PinHead{l, scope.selection.pinned_head.head}});
    for (int h = 0; h < c.n_heads; ++h)
        out.push_back({fmt::format("Head {}", h),
                       fmt::format("of layer {}", scope.selection.pinned_head.layer), "head", "",
                       command::PinHead{scope.selection.pinned_head.layer, h}});
    for (int p = 0; p < s.cursor; ++p)
        out.push_back({fmt::format("token {} {}", p, token_labels().alone(s.run().token(p))), "", "token", "",
                       command::PinToken{p}});
}

} // namespace

std::vector<PaletteEntry> palette_entries(const PaletteScope& scope) {
    Entries entries;
    add_commands(scope, entries);
    add_windows(scope, entries);
    if (scope.snapshot.has_run()) add_values(scope, entries);
    return entries;
}

} // namespace gf::ui
