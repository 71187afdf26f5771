#include "measures/mask_effects.h"

#include "core/edits_within.h"
#include "core/passes/forward.h"
#include "measures/receptive_field.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

namespace gf {
namespace {

/// Longer texts have no demonstrations: without a mask all their rows are computed at once.
constexpr int k_most_demonstrated_tokens = 512;

std::span<const real> logits_in(const Trace& run, int row) {
    return {run.row(Site::logits, -1, row), static_cast<std::size_t>(run.width(Site::logits))};
}

std::vector<real> logits_of(const Trace& run, int row) {
    const std::span<const real> logits = logits_in(run, row);
    return {logits.begin(), logits.end()};
}

real largest_change(std::span<const real> a, std::span<const real> b) {
    real largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

/// The largest change of a logit in each of n rows; row 0 of the first run is row `shift` of the second.
std::vector<real> largest_changes(const Trace& a, const Trace& b, int n, int shift = 0) {
    std::vector<real> changes;
    for (int row = 0; row < n; ++row)
        changes.push_back(largest_change(logits_in(a, row), logits_in(b, row + shift)));
    return changes;
}

Prediction likeliest_after(const Trace& run, int row) {
    const std::span<const real> logits = logits_in(run, row);
    const auto most = std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const real x : logits) sum += std::exp(static_cast<double>(x) - static_cast<double>(*most));
    return {static_cast<int>(most - logits.begin()), static_cast<float>(1 / sum)};
}

/// The same rules, in one layer alone.
std::vector<MaskRule> in_one_layer(const std::vector<MaskRule>& rules, int layer) {
    std::vector<MaskRule> kept;
    for (const MaskRule& rule : rules)
        if (names(rule.layers, layer)) {
            kept.push_back(rule);
            kept.back().layers = {layer};
        }
    return kept;
}

/// Whether each row has logits of a token.
bool predicts_tokens(const Trace& run) { return run.has(Site::logits) && !run.config().pools(); }

RunSetup without_masks(RunSetup setup) {
    setup.masks.clear();
    return setup;
}

/// Whether two runs are of the same model, source and kind, so that only tokens and setup tell them apart.
bool are_alike(const Trace& a, const Trace& b) {
    return &a.weights() == &b.weights() && a.source() == b.source() && a.shape().stack == b.shape().stack;
}

} // namespace

void MaskEffects::look_at(const std::shared_ptr<const Trace>& run, int rows, const MaskQuestions& questions) {
    if (!run || rows == 0) {
        *this = {};
        return;
    }
    const std::vector<int> text(run->tokens(), run->tokens() + rows);
    if (found_ && found_->run == run && text == text_ && questions == questions_) return;
    const bool same_text = found_ && text == text_ && are_alike(*run, *found_->run);
    auto found = std::make_shared<MaskFindings>();
    found->run = run, found->rows = rows;
    if (found_ && can_stand_for_before(*run, text)) found->before = found_->before;
    const bool keeps_demonstrations = same_text && questions == questions_ &&
                                      !found_->window.logits.empty() &&
                                      found_->run->setup().n_prefix == run->setup().n_prefix;
    if (keeps_demonstrations)
        found->leak = found_->leak, found->padding = found_->padding, found->window = found_->window;
    found_ = std::move(found);
    questions_ = questions;
    text_ = text;
    tasks_.clear();
    next_ = 0;
    running_.reset();
    changes_.clear();
    ask_effects();
    if (!keeps_demonstrations) ask_demonstrations(questions);
}

/// Whether the run without the rules that is there already begins with this text and is what it would be.
bool MaskEffects::can_stand_for_before(const Trace& run, const std::vector<int>& text) const {
    const Trace* before = found_->before.get();
    if (!before || !are_alike(run, *before) || without_masks(before->setup()) != without_masks(run.setup()) ||
        !before->setup().masks.empty())
        return false;
    if (text.size() > text_.size() || !std::equal(text.begin(), text.end(), text_.begin())) return false;
    const bool begins_alike =
        !before->plan().looks_ahead() && !depends_on_length(before->config(), before->setup());
    return text.size() == text_.size() || begins_alike;
}

/// Asks for the text without the rules, and with them in one layer alone.
void MaskEffects::ask_effects() {
    const Trace& run = *found_->run;
    auto found = std::make_shared<MaskFindings>(*found_);
    const RunSetup plain = without_masks(run.setup());
    if (run.setup().masks.empty())
        found->before = found_->run;
    else if (!found->before)
        tasks_.push_back({Kind::before, plain, text_});
    if (predicts_tokens(run)) tasks_.push_back({Kind::compare});
    const int n_layers = run.config().n_layers;
    found->in_layer.resize(static_cast<std::size_t>(n_layers));
    for (int l = 0; predicts_tokens(run) && l < n_layers; ++l) {
        RunSetup setup = plain;
        setup.masks = in_one_layer(run.setup().masks, l);
        if (setup.masks == run.setup().masks || run.setup().masks.empty())
            found->in_layer[static_cast<std::size_t>(l)] = logits_of(run, found->rows - 1);
        else
            tasks_.push_back({Kind::in_layer, std::move(setup), text_, l});
    }
    found_ = std::move(found);
}

/// The demonstrations are of the model's own masks, and of nothing else that a setup varies.
void MaskEffects::ask_demonstrations(const MaskQuestions& questions) {
    const Trace& run = *found_->run;
    if (!predicts_tokens(run) || found_->rows > k_most_demonstrated_tokens) return;
    const RunSetup own{.n_prefix = run.setup().n_prefix};
    RunSetup open = own, window = own, padded = own;
    open.masks = {{.kind = MaskKind::bidirectional}};
    window.masks = {{.kind = MaskKind::sliding_window, .window = questions.window}};
    tasks_.push_back({Kind::window, window, text_});
    tasks_.push_back({Kind::own, own, text_});
    if (found_->rows >= 2) {
        tasks_.push_back({Kind::own_exchanged, own, {}});
        tasks_.push_back({Kind::open, open, text_});
        tasks_.push_back({Kind::open_exchanged, open, {}});
    }
    const int n = questions.n_padding, n_all = n + found_->rows;
    if (n_all > run.config().n_ctx || run.source()) return;
    std::vector<int> tokens(static_cast<std::size_t>(n), text_[0]);
    tokens.insert(tokens.end(), text_.begin(), text_.end());
    padded.segments = {{.begin = 0, .end = n_all, .pad_left = n, .n_prefix = own.n_prefix}};
    tasks_.push_back({Kind::padded, padded, tokens});
    tasks_.push_back({Kind::read, own, tokens});
}

/// Chooses the token that is exchanged, once the run under the model's own masks is there.
void MaskEffects::choose_exchange(const MaskQuestions& questions) {
    auto found = std::make_shared<MaskFindings>(*found_);
    MaskFindings::Leak& leak = found->leak;
    leak.row = questions.leak_row >= 0 ? questions.leak_row : found->rows - 4;
    leak.row = std::clamp(leak.row, 1, found->rows - 1);
    leak.from = text_[static_cast<std::size_t>(leak.row)];
    std::vector<real> likely = logits_of(*own_, leak.row - 1);
    likely[static_cast<std::size_t>(leak.from)] = -std::numeric_limits<real>::infinity();
    const auto likeliest = std::max_element(likely.begin(), likely.end()) - likely.begin();
    leak.to = questions.leak_token >= 0 && questions.leak_token < own_->width(Site::logits)
                  ? questions.leak_token
                  : static_cast<int>(likeliest);
    for (Task& task : tasks_)
        if (task.kind == Kind::own_exchanged || task.kind == Kind::open_exchanged) {
            task.tokens = text_;
            task.tokens[static_cast<std::size_t>(leak.row)] = leak.to;
        }
    found_ = std::move(found);
}

/// Compares what the next rows predict in both runs.
void MaskEffects::compare_rows(int max_rows) {
    const Trace &before = *found_->before, &now = *found_->run;
    const auto begin = static_cast<int>(changes_.size()), end = std::min(found_->rows, begin + max_rows);
    if (begin == 0) reached_ = rows_reached(before.plan(), now.plan(), now.config(), found_->rows);
    for (int row = begin; row < end; ++row) {
        // Rows that the rules do not reach differ at most by how their passes were cut.
        const bool is_reached = reached_[static_cast<std::size_t>(row)];
        const Prediction after = likeliest_after(now, row);
        changes_.push_back({is_reached ? likeliest_after(before, row) : after, after,
                            is_reached ? largest_change(logits_in(before, row), logits_in(now, row)) : 0});
    }
    if (end < found_->rows) return;
    auto found = std::make_shared<MaskFindings>(*found_);
    found->changes = std::move(changes_);
    found_ = std::move(found);
    ++next_;
}

void MaskEffects::advance(int max_rows) {
    if (!is_behind()) return;
    const Task& task = tasks_[next_];
    if (task.kind == Kind::compare) return compare_rows(max_rows);
    const auto n = static_cast<int>(task.tokens.size());
    const Trace& asked = *found_->run;
    if (!running_) {
        // Of most runs the logits are all that is read.
        const Keep keep = task.kind == Kind::before ? asked.shape().keep : Keep::residual;
        RunSetup setup = task.setup; // fewer tokens may be shown than the edits name
        setup.edits = edits_within(setup.edits, asked.config(), n);
        running_ = std::make_shared<Trace>(asked.shared_weights(), TraceShape{n, keep, asked.shape().stack},
                                           std::move(setup), asked.shared_source());
        running_->append(task.tokens);
        n_running_rows_ = 0;
    }
    const bool is_whole = running_->plan().looks_ahead() || running_->plan().needs_whole_segments();
    const int end = is_whole ? n : std::min(n, n_running_rows_ + max_rows);
    forward(*running_, n_running_rows_, end);
    n_running_rows_ = end;
    if (end < n) return;
    const std::shared_ptr<const Trace> done = std::move(running_);
    finish(task, done);
    if (++next_ == tasks_.size()) own_.reset(), open_.reset();
}

void MaskEffects::finish(const Task& task, const std::shared_ptr<const Trace>& trace) {
    if (task.kind == Kind::own) {
        own_ = trace;
        if (found_->rows >= 2) choose_exchange(questions_);
        return;
    }
    if (task.kind == Kind::open) {
        open_ = trace;
        return;
    }
    auto found = std::make_shared<MaskFindings>(*found_);
    const int n = found->rows;
    switch (task.kind) {
    case Kind::before: found->before = trace; break;
    case Kind::in_layer:
        found->in_layer[static_cast<std::size_t>(task.layer)] = logits_of(*trace, n - 1);
        break;
    case Kind::own_exchanged: found->leak.masked = largest_changes(*own_, *trace, n); break;
    case Kind::open_exchanged: found->leak.open = largest_changes(*open_, *trace, n); break;
    case Kind::padded:
    case Kind::read: {
        MaskFindings::Padding& p = found->padding;
        p.n = questions_.n_padding;
        p.alone = logits_of(*own_, n - 1);
        (task.kind == Kind::padded ? p.ignored : p.read) = logits_of(*trace, p.n + n - 1);
        (task.kind == Kind::padded ? p.change_ignored : p.change_read) =
            largest_changes(*own_, *trace, n, p.n);
        break;
    }
    case Kind::window: found->window = {questions_.window, logits_of(*trace, n - 1)}; break;
    default: break;
    }
    found_ = std::move(found);
}

std::size_t MaskEffects::bytes() const {
    const Trace* const runs[] = {running_.get(), own_.get(), open_.get(),
                                 found_ && found_->before != found_->run ? found_->before.get() : nullptr};
    std::size_t sum = 0;
    for (const Trace* run : runs) sum += run ? run->bytes() : 0;
    return sum;
}

} // namespace gf
