// Prints where items of the workbench stand in a window of 1600 x 900 pixels. window_smoke.sh clicks there.
//     item_positions MODEL NAME...
// prints "x y" of the middle of each item. The workbench is laid out as in the program, without a window.

#include "app/host/headless_window.h"
#include "app/shell/workbench.h"
#include "app/ui_driver.h"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    try {
        gf::ui::HeadlessWindow screen({.width = 1600, .height = 900});
        gf::ui::Workbench workbench(
            {.mode = gf::Session::Mode::cooperative, .config_folder = {}, .wake = {}});
        gf::ui::UiDriver ui(screen.host(), [&] {
            screen.frame([&] { workbench.frame(); });
            workbench.settle();
        });
        workbench.post(gf::command::Open{argv[1], ""});
        ui.frames(6);
        for (int i = 2; i < argc; ++i) {
            const ImVec2 middle = ui.rect(argv[i]).center();
            std::printf("%d %d\n", static_cast<int>(middle.x), static_cast<int>(middle.y));
        }
        return 0;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
