// glassformer corpus: writes the texts of Tinyville (docs/tinyville.md), or judges
// whether a text could stand there.

#include "train/tinyville/corpus.h"

#include "cli/command_line.h"
#include "platform/error.h"
#include "platform/mapped_file.h"
#include "train/tinyville/document_check.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <cstdio>

namespace gf {
namespace {

struct CorpusCommandOptions {
    tinyville::CorpusOptions corpus;
    std::string out, check;
    bool json = false;
};

/// Writes the corpus and prints how much it has of everything.
int write(const CorpusCommandOptions& options) {
    if (options.out.empty())
        throw Error({"--out", "a folder to write to", "none", "or name a text to judge with --check"});
    const tinyville::CorpusReport report = write_corpus(options.corpus, options.out);
    for (std::size_t s = 0; s < 3; ++s)
        fmt::print("{:<10} {:>9} documents {:>11} bytes {:>10} labels\n", tinyville::k_split_names[s],
                   report.documents[s], report.bytes[s], report.labels[s]);
    fmt::print("hash {}\n", tinyville::hex_digits(report.hash));
    return 0;
}

/// The worst that the verdict says, in words.
const char* verdict_text(const tinyville::Verdict& v) {
    return !v.grammatical     ? "not grammatical"
           : !v.consistent    ? "not consistent"
           : !v.true_to_world ? "not true"
                              : "ok";
}

/// Prints a verdict for each document of a text; exit code 1 if one is not consistent.
int check(const CorpusCommandOptions& options) {
    const MappedFile file(options.check);
    const auto documents = tinyville::check_documents(file.text());
    int grammatical = 0, consistent = 0, true_to_world = 0, number = 0;
    nlohmann::json list = nlohmann::json::array();
    for (const tinyville::CheckedDocument& d : documents) {
        const tinyville::Verdict& v = d.verdict;
        grammatical += v.grammatical;
        consistent += v.consistent;
        true_to_world += v.true_to_world;
        ++number;
        if (options.json) {
            list.push_back({{"document", number},
                            {"line", d.line},
                            {"kind", v.kind},
                            {"grammatical", v.grammatical},
                            {"consistent", v.consistent},
                            {"true_to_world", v.true_to_world},
                            {"problem_line", d.problem_line()},
                            {"problem_byte", d.begin + v.at},
                            {"reason", v.reason}});
        } else if (v.reason.empty()) {
            fmt::print("document {}, line {}: ok, {}\n", number, d.line, v.kind);
        } else if (v.consistent) {
            fmt::print("document {}, line {}: {}, {}: {}\n", number, d.line, verdict_text(v), v.kind,
                       v.reason);
        } else {
            fmt::print("document {}, line {}: {} at line {}, byte {}: {}\n", number, d.line, verdict_text(v),
                       d.problem_line(), d.begin + v.at, v.reason);
        }
    }
    if (options.json) {
        const nlohmann::json all{{"documents", list},
                                 {"grammatical", grammatical},
                                 {"consistent", consistent},
                                 {"true_to_world", true_to_world}};
        fmt::print("{}\n", all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    } else {
        fmt::print("{} documents: {} grammatical, {} consistent, {} true to the world\n", number, grammatical,
                   consistent, true_to_world);
    }
    return consistent == number ? 0 : 1;
}

} // namespace

void add_corpus(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("corpus", "write the texts of Tinyville with labels, or judge a text");
    auto options = std::make_shared<CorpusCommandOptions>();
    command->add_option("--seed", options->corpus.seed, "of the draws: the same seed gives the same bytes")
        ->capture_default_str();
    command->add_option("--size", options->corpus.size, "bytes of text, such as 500K or 10M")
        ->transform(CLI::AsSizeValue(true))
        ->capture_default_str();
    command->add_option("--only", options->corpus.only,
                        "only these kinds or groups of documents: --only story translate");
    command->add_option("--out", options->out, "folder for the files")->type_name("DIR");
    command
        ->add_option("--check", options->check,
                     "judge the documents of this text; exit code 1 if one is not consistent")
        ->type_name("FILE")
        ->excludes("--out");
    command->add_flag("--json", options->json, "with --check: verdicts as JSON");
    command->callback(
        [options, &exit_code] { exit_code = options->check.empty() ? write(*options) : check(*options); });
}

} // namespace gf
