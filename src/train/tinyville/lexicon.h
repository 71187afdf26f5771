#pragma once
// The words of Tinyville: tables of people's names, kinds, things, places ... that generator and parser both
// read.

#include <string>
#include <string_view>
#include <vector>

namespace gf::tinyville {

/// One row: its word forms by column, and what agrees with it.
struct Entry {
    std::vector<std::string> columns;
    char cls = 's';    ///< gender f / m of a name, number s / p of anything else
    std::string sense; ///< of a word with two senses, else empty
    std::vector<std::string> tags;
    bool has(std::string_view tag) const;
};

struct Table {
    std::string name;                 ///< "thing"
    std::string spoken;               ///< for messages: "a thing"
    std::vector<std::string> columns; ///< names of the forms: n, pl, use
    bool distinct = true;             ///< two roles of a document that is told never share an entry
    bool strict = true; ///< ... and of a text that is judged neither: two foxes may be friends, two Miras not
    std::vector<Entry> entries;
    int column(std::string_view name) const; ///< -1: none of that name
};

/// A word that follows its role's class: {H.he} is "she" or "he", {O.was} is "was" or "were".
struct ClassForm {
    const char* name;
    const char* words[2]; ///< of f and m, or of s and p
    bool by_gender;
    enum Use { pronoun, agreement, plain } use;
};

const std::vector<Table>& tables();
int table_index(std::string_view name); ///< asserts that it exists
const Table& table(std::string_view name);
const std::vector<ClassForm>& class_forms();

/// The word of a class form for class `cls`, or nullptr if the form does not apply to that class.
const char* class_word(const ClassForm& form, char cls);

} // namespace gf::tinyville
