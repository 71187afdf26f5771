#include "session/branch.h"

#include "core/kernels/kernels.h"
#include "core/passes/forward.h"
#include "platform/clock.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace gf {
namespace {

constexpr double k_flops_per_slice = 5e8; ///< about 10 ms of one core at half of its peak
constexpr int k_min_rows_per_slice = 4, k_max_rows_per_slice = 64;
/// Tokens that a run has room for before its Trace must grow.
constexpr int k_initial_capacity = 256;

/// Shape of a Trace for one sequence, which keeps as much of it as the budget allows.
TraceShape trace_shape(const RunContext& context, int capacity, int n_prompt) {
    TraceShape shape{capacity, {{0, capacity, 0, 0, n_prompt}}, Keep::all, {}, context.stack};
    const Trace* source = context.source.get();
    if (trace_bytes(context.config(), shape, source ? &source->shape() : nullptr) > context.trace_budget)
        shape.keep = Keep::residual;
    return shape;
}

/// Whether a row can depend on all others, so that all are computed together.
bool is_computed_whole(const ModelConfig& config) { return looks_ahead(config.mask) || config.pools(); }

/// The first row of the text that an edit can change. Rows of the source are read by every row of the text.
int first_affected_row(const Edit& edit) {
    return row_axis(edit.range.site) == Axis::source ? 0 : edit.range.row_begin;
}

/// Leaves out the cells that a run of this capacity has no room for: a branch may be shorter, and rows and
/// keys of tokens may be named before they are there.
Edit within(Edit edit, const ModelConfig& config, int capacity) {
    const CellRange before = edit.range;
    CellRange& now = edit.range;
    if (row_axis(now.site) == Axis::pos) now.row_end = std::min(now.row_end, capacity);
    if (has_key_axis(now.site) && !has_source_keys(now.site)) {
        now.column_end = std::min(now.column_end, capacity);
        now.column_begin = std::min(now.column_begin, capacity);
    }
    if (now == before || edit.values.size() <= 1) return edit;
    // The values of all cells are in the order row, head, column, and those that are left move together.
    const int n_heads = (now.head_end < 0 ? site_heads(config, now.site) : now.head_end) - now.head_begin;
    const auto width = static_cast<int>(edit.values.size()) / (n_heads * (before.row_end - before.row_begin)),
               kept = now.column_end < 0 ? width : now.column_end - now.column_begin;
    std::vector<real> values;
    for (int block = 0; block < n_heads * (now.row_end - now.row_begin); ++block) {
        const auto first = edit.values.begin() + block * width;
        values.insert(values.end(), first, first + kept);
    }
    edit.values = std::move(values);
    return edit;
}

/// The edits as far as a run of this capacity has room for their cells.
std::vector<Edit> edits_within(const std::vector<Edit>& edits, const ModelConfig& config, int capacity) {
    std::vector<Edit> fitting;
    for (const Edit& e : edits)
        if (first_affected_row(e) < capacity) fitting.push_back(within(e, config, capacity));
    return fitting;
}

/// The first row that can differ between runs with these edits. The rows before it are the same.
int first_differing_row(const std::vector<Edit>& a, const std::vector<Edit>& b) {
    int first = std::numeric_limits<int>::max();
    const auto look_for_missing = [&](const std::vector<Edit>& some, const std::vector<Edit>& others) {
        for (const Edit& edit : some)
            if (std::find(others.begin(), others.end(), edit) == others.end())
                first = std::min(first, first_affected_row(edit));
    };
    look_for_missing(a, b);
    look_for_missing(b, a);
    return first;
}

std::shared_ptr<Trace> empty_trace(const RunContext& context, const TraceShape& shape) {
    return std::make_shared<Trace>(context.model.weights, shape,
                                   edits_within(context.edits, context.config(), shape.capacity),
                                   context.source);
}

} // namespace

int rows_per_slice(const ModelConfig& config) {
    const double rows = k_flops_per_slice / flops_per_token(config, 0.5 * config.n_ctx);
    return static_cast<int>(std::clamp(rows, double(k_min_rows_per_slice), double(k_max_rows_per_slice)));
}

Branch::Branch(const RunContext& context, std::span<const int> prompt, Growth growth)
    : n_prompt_(static_cast<int>(prompt.size())), n_tokens_(n_prompt_) {
    const ModelConfig& config = context.config();
    const int capacity =
        growth == Growth::none || !config.continues_text()
            ? n_prompt_
            : std::min(config.n_ctx, std::max(k_initial_capacity, n_prompt_ + k_initial_capacity / 2));
    shape_ = trace_shape(context, capacity, n_prompt_);
    trace_ = empty_trace(context, shape_);
    trace_->append(prompt);
    passes_.reserve(static_cast<std::size_t>(capacity)); // so that decoding does not allocate
    origins_ = std::make_shared<std::vector<TokenOrigin>>(static_cast<std::size_t>(capacity));
    for (int i = 0; i < n_prompt_; ++i)
        (*origins_)[static_cast<std::size_t>(i)].token = prompt[static_cast<std::size_t>(i)];
}

std::vector<int> Branch::tokens(int n) const {
    std::vector<int> ids;
    for (int i = 0; i < n; ++i) ids.push_back(token(i));
    return ids;
}

BranchView Branch::view() const {
    const bool is_reviving = n_repeated_ < passes_.size();
    const int n_computed = passes_.empty() ? 0 : passes_.back().kept_end;
    return {id, parent, fork, n_prompt_, n_computed, is_reviving ? nullptr : trace_, origins_};
}

void Branch::compute_slice() {
    if (n_repeated_ < passes_.size()) return repeat_pass(passes_[n_repeated_++]);
    const ModelConfig& config = trace_->config();
    compute_rows(is_computed_whole(config) ? n_tokens_ : std::min(n_tokens_, rows_ + rows_per_slice(config)));
}

/// Computes the rows from rows_ up to `end`.
void Branch::compute_rows(int end) {
    forward(*trace_, rows_, end);
    passes_.push_back({rows_, end, end});
    n_repeated_ = passes_.size();
    note_surprisal(rows_, end);
    rows_ = end;
}

/// Computes rows again together with as many others as the first time: how values are rounded depends on how
/// many there are, but not on the tokens of those behind them, of which not all need be known any more.
void Branch::repeat_pass(const Pass& pass) {
    const int n_missing = std::max(pass.end - n_tokens_, 0);
    trace_->append(std::vector<int>(static_cast<std::size_t>(n_missing), 0));
    forward(*trace_, pass.begin, pass.end);
    trace_->truncate(n_tokens_);
    note_surprisal(pass.begin, pass.kept_end);
    rows_ = pass.kept_end;
}

/// Notes how surprising the tokens of these rows were.
void Branch::note_surprisal(int first, int end) {
    const ModelConfig& config = trace_->config();
    if (!config.continues_text()) return;
    for (int t = std::max(first, 1); t < end; ++t) {
        const real* logits = trace_->row(Site::logits, -1, t - 1);
        TokenOrigin& origin = (*origins_)[static_cast<std::size_t>(t)];
        const real log_p = logits[origin.token] - log_sum_exp(logits, config.d_vocab);
        origin.probability = std::exp(log_p);
        origin.surprisal = std::max(-log_p / std::log(real(2)), real(0)); // in this order NaN stays NaN
    }
}

/// Forgets how rows from `first` on were computed.
void Branch::cut_passes(int first) {
    while (!passes_.empty() && passes_.back().begin >= first) passes_.pop_back();
    if (!passes_.empty()) passes_.back().kept_end = std::min(passes_.back().kept_end, first);
    n_repeated_ = passes_.size();
}

double Branch::append(const RunContext& context, int token, TokenOrigin origin) {
    const Stopwatch watch;
    add_token(context, token, origin);
    compute_rows(n_tokens_);
    return watch.seconds();
}

void Branch::add_token(const RunContext& context, int token, TokenOrigin origin) {
    if (n_tokens_ == trace_->capacity()) grow(context);
    trace_->append({&token, 1});
    origin.token = token;
    (*origins_)[static_cast<std::size_t>(n_tokens_++)] = origin;
}

void Branch::add_tokens(const RunContext& context, std::span<const int> tokens) {
    for (const int token : tokens) add_token(context, token, {});
}

/// Makes room for twice as many tokens, with the same rows. Readers keep the old Trace.
void Branch::grow(const RunContext& context) {
    const int capacity = std::min(context.config().n_ctx, std::max(2 * n_tokens_, k_initial_capacity));
    const std::vector<int> text = tokens(n_tokens_);
    const TraceShape wanted =
        is_reduced() ? shape_ : trace_shape(context, capacity, shape_.segments[0].n_prefix);
    const bool keeps_less = wanted.keep != shape_.keep;
    shape_ = wanted;
    shape_.capacity = shape_.segments[0].end = capacity;
    if (!keeps_less) {
        trace_ = trace_->branch(rows_, capacity, edits_within(context.edits, context.config(), capacity));
    } else { // the budget allows less than the old Trace keeps, so the rows are computed again
        trace_ = empty_trace(context, shape_);
        extend(*trace_, std::span(text).first(static_cast<std::size_t>(rows_)));
        passes_ = {{0, rows_, rows_}};
        n_repeated_ = 1;
    }
    trace_->append(std::span(text).subspan(static_cast<std::size_t>(rows_)));
    passes_.reserve(static_cast<std::size_t>(capacity));
    auto origins =
        std::make_shared<std::vector<TokenOrigin>>(origins_->begin(), origins_->begin() + n_tokens_);
    origins->resize(static_cast<std::size_t>(capacity));
    origins_ = std::move(origins);
}

std::shared_ptr<Branch> Branch::fork_at(const RunContext& context, int position, int token,
                                        TokenOrigin origin) const {
    const bool keeps_rest = trace_->config().fills_in();
    const int n_before = keeps_rest ? 0 : position; // every row of a model that fills in sees the token
    const int capacity = std::max(trace_->capacity(), position + 1);
    std::shared_ptr<Branch> child(new Branch(*this));
    child->parent = -1;
    child->fork = position;
    child->shape_.capacity = child->shape_.segments[0].end = capacity;
    child->cut_passes(n_before);
    child->trace_ =
        trace_->branch(n_before, capacity, edits_within(context.edits, context.config(), capacity));
    child->rows_ = n_before;
    child->origins_ = std::make_shared<std::vector<TokenOrigin>>(*origins_);
    child->origins_->resize(static_cast<std::size_t>(capacity));
    origin.token = token;
    if (keeps_rest) {
        (*child->origins_)[static_cast<std::size_t>(position)] = origin;
        child->trace_->append(child->tokens(n_tokens_));
        child->compute_rows(n_tokens_);
        return child;
    }
    child->n_prompt_ = std::min(n_prompt_, position);
    child->n_tokens_ = position;
    child->add_token(context, token, origin);
    child->compute_rows(child->n_tokens_);
    return child;
}

std::shared_ptr<Branch> Branch::with_text(const RunContext& context, const std::vector<int>& text) const {
    const auto n = static_cast<int>(text.size());
    int first = 0;
    while (first < std::min(n, rows_) && token(first) == text[static_cast<std::size_t>(first)]) ++first;
    if (is_computed_whole(trace_->config()) && first < n) first = 0;
    std::shared_ptr<Branch> copy(new Branch(*this));
    copy->n_prompt_ = copy->n_tokens_ = n;
    copy->rows_ = first;
    copy->cut_passes(first);
    copy->shape_.capacity = copy->shape_.segments[0].end =
        std::max(shape_.capacity, std::min(context.config().n_ctx, 2 * n));
    const int capacity = copy->shape_.capacity;
    copy->trace_ = trace_->branch(first, capacity, edits_within(context.edits, context.config(), capacity));
    copy->trace_->append(std::span(text).subspan(static_cast<std::size_t>(first)));
    copy->origins_ = std::make_shared<std::vector<TokenOrigin>>(*origins_);
    copy->origins_->resize(static_cast<std::size_t>(capacity));
    for (int i = first; i < n; ++i)
        (*copy->origins_)[static_cast<std::size_t>(i)] = {.token = text[static_cast<std::size_t>(i)]};
    return copy;
}

bool Branch::is_up_to_date(const RunContext& context) const {
    return !trace_ || (trace_->source() == context.source.get() &&
                       trace_->edits() == edits_within(context.edits, context.config(), trace_->capacity()));
}

std::shared_ptr<Branch> Branch::recomputed(const RunContext& context) const {
    std::vector<Edit> edits = edits_within(context.edits, context.config(), trace_->capacity());
    const bool same_source = trace_->source() == context.source.get();
    const bool from_start = is_computed_whole(trace_->config()) || !same_source;
    const int first = from_start ? 0 : std::min(first_differing_row(edits, trace_->edits()), rows_);
    std::shared_ptr<Branch> copy(new Branch(*this));
    copy->trace_ = same_source
                       ? std::shared_ptr<Trace>(trace_->branch(first, trace_->capacity(), std::move(edits)))
                       : empty_trace(context, shape_);
    const std::vector<int> text = tokens(n_tokens_);
    copy->trace_->append(std::span(text).subspan(static_cast<std::size_t>(first)));
    copy->origins_ = std::make_shared<std::vector<TokenOrigin>>(*origins_);
    copy->rows_ = first;
    copy->cut_passes(first);
    return copy;
}

void Branch::drop() {
    trace_.reset();
    rows_ = 0;
    n_repeated_ = 0;
}

void Branch::revive(const RunContext& context) {
    trace_ = empty_trace(context, shape_);
    trace_->append(tokens(n_tokens_));
}

} // namespace gf
