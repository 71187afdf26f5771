#include "train/batch_gradient.h"

#include "core/passes/forward.h"
#include "core/random.h"
#include "platform/error.h"
#include "platform/threads.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace gf {
namespace {

/// At most so many threads find work. Each shard costs memory for a gradient of its own.
constexpr int k_max_shards = 8;
/// Rows computed together: enough for long products, few enough for the cache.
constexpr int k_max_piece_rows = 256;

LossSum sum_losses(const std::vector<LossSum>& losses) {
    return std::accumulate(losses.begin(), losses.end(), LossSum{},
                           [](LossSum a, const LossSum& b) { return a += b; });
}

/// The loss of a batch is the mean over these: labels or tokens to be predicted.
double count_targets(const Batch& batch, Objective objective) {
    const auto is_target = [](int t) { return t >= 0; };
    double n = 0;
    for (const Sequence& s : batch.sequences)
        if (objective == Objective::classification)
            n += s.label >= 0;
        else
            n += static_cast<double>(std::count_if(s.targets.begin(), s.targets.end(), is_target));
    return n;
}

double count_rows(const Batch& batch) {
    double n = 0;
    for (const Sequence& s : batch.sequences) n += static_cast<double>(s.tokens.size());
    return n;
}

void require(bool ok, const char* where, const std::string& expected, const std::string& found) {
    if (!ok) throw Error({where, expected, found, ""});
}

/// Throws Error if a model of this shape cannot be trained with these options.
void require_fitting_options(const ModelConfig& c, const GradientOptions& o) {
    const auto require_objective = [&](bool ok, const std::string& expected) {
        require(ok, "objective", expected, std::string(name(o.objective)));
    };
    require_objective((o.objective == Objective::classification) == (c.head == OutputHead::classes),
                      "classification for a model of head 'classes', and for no other");
    require_objective((o.objective == Objective::contrastive) == (c.head == OutputHead::embedding),
                      "contrastive for a model of head 'embedding', and for no other");
    require_objective((o.objective == Objective::seq2seq) == (c.n_encoder_layers > 0),
                      "seq2seq for an encoder-decoder, and for no other");
    require_objective(o.objective != Objective::next_token || c.mask != MaskKind::bidirectional,
                      "masked_token: a model that reads in both directions sees the next token");
    require_objective(c.has_logits() || c.pools(),
                      "one that reads an output; a model of head 'none' has none");
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
    std::size_t first; ///< index of its first sequence in the batch
    std::vector<Segment> segments, source_segments;
    std::vector<int> tokens, targets, source; ///< of all segments, end to end
    std::vector<int> labels;                  ///< one for each segment
};

/// The memory that a piece is computed in. It is used again as long as the next pieces have the same shape.
struct BatchGradient::Worker {
    std::shared_ptr<Trace> source; ///< encoder-decoders only: the run of the encoder
    std::unique_ptr<Trace> run, teacher;
    std::unique_ptr<Backward> source_backward, backward;
    std::vector<double> nats; ///< the loss of each row, or of each segment's label

    void forward_pass(const std::shared_ptr<const Weights>& weights, const GradientOptions& options,
                      const Piece& piece, std::uint64_t seed, bool with_gradient) {
        const Keep keep = with_gradient && !options.gradient_checkpointing ? Keep::all : Keep::layers;
        RunSetup setup{.segments = piece.segments};
        if (with_gradient)
            setup.regularise = options.regularise, setup.capacity_factor = options.capacity_factor;
        setup.regularise.seed = mix64(seed ^ piece.first);
        const std::uint64_t run_seed = setup.regularise.seed;
        if (!run || run->segments() != piece.segments ||
            (source && source->segments() != piece.source_segments)) {
            backward.reset(), source_backward.reset(), run.reset();
            const TraceShape shape{static_cast<int>(piece.tokens.size()), keep};
            if (piece.source.empty()) {
                run = std::make_unique<Trace>(weights, shape, std::move(setup));
            } else {
                RunSetup source_setup = setup;
                source_setup.segments = piece.source_segments;
                source = std::make_shared<Trace>(
                    weights, TraceShape{static_cast<int>(piece.source.size()), keep, Stack::encoder},
                    std::move(source_setup));
                run = std::make_unique<Trace>(weights, shape, std::move(setup), source);
            }
        }
        if (source) {
            source->restart(piece.source, mix64(run_seed));
            forward(*source, 0, source->n_tokens());
        }
        run->restart(piece.tokens, run_seed);
        forward(*run, 0, run->n_tokens());
    }

    /// The Trace into which the loss writes the gradients of the outputs.
    Trace& output_gradients() {
        if (!backward) {
            backward = std::make_unique<Backward>(*run, Keep::layers);
            if (source) source_backward = std::make_unique<Backward>(*source, Keep::layers);
        }
        backward->zero_router_gradients();
        return backward->sites();
    }

    /// Adds to `gradient`. `share`: this piece's share of the rows of the batch.
    void backward_pass(std::span<real> gradient, const GradientOptions& options, double share) {
        backward->run(gradient);
        if (!source) return;
        source_backward->zero_router_gradients();
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
    require_fitting_options(weights_->config, options_);
}

BatchGradient::~BatchGradient() = default;

/// Sequences stay in order, and shards get about the same number of rows.
BatchGradient::Shards BatchGradient::split_into_shards(const Batch& batch) const {
    const bool pairs = options_.objective == Objective::contrastive;
    const std::size_t n = batch.sequences.size();
    require(n > 0 && (!pairs || n % 2 == 0), "batch", pairs ? "pairs of sequences" : "one sequence or more",
            std::to_string(n));
    std::size_t rows = 0, before = 0;
    for (const Sequence& s : batch.sequences) rows += s.tokens.size();
    Shards shards(std::min<std::size_t>(k_max_shards, n));
    for (std::size_t i = 0; i < n; ++i) {
        const Sequence& s = batch.sequences[i];
        require(!s.tokens.empty(), "batch", "sequences of one token or more", "an empty one");
        require((weights_->config.n_encoder_layers > 0) == !s.source.empty(), "batch",
                "a source for an encoder-decoder, and only for one", s.source.empty() ? "none" : "one");
        std::vector<Piece>& shard = shards[before * shards.size() / rows];
        before += s.tokens.size();
        if (shard.empty() || shard.back().tokens.size() + s.tokens.size() > k_max_piece_rows ||
            shard.back().source.size() + s.source.size() > k_max_piece_rows)
            shard.push_back({i, {}, {}, {}, {}, {}, {}});
        Piece& piece = shard.back();
        const auto append_segment = [](const std::vector<int>& from, std::vector<int>& to,
                                       std::vector<Segment>& segments) {
            const auto begin = static_cast<int>(to.size());
            to.insert(to.end(), from.begin(), from.end());
            segments.push_back({.begin = begin, .end = static_cast<int>(to.size())});
        };
        append_segment(s.tokens, piece.tokens, piece.segments);
        if (!s.source.empty()) append_segment(s.source, piece.source, piece.source_segments);
        piece.targets.insert(piece.targets.end(), s.targets.begin(), s.targets.end());
        piece.targets.resize(piece.tokens.size(), -1);
        piece.labels.push_back(s.label);
    }
    // Beside a very long sequence some shards get nothing.
    std::erase_if(shards, [](const std::vector<Piece>& shard) { return shard.empty(); });
    return shards;
}

template <class F>
void BatchGradient::for_each_piece(const Shards& shards, F f) {
    parallel_for(static_cast<int>(shards.size()), options_.n_threads, [&](int shard, int worker) {
        for (const Piece& piece : shards[static_cast<std::size_t>(shard)])
            f(piece, static_cast<std::size_t>(worker), static_cast<std::size_t>(shard));
    });
}

LossSum BatchGradient::run(const Batch& batch, std::uint64_t seed, std::span<real> gradient,
                           BatchDetails* details) {
    require(gradient.size() == weights_->size(), "gradient", std::to_string(weights_->size()) + " values",
            std::to_string(gradient.size()));
    const Shards shards = split_into_shards(batch);
    shard_gradients_.resize(shards.size());
    const LossSum loss = options_.objective == Objective::contrastive
                             ? run_contrastive(shards, batch, seed, true, details)
                             : run_each_alone(shards, batch, seed, true, details);
    add_shard_gradients(gradient, shards.size());
    return loss;
}

LossSum BatchGradient::evaluate(const Batch& batch) {
    const Shards shards = split_into_shards(batch);
    return options_.objective == Objective::contrastive ? run_contrastive(shards, batch, 0, false, nullptr)
                                                        : run_each_alone(shards, batch, 0, false, nullptr);
}

/// Threads share the work by parts of the gradient: each number is summed in the order of the shards.
void BatchGradient::add_shard_gradients(std::span<real> gradient, std::size_t n_shards) {
    constexpr std::size_t k_part = 1 << 16;
    const auto n_parts = static_cast<int>((gradient.size() + k_part - 1) / k_part);
    parallel_for(n_parts, options_.n_threads, [&](int part, int) {
        const std::size_t begin = static_cast<std::size_t>(part) * k_part,
                          end = std::min(begin + k_part, gradient.size());
        for (std::size_t s = 0; s < n_shards; ++s)
            for (std::size_t i = begin; i < end; ++i) gradient[i] += shard_gradients_[s][i];
    });
}

/// For objectives in which each sequence has a loss of its own.
LossSum BatchGradient::run_each_alone(const Shards& shards, const Batch& batch, std::uint64_t seed,
                                      bool with_gradient, BatchDetails* details) {
    const double rows = count_rows(batch);
    const double targets = count_targets(batch, options_.objective), weight = targets > 0 ? 1 / targets : 0;
    std::vector<Worker>& workers = with_gradient ? training_workers_ : evaluation_workers_;
    workers.resize(static_cast<std::size_t>(options_.n_threads));
    std::vector<LossSum> losses(shards.size());
    for (std::size_t i = 0; with_gradient && i < shards.size(); ++i)
        shard_gradients_[i].resize(weights_->size());
    if (details) {
        if (shard_details_.size() < shards.size() ||
            shard_details_.front().domains.size() != details->domains.size())
            shard_details_.assign(shards.size(), *details);
        for (BatchDetails& d : shard_details_) d.clear();
    }
    for_each_piece(shards, [&](const Piece& piece, std::size_t worker, std::size_t shard) {
        Worker& w = workers[worker];
        const double share = static_cast<double>(piece.tokens.size()) / rows;
        w.forward_pass(weights_, options_, piece, seed, with_gradient);
        losses[shard] += piece_loss(w, piece, weight, share, with_gradient ? &w.output_gradients() : nullptr);
        if (details) add_details(w, piece, batch, shard_details_[shard]);
        if (!with_gradient) return;
        std::vector<real>& gradient = shard_gradients_[shard];
        if (&piece == &shards[shard].front()) std::fill(gradient.begin(), gradient.end(), real(0));
        w.backward_pass(gradient, options_, share);
    });
    for (std::size_t i = 0; details && i < shards.size(); ++i) *details += shard_details_[i];
    return sum_losses(losses);
}

/// Adds what the piece that the worker has just run forward gives, if each of its sequences has a loss.
void BatchGradient::add_details(const Worker& w, const Piece& piece, const Batch& batch,
                                BatchDetails& details) const {
    if (w.source) details.add_visits(*w.source);
    details.add_visits(*w.run);
    const bool by_segment = options_.objective == Objective::classification;
    const std::span<const int> targets(by_segment ? piece.labels : piece.targets);
    for (std::size_t s = 0; s < piece.segments.size(); ++s) {
        const Segment& segment = piece.segments[s];
        const std::size_t begin = by_segment ? s : static_cast<std::size_t>(segment.begin),
                          n = by_segment ? 1 : static_cast<std::size_t>(segment.end - segment.begin);
        details.add_losses(batch.sequences[piece.first + s], targets.subspan(begin, n),
                           std::span(w.nats).subspan(begin, n));
    }
}

/// The loss of the piece that the worker has just run forward.
LossSum BatchGradient::piece_loss(Worker& w, const Piece& piece, double weight, double share,
                                  Trace* gradient) {
    LossSum sum;
    w.nats.resize(piece.tokens.size());
    if (options_.objective == Objective::classification) {
        for (std::size_t s = 0; s < piece.labels.size(); ++s) {
            const int segment = static_cast<int>(s);
            const LossSum own = cross_entropy(
                w.run->row(Site::class_logits, -1, segment), weights_->config.n_classes, piece.labels[s],
                weight, gradient ? gradient->row(Site::class_logits, -1, segment) : nullptr);
            w.nats[s] = own.nats;
            sum += own;
        }
    } else if (options_.objective == Objective::distillation) {
        if (!w.teacher || w.teacher->segments() != piece.segments) {
            const TraceShape shape{static_cast<int>(piece.tokens.size()), Keep::layers};
            w.teacher =
                std::make_unique<Trace>(options_.teacher, shape, RunSetup{.segments = piece.segments});
        }
        w.teacher->restart(piece.tokens);
        forward(*w.teacher, 0, w.teacher->n_tokens());
        sum = distillation_loss(*w.run, *w.teacher, piece.targets, options_.temperature, options_.hard_share,
                                weight, gradient, w.nats);
    } else {
        sum = token_loss(*w.run, piece.targets, weight, gradient, w.nats);
    }
    return sum += router_loss(*w.run, options_.balance_weight, options_.z_weight, share, gradient);
}

/// All sequences forward, then the loss of all their embeddings, then all backward. The embeddings of even
/// sequences stand in one matrix, those of odd ones in another, so that row i of both is pair i.
LossSum BatchGradient::run_contrastive(const Shards& shards, const Batch& batch, std::uint64_t seed,
                                       bool with_gradient, BatchDetails* details) {
    const auto d_model = static_cast<std::size_t>(weights_->config.d_model), n = batch.sequences.size();
    const double rows = count_rows(batch);
    std::vector<Worker>& workers = with_gradient ? training_workers_ : evaluation_workers_;
    std::size_t n_pieces = 0;
    std::vector<std::size_t> first_worker; // of each shard: every piece has a worker of its own
    for (const auto& shard : shards) first_worker.push_back(n_pieces), n_pieces += shard.size();
    workers.resize(n_pieces);
    const auto worker_of = [&](const Piece& piece, std::size_t shard) -> Worker& {
        return workers[first_worker[shard] + static_cast<std::size_t>(&piece - shards[shard].data())];
    };
    using Pairs = std::array<std::vector<real>, 2>; // (n / 2, d_model) each
    Pairs embeddings;
    embeddings.fill(std::vector<real>(n / 2 * d_model));
    Pairs gradients = embeddings;
    // Calls f(the pooled vector of a segment in the Trace, its row in `pairs`).
    const auto for_each_vector = [&](const Piece& piece, Trace& trace, Pairs& pairs, auto f) {
        for (std::size_t s = 0; s < piece.segments.size(); ++s) {
            const std::size_t i = piece.first + s;
            f(trace.row(Site::pooled, -1, static_cast<int>(s)), pairs[i % 2].data() + i / 2 * d_model);
        }
    };
    for_each_piece(shards, [&](const Piece& piece, std::size_t, std::size_t shard) {
        Worker& w = worker_of(piece, shard);
        w.forward_pass(weights_, options_, piece, seed, with_gradient);
        for_each_vector(piece, *w.run, embeddings,
                        [&](const real* pooled, real* row) { std::copy_n(pooled, d_model, row); });
    });
    const double weight = 2.0 / static_cast<double>(n);
    if (!with_gradient) gradients = {};
    std::vector<double> nats(details ? n / 2 : 0); // of each pair
    const LossSum loss = contrastive_loss(embeddings[0], embeddings[1], static_cast<int>(d_model),
                                          options_.temperature, weight, gradients[0], gradients[1], nats);
    if (details) {
        constexpr int k_any_target = 0; // each pair counts
        for (std::size_t i = 0; i < nats.size(); ++i)
            details->add_losses(batch.sequences[2 * i], {&k_any_target, 1}, {&nats[i], 1});
        for (std::size_t shard = 0; shard < shards.size(); ++shard)
            for (const Piece& piece : shards[shard]) details->add_visits(*worker_of(piece, shard).run);
    }
    if (!with_gradient) return loss;
    for (std::size_t i = 0; i < shards.size(); ++i) shard_gradients_[i].assign(weights_->size(), 0);
    for_each_piece(shards, [&](const Piece& piece, std::size_t, std::size_t shard) {
        Worker& w = worker_of(piece, shard);
        for_each_vector(piece, w.output_gradients(), gradients,
                        [&](real* pooled, const real* row) { std::copy_n(row, d_model, pooled); });
        router_loss(*w.run, options_.balance_weight, options_.z_weight,
                    static_cast<double>(piece.tokens.size()) / rows, &w.backward->sites());
        w.backward_pass(shard_gradients_[shard], options_, 0);
    });
    return loss;
}

std::size_t BatchGradient::activation_bytes() const {
    return std::accumulate(training_workers_.begin(), training_workers_.end(), std::size_t{0},
                           [](std::size_t sum, const Worker& w) { return sum + w.bytes(); });
}

} // namespace gf
