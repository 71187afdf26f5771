#include "cli/command_line.h"

#include "core/name_matching.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

namespace gf {
namespace {

/// Long names of the command's options, such as "--model".
std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options())
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    return names;
}

/// Names of the commands below this one.
std::vector<std::string> command_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(command->get_name());
    return names;
}

/// The command whose arguments were being read when parsing stopped.
const CLI::App& innermost_command(const CLI::App& app) {
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? app : innermost_command(*parsed.back());
}

/// The command as a person types it: "glassformer bench decode".
std::string typed_name(const CLI::App& app) {
    return app.get_parent() ? typed_name(*app.get_parent()) + " " + app.get_name() : "glassformer";
}

/// Prints one line about bad usage.
void report(const CLI::ParseError& e, const CLI::App& app) {
    const CLI::App& at = innermost_command(app);
    const std::string command = typed_name(at);
    for (const std::string& word : app.remaining(true)) {
        const bool is_option = word.starts_with("-");
        const std::vector<std::string> valid = is_option ? option_names(at) : command_names(at);
        fmt::print(stderr, "glassformer: unknown {} '{:.60}'; {}\n", is_option ? "option" : "argument", word,
                   valid.empty() ? command + " takes options only"
                                 : "nearest: " + nearest_names(word.substr(0, word.find('=')), valid));
        return;
    }
    std::string problem = e.what();
    if (const auto valid = command_names(at); e.get_name() == "RequiredError" && !valid.empty())
        problem = fmt::format("expected a command: {}", fmt::join(valid, ", "));
    fmt::print(stderr, "glassformer: {}; try `{} --help`\n", problem, command);
}

} // namespace

int run_command_line(CLI::App& app, int argc, char** argv, const int& exit_code) {
    try {
        app.parse(argc, argv);
        return exit_code;
    } catch (const CLI::ParseError& e) {
        if (e.get_exit_code() == 0) return app.exit(e); // --help, --version
        report(e, app);
    } catch (const std::exception& e) {
        fmt::print(stderr, "glassformer: {}\n", e.what());
    }
    return 2;
}

} // namespace gf
