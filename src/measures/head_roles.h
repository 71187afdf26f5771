#pragma once
// What attention heads do on a text: how much of a head's weight lies where a head with a known role would
// put all of it. Used by the heads panel and by the models' cards.
//
// The roles and their patterns are those of Elhage et al. 2021 ("A Mathematical Framework for Transformer
// Circuits") and Olsson et al. 2022 ("In-context Learning and Induction Heads"), the positions those of
// TransformerLens's head_detector. A score is the weight on these positions, averaged over the queries for
// which the role is possible: those that may read such a position and another one besides. (TransformerLens
// also counts the queries that have no such position, so its scores of a text without repetitions are low for
// every head.) 1 is a head that does nothing else.

#include "measures/measure.h"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace gf {

enum class HeadRole {
    /// The first token of the text, on which heads rest that have nothing to add (Xiao et al. 2023).
    first_token,
    previous_token,  ///< the token just before the query (Olsson et al. 2022)
    duplicate_token, ///< earlier occurrences of the query's own token (Wang et al. 2022)
    induction,       ///< tokens that follow earlier occurrences of the query's own token (Elhage et al. 2021)
    local,           ///< the query itself and the k_local_back tokens before it
};
inline constexpr int k_n_head_roles = static_cast<int>(HeadRole::local) + 1;
inline constexpr int k_local_back = 3;
/// A score that rests on fewer cases may be chance.
inline constexpr int k_enough_cases = 5;

struct HeadRoleRow {
    HeadRole role;
    std::string_view name;               ///< as options and files say it
    std::string_view definition;         ///< one sentence
    std::string_view impossible_because; ///< why no query of a text may be able to play the role
};
const HeadRoleRow& head_role_row(HeadRole role);

/// The scores of all heads of a run, for any number of its first rows. Each row is read once, in O(layers x
/// heads x positions of the roles), and rows may be read a few at a time. Scores for fewer rows cost nothing,
/// so the cursor may go back and forth in the text.
class HeadRoles : public Measure {
  public:
    bool advance(const RunView& view, std::size_t budget = k_no_limit) override;
    nlohmann::ordered_json result() const override;
    int rows() const { return static_cast<int>(counts_.size()) - 1; } ///< read so far

    /// How many queries among rows [0, rows) the role is possible for: its cases.
    int queries(HeadRole role, int rows) const;
    /// The score over rows [0, rows); empty if the role is possible for none of them.
    std::optional<double> score(int layer, int head, HeadRole role, int rows) const;

    struct Best {
        int layer = 0, head = 0;
        double score = 0;
    };
    /// The head with the highest score, the first one of equals. Empty if the role is possible for no query.
    std::optional<Best> best(HeadRole role, int rows) const;

  private:
    using Counts = std::array<int, k_n_head_roles>;
    void reset(const RunView& view);
    void find_positions(const Trace& trace, int row);
    void read_row(const RunView& view, int row);

    ValueSource source_;
    int n_layers_ = 0, n_heads_ = 0;
    std::vector<int> last_row_of_token_;   ///< by token: its last row so far; -1 if none
    std::vector<int> previous_same_token_; ///< by row: the last earlier row with the same token; -1 if none
    /// By role: the columns of the pattern that the role reads in the row at hand.
    std::array<std::vector<int>, k_n_head_roles> positions_;
    std::vector<Counts> counts_{Counts{}}; ///< [n, role]: queries among the first n rows
    std::vector<real> row_;                ///< working memory
    std::vector<double> sums_; ///< [n, layer, head, role]: these queries' weight on the role's positions
};

} // namespace gf
