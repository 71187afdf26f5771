// glassformer corpus: writes the texts of Tinyville, or judges a text.

#include "train/tinyville/corpus.h"

#include "cli/options.h"
#include "core/error.h"
#include "io/mapped_file.h"
#include "train/tinyville/check.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <cstdio>

namespace gf {
namespace {

struct CorpusCommand {
    tinyville::CorpusOptions corpus;
    std::string out, check;
    bool json = false;
};

int write(const CorpusCommand& o) {
    if (o.out.empty())
        throw Error({"--out", "a folder to write to", "none", "or name a text to judge with --check"});
    const tinyville::CorpusReport report = write_corpus(o.corpus, o.out);
    for (std::size_t s = 0; s < 3; ++s)
        fmt::print("{:<10} {:>9} documents {:>11} bytes {:>10} labels\n", tinyville::k_split_names[s],
                   report.documents[s], report.bytes[s], report.labels[s]);
    fmt::print("hash {}\n", tinyville::hex(report.hash));
    return 0;
}

const char* word_for(const tinyville::Verdict& v) {
    return !v.grammatical     ? "not grammatical"
           : !v.consistent    ? "not consistent"
           : !v.true_to_world ? "not true"
                              : "ok";
}

int check(const CorpusCommand& o) {
    const MappedFile file(o.check);
    const auto documents = tinyville::check_documents(file.text());
    int grammatical = 0, consistent = 0, true_to_world = 0, number = 0;
    nlohmann::json list = nlohmann::json::array();
    for (const tinyville::CheckedDocument& d : documents) {
        const tinyville::Verdict& v = d.verdict;
        grammatical += v.grammatical;
        consistent += v.consistent;
        true_to_world += v.true_to_world;
        ++number;
        if (o.json) {
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
            fmt::print("document {}, line {}: {}, {}: {}\n", number, d.line, word_for(v), v.kind, v.reason);
        } else {
            fmt::print("document {}, line {}: {} at line {}, byte {}: {}\n", number, d.line, word_for(v),
                       d.problem_line(), d.begin + v.at, v.reason);
        }
    }
    if (o.json) {
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
    auto o = std::make_shared<CorpusCommand>();
    command->add_option("--seed", o->corpus.seed, "of the draws: the same seed gives the same bytes")
        ->capture_default_str();
    command->add_option("--size", o->corpus.size, "bytes of text, such as 500K or 10M")
        ->transform(CLI::AsSizeValue(true))
        ->capture_default_str();
    command->add_option("--only", o->corpus.only,
                        "only these kinds or groups of documents: --only story translate");
    command->add_option("--out", o->out, "folder for the files")->type_name("DIR");
    command
        ->add_option("--check", o->check,
                     "judge the documents of this text; exit code 1 if one is not consistent")
        ->type_name("FILE")
        ->excludes("--out");
    command->add_flag("--json", o->json, "with --check: verdicts as JSON");
    command->callback([o, &exit_code] { exit_code = o->check.empty() ? write(*o) : check(*o); });
}

} // namespace gf
