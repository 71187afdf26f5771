#include "app/commands.h"

#include "app/gallery.h"
#include "app/headless.h"
#include "app/window.h"
#include "app/workbench.h"
#include "cli/options.h"
#include "core/error.h"
#include "io/json.h"
#include "io/mapped_file.h"
#include "models/shipped.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <charconv>

namespace gf {
namespace {

void run_workbench(const ModelOptions& model) {
    Window window({});
    const std::filesystem::path models = shipped_folder();
    Workbench workbench({Session::Mode::threaded, config_folder(), request_frame, true, models});
    if (!model.model.empty())
        workbench.post(command::Open{model.model, model.tokenizer});
    else if (const auto first = first_of_gallery(models))
        workbench.post(*first);
    window.on_drop = [&](const std::vector<std::string>& paths) { workbench.dropped(paths); };
    std::string title;
    window.run([&] {
        workbench.frame();
        if (title != workbench.title()) window.set_title(title = workbench.title());
    });
}

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
    Workbench workbench({Session::Mode::cooperative, {}, {}, false, shipped_folder()});
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
    for (int i = 0; i < k_settling_frames || (i < k_most_frames && asked != frame_requests()); ++i) {
        asked = frame_requests();
        screen.frame([&] { workbench.frame(); });
        workbench.settle();
    }
    write_png(o.out, screen.picture());
    fmt::print("{}: {}x{}\n", o.out, width, height);
}

} // namespace

void add_workbench(CLI::App& app, int& exit_code) {
    auto model = std::make_shared<ModelOptions>();
    model->add_to(app, false);
    auto positional = std::make_shared<std::string>();
    app.add_option("MODEL", *positional, "the same as --model")->excludes("--model");
    app.callback([&app, model, positional, &exit_code] {
        if (!app.get_subcommands().empty()) return;
        if (!positional->empty()) model->model = *positional;
        run_workbench(*model);
        exit_code = 0;
    });
}

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

} // namespace gf
