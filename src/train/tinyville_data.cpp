#include "train/tinyville_data.h"

#include "core/error.h"
#include "core/names.h"

#include <algorithm>

namespace gf {

using tinyville::Document;
using tinyville::Split;

namespace {

void require_groups(const std::map<std::string, int>& weights) {
    std::vector<std::string> groups;
    for (const auto& kind : tinyville::kinds_of_documents()) groups.push_back(kind.group);
    for (const auto& [group, weight] : weights)
        if (std::ranges::find(groups, group) == groups.end())
            throw Error({"data.tinyville.weights",
                         "a group of documents; nearest: " + nearest_names(group, groups), "'" + group + "'",
                         "see docs/tinyville.md"});
}

} // namespace

TinyvilleTokens tinyville_tokens(const tinyville::CorpusOptions& options, const Tokenizer& tokenizer,
                                 Split kept, const std::map<std::string, int>& weights) {
    require_groups(weights);
    const auto end = tokenizer.eos_id();
    if (!end)
        throw Error({"tokenizer", "an end-of-text token, which stands before each document", "none",
                     "train one with special_tokens eos"});
    TinyvilleTokens all;
    std::vector<int> held_out;
    std::vector<std::size_t> held_out_starts;
    tinyville::each_document(options, [&](const Document& d, std::uint64_t) {
        if (d.split != Split::train && d.split != kept) return;
        const bool trains = d.split == Split::train;
        std::vector<int>& tokens = trains ? all.tokens : held_out;
        const auto weight = weights.find(d.group);
        const int times = trains && weight != weights.end() ? weight->second : 1;
        auto& starts = trains ? all.starts : held_out_starts;
        starts.insert(starts.end(), static_cast<std::size_t>(times), tokens.size());
        tokens.push_back(*end);
        const std::vector<int> text = tokenizer.encode(d.text, false);
        tokens.insert(tokens.end(), text.begin(), text.end());
    });
    for (std::vector<int>* tokens : {&all.tokens, &held_out}) tokens->push_back(*end);
    all.n_kept = held_out.size();
    for (const std::size_t start : held_out_starts) all.starts.push_back(all.tokens.size() + start);
    all.tokens.insert(all.tokens.end(), held_out.begin(), held_out.end());
    return all;
}

std::string tinyville_text(const tinyville::CorpusOptions& options) {
    std::string text;
    tinyville::each_document(options, [&](const Document& d, std::uint64_t) {
        if (d.split == Split::train) text += d.text + "\n";
    });
    return text;
}

std::vector<TinyvilleExample> tinyville_examples(const Document& document) {
    std::vector<TinyvilleExample> examples;
    for (const tinyville::Label& label : document.labels) {
        TinyvilleExample e{document.split,
                           document.text.substr(label.begin, label.end - label.begin),
                           label.phenomenon,
                           "",
                           "",
                           ""};
        for (const auto& [key, value] : label.truth) {
            if (key == "task") e.task = value;
            if (key == "question") e.question = value;
            if (key == "answer") e.answer = value;
        }
        if (e.task.empty()) continue;
        e.line.resize(e.line.size() - e.answer.size() - 1); // and the space before it
        if (e.question.starts_with(e.task + ": ")) e.question.erase(0, e.task.size() + 2);
        examples.push_back(std::move(e));
    }
    return examples;
}

} // namespace gf
