#include "train/batch_gradient.h"

#include "core/error.h"
#include "core/forward.h"
#include "core/random.h"
#include "train/parallel.h"

#include <algorithm>
#include <numeric>

namespace gf {
namespace {

constexpr int k_shards = 8; ///< enough for as many threads; each costs a gradient of its own
constexpr int k_piece_rows =
    256; ///< rows computed together: enough for long products, few enough for the cache

LossSum total(const std::vector<LossSum>& losses) {
    return std::accumulate(losses.begin(), losses.end(), LossSum{},
                           [](LossSum a, const LossSum& b) { return a += b; });
}

/// What the loss of a batch is the mean over.
double n_targets(const Batch& batch, Objective objective) {
    double n = 0;
    for (const Sequence& s : batch.sequences)
        n += objective == Objective::classification
                 ? s.label >= 0
                 : static_cast<double>(
                       std::count_if(s.targets.begin(), s.targets.end(), [](int t) { return t >= 0; }));
    return n;
}

double n_rows(const Batch& batch) {
    double n = 0;
    for (const Sequence& s : batch.sequences) n += static_cast<double>(s.tokens.size());
    return n;
}

void require(bool ok, const char* what, const std::string& expected, const std::string& found) {
    if (!ok) throw Error({what, expected, found, ""});
}

/// Throws Error if the model cannot have the objective.
void check_objective(const ModelConfig& c, const GradientOptions& o) {
    const std::string wanted(name(o.objective));
    const auto fits = [&](bool ok, const std::string& expected) {
        require(ok, "objective", expected, wanted);
    };
    fits((o.objective == Objective::classification) == (c.head == OutputHead::classes),
         "classification for a model of head 'classes', and for no other");
    fits((o.objective == Objective::contrastive) == (c.head == OutputHead::embedding),
         "contrastive for a model of head 'embedding', and for no other");
    fits((o.objective == Objective::seq2seq) == (c.n_encoder_layers > 0),
         "seq2seq for an encoder-decoder, and for no other");
    fits(o.objective != Objective::next_token || c.mask != MaskKind::bidirectional,
         "masked_token: a model that reads in both directions sees the next token");
    fits(c.has_logits() || c.pools(), "one that reads an output; a model of head 'none' has none");
    require(o.temperature > 0, "temperature", "above 0", std::to_string(o.temperature));
    if (o.objective != Objective::distillation) return;
    require(o.teacher != nullptr, "teacher", "a model to learn from", "none");
    require(o.teacher->config.d_vocab == c.d_vocab, "teacher",
            "the same vocabulary, d_vocab " + std::to_string(c.d_vocab),
            "d_vocab " + std::to_string(o.teacher->config.d_vocab));
}

} // namespace

/// Sequences that are computed in one pass, laid end to end.
struct BatchGradient::Piece {
    std::size_t first; ///< of them in the batch
    std::vector<Segment> segments, source_segments;
    std::vector<int> tokens, targets, source, labels; ///< labels: one a segment
};

/// What a piece is computed in, kept as long as the pieces that follow have the same shape.
struct BatchGradient::Worker {
    std::shared_ptr<Trace> source; ///< encoder-decoders: the encoder's run
    std::unique_ptr<Trace> run, teacher;
    std::unique_ptr<Backward> source_backward, backward;

    void forward_pass(const BatchGradient& of, const Piece& piece, std::uint64_t seed, bool learn) {
        const Keep keep = learn && !of.options_.checkpointing ? Keep::all : Keep::layers;
        Regularise regularise = learn ? of.options_.regularise : Regularise{};
        regularise.seed = mix64(seed ^ piece.first);
        if (!run || run->shape().segments != piece.segments ||
            (source && source->shape().segments != piece.source_segments)) {
            backward.reset(), source_backward.reset(), run.reset();
            TraceShape shape{static_cast<int>(piece.tokens.size()), piece.segments, keep, regularise};
            if (piece.source.empty()) {
                run = std::make_unique<Trace>(of.weights_, shape);
            } else {
                source = std::make_shared<Trace>(
                    of.weights_, TraceShape{static_cast<int>(piece.source.size()), piece.source_segments,
                                            keep, regularise, Stack::encoder});
                run = std::make_unique<Trace>(of.weights_, shape, std::vector<Edit>(), source);
            }
        }
        if (source) {
            source->restart(piece.source, mix64(regularise.seed));
            forward(*source, 0, source->n_tokens());
        }
        run->restart(piece.tokens, regularise.seed);
        forward(*run, 0, run->n_tokens());
    }

    /// Where the loss writes the gradients of the outputs.
    Trace& gradients() {
        if (!backward) {
            backward = std::make_unique<Backward>(*run, Keep::layers);
            if (source) source_backward = std::make_unique<Backward>(*source, Keep::layers);
        }
        backward->clear();
        return backward->sites();
    }

    void backward_pass(std::span<real> gradient, const GradientOptions& options, double share) {
        backward->run(gradient);
        if (!source) return;
        source_backward->clear();
        router_loss(*source, options.balance_weight, options.z_weight, share, &source_backward->sites());
        source_backward->seed_output(backward->sites());
        source_backward->run(gradient);
    }

    std::size_t bytes() const {
        std::size_t sum = 0;
        for (const Trace* t : {source.get(), run.get(), teacher.get()}) sum += t ? t->bytes() : 0;
        for (const Backward* b : {source_backward.get(), backward.get()}) sum += b ? b->sites().bytes() : 0;
        return sum;
    }
};

BatchGradient::BatchGradient(std::shared_ptr<const Weights> weights, GradientOptions options)
    : weights_(std::move(weights)), options_(std::move(options)) {
    require(options_.n_threads >= 1, "threads", "1 or more", std::to_string(options_.n_threads));
    check_objective(weights_->config, options_);
}

BatchGradient::~BatchGradient() = default;

/// The shards' pieces: sequences in order, as many in each shard as make up the same number of rows.
std::vector<std::vector<BatchGradient::Piece>> BatchGradient::deal(const Batch& batch) const {
    const bool pairs = options_.objective == Objective::contrastive;
    const std::size_t n = batch.sequences.size();
    require(n > 0 && (!pairs || n % 2 == 0), "batch", pairs ? "pairs of sequences" : "one sequence or more",
            std::to_string(n));
    std::size_t rows = 0, before = 0;
    for (const Sequence& s : batch.sequences) rows += s.tokens.size();
    std::vector<std::vector<Piece>> shards(std::min<std::size_t>(k_shards, n));
    for (std::size_t i = 0; i < n; ++i) {
        const Sequence& s = batch.sequences[i];
        require(!s.tokens.empty(), "batch", "sequences of one token or more", "an empty one");
        require((weights_->config.n_encoder_layers > 0) == !s.source.empty(), "batch",
                "a source for an encoder-decoder, and only for one", s.source.empty() ? "none" : "one");
        std::vector<Piece>& shard = shards[before * shards.size() / rows];
        before += s.tokens.size();
        if (shard.empty() || shard.back().tokens.size() + s.tokens.size() > k_piece_rows ||
            shard.back().source.size() + s.source.size() > k_piece_rows)
            shard.push_back({i, {}, {}, {}, {}, {}, {}});
        Piece& piece = shard.back();
        const auto lay = [](const std::vector<int>& from, std::vector<int>& to,
                            std::vector<Segment>& segments) {
            const auto begin = static_cast<int>(to.size());
            to.insert(to.end(), from.begin(), from.end());
            segments.push_back({.begin = begin, .end = static_cast<int>(to.size())});
        };
        lay(s.tokens, piece.tokens, piece.segments);
        if (!s.source.empty()) lay(s.source, piece.source, piece.source_segments);
        piece.targets.insert(piece.targets.end(), s.targets.begin(), s.targets.end());
        piece.targets.resize(piece.tokens.size(), -1);
        piece.labels.push_back(s.label);
    }
    std::erase_if(
        shards, [](const std::vector<Piece>& shard) { return shard.empty(); }); // beside very long sequences
    return shards;
}

template <class F>
void BatchGradient::each_piece(const std::vector<std::vector<Piece>>& shards, F f) {
    parallel_for(static_cast<int>(shards.size()), options_.n_threads, [&](int shard, int worker) {
        for (const Piece& piece : shards[static_cast<std::size_t>(shard)])
            f(piece, static_cast<std::size_t>(worker), static_cast<std::size_t>(shard));
    });
}

LossSum BatchGradient::run(const Batch& batch, std::uint64_t seed, std::span<real> gradient) {
    require(gradient.size() == weights_->size(), "gradient", std::to_string(weights_->size()) + " values",
            std::to_string(gradient.size()));
    const auto shards = deal(batch);
    shard_sums_.resize(shards.size());
    const LossSum loss = options_.objective == Objective::contrastive
                             ? contrastive(shards, batch, seed, true)
                             : independent(shards, batch, seed, true);
    add_shard_sums(gradient, shards.size());
    return loss;
}

LossSum BatchGradient::evaluate(const Batch& batch) {
    const auto shards = deal(batch);
    return options_.objective == Objective::contrastive ? contrastive(shards, batch, 0, false)
                                                        : independent(shards, batch, 0, false);
}

/// gradient += the shards' sums, in their order.
void BatchGradient::add_shard_sums(std::span<real> gradient, std::size_t n_shards) {
    constexpr std::size_t k_part = 1 << 16;
    const auto parts = static_cast<int>((gradient.size() + k_part - 1) / k_part);
    parallel_for(parts, options_.n_threads, [&](int part, int) {
        const std::size_t begin = static_cast<std::size_t>(part) * k_part,
                          end = std::min(begin + k_part, gradient.size());
        for (std::size_t s = 0; s < n_shards; ++s)
            for (std::size_t i = begin; i < end; ++i) gradient[i] += shard_sums_[s][i];
    });
}

/// Of objectives in which each sequence has a loss of its own.
LossSum BatchGradient::independent(const std::vector<std::vector<Piece>>& shards, const Batch& batch,
                                   std::uint64_t seed, bool learn) {
    const double rows = n_rows(batch);
    const double targets = n_targets(batch, options_.objective), weight = targets > 0 ? 1 / targets : 0;
    std::vector<Worker>& workers = learn ? training_ : evaluating_;
    workers.resize(static_cast<std::size_t>(options_.n_threads));
    std::vector<LossSum> losses(shards.size());
    for (std::size_t i = 0; learn && i < shards.size(); ++i) shard_sums_[i].resize(weights_->size());
    each_piece(shards, [&](const Piece& piece, std::size_t worker, std::size_t shard) {
        Worker& w = workers[worker];
        const double share = static_cast<double>(piece.tokens.size()) / rows;
        w.forward_pass(*this, piece, seed, learn);
        losses[shard] += loss_of(w, piece, weight, share, learn ? &w.gradients() : nullptr);
        if (!learn) return;
        if (&piece == &shards[shard].front())
            std::fill(shard_sums_[shard].begin(), shard_sums_[shard].end(), real(0));
        w.backward_pass(shard_sums_[shard], options_, share);
    });
    return total(losses);
}

/// The loss of the piece that the worker has run.
LossSum BatchGradient::loss_of(Worker& w, const Piece& piece, double weight, double share, Trace* gradient) {
    LossSum sum;
    if (options_.objective == Objective::classification) {
        for (std::size_t s = 0; s < piece.labels.size(); ++s)
            sum +=
                class_loss(w.run->row(Site::class_logits, -1, static_cast<int>(s)),
                           weights_->config.n_classes, piece.labels[s], weight,
                           gradient ? gradient->row(Site::class_logits, -1, static_cast<int>(s)) : nullptr);
    } else if (options_.objective == Objective::distillation) {
        if (!w.teacher || w.teacher->shape().segments != piece.segments)
            w.teacher =
                std::make_unique<Trace>(options_.teacher, TraceShape{static_cast<int>(piece.tokens.size()),
                                                                     piece.segments, Keep::layers});
        w.teacher->restart(piece.tokens);
        forward(*w.teacher, 0, w.teacher->n_tokens());
        sum = distillation_loss(*w.run, *w.teacher, piece.targets, options_.temperature, options_.hard_share,
                                weight, gradient);
    } else {
        sum = token_loss(*w.run, piece.targets, weight, gradient);
    }
    return sum += router_loss(*w.run, options_.balance_weight, options_.z_weight, share, gradient);
}

/// All sequences forward, the loss of all their embeddings, all backward.
LossSum BatchGradient::contrastive(const std::vector<std::vector<Piece>>& shards, const Batch& batch,
                                   std::uint64_t seed, bool learn) {
    const auto d = static_cast<std::size_t>(weights_->config.d_model), n = batch.sequences.size();
    const double rows = n_rows(batch);
    std::vector<Worker>& workers = learn ? training_ : evaluating_;
    std::size_t n_pieces = 0;
    std::vector<std::size_t> first_worker; // of each shard: each piece has its own
    for (const auto& shard : shards) first_worker.push_back(n_pieces), n_pieces += shard.size();
    workers.resize(n_pieces);
    const auto worker_of = [&](const Piece& piece, std::size_t shard) -> Worker& {
        return workers[first_worker[shard] + static_cast<std::size_t>(&piece - shards[shard].data())];
    };
    std::vector<real> embeddings[2] = {std::vector<real>(n / 2 * d), std::vector<real>(n / 2 * d)};
    std::vector<real> gradients[2] = {embeddings[0], embeddings[1]};
    // f(a segment's pooled vector in the Trace, its place in `all`)
    const auto each_vector = [&](const Piece& piece, Trace& trace, std::vector<real>(&all)[2], auto f) {
        for (std::size_t s = 0; s < piece.segments.size(); ++s) {
            const std::size_t i = piece.first + s;
            f(trace.row(Site::pooled, -1, static_cast<int>(s)), all[i % 2].data() + i / 2 * d);
        }
    };
    each_piece(shards, [&](const Piece& piece, std::size_t, std::size_t shard) {
        Worker& w = worker_of(piece, shard);
        w.forward_pass(*this, piece, seed, learn);
        each_vector(piece, *w.run, embeddings, [&](const real* from, real* to) { std::copy_n(from, d, to); });
    });
    const double weight = 2.0 / static_cast<double>(n);
    if (!learn)
        return contrastive_loss(embeddings[0], embeddings[1], static_cast<int>(d), options_.temperature,
                                weight, {}, {});
    const LossSum loss = contrastive_loss(embeddings[0], embeddings[1], static_cast<int>(d),
                                          options_.temperature, weight, gradients[0], gradients[1]);
    for (std::size_t i = 0; i < shards.size(); ++i) shard_sums_[i].assign(weights_->size(), 0);
    each_piece(shards, [&](const Piece& piece, std::size_t, std::size_t shard) {
        Worker& w = worker_of(piece, shard);
        each_vector(piece, w.gradients(), gradients,
                    [&](real* to, const real* from) { std::copy_n(from, d, to); });
        router_loss(*w.run, options_.balance_weight, options_.z_weight,
                    static_cast<double>(piece.tokens.size()) / rows, &w.backward->sites());
        w.backward_pass(shard_sums_[shard], options_, 0);
    });
    return loss;
}

std::size_t BatchGradient::activation_bytes() const {
    return std::accumulate(training_.begin(), training_.end(), std::size_t{0},
                           [](std::size_t sum, const Worker& w) { return sum + w.bytes(); });
}

} // namespace gf
