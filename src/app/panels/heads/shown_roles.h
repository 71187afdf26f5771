#pragma once
// The scores of roles that the panel Heads shows, and of which rows: those of the text in view, or of the
// probe text.

#include "measures/head_roles.h"

#include <string>

namespace gf::ui {

struct ShownRoles {
    const HeadRoles& roles;
    int rows;         ///< the first ones, that count
    bool is_of_probe; ///< a fixed text, not the one in view

    int cases(HeadRole role) const { return roles.queries(role, rows); }
    /// Whether so few cases are known that chance may have made the score.
    bool is_guess(HeadRole role) const { return cases(role) < k_enough_cases; }
    std::optional<double> score(int layer, int head, HeadRole role) const {
        return roles.score(layer, head, role, rows);
    }
    std::optional<HeadRoles::Best> best(HeadRole role) const { return roles.best(role, rows); }
};

/// "12 cases".
inline std::string cases_in_words(int n) { return std::to_string(n) + (n == 1 ? " case" : " cases"); }

} // namespace gf::ui
