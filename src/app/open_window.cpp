// What the program does without a subcommand: the workbench in a window.

#include "app/window_subcommands.h"

#include "app/host/frame_request.h"
#include "app/host/glfw_window.h"
#include "app/shell/workbench.h"
#include "app/start/gallery.h"
#include "cli/options.h"
#include "models/shipped.h"
#include "platform/end_signals.h"

namespace gf::ui {
namespace {

/// Returns when the person closes the window, or a signal asks for it.
void open_window(const ModelOptions& model) {
    const EndSignals signals(request_frame);
    const std::filesystem::path models = shipped_models_folder();
    GlfwWindow window({});
    Workbench workbench({Session::Mode::threaded, config_folder(), request_frame, true, models});
    if (!model.model.empty()) {
        command::Open open = open_named(model.model, model.tokenizer, models);
        open.ignored_keys = model.ignored_keys;
        workbench.post(open);
    } else
        workbench.play(opening_commands(models));
    window.on_drop = [&](const std::vector<std::string>& paths) { workbench.open_dropped_files(paths); };
    window.show_at(workbench.settings().window);
    std::string title;
    const auto draw_frame = [&] {
        workbench.settings().window = window.place();
        workbench.frame();
        if (title != workbench.title()) window.set_title(title = workbench.title());
    };
    window.run(draw_frame, [&] { return signals.arrived(); });
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
        open_window(*model);
        exit_code = 0;
    });
}

} // namespace gf::ui
