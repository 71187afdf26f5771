#include "session/branch.h"

#include "core/edits_within.h"
#include "core/kernels/kernels.h"
#include "core/passes/forward.h"
#include "platform/clock.h"
#include "platform/error.h"

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

/// Whether a row can depend on all others, so that all are computed together.
bool is_computed_whole(const Trace& run) {
    return run.plan().looks_ahead() || run.plan().needs_whole_segments();
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

} // namespace

int rows_per_slice(const ModelConfig& config) {
    const double rows = k_flops_per_slice / flops_per_token(config, 0.5 * config.n_ctx);
    return static_cast<int>(std::clamp(rows, double(k_min_rows_per_slice), double(k_max_rows_per_slice)));
}

Branch::Branch(const RunContext& context, std::span<const int> prompt, Growth growth)
    : n_prompt_(static_cast<int>(prompt.size())), n_tokens_(n_prompt_), n_prefix_(n_prompt_) {
    const int wished =
        std::min(context.config().n_ctx, std::max(k_initial_capacity, n_prompt_ + k_initial_capacity / 2));
    const int capacity =
        growth == Growth::none ? n_prompt_ : room_for(context, n_prompt_, std::max(wished, n_prompt_));
    choose_shape(context, capacity);
    trace_ = empty_trace(context);
    trace_->append(prompt);
    passes_.reserve(static_cast<std::size_t>(capacity)); // so that decoding does not allocate
    origins_ = std::make_shared<std::vector<TokenOrigin>>(static_cast<std::size_t>(capacity));
    for (int i = 0; i < n_prompt_; ++i)
        (*origins_)[static_cast<std::size_t>(i)].token = prompt[static_cast<std::size_t>(i)];
}

/// What a run of this capacity is computed with.
RunSetup Branch::setup_for(const RunContext& context, int capacity) const {
    RunSetup setup = context.setup;
    setup.n_prefix = n_prefix_;
    setup.edits = edits_within(context.edits, context.config(), capacity);
    return setup;
}

/// The capacity for a text of n tokens: as many as wished, or exactly n where a token behind them changes
/// their rows. Then the run is one of the tokens shown, and all of it is computed for each token.
int Branch::room_for(const RunContext& context, int n, int wished) const {
    const ModelConfig& config = context.config();
    const bool exact =
        !config.continues_text() || appending_changes_rows(config, setup_for(context, wished), n, wished);
    return exact ? n : wished;
}

/// Keeps as much of the run as the budget allows.
void Branch::choose_shape(const RunContext& context, int capacity) {
    shape_ = {capacity, Keep::all, context.stack};
    const SourceSize source = context.source ? context.source->size() : SourceSize();
    if (trace_bytes(context.config(), shape_, setup_for(context, capacity), source) > context.trace_budget)
        shape_.keep = Keep::residual;
}

std::shared_ptr<Trace> Branch::empty_trace(const RunContext& context) const {
    return std::make_shared<Trace>(context.model.weights, shape_, setup_for(context, shape_.capacity),
                                   context.source);
}

Branch::Branch(const RunContext& context, const SavedBranch& saved)
    : parent(saved.parent), fork(saved.fork), n_prompt_(saved.n_prompt),
      n_tokens_(static_cast<int>(saved.tokens.size())) {
    const ModelConfig& config = context.config();
    const auto require = [](bool ok, const std::string& expected, int found) {
        if (!ok) throw Error({"text-tree", expected, std::to_string(found), ""});
    };
    require(n_tokens_ <= config.n_ctx,
            "at most " + std::to_string(config.n_ctx) + " tokens, the model's context", n_tokens_);
    for (const int id : saved.tokens)
        require(id < config.d_vocab, "ids below d_vocab = " + std::to_string(config.d_vocab), id);
    require(saved.capacity <= std::max(config.n_ctx, n_tokens_), "room for the context at most",
            saved.capacity);
    const int capacity = std::max(saved.capacity, n_tokens_);
    n_prefix_ = saved.n_prefix;
    choose_shape(context, capacity);
    origins_ = std::make_shared<std::vector<TokenOrigin>>(static_cast<std::size_t>(capacity));
    const auto origin_at = [&](int position) -> TokenOrigin& {
        require(position < n_tokens_, "positions of its tokens", position);
        return (*origins_)[static_cast<std::size_t>(position)];
    };
    for (int i = 0; i < n_tokens_; ++i) origin_at(i).token = saved.tokens[static_cast<std::size_t>(i)];
    for (const int position : saved.forced) origin_at(position).kind = TokenOrigin::Kind::forced;
    for (const SavedDraw& draw : saved.drawn) {
        TokenOrigin& origin = origin_at(draw.position);
        origin.kind = TokenOrigin::Kind::drawn;
        origin.key = {draw.seed, static_cast<std::uint32_t>(draw.branch),
                      static_cast<std::uint32_t>(draw.position), static_cast<std::uint32_t>(draw.number)};
    }
    int row = 0; // passes that do not cover the rows one after the other are left to compute_slice()
    for (std::size_t i = 0; i + 2 < saved.passes.size(); i += 3) {
        const Pass pass{saved.passes[i], saved.passes[i + 1], saved.passes[i + 2]};
        if (pass.begin != row || pass.kept_end <= row || pass.kept_end > n_tokens_ ||
            pass.end < pass.kept_end || pass.end > capacity)
            break;
        passes_.push_back(pass);
        row = pass.kept_end;
    }
}

SavedBranch Branch::saved() const {
    SavedBranch saved{parent, fork, n_prompt_, n_prefix_, shape_.capacity, tokens(n_tokens_), {}, {}, {}};
    for (int i = 0; i < n_tokens_; ++i) {
        const TokenOrigin& o = origin(i);
        if (o.kind == TokenOrigin::Kind::forced) saved.forced.push_back(i);
        if (o.kind == TokenOrigin::Kind::drawn)
            saved.drawn.push_back(
                {i, o.key.seed, static_cast<int>(o.key.branch), static_cast<int>(o.key.resample)});
    }
    for (const Pass& pass : passes_)
        saved.passes.insert(saved.passes.end(), {pass.begin, pass.kept_end, pass.end});
    return saved;
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
    compute_rows(is_computed_whole(*trace_) ? n_tokens_
                                            : std::min(n_tokens_, rows_ + rows_per_slice(config)));
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

/// Forgets the rows, and makes room for a text of n tokens. Readers keep what they have.
void Branch::begin_anew(const RunContext& context, int n) {
    choose_shape(context, room_for(context, n, std::max(shape_.capacity, n)));
    trace_ = empty_trace(context);
    trace_->append(tokens(n_tokens_));
    origins_ = std::make_shared<std::vector<TokenOrigin>>(*origins_);
    origins_->resize(static_cast<std::size_t>(shape_.capacity));
    rows_ = 0;
    cut_passes(0);
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

/// Makes room for twice as many tokens, with the same rows, or for one more where it changes them. Readers
/// keep the old Trace.
void Branch::grow(const RunContext& context) {
    const int wished = std::min(context.config().n_ctx, std::max(2 * n_tokens_, k_initial_capacity)),
              capacity = room_for(context, n_tokens_, wished);
    if (capacity < wished) return begin_anew(context, n_tokens_ + 1);
    const std::vector<int> text = tokens(n_tokens_);
    const Keep keep_before = shape_.keep;
    if (is_reduced())
        shape_.capacity = capacity;
    else
        choose_shape(context, capacity);
    if (shape_.keep == keep_before) {
        trace_ = trace_->branch(rows_, capacity, setup_for(context, capacity));
    } else { // the budget allows less than the old Trace keeps, so the rows are computed again
        trace_ = empty_trace(context);
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
    std::shared_ptr<Branch> child(new Branch(*this));
    child->parent = -1;
    child->fork = position;
    origin.token = token;
    if (trace_->config().fills_in()) { // every row sees the token
        child->origins_ = std::make_shared<std::vector<TokenOrigin>>(*origins_);
        (*child->origins_)[static_cast<std::size_t>(position)] = origin;
        child->begin_anew(context, n_tokens_);
        child->compute_rows(n_tokens_);
        return child;
    }
    child->n_prompt_ = std::min(n_prompt_, position);
    child->n_tokens_ = position;
    const int wished = std::max(trace_->capacity(), position + 1),
              capacity = room_for(context, position, wished);
    if (capacity < wished) {
        child->begin_anew(context, position + 1);
    } else {
        child->shape_.capacity = capacity;
        child->cut_passes(position);
        child->trace_ = trace_->branch(position, capacity, setup_for(context, capacity));
        child->rows_ = position;
        child->origins_ = std::make_shared<std::vector<TokenOrigin>>(*origins_);
        child->origins_->resize(static_cast<std::size_t>(capacity));
    }
    child->add_token(context, token, origin);
    child->compute_rows(child->n_tokens_);
    return child;
}

std::shared_ptr<Branch> Branch::part(const RunContext& context, int n) const {
    std::shared_ptr<Branch> part(new Branch(*this));
    part->n_tokens_ = n;
    part->begin_anew(context, n);
    return part;
}

std::shared_ptr<Branch> Branch::with_text(const RunContext& context, const std::vector<int>& text) const {
    const auto n = static_cast<int>(text.size());
    int first = 0;
    while (first < std::min(n, rows_) && token(first) == text[static_cast<std::size_t>(first)]) ++first;
    if (is_computed_whole(*trace_) && first < n) first = 0;
    std::shared_ptr<Branch> copy(new Branch(*this));
    copy->n_prompt_ = copy->n_tokens_ = n;
    copy->rows_ = first;
    copy->cut_passes(first);
    const int wished = std::max(shape_.capacity, std::min(context.config().n_ctx, 2 * n)),
              capacity = copy->shape_.capacity = room_for(context, n, wished);
    copy->trace_ = trace_->branch(first, capacity, setup_for(context, capacity));
    copy->trace_->append(std::span(text).subspan(static_cast<std::size_t>(first)));
    copy->origins_ = std::make_shared<std::vector<TokenOrigin>>(*origins_);
    copy->origins_->resize(static_cast<std::size_t>(capacity));
    for (int i = first; i < n; ++i)
        (*copy->origins_)[static_cast<std::size_t>(i)] = {.token = text[static_cast<std::size_t>(i)]};
    return copy;
}

bool Branch::is_up_to_date(const RunContext& context) const {
    return !trace_ || (trace_->source() == context.source.get() &&
                       trace_->setup() == setup_for(context, trace_->capacity()));
}

std::shared_ptr<Branch> Branch::recomputed(const RunContext& context) const {
    RunSetup setup = setup_for(context, trace_->capacity());
    std::shared_ptr<Branch> copy(new Branch(*this));
    if (is_computed_whole(*trace_) || trace_->source() != context.source.get() ||
        setup.with_edits({}) != trace_->setup().with_edits({})) {
        copy->begin_anew(context, n_tokens_);
        return copy;
    }
    const int first = std::min(first_differing_row(setup.edits, trace_->edits()), rows_);
    copy->trace_ = trace_->branch(first, trace_->capacity(), std::move(setup));
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
    trace_ = empty_trace(context);
    trace_->append(tokens(n_tokens_));
}

} // namespace gf
