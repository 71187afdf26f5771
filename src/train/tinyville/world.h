#pragma once
// Who lives in Tinyville: people with stable facts, the same for every seed. The seed of a corpus decides
// what is told.

#include "train/tinyville/draw.h"
#include "train/tinyville/grammar.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf::tinyville {

/// Which part of the corpus a person, and a template, belongs to.
enum class Split { train, validation, test };
inline constexpr std::array<const char*, 3> k_split_names = {"train", "validation", "test"};

/// 80 % train, 10 % validation, 10 % test, by hash.
Split split_of(std::string_view key);

enum class Relation { lives, owns, likes, fears };
inline constexpr std::array<const char*, 4> k_relation_names = {"lives", "owns", "likes", "fears"};

struct Possession {
    int colour, thing; ///< entries of the tables colour and thing
    bool operator==(const Possession&) const = default;
};

/// All members are entries of the tables of the lexicon. Brothers and sisters share kind and home.
struct Person {
    int name, kind, home, food, fear, sibling;
    std::array<Possession, 2> owns; ///< each belongs to one person only
    Split split;
};

class World {
  public:
    static const World& get();

    const std::vector<Person>& people() const { return people_; }
    const std::vector<int>& people(Split s) const { return by_split_[static_cast<std::size_t>(s)]; }
    /// "Mira the fox"
    std::string full_name(int person) const;
    std::optional<int> find(int name, int kind) const;
    bool owned(const Possession& p) const;

    /// Facts of people of the training split that no training text states: about one in seven.
    bool held_out(int person, Relation r) const;

    /// What the grammar says of a fact: "at the old mill", "red kite" (of the first thing), "plum tart",
    /// "thunder".
    std::string object(int person, Relation r, int which = 0) const;

  private:
    World();
    std::vector<Person> people_;
    std::array<std::vector<int>, 3> by_split_;
};

/// The entries that fill a document's registers, and who plays the roles.
struct Cast {
    std::vector<int> values;    ///< by register
    std::vector<int> people;    ///< persons of the world among the roles
    std::map<char, int> person; ///< role -> person
};

/// Fills the roles of `kind` from one split so that its facts hold in the world and, in training, none is
/// held out.
Cast cast(const DocumentKind& kind, Split split, Draw& draw);

/// The same for one person, who plays the first role, held out or not.
Cast cast_person(const DocumentKind& kind, int person, Draw& draw);

/// Do the facts that `kind` declares hold in the world under this filling? The first that does not, else
/// empty. Registers that are not filled (negative) are not judged.
std::string untrue_fact(const DocumentKind& kind, const std::vector<int>& values);

} // namespace gf::tinyville
