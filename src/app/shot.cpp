// `glassformer shot`: a picture of the window, without a display.
#include "app/window_subcommands.h"

#include "app/host/frame_request.h"
#include "app/host/headless.h"
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
    std::string out, size = "1600x900", theme = "light", script, prompt;
    double scale = 1;
};

std::pair<int, int> parse_size(const std::string& text) {
    int width = 0, height = 0;
    const char* end = text.data() + text.size();
    const auto [x, first_error] = std::from_chars(text.data(), end, width);
    if (first_error == std::errc() && x != end && *x == 'x') {
        const auto [stop, second_error] = std::from_chars(x + 1, end, height);
        if (second_error == std::errc() && stop == end && width >= 320 && height >= 200 && width <= 7680 &&
            height <= 4320)
            return {width, height};
    }
    throw Error({"--size", "WIDTHxHEIGHT from 320x200 to 7680x4320", "'" + text + "'", "e.g. 1600x900"});
}

/// A picture of the window after a script of commands.
void shoot(const ShotOptions& o) {
    const auto [width, height] = parse_size(o.size);
    if (!(o.scale >= k_least_scale && o.scale <= k_greatest_scale))
        throw Error({"--scale", fmt::format("{} to {}", k_least_scale, k_greatest_scale),
                     fmt::format("{}", o.scale), ""});
    const ThemeName theme = theme_named(o.theme);
    std::vector<Command> script;
    if (!o.script.empty())
        script = commands_from_json(parse_json(MappedFile(o.script).text(), o.script), o.script);

    Headless screen({width, height, {theme, static_cast<float>(o.scale)}, true, false});
    Workbench workbench({Session::Mode::cooperative, {}, {}, false, shipped_models_folder()});
    workbench.settings().theme = theme;
    workbench.settings().scale = static_cast<float>(o.scale);
    const auto act = [&](const Command& c) {
        workbench.post(c);
        workbench.settle();
        const Snapshot& s = workbench.session().latest();
        if (s.message_is_error) throw std::runtime_error(s.message);
        if (!workbench.note().empty()) throw std::runtime_error(workbench.note());
    };
    if (!o.model.model.empty())
        act(command::Open{o.model.model, o.model.tokenizer, o.prompt});
    else if (!o.prompt.empty())
        act(command::SetPrompt{o.prompt, false});
    for (const Command& c : script) act(c);
    // The first frames measure; glyphs and sizes settle; what is spread over frames comes to its end.
    constexpr int k_settling_frames = 6, k_most_frames = 600;
    std::uint64_t asked = 0;
    for (int i = 0; i < k_settling_frames || (i < k_most_frames && asked != n_frame_requests()); ++i) {
        asked = n_frame_requests();
        screen.frame([&] { workbench.frame(); });
        workbench.settle();
    }
    write_png(o.out, screen.picture());
    fmt::print("{}: {}x{}\n", o.out, width, height);
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
    command->add_option("--script", options->script, "JSON file: a list of commands to carry out first")
        ->type_name("PATH");
    command->callback([options, &exit_code] {
        shoot(*options);
        exit_code = 0;
    });
}

} // namespace gf::ui
