#pragma once
// The words of Tinyville: tables of names, kinds of people, things, places ... The grammar fills its slots
// from them, so that what writes texts and what judges them know the same words.

#include <string>
#include <string_view>
#include <vector>

namespace gf::tinyville {

/// One row of a table: a word in all its forms.
struct Entry {
    std::vector<std::string> forms; ///< one per column of the table
    char gender_or_number = 's';    ///< f or m for a name, s or p for anything else
    std::string sense;              ///< which of its two senses a word has; empty if it has one
    std::vector<std::string> tags;
    bool has(std::string_view tag) const; ///< every entry has the empty tag
};

struct Table {
    std::string name;                  ///< "thing"
    std::string example;               ///< how a message speaks of an entry: "a thing"
    std::vector<std::string> columns;  ///< names of the forms: n, pl, use
    bool distinct_when_written = true; ///< two roles of a text that is written never share an entry
    bool distinct_when_judged = true;  ///< nor in one that is judged: two foxes may be friends, two Miras not
    std::vector<Entry> entries;
    int size() const { return static_cast<int>(entries.size()); }
    const Entry& entry(int index) const { return entries[static_cast<std::size_t>(index)]; }
    int column(std::string_view wanted) const; ///< -1 if there is none of that name
};

/// A word that agrees with its role: {H.he} is "she" or "he", {O.was} is "was" or "were".
struct AgreeingForm {
    const char* name;
    const char* words[2]; ///< for f and m, or for s and p
    bool by_gender;
    enum Use { pronoun, agreement, plain } use; ///< which label it gets, if any
};

const std::vector<Table>& tables();
const Table& table(int index);
const Table& table(std::string_view name); ///< asserts that it exists
int table_index(std::string_view name);    ///< asserts that it exists

const std::vector<AgreeingForm>& agreeing_forms();
const AgreeingForm& agreeing_form(int index);

/// The word of a form that agrees with f, m, s or p; nullptr if the form does not apply to it.
const char* agreeing_word(const AgreeingForm& form, char gender_or_number);

} // namespace gf::tinyville
