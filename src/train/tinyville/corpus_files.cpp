// The files of a corpus (docs/tinyville.md says what stands in them).

#include "platform/error.h"
#include "platform/write_file.h"
#include "train/tinyville/corpus.h"
#include "train/tinyville/world.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <span>

namespace gf::tinyville {
namespace {

/// Appends a JSON string. (The many labels are written directly, without a JSON object for each.)
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

/// The text and the labels of one split, and how much is in them so far.
class SplitFiles {
  public:
    SplitFiles(const std::filesystem::path& folder, const char* split)
        : name_(std::string(split) + ".txt"), text_(folder / name_),
          labels_(folder / (std::string(split) + ".labels.jsonl")) {}

    /// `text` is the document's file_text().
    void add(const Document& d, std::uint64_t number, std::string_view text) {
        std::string lines;
        append_document_label(lines, d, number);
        for (const Label& label : d.labels) append_label(lines, d, number, label);
        write_text(labels_, lines);
        write_text(text_, text);
        n_bytes += text.size();
        line_ += static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
        ++n_documents;
        n_labels += d.labels.size();
    }

    void commit() {
        text_.commit();
        labels_.commit();
    }

    std::uint64_t n_documents = 0, n_bytes = 0, n_labels = 0;

  private:
    /// The first label of a document covers all of it.
    void append_document_label(std::string& out, const Document& d, std::uint64_t number) const {
        append_place(out, d, number, 0, d.text.size());
        out += ",\"phenomenon\":\"document\",\"truth\":{\"kind\":\"" + d.kind + "\",\"group\":\"" + d.group +
               "\",\"domain\":\"" + d.domain + "\",\"template\":\"" + d.template_id + "\",\"entities\":[";
        for (std::size_t i = 0; i < d.entities.size(); ++i) out += (i ? ",\"" : "\"") + d.entities[i] + "\"";
        out += "]}}\n";
    }

    void append_label(std::string& out, const Document& d, std::uint64_t number, const Label& label) const {
        append_place(out, d, number, label.begin, label.end);
        out += ",\"phenomenon\":\"" + label.phenomenon + "\",\"truth\":{";
        for (std::size_t i = 0; i < label.truth.size(); ++i) {
            out += i ? ",\"" : "\"";
            out += label.truth[i].first + "\":";
            append_string(out, label.truth[i].second);
        }
        out += "}}\n";
    }

    /// Where in the file the bytes [begin, end) of the document stand, as the beginning of a JSON object.
    void append_place(std::string& out, const Document& d, std::uint64_t number, std::size_t begin,
                      std::size_t end) const {
        const auto n_lines_before = std::ranges::count(std::string_view(d.text).substr(0, begin), '\n');
        out += "{\"doc\":" + std::to_string(number) + ",\"file\":\"" + name_ +
               "\",\"line\":" + std::to_string(line_ + static_cast<std::uint64_t>(n_lines_before)) +
               ",\"bytes\":[" + std::to_string(n_bytes + begin) + "," + std::to_string(n_bytes + end) + "]";
    }

    std::string name_;
    FileWriter text_, labels_;
    std::uint64_t line_ = 1; ///< of the text file, on which the next document begins
};

/// documents.txt has everybody's card, questions.jsonl a question on each fact of everybody.
void write_questions(const std::filesystem::path& folder) {
    const World& world = World::get();
    std::string cards, questions;
    for (int p = 0; p < static_cast<int>(world.people().size()); ++p) {
        const std::string name = world.full_name(p);
        const bool is_trained_on = world.person(p).split == Split::train;
        cards += person_card(p) + "\n" + k_end_of_document + "\n";
        auto ask = [&](Relation relation, const std::string& question, const std::string& answer) {
            const nlohmann::json line{{"question", "Q: " + question + " A:"},
                                      {"answer", answer},
                                      {"document", p},
                                      {"person", name},
                                      {"relation", k_relation_names[static_cast<std::size_t>(relation)]},
                                      {"in_training", is_trained_on && !world.held_out(p, relation)},
                                      {"held_out", world.held_out(p, relation)}};
            questions += line.dump() + "\n";
        };
        ask(Relation::lives, "Where does " + name + " live?", world.object(p, Relation::lives));
        for (const int which : {0, 1})
            ask(Relation::owns, "Who owns the " + world.object(p, Relation::owns, which) + "?", name);
        ask(Relation::likes, "What does " + name + " like to eat?", world.object(p, Relation::likes));
        ask(Relation::fears, "What is " + name + " afraid of?", world.object(p, Relation::fears));
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
    const nlohmann::ordered_json manifest{{"corpus", "tinyville"},
                                          {"seed", options.seed},
                                          {"size", options.size},
                                          {"only", options.only},
                                          {"hash", hex_digits(report.hash)},
                                          {"end_of_document", k_end_of_document},
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
    for_each_document(options, [&](const Document& d, std::uint64_t number) {
        const std::string text = file_text(d);
        files[static_cast<std::size_t>(d.split)]->add(d, number, text);
        hash.add(d.split, text);
    });
    CorpusReport report;
    for (std::size_t s = 0; s < 3; ++s) {
        files[s]->commit();
        report.documents[s] = files[s]->n_documents;
        report.bytes[s] = files[s]->n_bytes;
        report.labels[s] = files[s]->n_labels;
    }
    report.hash = hash.value();
    write_questions(folder);
    write_manifest(options, report, folder);
    return report;
}

} // namespace gf::tinyville
