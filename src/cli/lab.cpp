// glassformer lab: lists the labs of the course, and checks their claims.

#include "cli/command_line.h"
#include "io/assets.h"
#include "io/json.h"
#include "labs/check_labs.h"
#include "labs/lesson.h"
#include "platform/mapped_file.h"
#include "platform/write_file.h"

#include <fmt/core.h>

#include <cmath>
#include <optional>

namespace gf {
namespace {

struct LabOptions {
    std::string lab, document;
    std::vector<std::uint64_t> seeds{1, 2, 3};
    bool check = false, json = false, reduced = false;
};

void list_labs() {
    for (const CoursePart& part : course_parts()) {
        fmt::print("{}  {}\n", part.letter, part.title);
        for (const CourseRow& row : course_rows())
            if (row.part == part.letter)
                fmt::print("   {:<32}{}{}\n", row.id, row.question, row.make ? "" : "  (planned)");
    }
    fmt::print(
        "`glassformer lab ID --check` measures what a lab claims, `glassformer lab ID` says what it asks.\n");
}

/// The questions of a lab, and what it claims.
void describe(const CourseRow& row) {
    fmt::print("{}: {}\n", row.id, row.question);
    if (!row.make) {
        fmt::print("This lab is planned; it is not built yet.\n");
        return;
    }
    const Lesson lesson = read_lesson(lab_folder(row.id));
    fmt::print("{} minutes, {} steps\n", lesson.minutes, lesson.steps.size());
    for (const LessonStep& step : lesson.steps) fmt::print("  {}\n", step.title);
}

void print_table(const CheckedLab& lab) {
    fmt::print("{}  {:.1f} s\n", lab.id, lab.seconds);
    for (const CheckedClaim& c : lab.claims)
        fmt::print("  {:<9}  {:>9.4g} [{:.4g} to {:.4g}]  {:<16} {}\n",
                   c.claim.holds() ? "holds" : "NOT SHOWN", c.claim.measured, c.least, c.greatest,
                   c.claim.requirement(), c.claim.statement);
}

/// What earlier checks of other labs found stays.
void write_document(const std::string& path, const std::vector<CheckedLab>& labs) {
    const auto file = require_asset("labs", "it comes with the program") / "checked.json";
    nlohmann::json all = nlohmann::json::array();
    if (std::filesystem::exists(file)) all = parse_json(MappedFile(file).text(), file.string());
    for (const CheckedLab& lab : labs) {
        std::erase_if(all.get_ref<nlohmann::json::array_t&>(),
                      [&](const auto& old) { return old.at("lab") == lab.id; });
        all.emplace_back(to_json(lab));
    }
    write_file(file, all.dump(1) + "\n");
    write_file(path, labs_markdown(all));
}

int check(const LabOptions& options) {
    std::vector<CheckedLab> labs;
    bool holds = true;
    for (const CourseRow& row : course_rows()) {
        if (!row.make || (!options.lab.empty() && &lab_named(options.lab) != &row)) continue;
        labs.push_back(check_lab(row, options.seeds, options.reduced ? LabSize::reduced : LabSize::full));
        if (!options.json) print_table(labs.back());
        holds = holds && labs.back().holds();
    }
    if (options.json) {
        auto all = nlohmann::ordered_json::array();
        for (const CheckedLab& lab : labs) all.emplace_back(to_json(lab));
        fmt::print("{}\n", all.dump(1));
    }
    if (!options.document.empty()) write_document(options.document, labs);
    return holds ? 0 : 1;
}

int run_lab(const LabOptions& options) {
    if (!options.lab.empty()) {
        const CourseRow& row = lab_named(options.lab);
        if (!options.check) return describe(row), 0;
        if (!row.make) check_lab(row, {}, LabSize::full); // says that it is planned
    }
    if (options.check) return check(options);
    return list_labs(), 0;
}

} // namespace

void add_lab(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand(
        "lab", "the labs of the course: list, describe, check their claims (docs/labs.md)");
    auto options = std::make_shared<LabOptions>();
    command->add_option("lab", options->lab, "its id, number or slug; default: all that are built")
        ->type_name("ID");
    auto* check_flag = command->add_flag("--check", options->check,
                                         "measure what it claims; exit code 1 if a claim is not shown");
    command->add_flag("--json", options->json, "print JSON")->needs(check_flag);
    command->add_option("--seeds", options->seeds, "of data and weights, or of the sample")
        ->delimiter(',')
        ->type_name("N,N,...");
    command->add_flag("--reduced", options->reduced, "a little of everything, as tests do")
        ->needs(check_flag);
    command->add_option("--document", options->document, "write docs/labs.md")
        ->needs(check_flag)
        ->type_name("FILE");
    command->callback([options, &exit_code] { exit_code = run_lab(*options); });
}

} // namespace gf
