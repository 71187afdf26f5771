#include "core/head_roles.h"

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

const real* pattern_row(const Trace& trace, Site pattern, int layer, int head, int row) {
    return trace.row(pattern, layer, row) + static_cast<std::ptrdiff_t>(head) * trace.n_keys(pattern);
}

} // namespace

const HeadRoleRow& head_role_row(HeadRole role) { return k_head_role_rows[index(role)]; }

void HeadRoles::reset(const std::shared_ptr<const Trace>& trace) {
    const ModelConfig& c = trace->config();
    trace_ = trace;
    n_layers_ = c.n_layers;
    n_heads_ = c.n_heads;
    last_row_of_token_.assign(static_cast<std::size_t>(c.d_vocab), -1);
    previous_same_token_.clear();
    counts_.assign(1, Counts{});
    const std::size_t width = static_cast<std::size_t>(n_layers_ * n_heads_) * k_n_head_roles;
    sums_.assign(width, 0);
    // Room for the whole run is made now, so that frames of the window do not allocate. It is little beside
    // the patterns themselves.
    const auto rows = static_cast<std::size_t>(trace->capacity());
    previous_same_token_.reserve(rows);
    counts_.reserve(rows + 1);
    sums_.reserve((rows + 1) * width);
    for (auto& places : positions_) places.reserve(rows);
}

bool HeadRoles::update(const std::shared_ptr<const Trace>& trace, int rows, std::size_t budget) {
    if (!trace->kept(Site::pattern)) {
        *this = {};
        return true;
    }
    if (trace_.lock() != trace) reset(trace);
    std::size_t spent = 0;
    while (this->rows() < rows && spent <= budget) {
        const int row = this->rows();
        find_positions(*trace, row);
        read_row(*trace, row);
        std::size_t weights = 1;
        for (const auto& places : positions_) weights += places.size();
        spent += weights * static_cast<std::size_t>(n_layers_ * n_heads_);
    }
    return this->rows() >= rows;
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

void HeadRoles::read_row(const Trace& trace, int row) {
    Counts counts = counts_.back();
    for (std::size_t role = 0; role < k_n_head_roles; ++role) counts[role] += !positions_[role].empty();
    counts_.push_back(counts);
    const std::size_t width = static_cast<std::size_t>(n_layers_ * n_heads_) * k_n_head_roles;
    sums_.resize(sums_.size() + width);
    double* to = sums_.data() + sums_.size() - width;
    const double* from = to - width;
    for (int layer = 0; layer < n_layers_; ++layer)
        for (int head = 0; head < n_heads_; ++head) {
            const real* weights = pattern_row(trace, Site::pattern, layer, head, row);
            for (const auto& places : positions_) {
                double sum = *from++;
                for (const int column : places) sum += static_cast<double>(weights[column]);
                *to++ = sum;
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

bool PatternEntropy::update(const std::shared_ptr<const Trace>& trace, Site pattern, int layer, int head,
                            int rows, std::size_t budget) {
    if (trace_.lock() != trace || pattern != pattern_ || layer != layer_ || head != head_ || rows < rows_) {
        trace_ = trace;
        pattern_ = pattern, layer_ = layer, head_ = head, rows_ = queries_ = 0, sum_ = 0;
    }
    if (!trace->kept(pattern, layer)) return true;
    for (std::size_t spent = 0; rows_ < rows && spent <= budget; ++rows_) {
        const Trace::KeyRange keys = trace->keys(pattern, rows_);
        spent += static_cast<std::size_t>(keys.size()) + 1;
        if (keys.size() < 2) continue;
        const real* weights = pattern_row(*trace, pattern, layer, head, rows_) - keys.first;
        ++queries_;
        for (int k = keys.begin; k < keys.end; ++k)
            if (weights[k] != 0)
                sum_ -= static_cast<double>(weights[k]) * static_cast<double>(std::log2(weights[k]));
    }
    return rows_ >= rows;
}

} // namespace gf
