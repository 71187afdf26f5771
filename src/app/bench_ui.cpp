// `glassformer bench ui`: how long a frame takes.

#include "app/window_subcommands.h"

#include "app/host/headless_window.h"
#include "app/shell/workbench.h"
#include "app/widgets/panel_frame.h"
#include "cli/options.h"
#include "models/shipped.h"
#include "platform/clock.h"
#include "platform/error.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace gf::ui {
namespace {

struct BenchOptions {
    ModelOptions model;
    int tokens = 256, frames = 200;
    std::string layout = "All panels"; ///< whose frames are measured
    bool json = false;
    bool zoom = false;                ///< a person zooms one head; else a new token appears in every frame
    std::string panel;                ///< this one alone; empty: all
    std::vector<std::string> options; ///< of that panel, "form=unrolled"
};

/// Acts as a person would on the Head panel: turns the wheel in and out, and drags the matrix about.
void zoom_and_pan(int frame) {
    const std::optional<UiRect> head = panel_rect("Head");
    if (!head) return;
    ImGuiIO& io = ImGui::GetIO();
    const ImVec2 middle = head->center();
    io.AddMousePosEvent(middle.x - 60 + static_cast<float>(frame * 7 % 40),
                        middle.y + static_cast<float>(frame * 5 % 40));
    if (frame % 20 == 10) io.AddMouseButtonEvent(ImGuiMouseButton_Left, true);
    if (frame % 20 == 19) io.AddMouseButtonEvent(ImGuiMouseButton_Left, false);
    if (frame % 20 < 10) io.AddMouseWheelEvent(0, frame / 40 % 2 ? -1.0f : 1.0f);
}

/// CPU time of this thread, which does not depend on what else the machine does.
double cpu_ms() { return 1e3 * thread_cpu_seconds(); }

struct FrameTimes {
    double median = 0, p99 = 0; ///< milliseconds; p99: 99 % of the frames take less
};

FrameTimes summarise(std::vector<double> ms) {
    std::sort(ms.begin(), ms.end());
    return {ms[ms.size() / 2], ms[ms.size() * 99 / 100]};
}

void carry_out(Workbench& workbench, const Command& command) {
    workbench.post(command);
    workbench.settle();
    const Snapshot& s = workbench.session().latest();
    if (s.message_is_error) throw Error({"bench ui", "the model to run", s.message, ""});
}

/// Opens the model and has it write until there are `o.tokens` tokens.
void open_and_run(Workbench& workbench, const BenchOptions& o) {
    const auto latest = [&]() -> const Snapshot& { return workbench.session().latest(); };
    workbench.post(command::SetLayout{o.layout});
    carry_out(workbench, command::Open{o.model.path(), o.model.tokenizer, "", o.model.ignored_keys});
    if (!latest().model->tokenizer) {
        // A prompt of ids that differ is there sooner than a text that random weights write.
        std::string ids = "1";
        for (int i = 2; i < o.tokens; ++i) ids += fmt::format(",{}", i * 37 % latest().config().d_vocab);
        carry_out(workbench, command::SetPrompt{ids, false});
    }
    carry_out(workbench, command::Step{o.tokens - latest().text().rows});
    if (latest().text().rows < o.tokens) { // the model ended its text, so that a prompt has to be long
        std::string text;
        for (int i = 0; i < o.tokens; ++i) text += "Once upon a time there was a fox and a mill. ";
        carry_out(workbench, command::SetPrompt{text, true});
        carry_out(workbench, command::Step{o.tokens - latest().text().rows});
    }
    const int n = latest().text().rows;
    if (n < o.tokens)
        throw Error({"--tokens", fmt::format("at most {}, where this model ended its text", n),
                     std::to_string(o.tokens), ""});
}

/// Brings one panel to the front of a single stack of tabs, with its options.
void show_alone(Workbench& workbench, const BenchOptions& o) {
    DockTree root;
    root.panels = {o.panel};
    carry_out(workbench, command::Arrange{root});
    carry_out(workbench, command::ShowPanel{o.panel, true});
    for (const std::string& option : o.options) {
        const std::size_t equals = option.find('=');
        if (equals == std::string::npos)
            throw Error({"--option", "NAME=VALUE", "'" + option + "'", "e.g. form=unrolled"});
        carry_out(workbench, command::SetView{o.panel, option.substr(0, equals), option.substr(equals + 1)});
    }
}

/// CPU milliseconds of frames in which one token after the other appears, or a head is zoomed. With `gl` it
/// is the workbench's part alone (layout, geometry, uploads); without, it is a whole frame of Dear ImGui in
/// which nothing is drawn.
FrameTimes measure_frames(const BenchOptions& o, bool gl) {
    HeadlessWindow window({1600, 900, {}, gl, false});
    Workbench workbench({Session::Mode::cooperative, {}, {}});
    open_and_run(workbench, o);
    if (o.zoom) {
        carry_out(workbench, command::SetLayout{"Attention"});
        carry_out(workbench, command::SetView{"Head", "form", "matrix"});
    }
    if (!o.panel.empty()) show_alone(workbench, o);
    constexpr int k_warm_up = 200;  // frames, in which work that is spread over frames is done
    constexpr int k_positions = 16; // more than any panel remembers
    std::vector<double> ms;
    for (int i = 0; i < k_warm_up + o.frames; ++i) {
        // The last tokens take turns, so that each frame shows another one than the frame before.
        if (o.zoom)
            zoom_and_pan(i);
        else
            carry_out(workbench, command::Jump{o.tokens - i % std::min(k_positions, o.tokens)});
        const double begin = cpu_ms();
        double workbench_ms = 0;
        window.frame([&] {
            const double start = cpu_ms();
            workbench.frame();
            workbench_ms = cpu_ms() - start;
        });
        if (i >= k_warm_up) ms.push_back(gl ? workbench_ms : cpu_ms() - begin);
    }
    return summarise(ms);
}

/// Milliseconds from a stroke on the mask to the new pattern: the whole text is computed again. The median.
double mask_stroke_ms(BenchOptions o) {
    constexpr int k_tokens = 64, k_strokes = 41;
    o.tokens = std::min(o.tokens, k_tokens);
    HeadlessWindow window({1600, 900, {}, false, false});
    Workbench workbench({Session::Mode::cooperative, {}, {}});
    open_and_run(workbench, o);
    std::vector<double> ms;
    for (int i = 0; i < k_strokes; ++i) {
        const int row = 1 + i * 7 % (o.tokens - 1), key = i * 5 % row;
        const Stopwatch watch;
        carry_out(workbench, command::PaintMask{{.cells = {{{row, row + 1}, {key, key + 1}}}}});
        ms.push_back(1e3 * watch.seconds());
    }
    return summarise(ms).median;
}

/// Milliseconds from nothing to the first picture: fonts, OpenGL, layout, drawing.
double first_picture_ms() {
    const Stopwatch watch;
    HeadlessWindow window({1600, 900, {}, true, false});
    Workbench workbench({Session::Mode::cooperative, {}, {}, true, shipped_models_folder()});
    window.frame([&] { workbench.frame(); });
    window.picture(); // waits until it is drawn
    return 1e3 * watch.seconds();
}

int run(BenchOptions o) {
    if (o.tokens < 2 || o.frames < 10)
        throw Error({"bench ui", "at least 2 tokens and 10 frames",
                     fmt::format("{} and {}", o.tokens, o.frames), ""});
    const double first = first_picture_ms();
    const FrameTimes whole = measure_frames(o, false), with_gl = measure_frames(o, true);
    const double median = std::max(whole.median, with_gl.median), p99 = std::max(whole.p99, with_gl.p99);
    const double stroke = mask_stroke_ms(o);
    const std::string layout = o.panel.empty() ? o.layout : o.panel;
    const nlohmann::json out{{"layout", layout + " 1600x900"},
                             {"tokens", o.tokens},
                             {"frame_ms_median", median},
                             {"frame_ms_p99", p99},
                             {"frame_ms_median_no_gl", whole.median},
                             {"workbench_ms_median", with_gl.median},
                             {"mask_stroke_ms_64_tokens", stroke},
                             {"first_picture_ms", first}};
    if (o.json)
        fmt::print("{}\n", out.dump(2));
    else
        fmt::print(
            "{} at {} tokens: {:.2f} ms a frame (median), {:.2f} ms (99 %); a stroke on the mask at 64 "
            "tokens: {:.1f} ms; first picture after {:.0f} ms\n",
            layout, o.tokens, median, p99, stroke, first);
    return 0;
}

} // namespace

void add_bench_ui(CLI::App& app, int& exit_code) {
    auto* command = app.get_subcommand("bench")->add_subcommand(
        "ui", "CPU time of a frame with all panels, or those of a layout, without rasterising");
    auto options = std::make_shared<BenchOptions>();
    options->model.add_to(*command);
    command->add_flag("--zoom", options->zoom,
                      "zoom and pan one head as a matrix, instead of a new token every frame");
    command->add_option("--panel", options->panel, "this panel alone: Head");
    command->add_option("--option", options->options, "what it shows, NAME=VALUE: form=unrolled")
        ->needs("--panel");
    command->add_option("--layout", options->layout, "whose panels are measured")->capture_default_str();
    command->add_option("--tokens", options->tokens)->capture_default_str();
    command->add_option("--frames", options->frames)->capture_default_str();
    command->add_flag("--json", options->json);
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace gf::ui
