#include "train/tinyville_data.h"

#include "core/name_matching.h"
#include "platform/error.h"

#include <algorithm>

namespace gf {

using tinyville::Document;
using tinyville::Split;

namespace {

void require_known_groups(const std::map<std::string, int>& weights) {
    std::vector<std::string> groups;
    for (const auto& kind : tinyville::document_kinds()) groups.push_back(kind.group);
    for (const auto& [group, weight] : weights)
        if (std::ranges::find(groups, group) == groups.end())
            throw Error({"data.tinyville.weights",
                         "a group of documents; nearest: " + nearest_names(group, groups), "'" + group + "'",
                         "see docs/tinyville.md"});
}

/// @throws Error if the tokenizer has none
int end_of_text(const Tokenizer& tokenizer) {
    const auto end = tokenizer.eos_id();
    if (!end)
        throw Error({"tokenizer", "an end-of-text token, which stands before each document", "none",
                     "train one with special_tokens eos"});
    return *end;
}

} // namespace

TinyvilleTokens tinyville_tokens(const tinyville::CorpusOptions& options, const Tokenizer& tokenizer,
                                 Split validation_split, const std::map<std::string, int>& group_weights) {
    require_known_groups(group_weights);
    const int end = end_of_text(tokenizer);
    TinyvilleTokens all;
    std::vector<int> validation_tokens;
    std::vector<std::pair<std::size_t, std::string>> validation_domains; // where documents end, and theirs
    std::vector<std::size_t> validation_starts;
    tinyville::for_each_document(options, [&](const Document& d, std::uint64_t) {
        if (d.split != Split::train && d.split != validation_split) return;
        const bool is_training = d.split == Split::train;
        std::vector<int>& tokens = is_training ? all.tokens : validation_tokens;
        std::vector<std::size_t>& starts = is_training ? all.starts : validation_starts;
        const auto group = group_weights.find(d.group);
        const int weight = is_training && group != group_weights.end() ? group->second : 1;
        starts.insert(starts.end(), static_cast<std::size_t>(weight), tokens.size());
        tokens.push_back(end);
        const std::vector<int> text = tokenizer.encode(d.text, false);
        tokens.insert(tokens.end(), text.begin(), text.end());
        if (is_training)
            all.domains.extend(tokens.size(), d.domain);
        else
            validation_domains.emplace_back(tokens.size(), d.domain);
    });
    for (std::vector<int>* tokens : {&all.tokens, &validation_tokens}) tokens->push_back(end);
    all.n_validation = validation_tokens.size();
    for (const std::size_t start : validation_starts) all.starts.push_back(all.tokens.size() + start);
    for (const auto& [reached, domain] : validation_domains)
        all.domains.extend(all.tokens.size() + reached, domain);
    all.tokens.insert(all.tokens.end(), validation_tokens.begin(), validation_tokens.end());
    if (!all.domains.ids.empty()) all.domains.ids.resize(all.tokens.size(), all.domains.ids.back());
    return all;
}

TinyvilleDocuments::TinyvilleDocuments(const tinyville::CorpusOptions& options, const Tokenizer& tokenizer,
                                       Split split)
    : documents_(options), tokenizer_(tokenizer), split_(split), end_of_text_(end_of_text(tokenizer)) {}

std::vector<int> TinyvilleDocuments::next() {
    Document document = documents_.draw(next_number_++);
    while (document.split != split_) document = documents_.draw(next_number_++);
    std::vector<int> tokens = tokenizer_.encode(document.text, false);
    tokens.insert(tokens.begin(), end_of_text_);
    return tokens;
}

std::vector<int> TinyvilleWindows::next(int length) {
    const auto n = static_cast<std::size_t>(length);
    std::vector<int> window = std::exchange(first_, {});
    while (window.size() <= n) {
        const bool begins_next = window.size() == n;
        const std::vector<int> document = documents_.next();
        window.insert(window.end(), document.begin(), document.end());
        if (begins_next) first_ = document;
    }
    window.resize(n + 1);
    return window;
}

std::string tinyville_text(const tinyville::CorpusOptions& options) {
    std::string text;
    tinyville::for_each_document(options, [&](const Document& d, std::uint64_t) {
        if (d.split == Split::train) text += d.text + "\n";
    });
    return text;
}

std::vector<TinyvilleExample> tinyville_examples(const Document& document) {
    std::vector<TinyvilleExample> examples;
    for (const tinyville::Label& label : document.labels) {
        TinyvilleExample e{.split = document.split,
                           .line = document.text.substr(label.begin, label.end - label.begin),
                           .phenomenon = label.phenomenon,
                           .domain = document.domain,
                           .task = {},
                           .question = {},
                           .answer = {}};
        for (const auto& [key, value] : label.truth) {
            if (key == "task") e.task = value;
            if (key == "question") e.question = value;
            if (key == "answer") e.answer = value;
        }
        if (e.task.empty()) continue;
        e.line.resize(e.line.size() - e.answer.size() - 1); // with the space before it
        if (e.question.starts_with(e.task + ": ")) e.question.erase(0, e.task.size() + 2);
        examples.push_back(std::move(e));
    }
    return examples;
}

} // namespace gf
