#pragma once
// A cast says who and what fills the roles of a document: people of the world with facts that hold there.
// Used to draw documents (corpus.cpp) and to write and judge their text (prose_writer.h, prose_judge.h).

#include "train/tinyville/grammar.h"
#include "train/tinyville/world.h"

#include <map>
#include <string>
#include <vector>

namespace gf::tinyville {

struct Cast {
    std::vector<int> values;    ///< by register of the kind of document: an entry of the register's table
    std::vector<int> people;    ///< who of the world takes part
    std::map<char, int> person; ///< by the letter of a role: who of the world plays it
};

/// Fills the roles of `kind` from one split. The facts it declares hold in the world, and none is held out.
Cast draw_cast(const ProseKind& kind, Split split, RandomStream& random);

/// The same with a given person in the first role; facts may be held out.
Cast draw_cast_around(int person, const ProseKind& kind, RandomStream& random);

/// What a role is called once it is known: "Mira", "red kite", "the old mill". Registers that are not filled
/// (negative) add no words.
std::string role_name(const ProseKind& kind, char letter, const std::vector<int>& values);

/// Which of the facts that `kind` declares does not hold in the world under this filling? A message on the
/// first, or an empty text if all hold. Registers that are not filled (negative) are not judged.
std::string first_untrue_fact(const ProseKind& kind, const std::vector<int>& values);

} // namespace gf::tinyville
