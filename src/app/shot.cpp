// `glassformer shot`: a picture of the window, without a display.

#include "app/window_subcommands.h"

#include "app/host/frame_request.h"
#include "app/host/headless_window.h"
#include "app/shell/workbench.h"
#include "cli/options.h"
#include "io/json.h"
#include "models/shipped.h"
#include "platform/error.h"
#include "platform/mapped_file.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <charconv>

namespace gf::ui {
namespace {

struct ShotOptions {
    ModelOptions model;
    std::string out, size = "1600x900", theme = "light", script, prompt, texts;
    double scale = 1;
    std::string lab; ///< empty: none
    int step = 1;    ///< of the lab
};

/// Width and height in pixels of e.g. "1600x900".
std::pair<int, int> parse_size(const std::string& text) {
    int width = 0, height = 0;
    const char* end = text.data() + text.size();
    const auto [separator, width_error] = std::from_chars(text.data(), end, width);
    if (width_error == std::errc() && separator != end && *separator == 'x') {
        const auto [stop, height_error] = std::from_chars(separator + 1, end, height);
        const bool is_whole = height_error == std::errc() && stop == end;
        if (is_whole && width >= 320 && height >= 200 && width <= 7680 && height <= 4320)
            return {width, height};
    }
    throw Error({"--size", "WIDTHxHEIGHT from 320x200 to 7680x4320", "'" + text + "'", "e.g. 1600x900"});
}

/// Draws until nothing moves any more.
void run_until_still(HeadlessWindow& window, Workbench& workbench) {
    // The first frames measure; then glyphs and sizes settle, and work that is spread over frames is done.
    constexpr int k_min_frames = 6, k_max_frames = 600;
    std::uint64_t n_requests = 0;
    for (int i = 0; i < k_min_frames || (i < k_max_frames && n_requests != n_frame_requests()); ++i) {
        n_requests = n_frame_requests();
        window.frame([&] { workbench.frame(); });
        workbench.settle();
        workbench.finish_lab();
    }
}

/// Writes a picture of the window as it is after a script of commands.
void write_shot(const ShotOptions& o) {
    const auto [width, height] = parse_size(o.size);
    if (!(o.scale >= k_min_scale && o.scale <= k_max_scale))
        throw Error(
            {"--scale", fmt::format("{} to {}", k_min_scale, k_max_scale), fmt::format("{}", o.scale), ""});
    const ThemeName theme = theme_named(o.theme);
    std::vector<Command> script;
    if (!o.script.empty())
        script = commands_from_json(parse_json(MappedFile(o.script).text(), o.script), o.script);

    HeadlessWindow window({width, height, {theme, static_cast<float>(o.scale)}, true, !o.texts.empty()});
    Workbench workbench({Session::Mode::cooperative, {}, {}, false, shipped_models_folder()});
    workbench.settings().theme = theme;
    workbench.settings().scale = static_cast<float>(o.scale);
    const auto carry_out = [&](const Command& c) {
        workbench.post(c);
        workbench.settle();
        const Snapshot& s = workbench.session().latest();
        if (s.message_is_error) throw std::runtime_error(s.message);
        if (!workbench.window_message().empty()) throw std::runtime_error(workbench.window_message());
    };
    if (!o.model.model.empty())
        carry_out(command::Open{o.model.model, o.model.tokenizer, o.prompt, o.model.ignored_keys});
    else if (!o.prompt.empty())
        carry_out(command::SetPrompt{o.prompt, false});
    if (!o.lab.empty()) carry_out(command::OpenLab{o.lab, o.step});
    for (const Command& c : script) carry_out(c);
    run_until_still(window, workbench);
    write_png(o.out, window.picture());
    if (o.texts.empty()) return fmt::print("{}: {}x{}\n", o.out, width, height);
    for (const UiText& text : ImGuiHost::current().items().texts())
        if (text.window == o.texts) fmt::print("{}\n", text.text);
}

} // namespace

void add_shot(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("shot", "a picture of the window, without a display");
    auto options = std::make_shared<ShotOptions>();
    options->model.add_to(*command, false);
    command->add_option("-o,--out", options->out, "the PNG file to write")->required()->type_name("PATH");
    command->add_option("-p,--prompt", options->prompt,
                        "the text to begin with; of an encoder-decoder, its source");
    command->add_option("--size", options->size, "in pixels")->capture_default_str();
    command->add_option("--theme", options->theme, "light, dark or projector")->capture_default_str();
    command->add_option("--scale", options->scale, "of the interface")->capture_default_str();
    command->add_option("--lab", options->lab, "opens a lab first, by id, number or slug")->type_name("ID");
    command->add_option("--step", options->step, "of the lab")->capture_default_str();
    command->add_option("--script", options->script, "JSON file: a list of commands to carry out first")
        ->type_name("PATH");
    command->add_option("--texts", options->texts,
                        "print what a panel or bar says, e.g. Operation or Flow, in place of the size");
    command->callback([options, &exit_code] {
        write_shot(*options);
        exit_code = 0;
    });
}

} // namespace gf::ui
