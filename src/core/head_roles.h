#pragma once
// What attention heads do on a text: how much of their weight lies where a head of a known role would put all
// of it.
//
// The roles and their patterns are those of Elhage et al. 2021 ("A Mathematical Framework for Transformer
// Circuits") and Olsson et al. 2022 ("In-context Learning and Induction Heads"), the positions those of
// TransformerLens's head_detector. A score is the weight on these positions, averaged over the queries for
// which the role is possible: those that may read such a position and another one besides. (TransformerLens
// also counts the queries that have no such position, so its scores of a text without repetitions are low for
// every head.) 1 is a head that does nothing else.

#include "core/trace.h"

#include <array>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace gf {

enum class HeadRole {
    first_token,     ///< the first token of the text: where heads rest that have nothing to say (Xiao et al.
                     ///< 2023)
    previous_token,  ///< the token just before the query (Olsson et al. 2022)
    duplicate_token, ///< earlier occurrences of the query's own token (Wang et al. 2022)
    induction, ///< tokens that stand behind earlier occurrences of the query's own token (Elhage et al. 2021)
    local,     ///< the query itself and the k_local_back tokens before it
};
inline constexpr int k_n_head_roles = static_cast<int>(HeadRole::local) + 1;
inline constexpr int k_local_back = 3;

struct HeadRoleRow {
    HeadRole role;
    std::string_view name;       ///< as options and files say it
    std::string_view definition; ///< one sentence
    std::string_view never;      ///< why a text can have no query for it
};
const HeadRoleRow& head_role_row(HeadRole role);

/// The scores of all heads of a run at any number of its rows. Rows are read once each, O(layers x heads x
/// positions of the roles), and may be read a few at a time; going back and forth in the text costs nothing.
class HeadRoles {
  public:
    /// Reads rows until `rows` are there or `budget` weights are spent (at least one row). Another Trace
    /// starts anew. True when all rows are there.
    bool update(const std::shared_ptr<const Trace>& trace, int rows,
                std::size_t budget = std::numeric_limits<std::size_t>::max());
    int rows() const { return static_cast<int>(counts_.size()) - 1; } ///< read so far

    /// Queries among rows [0, rows) for which the role is possible.
    int queries(HeadRole role, int rows) const;
    /// None where there is no such query.
    std::optional<double> score(int layer, int head, HeadRole role, int rows) const;

    struct Best {
        int layer = 0, head = 0;
        double score = 0;
    };
    /// The head with the highest score; the first of equals. None where no query can play the role.
    std::optional<Best> best(HeadRole role, int rows) const;

  private:
    using Counts = std::array<int, k_n_head_roles>;
    void reset(const std::shared_ptr<const Trace>& trace);
    void find_positions(const Trace& trace, int row);
    void read_row(const Trace& trace, int row);

    std::weak_ptr<const Trace> trace_;
    int n_layers_ = 0, n_heads_ = 0;
    std::vector<int> last_at_; ///< by token: its last row so far; -1
    std::vector<int> before_;  ///< by row: the row before with the same token; -1
    std::array<std::vector<int>, k_n_head_roles>
        positions_;                        ///< columns of each role for the row that is read
    std::vector<Counts> counts_{Counts{}}; ///< [rows]: queries among the first rows
    std::vector<double> sums_; ///< [rows, layer, head, role]: their weights on the role's positions
};

/// Mean entropy of one head's pattern in bits, over the queries that have a choice: 0 is a head that always
/// reads one token.
class PatternEntropy {
  public:
    /// As HeadRoles::update; `pattern` is that or cross_pattern. Another head starts anew, and so does a
    /// shorter text.
    bool update(const std::shared_ptr<const Trace>& trace, Site pattern, int layer, int head, int rows,
                std::size_t budget = std::numeric_limits<std::size_t>::max());
    std::optional<double> bits() const {
        return queries_ > 0 ? std::optional(sum_ / queries_) : std::nullopt;
    }

  private:
    std::weak_ptr<const Trace> trace_;
    Site pattern_ = Site::pattern;
    int layer_ = -1, head_ = -1, rows_ = 0, queries_ = 0;
    double sum_ = 0;
};

} // namespace gf
