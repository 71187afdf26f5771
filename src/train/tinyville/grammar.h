#pragma once
// The grammar of Tinyville's running text: what may be said, as one tree per kind of document.
//
// It is written down once, as text (grammar_*.cpp), in this notation:
//
//   define smile(X) = {X} (smiled|laughed).          a named piece, used as <smile H>
//   document lost story 13                           a kind of document, its group and how many of a thousand
//   are such roles H person, O thing:toy, P home              who and what takes part; the tag narrows the
//   table facts lives H P, owns H O                        what of it is also true in the world tell <open H
//   P> [ ... | ... ]                    the text itself
//
//   (a|b|)      one of these wordings;  (*3 a|b): a three times as often
//   [a|b]       the same, but a choice of plot: the choices make up the document's template
//   {H} {H+}    a name; "Mira the fox"     {H.he} {H.his} {O.was}: what agrees with it     {O.pl}, {P.at}: a
//   column of the table {HF.they}   a pronoun for both         bank^river: a word with its sense or number
//   {!gave H F O}: an event, for the labels
//
// Tell (telling.h) walks these trees, Judge (judge.h) runs the same trees as an automaton: they cannot drift
// apart.

#include "train/tinyville/lexicon.h"

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gf::tinyville {

inline constexpr std::size_t k_most_registers = 16; ///< of a kind of document

/// One component of a role, filled from one table: a person has a name and a kind, a thing a noun and an
/// adjective.
struct Register {
    int table;
    std::string tag; ///< only entries with it; empty: all
    char role;
};

/// A role's registers: the first is what the role is called by.
struct Role {
    char letter;
    std::string type; ///< person, thing, gift, home, out, food ...
    std::vector<int> registers;
};

/// A relation of roles that holds in the world: {"lives", 'H', 'P'}
struct RoleFact {
    std::string relation;
    char subject, object;
};

enum class NodeKind { word, slot, sequence, wording, fork, mark };

struct Node {
    NodeKind kind = NodeKind::sequence;
    int word = -1;              ///< of a word
    std::string note;           ///< of a word: its sense or number; of a mark: its event
    std::string roles;          ///< of a word: whom it stands for (they); of a mark: who takes part
    int reg = -1;               ///< of a slot: the register ...
    int column = -1, form = -1; ///< ... and either the table's column or the class form
    std::vector<Node> children; ///< of a sequence, or the alternatives of a choice
    std::vector<int> weights;   ///< of the alternatives
};

struct DocumentKind {
    std::string name, group;
    int weight = 0; ///< documents of it, per thousand of all; 0: told on request only
    std::vector<Role> roles;
    std::vector<Register> registers;
    std::vector<RoleFact> facts;
    Node root;
    const Role& role(char letter) const; ///< throws Error if there is none
};

class Grammar {
  public:
    /// The grammar of Tinyville, read on first use.
    static const Grammar& get();
    /// Reads the notation above; throws Error that names the definition and what is wrong with it.
    explicit Grammar(std::string_view text);

    const std::vector<DocumentKind>& documents() const { return documents_; }
    const std::string& word(int id) const { return words_[static_cast<std::size_t>(id)]; }
    int find(const std::string& word) const; ///< -1: not a word of Tinyville
    int n_words() const { return static_cast<int>(words_.size()); }
    /// The words of a column of an entry: [table][entry][column] -> ids
    const std::vector<int>& form(int table, int entry, int column) const {
        return forms_[table][entry][column];
    }

  private:
    friend class GrammarReader;
    int intern(const std::string& word);

    std::vector<DocumentKind> documents_;
    std::vector<std::string> words_;
    std::unordered_map<std::string, int> ids_;
    std::vector<std::vector<std::vector<std::vector<int>>>> forms_;
};

/// How many different texts the tree allows before names, things and places are filled in, and how many
/// templates.
double count_wordings(const Node& node);
double count_templates(const Node& node);

// The text of the grammar, in parts.
extern const char* const k_grammar_pieces;
extern const char* const k_grammar_stories[3];
extern const char* const k_grammar_scenes;

} // namespace gf::tinyville
