// The files of a corpus (docs/tinyville.md says what stands in them).

#include "core/error.h"
#include "io/write_file.h"
#include "train/tinyville/corpus.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

namespace gf::tinyville {
namespace {

void append_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    out += '"';
}

void write_text(FileWriter& file, std::string_view text) {
    file.write(std::as_bytes(std::span(text.data(), text.size())));
}

/// The text and the labels of one split.
class SplitFiles {
  public:
    SplitFiles(const std::filesystem::path& folder, const char* split)
        : name_(std::string(split) + ".txt"), text_(folder / name_),
          labels_(folder / (std::string(split) + ".labels.jsonl")) {}

    void add(const Document& d, std::uint64_t number, const std::string& text) {
        std::string head = "{\"doc\":" + std::to_string(number) + ",\"file\":\"" + name_ + "\",\"line\":",
                    lines;
        begin_label(lines, head, d, 0, d.text.size());
        lines += ",\"phenomenon\":\"document\",\"truth\":{\"kind\":\"" + d.kind + "\",\"group\":\"" +
                 d.group + "\",\"domain\":\"" + d.domain + "\",\"template\":\"" + d.template_id +
                 "\",\"entities\":[";
        for (std::size_t i = 0; i < d.entities.size(); ++i)
            lines += (i ? ",\"" : "\"") + d.entities[i] + "\"";
        lines += "]}}\n";
        for (const Label& l : d.labels) {
            begin_label(lines, head, d, l.begin, l.end);
            lines += ",\"phenomenon\":\"" + l.phenomenon + "\",\"truth\":{";
            for (std::size_t i = 0; i < l.truth.size(); ++i) {
                lines += i ? ",\"" : "\"";
                lines += l.truth[i].first + "\":";
                append_string(lines, l.truth[i].second);
            }
            lines += "}}\n";
        }
        write_text(labels_, lines);
        write_text(text_, text);
        bytes += text.size();
        line_ += static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
        ++documents;
        labels += d.labels.size();
    }

    void commit() {
        text_.commit();
        labels_.commit();
    }

    std::uint64_t documents = 0, bytes = 0, labels = 0;

  private:
    void begin_label(std::string& out, const std::string& head, const Document& d, std::size_t begin,
                     std::size_t end) const {
        const auto before =
            std::count(d.text.begin(), d.text.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
        out += head + std::to_string(line_ + static_cast<std::uint64_t>(before)) + ",\"bytes\":[" +
               std::to_string(bytes + begin) + "," + std::to_string(bytes + end) + "]";
    }

    std::string name_;
    FileWriter text_, labels_;
    std::uint64_t line_ = 1;
};

/// Everybody's card, and a question on each fact of everybody.
void write_questions(const std::filesystem::path& folder) {
    const World& world = World::get();
    std::string cards, questions;
    for (int p = 0; p < static_cast<int>(world.people().size()); ++p) {
        const std::string name = world.full_name(p);
        const bool train = world.people()[static_cast<std::size_t>(p)].split == Split::train;
        cards += card_of(p) + "\n" + k_end_of_document + "\n";
        auto add = [&](Relation r, const std::string& question, const std::string& answer) {
            const nlohmann::json line{{"question", "Q: " + question + " A:"},
                                      {"answer", answer},
                                      {"document", p},
                                      {"person", name},
                                      {"relation", k_relation_names[static_cast<std::size_t>(r)]},
                                      {"in_training", train && !world.held_out(p, r)},
                                      {"held_out", world.held_out(p, r)}};
            questions += line.dump() + "\n";
        };
        add(Relation::lives, "Where does " + name + " live?", world.object(p, Relation::lives));
        for (const int which : {0, 1})
            add(Relation::owns, "Who owns the " + world.object(p, Relation::owns, which) + "?", name);
        add(Relation::likes, "What does " + name + " like to eat?", world.object(p, Relation::likes));
        add(Relation::fears, "What is " + name + " afraid of?", world.object(p, Relation::fears));
    }
    write_file(folder / "documents.txt", cards);
    write_file(folder / "questions.jsonl", questions);
}

void write_manifest(const CorpusOptions& options, const CorpusReport& report,
                    const std::filesystem::path& folder) {
    nlohmann::ordered_json splits;
    for (std::size_t s = 0; s < 3; ++s)
        splits[k_split_names[s]] = {
            {"documents", report.documents[s]}, {"bytes", report.bytes[s]}, {"labels", report.labels[s]}};
    const nlohmann::ordered_json manifest{{"corpus", "tinyville"},    {"seed", options.seed},
                                          {"size", options.size},     {"only", options.only},
                                          {"hash", hex(report.hash)}, {"end_of_document", k_end_of_document},
                                          {"splits", splits}};
    write_file(folder / "corpus.json", manifest.dump(2) + "\n");
}

} // namespace

CorpusReport write_corpus(const CorpusOptions& options, const std::filesystem::path& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed)
        throw Error({folder.string(), "a folder that can be made", failed.message(), "choose another --out"});
    std::array<std::unique_ptr<SplitFiles>, 3> files;
    for (std::size_t s = 0; s < 3; ++s) files[s] = std::make_unique<SplitFiles>(folder, k_split_names[s]);
    CorpusHash hash;
    each_document(options, [&](const Document& d, std::uint64_t number) {
        const std::string text = file_text(d);
        files[static_cast<std::size_t>(d.split)]->add(d, number, text);
        hash.add(d.split, text);
    });
    CorpusReport report;
    for (std::size_t s = 0; s < 3; ++s) {
        files[s]->commit();
        report.documents[s] = files[s]->documents;
        report.bytes[s] = files[s]->bytes;
        report.labels[s] = files[s]->labels;
    }
    report.hash = hash.value();
    write_questions(folder);
    write_manifest(options, report, folder);
    return report;
}

} // namespace gf::tinyville
