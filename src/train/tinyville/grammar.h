#pragma once
// The grammar of Tinyville's running text (stories, scenes, facts, reviews): what may be said, as one tree
// per kind of document. prose_writer.h walks these trees and prose_judge.h runs the same trees as an
// automaton, so the two cannot drift apart.
//
// The grammar is written down once, as text (grammar_text_*.cpp), in this notation:
//
//   define smile(X) = {X} (smiled|laughed).    a piece, used as <smile H>
//   document lost story 13                     a kind of document, its group, how many of a thousand are such
//   roles H person, O thing:toy, P home        who and what takes part; the tag "toy" narrows the table
//   facts lives H P, owns H O                  what of it is also true in the world
//   tell <open H P> [ ... | ... ]              the text itself
//
//   (a|b|)         one of these wordings, the last of which is empty; (*3 a|b): a three times as often
//   [a|b]          the same, but a choice of plot: these choices make up the document's template
//   {H} {H+}       a name; "Mira the fox"
//   {H.he} {O.was} a form that agrees with its role
//   {O.pl} {P.at}  a column of the role's table
//   {HF.they}      a pronoun for both
//   bank^river     a word with its sense or number, for the labels
//   {!gave H F O}  an event, for the labels
//   \n             a line break; the breaks of the text itself are spaces

#include "train/tinyville/lexicon.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gf::tinyville {

inline constexpr std::size_t k_max_registers = 16; ///< that a kind of document may have

/// A part of a role, filled from one table: a person has a name and a kind, a thing has a noun and a colour.
struct Register {
    int table;
    std::string tag; ///< only entries with this tag may fill it; empty: all
    char role;       ///< the letter of its role
};

struct Role {
    char letter;
    std::string type;           ///< person, thing, gift, home, out, food ...
    std::vector<int> registers; ///< the first is what the role is called by
};

/// A relation of roles that holds in the world: {"lives", 'H', 'P'}
struct RoleFact {
    std::string relation;
    char subject, object;
};

enum class NodeKind { word, slot, sequence, wording_choice, plot_choice, event };

struct GrammarNode {
    NodeKind kind = NodeKind::sequence;
    int word = -1;                     ///< a word's id
    std::string note;                  ///< a word's sense or number, an event's name; else empty
    std::string roles;                 ///< whom a pronoun for several stands for; who takes part in an event
    int register_index = -1;           ///< the register that fills a slot
    int column = -1;                   ///< which form of the register's entry a slot has; -1 if it has
    int form = -1;                     ///< a form that agrees with the entry: an index of agreeing_forms()
    std::vector<GrammarNode> children; ///< the parts of a sequence, or the alternatives of a choice
    std::vector<int> weights;          ///< of the alternatives
};

/// A kind of running text: what it is called, who takes part, what is true, and all that may be said.
struct ProseKind {
    std::string name, group; ///< "lost", "story"
    int weight = 0;          ///< documents of this kind per thousand of all; 0: written on request only
    std::vector<Role> roles;
    std::vector<Register> registers;
    std::vector<RoleFact> facts;
    GrammarNode root;

    /// @throws Error if no role has this letter.
    const Role& role(char letter) const;
    const Register& register_at(int index) const { return registers[static_cast<std::size_t>(index)]; }
};

class Grammar {
  public:
    /// The grammar of Tinyville, read on first use.
    static const Grammar& get();
    /// Reads the notation above.
    /// @throws Error that names the definition and what is wrong with it.
    explicit Grammar(std::string_view text);

    const std::vector<ProseKind>& kinds() const { return kinds_; }
    const ProseKind& kind(int index) const { return kinds_[static_cast<std::size_t>(index)]; }

    const std::string& word(int id) const { return words_[static_cast<std::size_t>(id)]; }
    int find(const std::string& word) const; ///< -1 if it is not a word of Tinyville
    int n_words() const { return static_cast<int>(words_.size()); }

    /// The ids of the words that an entry has in a column of its table.
    const std::vector<int>& form(int table, int entry, int column) const {
        return forms_[table][entry][column];
    }

  private:
    friend class GrammarReader;
    int intern(const std::string& word);

    std::vector<ProseKind> kinds_;
    std::vector<std::string> words_;
    std::unordered_map<std::string, int> ids_;
    std::vector<std::vector<std::vector<std::vector<int>>>> forms_; ///< [table][entry][column] -> ids
};

/// How many templates (combinations of choices of plot) the tree has.
double count_templates(const GrammarNode& node);

} // namespace gf::tinyville
