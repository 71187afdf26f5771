#include "train/batch_gradient.h"

#include "core/error.h"
#include "core/forward.h"
#include "core/random.h"
#include "train/parallel.h"

#include <algorithm>
#include <numeric>

namespace gf {
namespace {

constexpr int k_shards = 8;       ///< enough for as many threads; each costs a gradient of its own
constexpr int k_piece_rows = 256; ///< rows computed together: enough for long products, few enough for the cache

} // namespace

/// Sequences [begin, end) of a batch, computed in one pass.
struct BatchGradient::Piece {
    std::size_t begin, end;
    std::vector<Segment> segments;
    std::vector<int> tokens, targets;
};

/// What a thread computes with, kept as long as the pieces have the same shape.
struct BatchGradient::Worker {
    std::unique_ptr<Trace> run, teacher;
    std::unique_ptr<Backward> backward;

    /// Tokens of the piece in a Trace that fits.
    void start(const BatchGradient& of, const Piece& piece, Keep keep, const Regularise& regularise) {
        const TraceShape shape{static_cast<int>(piece.tokens.size()), piece.segments, keep, regularise};
        if (!run || run->shape().segments != shape.segments) {
            backward.reset();
            run = std::make_unique<Trace>(of.weights_, shape);
        }
        run->restart(piece.tokens, regularise.seed);
    }
};

BatchGradient::BatchGradient(std::shared_ptr<const Weights> weights, GradientOptions options)
    : weights_(std::move(weights)), options_(std::move(options)),
      workers_(static_cast<std::size_t>(std::max(options_.n_threads, 1))) {
    const auto require = [](bool ok, const char* what, const std::string& expected, const std::string& found) {
        if (!ok) throw Error({what, expected, found, ""});
    };
    const ModelConfig& c = weights_->config;
    require(options_.n_threads >= 1, "threads", "1 or more", std::to_string(options_.n_threads));
    require(options_.temperature > 0, "temperature", "above 0", std::to_string(options_.temperature));
    if (options_.objective == Objective::distillation) {
        require(options_.teacher != nullptr, "teacher", "a model to learn from", "none");
        require(options_.teacher->config.d_vocab == c.d_vocab, "teacher",
                "the same vocabulary, d_vocab " + std::to_string(c.d_vocab),
                "d_vocab " + std::to_string(options_.teacher->config.d_vocab));
    }
    if (options_.objective == Objective::next_token)
        require(!looks_ahead(c.mask) || c.mask == MaskKind::prefix, "objective",
                "masked_token: a model that reads in both directions sees the next token", "next_token");
}

BatchGradient::~BatchGradient() = default;

/// The shards' pieces: sequences in order, as many in each shard as make up the same number of rows.
std::vector<std::vector<BatchGradient::Piece>> BatchGradient::deal(const Batch& batch) const {
    const std::size_t n = batch.sequences.size();
    std::size_t rows = 0;
    for (const Sequence& s : batch.sequences) rows += s.tokens.size();
    std::vector<std::vector<Piece>> shards(std::min<std::size_t>(k_shards, n));
    std::size_t before = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const Sequence& s = batch.sequences[i];
        if (s.tokens.empty()) throw Error({"batch", "sequences of one token or more", "an empty one", ""});
        std::vector<Piece>& shard = shards[before * shards.size() / rows];
        before += s.tokens.size();
        if (shard.empty() || shard.back().tokens.size() + s.tokens.size() > k_piece_rows) shard.push_back({i, i, {}, {}, {}});
        Piece& piece = shard.back();
        const auto first = static_cast<int>(piece.tokens.size());
        piece.tokens.insert(piece.tokens.end(), s.tokens.begin(), s.tokens.end());
        piece.targets.insert(piece.targets.end(), s.targets.begin(), s.targets.end());
        piece.targets.resize(piece.tokens.size(), -1);
        piece.segments.push_back({.begin = first, .end = static_cast<int>(piece.tokens.size())});
        piece.end = i + 1;
    }
    return shards;
}

LossSum BatchGradient::run(const Batch& batch, std::uint64_t seed, std::span<real> gradient) {
    if (gradient.size() != weights_->size())
        throw Error({"gradient", std::to_string(weights_->size()) + " values", std::to_string(gradient.size()), ""});
    const auto shards = deal(batch);
    double targets = 0;
    for (const Sequence& s : batch.sequences)
        targets += static_cast<double>(std::count_if(s.targets.begin(), s.targets.end(), [](int t) { return t >= 0; }));
    const double weight = targets > 0 ? 1 / targets : 0;
    shard_sums_.resize(shards.size());
    std::vector<LossSum> losses(shards.size());
    parallel_for(static_cast<int>(shards.size()), options_.n_threads, [&](int i, int worker) {
        const auto at = static_cast<std::size_t>(i);
        shard_sums_[at].assign(weights_->size(), 0);
        for (const Piece& piece : shards[at])
            losses[at] += step(workers_[static_cast<std::size_t>(worker)], piece, batch, weight, mix64(seed ^ piece.begin),
                               shard_sums_[at]);
    });
    each_shard_sum(gradient, shards.size());
    return std::accumulate(losses.begin(), losses.end(), LossSum{}, [](LossSum a, const LossSum& b) { return a += b; });
}

/// gradient += the shards' sums, in their order.
void BatchGradient::each_shard_sum(std::span<real> gradient, std::size_t n_shards) {
    constexpr std::size_t k_part = 1 << 16;
    const auto parts = static_cast<int>((gradient.size() + k_part - 1) / k_part);
    parallel_for(parts, options_.n_threads, [&](int part, int) {
        const std::size_t begin = static_cast<std::size_t>(part) * k_part, end = std::min(begin + k_part, gradient.size());
        for (std::size_t s = 0; s < n_shards; ++s)
            for (std::size_t i = begin; i < end; ++i) gradient[i] += shard_sums_[s][i];
    });
}

LossSum BatchGradient::step(Worker& w, const Piece& piece, const Batch& batch, double weight, std::uint64_t seed,
                            std::span<real> gradient) {
    Regularise regularise = options_.regularise;
    regularise.seed = seed;
    w.start(*this, piece, options_.checkpointing ? Keep::layers : Keep::all, regularise);
    if (!w.backward) w.backward = std::make_unique<Backward>(*w.run, Keep::layers);
    forward(*w.run, 0, w.run->n_tokens());
    w.backward->clear();
    const LossSum sum = loss_of(w, piece, batch, weight, &w.backward->sites());
    w.backward->run(gradient);
    return sum;
}

/// The loss of the piece that the worker has run.
LossSum BatchGradient::loss_of(Worker& w, const Piece& piece, const Batch& batch, double weight, Trace* gradient) {
    LossSum sum;
    if (options_.objective == Objective::distillation) {
        if (!w.teacher || w.teacher->shape().segments != piece.segments)
            w.teacher = std::make_unique<Trace>(options_.teacher,
                                                TraceShape{static_cast<int>(piece.tokens.size()), piece.segments, Keep::layers});
        w.teacher->restart(piece.tokens);
        forward(*w.teacher, 0, w.teacher->n_tokens());
        sum = distillation_loss(*w.run, *w.teacher, piece.targets, options_.temperature, options_.hard_share, weight, gradient);
    } else {
        sum = token_loss(*w.run, piece.targets, weight, gradient);
    }
    double rows = 0;
    for (const Sequence& s : batch.sequences) rows += static_cast<double>(s.tokens.size());
    sum += router_loss(*w.run, options_.balance_weight, options_.z_weight, static_cast<double>(piece.tokens.size()) / rows,
                       gradient);
    return sum;
}

LossSum BatchGradient::evaluate(const Batch& batch) {
    const auto shards = deal(batch);
    std::vector<LossSum> losses(shards.size());
    std::vector<Worker> workers(workers_.size()); // the others keep what training needs
    parallel_for(static_cast<int>(shards.size()), options_.n_threads, [&](int i, int worker) {
        Worker& w = workers[static_cast<std::size_t>(worker)];
        for (const Piece& piece : shards[static_cast<std::size_t>(i)]) {
            w.start(*this, piece, Keep::layers, {});
            forward(*w.run, 0, w.run->n_tokens());
            losses[static_cast<std::size_t>(i)] += loss_of(w, piece, batch, 0, nullptr);
        }
    });
    return std::accumulate(losses.begin(), losses.end(), LossSum{}, [](LossSum a, const LossSum& b) { return a += b; });
}

std::size_t BatchGradient::activation_bytes() const {
    std::size_t bytes = 0;
    for (const Worker& w : workers_)
        bytes +=
            (w.run ? w.run->bytes() : 0) + (w.teacher ? w.teacher->bytes() : 0) + (w.backward ? w.backward->sites().bytes() : 0);
    return bytes;
}

} // namespace gf
