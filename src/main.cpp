// glassformer: one program with several commands. Without a command it opens the workbench.

#include "cli/command_line.h"
#if GLASSFORMER_GUI
#include "app/window_subcommands.h"
#endif

int main(int argc, char** argv) {
    CLI::App app("Glassformer: a transformer you can see through.", "glassformer");
    app.set_version_flag("--version", "glassformer " GLASSFORMER_VERSION);
    int exit_code = 0;
    gf::add_run(app, exit_code);
    gf::add_trace(app, exit_code);
    gf::add_info(app, exit_code);
    gf::add_train(app, exit_code);
    gf::add_models(app, exit_code);
    gf::add_lab(app, exit_code);
    gf::add_make(app, exit_code);
    gf::add_bench(app, exit_code);
    gf::add_corpus(app, exit_code);
    gf::add_tokenizer(app, exit_code);
#if GLASSFORMER_GUI
    gf::ui::add_workbench(app, exit_code);
    gf::ui::add_shot(app, exit_code);
    gf::ui::add_bench_ui(app, exit_code);
    gf::ui::add_fuzz_ui(app, exit_code);
#else
    app.require_subcommand(1);
#endif
    return gf::run_command_line(app, argc, argv, exit_code);
}
