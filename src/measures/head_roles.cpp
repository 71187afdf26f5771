#include "measures/head_roles.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace gf {
namespace {

constexpr std::array<HeadRoleRow, k_n_head_roles> k_head_role_rows{{
    {HeadRole::first_token, "first token", "mean weight on the first token", "no query has a choice yet"},
    {HeadRole::previous_token, "previous token", "mean weight on the token just before",
     "no token stands before another yet"},
    {HeadRole::duplicate_token, "duplicate",
     "mean weight on earlier places of the same token, over queries that have one", "no token occurs twice"},
    {HeadRole::induction, "induction",
     "mean weight on tokens behind earlier places of the same token, over queries that have one",
     "no token occurs twice"},
    {HeadRole::local, "local",
     "mean weight on itself and the 3 tokens before, over queries that could read further",
     "no query can read further yet"},
}};
static_assert(k_local_back == 3, "the definition says so");

constexpr auto index(HeadRole role) { return static_cast<std::size_t>(role); }

} // namespace

const HeadRoleRow& head_role_row(HeadRole role) { return k_head_role_rows[index(role)]; }

void HeadRoles::reset(const RunView& view) {
    const ModelConfig& c = view.config();
    source_ = view.source();
    n_layers_ = c.n_layers;
    n_heads_ = c.n_heads;
    last_row_of_token_.assign(static_cast<std::size_t>(c.d_vocab), -1);
    previous_same_token_.clear();
    counts_.assign(1, Counts{});
    const std::size_t width = static_cast<std::size_t>(n_layers_ * n_heads_) * k_n_head_roles;
    sums_.assign(width, 0);
    // Room for the whole run is made now, so that frames of the window do not allocate. It is little beside
    // the patterns themselves.
    const auto rows = static_cast<std::size_t>(view.trace->capacity());
    previous_same_token_.reserve(rows);
    counts_.reserve(rows + 1);
    sums_.reserve((rows + 1) * width);
    for (auto& places : positions_) places.reserve(rows);
}

bool HeadRoles::advance(const RunView& view, std::size_t budget) {
    if (!view.trace->kept(Site::pattern)) { // a layer in view alone is not enough
        *this = {};
        return true;
    }
    if (view.source() != source_) reset(view);
    std::size_t spent = 0;
    while (rows() < view.rows && spent <= budget) {
        const int row = rows();
        find_positions(*view.trace, row);
        read_row(view, row);
        std::size_t weights = 1;
        for (const auto& places : positions_) weights += places.size();
        spent += weights * static_cast<std::size_t>(n_layers_ * n_heads_);
    }
    return rows() >= view.rows;
}

/// Fills positions_ for this query; a role that is not possible for it gets no columns.
void HeadRoles::find_positions(const Trace& trace, int row) {
    const int token = trace.tokens()[row];
    previous_same_token_.push_back(last_row_of_token_[static_cast<std::size_t>(token)]);
    for (auto& places : positions_) places.clear();
    const Trace::RowPlan& plan = trace.plan(row);
    if (plan.key_end - plan.key_begin < 2) { // padding reads nothing; a single key leaves no choice
        if (!plan.padding) last_row_of_token_[static_cast<std::size_t>(token)] = row;
        return;
    }
    const auto may_read = [&](int key) { return key >= plan.key_begin && key < plan.key_end; };
    const auto add = [&](HeadRole role, int key) {
        if (may_read(key)) positions_[index(role)].push_back(key - plan.segment_begin);
    };
    const int first = row - plan.position;
    if (row > first) {
        add(HeadRole::first_token, first);
        add(HeadRole::previous_token, row - 1);
    }
    for (int k = previous_same_token_.back(); k >= plan.segment_begin;
         k = previous_same_token_[static_cast<std::size_t>(k)]) {
        add(HeadRole::duplicate_token, k);
        // This is the query itself where the token stands twice in a row, as in TransformerLens.
        add(HeadRole::induction, k + 1);
    }
    // A query that may read nothing further away is no evidence for a local head.
    if (may_read(row - k_local_back - 1) || may_read(row + 1))
        for (int k = row - k_local_back; k <= row; ++k) add(HeadRole::local, k);
    last_row_of_token_[static_cast<std::size_t>(token)] = row;
}

void HeadRoles::read_row(const RunView& view, int row) {
    Counts counts = counts_.back();
    for (std::size_t role = 0; role < k_n_head_roles; ++role) counts[role] += !positions_[role].empty();
    counts_.push_back(counts);
    const std::size_t width = static_cast<std::size_t>(n_layers_ * n_heads_) * k_n_head_roles;
    sums_.resize(sums_.size() + width);
    double* to = sums_.data() + sums_.size() - width;
    const double* from = to - width;
    for (int layer = 0; layer < n_layers_; ++layer) {
        const SiteValues weights = view.values({Site::pattern, layer});
        for (int head = 0; head < n_heads_; ++head) {
            const auto head_weights = weights.row(head, row, row_);
            for (const auto& places : positions_) {
                double sum = *from++;
                for (const int place : places) { // a mask may hide it in this layer
                    const auto column = static_cast<std::size_t>(place);
                    if (column < head_weights.size() && head_weights[column] != k_not_visible)
                        sum += static_cast<double>(head_weights[column]);
                }
                *to++ = sum;
            }
        }
    }
}

int HeadRoles::queries(HeadRole role, int rows) const {
    return counts_[static_cast<std::size_t>(std::clamp(rows, 0, this->rows()))][index(role)];
}

std::optional<double> HeadRoles::score(int layer, int head, HeadRole role, int rows) const {
    const int n = std::clamp(rows, 0, this->rows()), n_queries = queries(role, n);
    if (n_queries == 0) return std::nullopt;
    const auto at = (static_cast<std::size_t>(n) * static_cast<std::size_t>(n_layers_) +
                     static_cast<std::size_t>(layer)) *
                        static_cast<std::size_t>(n_heads_) +
                    static_cast<std::size_t>(head);
    return sums_[at * k_n_head_roles + index(role)] / n_queries;
}

std::optional<HeadRoles::Best> HeadRoles::best(HeadRole role, int rows) const {
    std::optional<Best> best;
    for (int layer = 0; layer < n_layers_; ++layer)
        for (int head = 0; head < n_heads_; ++head)
            if (const auto s = score(layer, head, role, rows);
                s && !std::isnan(*s) && (!best || *s > best->score))
                best = {layer, head, *s};
    return best;
}

nlohmann::ordered_json HeadRoles::result() const {
    auto roles = nlohmann::ordered_json::object();
    for (const HeadRoleRow& role : k_head_role_rows) {
        auto& scores = roles[std::string(role.name)] = nlohmann::ordered_json::array();
        for (int layer = 0; layer < n_layers_; ++layer) {
            auto& heads = scores.emplace_back(nlohmann::ordered_json::array());
            for (int head = 0; head < n_heads_; ++head) {
                const auto value = score(layer, head, role.role, rows());
                heads.push_back(value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json());
            }
        }
    }
    auto cases = nlohmann::ordered_json::object();
    for (const HeadRoleRow& role : k_head_role_rows)
        cases[std::string(role.name)] = queries(role.role, rows());
    return {{"rows", rows()}, {"cases", cases}, {"roles", roles}};
}

} // namespace gf
