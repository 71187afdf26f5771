#include "train/tinyville/lexicon.h"

#include "train/tinyville/lexicon_text.h"
#include "train/tinyville/word_lists.h"

#include <algorithm>
#include <cassert>
#include <sstream>

namespace gf::tinyville {
namespace {

constexpr const char* k_number_words[] = {"zero",  "one",   "two",  "three", "four",   "five",  "six",
                                          "seven", "eight", "nine", "ten",   "eleven", "twelve"};

/// A line of the lexicon's text, cut at its bars, as an entry of a table with `n_columns` columns.
Entry read_entry(const std::vector<std::string>& parts, std::size_t n_columns) {
    assert(parts.size() > n_columns && parts[n_columns].size() == 1);
    Entry entry;
    entry.forms.assign(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(n_columns));
    entry.gender_or_number = parts[n_columns][0];
    for (std::size_t i = n_columns + 1; i < parts.size(); ++i) {
        if (parts[i].starts_with("sense:"))
            entry.sense = parts[i].substr(6);
        else
            entry.tags.push_back(parts[i]);
    }
    return entry;
}

/// The entries of the table of numbers are computed: all a + b up to twelve, as words.
void add_sums(Table& numbers) {
    for (int a = 2; a <= 8; ++a)
        for (int b = 2; a + b <= 12; ++b)
            numbers.entries.push_back(
                {{k_number_words[a], k_number_words[b], k_number_words[a + b]}, 'p', "", {}});
}

std::vector<Table> read_tables() {
    std::vector<Table> all;
    std::istringstream lines(k_lexicon_text);
    for (std::string line; std::getline(lines, line);) {
        if (line.empty()) continue;
        const auto parts = split_words(line, "|");
        if (parts[0].starts_with("table ")) {
            all.push_back({.name = parts[0].substr(6),
                           .example = parts[1],
                           .columns = {parts.begin() + 3, parts.end()},
                           .distinct_when_written = parts[2] != "free",
                           .distinct_when_judged = parts[2] == "distinct",
                           .entries = {}});
        } else {
            all.back().entries.push_back(read_entry(parts, all.back().columns.size()));
        }
    }
    assert(all.back().name == "number");
    add_sums(all.back());
    return all;
}

} // namespace

bool Entry::has(std::string_view tag) const {
    return tag.empty() || std::ranges::find(tags, tag) != tags.end();
}

int Table::column(std::string_view wanted) const {
    const auto at = std::ranges::find(columns, wanted);
    return at == columns.end() ? -1 : static_cast<int>(at - columns.begin());
}

const std::vector<Table>& tables() {
    static const std::vector<Table> all = read_tables();
    return all;
}

int table_index(std::string_view name) {
    const auto at = std::ranges::find(tables(), name, &Table::name);
    assert(at != tables().end());
    return static_cast<int>(at - tables().begin());
}

const Table& table(int index) { return tables()[static_cast<std::size_t>(index)]; }

const Table& table(std::string_view name) { return table(table_index(name)); }

const std::vector<AgreeingForm>& agreeing_forms() {
    using enum AgreeingForm::Use;
    static const std::vector<AgreeingForm> forms = {
        {"he", {"she", "he"}, true, pronoun},          {"He", {"She", "He"}, true, pronoun},
        {"him", {"her", "him"}, true, pronoun},        {"his", {"her", "his"}, true, pronoun},
        {"His", {"Her", "His"}, true, pronoun},        {"self", {"herself", "himself"}, true, pronoun},
        {"bro", {"sister", "brother"}, true, plain},   {"it", {"it", "they"}, false, pronoun},
        {"It", {"It", "They"}, false, pronoun},        {"them", {"it", "them"}, false, pronoun},
        {"its", {"its", "their"}, false, pronoun},     {"was", {"was", "were"}, false, agreement},
        {"is", {"is", "are"}, false, agreement},       {"has", {"has", "have"}, false, agreement},
        {"Is", {"Is", "Are"}, false, agreement},       {"does", {"does", "do"}, false, agreement},
        {"Was", {"Was", "Were"}, false, agreement},    {"a", {"a", "some"}, false, plain},
        {"this", {"this", "these"}, false, agreement}, {"This", {"This", "These"}, false, agreement},
        {"that", {"that", "those"}, false, agreement},
    };
    return forms;
}

const AgreeingForm& agreeing_form(int index) { return agreeing_forms()[static_cast<std::size_t>(index)]; }

const char* agreeing_word(const AgreeingForm& form, char gender_or_number) {
    const bool is_gender = gender_or_number == 'f' || gender_or_number == 'm';
    if (form.by_gender != is_gender) return nullptr;
    return form.words[gender_or_number == 'm' || gender_or_number == 'p'];
}

} // namespace gf::tinyville
