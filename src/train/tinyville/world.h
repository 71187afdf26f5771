#pragma once
// Who lives in Tinyville: people with stable facts, the same for every corpus. The seed of a corpus decides
// what is told. Used to cast documents and to judge them (cast.h), and for a corpus's cards and questions.

#include "train/tinyville/random_stream.h"
#include "train/tinyville/split.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf::tinyville {

enum class Relation { lives, owns, likes, fears };
inline constexpr std::array<const char*, 4> k_relation_names = {"lives", "owns", "likes", "fears"};

std::optional<Relation> find_relation(std::string_view name);

/// A coloured thing. Each belongs to one person at most.
struct Possession {
    int colour, thing; ///< entries of the tables colour and thing
    bool operator==(const Possession&) const = default;
};

struct Person {
    int name, kind, home, food, fear; ///< entries of the lexicon's tables (home: of the table place)
    int sibling;                      ///< the index of a person, who shares kind, home and split
    std::array<Possession, 2> owns;   ///< different things
    Split split;
};

class World {
  public:
    static const World& get();

    const std::vector<Person>& people() const { return people_; }
    const Person& person(int index) const { return people_[static_cast<std::size_t>(index)]; }
    /// Indices of the people of a split.
    const std::vector<int>& people_of_split(Split split) const {
        return by_split_[static_cast<std::size_t>(split)];
    }

    /// The person of this name and kind (entries of these tables).
    std::optional<int> find(int name, int kind) const;
    /// Does it belong to anybody?
    bool is_owned(const Possession& possession) const;

    /// Is this a fact that no training text states? About one in seven facts of the training split is.
    bool held_out(int person, Relation relation) const;

    /// "Mira the fox"
    std::string full_name(int person) const;

    /// A fact's object as the grammar has it: "at the old mill", "red kite", "plum tart", "thunder". `which`
    /// chooses between the two possessions.
    std::string object(int person, Relation relation, int which = 0) const;

  private:
    World();

    std::vector<Person> people_;
    std::array<std::vector<int>, 3> by_split_;
};

/// "Mira the fox", for entries of the tables name and kind.
std::string full_name(int name, int kind);

} // namespace gf::tinyville
