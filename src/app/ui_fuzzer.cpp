#include "app/ui_fuzzer.h"

#include "app/host/frame_checks.h"
#include "app/host/keyboard.h"
#include "app/view/key_bindings.h"
#include "models/shipped.h"
#include "platform/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace gf::ui {
namespace {

constexpr std::size_t k_kept_actions = 24;
constexpr int k_keys_every = 20, k_undo_every = 50; // actions
constexpr int k_most_levels = 12;                   ///< presses of Esc that let go of everything

constexpr std::array k_walking_keys = {
    ImGuiKeyChord{ImGuiKey_Tab},       ImGuiMod_Shift | ImGuiKey_Tab,     ImGuiKeyChord{ImGuiKey_Enter},
    ImGuiKeyChord{ImGuiKey_Space},     ImGuiKeyChord{ImGuiKey_Escape},    ImGuiKeyChord{ImGuiKey_UpArrow},
    ImGuiKeyChord{ImGuiKey_DownArrow}, ImGuiKeyChord{ImGuiKey_PageUp},    ImGuiKeyChord{ImGuiKey_PageDown},
    ImGuiKeyChord{ImGuiKey_Delete},    ImGuiKeyChord{ImGuiKey_Backspace}, ImGuiMod_Alt | ImGuiKey_LeftAlt,
    ImGuiMod_Ctrl | ImGuiKey_Tab,      ImGuiMod_Ctrl | ImGuiKey_A};
constexpr std::array k_texts = {"a",     "Once upon a time", "0.5", "-3",    "1e9",          "0",    "He",
                                "1,2,3", "\xC3\xA9",         " ",   "story", "\xE4\xBD\xA0", "1e38", "mask",
                                "theme", "\xD8\xA7"};
constexpr std::array k_sizes = {ImVec2{1600, 900},  ImVec2{1280, 720}, ImVec2{2560, 1440},
                                ImVec2{1920, 1080}, ImVec2{800, 600},  ImVec2{640, 480}};
constexpr std::array k_prompts = {"Once upon a time", "He liked to", "The cat", "1,2,3,4", "a", ""};

/// Whether an item may lead out of the program's own files, as the rows of the file browser do.
bool leads_out(const UiItem& item) {
    return item.window == "Start" && !item.label.starts_with("models/") && !item.label.starts_with("recent/");
}

} // namespace

UiFuzzer::UiFuzzer(std::uint64_t seed, std::filesystem::path config_folder, const command::Open& first)
    : seed_(seed), screen_({.record_items = true}), workbench_({.mode = Session::Mode::cooperative,
                                                                .config_folder = std::move(config_folder),
                                                                .wake = {},
                                                                .shows_timing = false,
                                                                .models = shipped_models_folder()}),
      hand_([this] { frame(); }) {
    workbench_.post(first);
    hand_.frames(6);
}

void UiFuzzer::frame() {
    screen_.frame([this] { workbench_.frame(); });
    workbench_.settle();
}

/// Uniform in [0, 1).
double UiFuzzer::draw() { return uniform({seed_, 0, n_actions_, n_draws_++}); }

int UiFuzzer::draw_below(int n) { return std::min(static_cast<int>(draw() * n), n - 1); }

void UiFuzzer::note(std::string what) {
    last_.push_back(fmt::format("{}: {}", n_actions_, std::move(what)));
    if (last_.size() > k_kept_actions) last_.pop_front();
}

void UiFuzzer::act() {
    n_draws_ = 0;
    const double which = draw();
    if (which < 0.62)
        use_item();
    else if (which < 0.86)
        press_key();
    else if (which < 0.91)
        type_text();
    else if (which < 0.95)
        find_something();
    else if (which < 0.975)
        begin_text();
    else
        resize();
    check_frame();
    ++n_actions_;
    if (n_actions_ % k_keys_every == 0) check_keys();
    if (n_actions_ % k_undo_every == 0) check_undo();
}

void UiFuzzer::use_item() {
    std::vector<const UiItem*> items;
    for (const UiItem& item : screen_.host().items().items())
        if (!item.label.empty() && !item.stack.empty() && item.is_visible() && !leads_out(item))
            items.push_back(&item);
    if (items.empty()) return note("nothing can be pressed");
    const UiItem& item = *pick(items);
    const UiRect place = item.visible();
    const ImVec2 at{place.min.x + static_cast<float>(draw()) * place.width(),
                    place.min.y + static_cast<float>(draw()) * place.height()};
    const std::string name =
        fmt::format("{}/{} at {:.0f}, {:.0f}", item.window, label_name(item.label), at.x, at.y);
    hand_.move_to(at);
    const double way = draw();
    if (way < 0.7) {
        note("click " + name);
        hand_.press(ImGuiMouseButton_Left);
    } else if (way < 0.78) {
        note("double click " + name);
        hand_.press(ImGuiMouseButton_Left, 2);
    } else if (way < 0.88) {
        note("right click " + name);
        hand_.press(ImGuiMouseButton_Right);
    } else if (way < 0.94) {
        const ImVec2 distance{static_cast<float>(draw_below(401) - 200),
                              static_cast<float>(draw_below(401) - 200)};
        note(fmt::format("drag {} by {}, {}", name, distance.x, distance.y));
        hand_.drag(distance);
    } else {
        const int steps = draw_below(9) - 4;
        note(fmt::format("wheel {} over {}", steps, name));
        hand_.wheel(static_cast<float>(steps));
    }
}

void UiFuzzer::press_key() {
    ImGuiKeyChord chord = pick(k_walking_keys);
    if (draw() < 0.65) {
        const KeyBinding& binding = pick(key_bindings());
        chord = binding.chord + draw_below(binding.n_keys);
    }
    note(fmt::format("key {:#x} ({})", chord,
                     ImGui::GetKeyName(static_cast<ImGuiKey>(chord & ~ImGuiMod_Mask_))));
    hand_.key(chord);
}

void UiFuzzer::type_text() {
    const char* text = pick(k_texts);
    note(fmt::format("type '{}'", text));
    hand_.type(text);
    if (draw() < 0.5) hand_.key(ImGuiKey_Enter);
}

void UiFuzzer::find_something() {
    constexpr std::array k_queries = {"theme",  "scale", "layout", "close",   "play at",
                                      "head",   "layer", "token",  "compare", "show",
                                      "temper", "mask",  "motion", "gradient"};
    const char* query = pick(k_queries);
    const int further = draw_below(6);
    note(fmt::format("Ctrl+K '{}', {} rows down, Enter", query, further));
    workbench_.post(command::Find{query});
    hand_.frames(3);
    for (int i = 0; i < further; ++i) hand_.key(ImGuiKey_DownArrow);
    hand_.key(ImGuiKey_Enter);
    hand_.frames(2);
}

void UiFuzzer::resize() {
    const ImVec2 size = pick(k_sizes);
    note(fmt::format("a window of {} x {}", size.x, size.y));
    screen_.resize(static_cast<int>(size.x), static_cast<int>(size.y));
    hand_.frames(3);
}

void UiFuzzer::begin_text() {
    const char* prompt = pick(k_prompts);
    const int steps = draw_below(20);
    note(fmt::format("the prompt '{}' and {} steps", prompt, steps));
    workbench_.post(command::SetPrompt{prompt});
    workbench_.post(command::Step{steps});
    hand_.frames(3);
}

void UiFuzzer::check_frame() {
    // A window of fewer design lengths has no room for a tab and a line below it.
    constexpr ImVec2 k_least_window{320, 180};
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    if (display.x < px(k_least_window.x) || display.y < px(k_least_window.y)) return hand_.frames(3);
    constexpr int k_patience = 5; // sizes settle over some frames
    std::string problem = " ";
    for (int i = 0; i < k_patience && !problem.empty(); ++i) {
        hand_.frames(3);
        problem = problem_of_frame(screen_.host());
    }
    if (!problem.empty()) throw Error({"the picture", "everything in its place", problem, ""});
}

/// Whatever is open or pinned, Esc lets go of it; then the program's keys work.
void UiFuzzer::check_keys() {
    for (int i = 0; i < k_most_levels; ++i) hand_.key(ImGuiKey_Escape);
    if (keyboard_is_taken())
        throw Error({"the keyboard", "free after Esc", "something that does not let go of it", ""});
    if (!snapshot().has_run()) return;
    hand_.key(ImGuiKey_Home);
    const Snapshot& s = snapshot();
    if (s.cursor() != 1) throw Error({"Home", "the first token", fmt::format("token {}", s.cursor()), ""});
    if (s.text().rows_wanted < 2) return; // a text of one token may have come to its end
    hand_.key(ImGuiKey_RightArrow);
    if (snapshot().cursor() != 2)
        throw Error({"Right", "the second token", fmt::format("token {}", snapshot().cursor()), ""});
    hand_.key(ImGuiKey_End);
}

UiFuzzer::Undoable UiFuzzer::undoable() {
    const Snapshot& s = snapshot();
    Undoable now{s.model_path, s.prompt, {}, {}, s.edits_on, s.chain, s.seed};
    for (int i = 0; i < s.cursor(); ++i) now.tokens.push_back(s.text().token(i));
    for (const Run& run : s.runs)
        for (const RunEdit& edit : *run.edits) now.edits.push_back(edit.spec);
    return now;
}

/// A command that changes something which undo brings back; none if the one that was drawn has nothing to do.
std::optional<SessionCommand> UiFuzzer::undoable_command() {
    const Snapshot& s = snapshot();
    const ModelConfig& c = s.config();
    switch (draw_below(6)) {
    case 0: return command::SetSeed{s.seed + 1 + static_cast<std::uint64_t>(draw_below(1000))};
    case 1: return command::SetPrompt{pick(k_prompts)};
    case 2: {
        if (s.cursor() < 2 || !c.continues_text()) return std::nullopt;
        const int position = 1 + draw_below(s.cursor() - 1), token = draw_below(c.d_vocab);
        if (token == s.text().token(position)) return std::nullopt;
        return command::ForceToken{position, token};
    }
    case 3: {
        const int layer = draw_below(c.n_layers), row = draw_below(s.cursor());
        return command::EditCell{
            {fmt::format("blocks.{}.hook_resid_pre", layer), -1, row, draw_below(c.d_model)}, draw()};
    }
    case 4: return s.n_edits() > 0 ? std::optional(command::UseEdits{!s.edits_on}) : std::nullopt;
    default: return s.n_edits() > 0 ? std::optional(command::RemoveEdits{}) : std::nullopt;
    }
}

/// So many undos as there were commands bring everything back.
void UiFuzzer::check_undo() {
    if (!snapshot().has_run()) return;
    workbench_.post(command::Pause{});
    hand_.frames(1);
    const Undoable before = undoable();
    std::vector<std::string> names;
    for (int n = 1 + draw_below(6); n > 0; --n) {
        const std::optional<SessionCommand> command = undoable_command();
        if (!command) continue;
        const std::uint64_t messages = snapshot().message_number;
        workbench_.post(Command(*command));
        hand_.frames(2);
        const bool is_refused = snapshot().message_number != messages && snapshot().message_is_error;
        if (!is_refused) names.push_back(gf::to_json(Command(*command)).dump());
    }
    for (std::size_t i = 0; i < names.size(); ++i) workbench_.post(command::Undo{});
    hand_.frames(2);
    const Undoable after = undoable();
    if (after == before) return;
    throw Error({"undo", "tokens, edits, sampling and seed as before",
                 fmt::format("prompt '{}' in place of '{}', {} tokens of {}, {} edits of {}, seed {} of {}",
                             after.prompt, before.prompt, after.tokens.size(), before.tokens.size(),
                             after.edits.size(), before.edits.size(), after.seed, before.seed),
                 fmt::format("after {} times undo of {}", names.size(), fmt::join(names, ", "))});
}

} // namespace gf::ui
