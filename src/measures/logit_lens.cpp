#include "measures/logit_lens.h"

#include "core/kernels/kernels.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace gf {
namespace {

/// How many points a budget of values allows: each reads the unembedding once.
int points_within(std::size_t budget, const ModelConfig& c) {
    const std::size_t cost = static_cast<std::size_t>(c.d_model) * static_cast<std::size_t>(c.d_vocab);
    return static_cast<int>(std::clamp(budget / cost, std::size_t{1}, std::size_t{1} << 30));
}

int likeliest(const real* logits, int n) {
    return static_cast<int>(std::max_element(logits, logits + n) - logits);
}

int rank_of(const real* logits, int n, int token) {
    return 1 + static_cast<int>(std::count_if(logits, logits + n, [&](real x) { return x > logits[token]; }));
}

std::vector<StreamPoint> lens_points(const Trace& run) {
    return run.config().has_logits() ? stream_points(run) : std::vector<StreamPoint>();
}

/// Makes the read-out of the run's weights, unless it is that already.
void renew(std::unique_ptr<ReadOut>& read_out, std::weak_ptr<const Weights>& of, const Trace& run) {
    if (of.lock() == run.shared_weights()) return;
    of = run.shared_weights();
    read_out = std::make_unique<ReadOut>(run.shared_weights());
}

} // namespace

void LogitLens::start(const RunView& view) {
    source_ = view.source();
    points_ = lens_points(*view.trace);
    if (!points_.empty()) renew(read_out_, weights_, *view.trace);
    guesses_.clear();
    output_tokens_.clear();
    is_read_.clear();
    rows_read_ = 0;
    row_ = -1;
}

/// The first row that is not read yet, from begin_at_ on and then from the start; -1 if all are.
int LogitLens::next_row(int rows) const {
    const int first = std::clamp(begin_at_, 0, std::max(rows - 1, 0));
    for (int i = 0; i < rows; ++i)
        if (const int row = (first + i) % rows; !is_read(row)) return row;
    return -1;
}

bool LogitLens::advance(const RunView& view, std::size_t budget) {
    if (view.source() != source_ || view.rows < static_cast<int>(is_read_.size())) start(view);
    if (points_.empty()) return true;
    const auto rows = static_cast<std::size_t>(view.rows);
    if (is_read_.size() < rows) {
        is_read_.resize(rows);
        output_tokens_.resize(rows);
        guesses_.resize(rows * points_.size());
    }
    for (int left = points_within(budget, view.config()); left > 0 && rows_read_ < view.rows; --left) {
        if (row_ < 0) begin_row(*view.trace, next_row(view.rows));
        read(*view.trace, next_point_++);
        if (next_point_ < n_points()) continue;
        is_read_[static_cast<std::size_t>(row_)] = true;
        ++rows_read_;
        row_ = -1;
    }
    return rows_read_ == view.rows;
}

void LogitLens::begin_row(const Trace& run, int row) {
    const int n = run.config().d_vocab;
    row_ = row;
    next_point_ = 0;
    const real* logits = run.row(Site::logits, -1, row);
    output_tokens_[static_cast<std::size_t>(row)] = likeliest(logits, n);
    const double log_sum = static_cast<double>(log_sum_exp(logits, n));
    output_.resize(static_cast<std::size_t>(n));
    for (int t = 0; t < n; ++t)
        output_[static_cast<std::size_t>(t)] = static_cast<double>(logits[t]) - log_sum;
}

void LogitLens::read(const Trace& run, int point) {
    const int n = run.config().d_vocab;
    const auto stream = stream_at(run, points_[static_cast<std::size_t>(point)], row_, stream_);
    const real* logits = read_out_->logits(stream.data()).data();
    const double log_sum = static_cast<double>(log_sum_exp(logits, n));
    LensGuess& guess =
        guesses_[static_cast<std::size_t>(row_) * points_.size() + static_cast<std::size_t>(point)];
    guess.token = likeliest(logits, n);
    guess.probability = static_cast<float>(std::exp(static_cast<double>(logits[guess.token]) - log_sum));
    guess.rank = rank_of(logits, n, output_token(row_));
    double sum = 0;
    for (int t = 0; t < n; ++t) {
        const double log_p = output_[static_cast<std::size_t>(t)];
        if (log_p > -30) sum += std::exp(log_p) * (log_p - (static_cast<double>(logits[t]) - log_sum));
    }
    guess.to_go = static_cast<float>(std::max(sum, 0.0));
}

int LogitLens::settled_at(int row) const {
    int point = n_points();
    while (point > 0 && guess(point - 1, row).token == output_token(row)) --point;
    return point;
}

double LogitLens::mean_to_go(int point) const {
    double sum = 0;
    for (int row = 0; row < static_cast<int>(is_read_.size()); ++row)
        if (is_read(row)) sum += static_cast<double>(guess(point, row).to_go);
    return rows_read_ > 0 ? sum / rows_read_ : 0;
}

nlohmann::ordered_json LogitLens::result() const {
    auto measured = nlohmann::ordered_json::array();
    for (int i = 0; i < n_points(); ++i) {
        auto rows = nlohmann::ordered_json::array();
        for (int row = 0; row < static_cast<int>(is_read_.size()); ++row) {
            if (!is_read(row)) continue;
            const LensGuess& g = guess(i, row);
            rows.push_back({{"row", row},
                            {"token", g.token},
                            {"probability", g.probability},
                            {"rank_of_output", g.rank},
                            {"kl_to_output", g.to_go}});
        }
        measured.push_back({{"point", words_of(points_[static_cast<std::size_t>(i)])},
                            {"mean_kl_to_output", mean_to_go(i)},
                            {"rows", rows}});
    }
    return measured;
}

void LensRow::look_at(const RunView& view, int row) {
    if (view.source() == source_ && row == row_) return;
    source_ = view.source();
    run_ = view.trace;
    row_ = row;
    n_read_ = 0;
    points_ = lens_points(*run_);
    if (points_.empty()) return;
    renew(read_out_, weights_, *run_);
    d_model_ = static_cast<std::size_t>(run_->config().d_model);
    d_vocab_ = static_cast<std::size_t>(run_->config().d_vocab);
    logits_.resize(points_.size() * d_vocab_);
    vectors_.resize(points_.size() * d_model_);
    log_sums_.resize(points_.size());
}

bool LensRow::advance(std::size_t budget) {
    if (is_complete()) return true;
    for (int left = points_within(budget, run_->config()); left > 0 && !is_complete(); --left, ++n_read_) {
        const auto i = static_cast<std::size_t>(n_read_);
        const auto read = read_out_->logits(stream_at(*run_, points_[i], row_, stream_).data());
        std::ranges::copy(read, logits_.begin() + static_cast<std::ptrdiff_t>(i * d_vocab_));
        std::ranges::copy(read_out_->unembedded(),
                          vectors_.begin() + static_cast<std::ptrdiff_t>(i * d_model_));
        log_sums_[i] = static_cast<double>(log_sum_exp(read.data(), static_cast<int>(d_vocab_)));
    }
    return is_complete();
}

double LensRow::probability(int point, int token) const {
    return std::exp(logit(point, token) - log_sums_[static_cast<std::size_t>(point)]);
}

int LensRow::rank(int point, int token) const {
    return rank_of(logits(point), static_cast<int>(d_vocab_), token);
}

int LensRow::guess(int point) const { return likeliest(logits(point), static_cast<int>(d_vocab_)); }

} // namespace gf
