#include "core/trace.h"

#include "core/kernels/kernels.h"
#include "platform/error.h"
#include "platform/memory.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>

namespace gf {
namespace {

bool is_kept(const ModelConfig& c, Site site, Keep keep) {
    if (keep == Keep::layers) // what enters a layer, and what the router's losses read in every layer
        return !site_row(site).per_layer || site == Site::resid_pre || site == Site::router_logits ||
               site == Site::expert_weights || site == Site::expert_indices;
    if (keep == Keep::residual && !site_row(site).per_layer)
        return true; // takes little room beside the layers
    switch (site) {
    case Site::k: // the cache of a model without RoPE
    case Site::norm_k:
    case Site::rot_k:
    case Site::v:
    case Site::encoder_out:
    case Site::cross_k:
    case Site::cross_v:
    case Site::pooled:
    case Site::class_logits: return true;
    case Site::resid_pre:
    case Site::resid_mid:
    case Site::resid_mid_cross:
    case Site::resid_post:
    case Site::normalized_resid_post:
    case Site::logits: return keep != Keep::cache;
    default: return keep == Keep::all || (keep == Keep::residual && site == output_site(c));
    }
}

int longest_segment(const TraceShape& shape, const RunSetup& setup) {
    int longest = setup.segments.empty() ? shape.capacity : 0;
    for (const Segment& s : setup.segments) longest = std::max(longest, s.end - s.begin);
    return longest;
}

/// How many rows a site has that is not kept: as many as forward() computes in one pass.
int scratch_rows(const ModelConfig& c, const TraceShape& shape, const RunSetup& setup) {
    const bool all = looks_ahead(c, setup) || needs_whole_segments(c, setup) || shape.keep == Keep::layers;
    return all ? shape.capacity : std::min(shape.capacity, k_scratch_rows);
}

/// Rounds a number of values up to whole cache lines, so that rows begin at one.
std::size_t padded(std::size_t n) { return (n + 15) / 16 * 16; }

/// site_width() before anything is known to fit into memory: the product may be more than an int holds.
double row_width(const ModelConfig& c, Site site, int n_keys) {
    switch (site_row(site).axes.back()) {
    case Axis::source:
    case Axis::key: return double(c.n_heads) * n_keys;
    case Axis::d_mlp: return double(site_heads(c, site)) * c.d_mlp;
    default: return site_width(c, site, n_keys);
    }
}

/// Where everything lies in the arena. Offsets and strides count values.
struct ArenaLayout {
    struct Place {
        std::size_t offset, layer_stride, row_stride;
        std::size_t staged_row; ///< offset of the row in the cache, see ForwardPass::staged
        double n_values;
        bool present, kept;
    };
    std::array<Place, k_n_sites> sites{};
    std::size_t transposed_keys = 0, transposed_cross_keys = 0, norm_output = 0, query_scratch = 0,
                expert_scratch = 0, total = 0;
};

/// `total` saturates at the largest size instead of overflowing.
ArenaLayout lay_out_arena(const ModelConfig& c, const TraceShape& shape, const RunSetup& setup,
                          const SourceSize& source) {
    ArenaLayout at;
    const auto most = std::numeric_limits<std::size_t>::max() / (4 * sizeof(real));
    const auto rows = static_cast<std::size_t>(shape.capacity), layers = static_cast<std::size_t>(c.n_layers);
    auto take = [&](double n) {
        const std::size_t offset = at.total;
        at.total =
            double(at.total) + n < double(most) ? at.total + padded(static_cast<std::size_t>(n)) : most;
        return offset;
    };
    const auto source_rows = static_cast<std::size_t>(source.n_rows);
    const int n_keys = longest_segment(shape, setup);
    const auto n_scratch_rows = static_cast<std::size_t>(scratch_rows(c, shape, setup));
    for (const SiteRow& row : site_rows()) {
        const Site site = row.site;
        const bool read_by_layers = row.per_layer || site == Site::encoder_out;
        if (!row.in_model(c) || (shape.layer >= 0 && !read_by_layers)) continue;
        auto& place = at.sites[static_cast<std::size_t>(site)];
        place.present = true;
        place.kept = is_kept(c, site, shape.keep);
        place.row_stride = padded(
            static_cast<std::size_t>(row_width(c, site, has_source_keys(site) ? source.n_keys : n_keys)));
        const bool layered = row.per_layer && place.kept && shape.layer < 0;
        const auto n_rows = row_axis(site) == Axis::segment  ? std::max<std::size_t>(setup.segments.size(), 1)
                            : row_axis(site) == Axis::source ? source_rows
                            : place.kept                     ? rows
                                                             : n_scratch_rows;
        place.layer_stride = layered ? n_rows * place.row_stride : 0;
        place.n_values = double(n_rows) * double(place.row_stride) * double(layered ? layers : 1);
        place.offset = take(place.n_values);
    }
    for (auto& place : at.sites)
        if (place.present) place.staged_row = take(double(place.row_stride));
    at.transposed_keys = take(double(layers) * c.d_kv() * double(padded(rows)));
    at.transposed_cross_keys = take(double(layers) * c.d_kv() * double(padded(source_rows)));
    at.norm_output = take(double(rows) * c.d_model);
    at.query_scratch = take(std::max(c.d_model, c.d_head));
    if (c.is_moe())
        at.expert_scratch =
            take(double(rows) * (2.0 * std::max(c.d_model, c.d_mlp) + double(c.expert_slots()) * c.d_model));
    return at;
}

} // namespace

std::size_t trace_bytes(const ModelConfig& config, const TraceShape& shape, const RunSetup& setup,
                        const SourceSize& source) {
    return lay_out_arena(config_under(config, setup), shape, setup, source).total * sizeof(real);
}

void Trace::Free::operator()(real* p) const { ::operator delete[](p, std::align_val_t{k_page_bytes}); }

Trace::Trace(std::shared_ptr<const Weights> weights, TraceShape shape, RunSetup setup,
             std::shared_ptr<const Trace> source)
    : weights_(std::move(weights)), shape_(shape), setup_(std::move(setup)),
      config_(config_under(weights_->config_of(shape_.stack), setup_)), source_(std::move(source)) {
    const ModelConfig& c = config();
    if (capacity() < 1) throw Error({"trace", "room for at least one token", std::to_string(capacity()), ""});
    check_source();
    plan_ = std::make_shared<Plan>(weights_->config_of(shape_.stack), capacity(), setup_,
                                   source_ ? std::span(source_->segments()) : std::span<const Segment>());
    positions_ = std::make_shared<PositionTables>(c, *plan_);
    check_edits();
    const ArenaLayout at = lay_out_arena(c, shape_, setup_, source_ ? source_->size() : SourceSize());
    bytes_ = at.total * sizeof(real);
    arena_.reset(static_cast<real*>(::operator new[](bytes_, std::align_val_t{k_page_bytes})));
    prefer_huge_pages(arena_.get(), bytes_);
    // Touching every page here keeps page faults out of the decode loop.
    std::fill_n(arena_.get(), at.total, real(0));
    for (std::size_t i = 0; i < at.sites.size(); ++i) {
        const auto& place = at.sites[i];
        if (!place.present) continue;
        storage_[i] = {arena_.get() + place.offset, place.layer_stride, place.row_stride, place.kept,
                       shape_.layer};
        staged_rows_[i] = arena_.get() + place.staged_row;
    }
    // Scores of keys that no query may read are -inf from the start; their weights are 0 already.
    for (const Site site : {Site::attn_scores, Site::cross_attn_scores}) {
        const auto& scores = at.sites[static_cast<std::size_t>(site)];
        std::fill_n(arena_.get() + scores.offset, static_cast<std::size_t>(scores.n_values),
                    -std::numeric_limits<real>::infinity());
    }
    transposed_keys_ = {arena_.get() + at.transposed_keys, padded(static_cast<std::size_t>(capacity()))};
    if (source_)
        transposed_cross_keys_ = {arena_.get() + at.transposed_cross_keys,
                                  padded(static_cast<std::size_t>(source_->capacity()))};
    norm_output_ = arena_.get() + at.norm_output;
    query_scratch_ = arena_.get() + at.query_scratch;
    expert_scratch_ = arena_.get() + at.expert_scratch;
    tokens_.resize(static_cast<std::size_t>(capacity()));

    if (c.is_moe() && setup_.capacity_factor > 0) expert_load_.resize(static_cast<std::size_t>(c.n_experts));
}

void Trace::check_source() const {
    const auto require = [](bool ok, const std::string& expected, const std::string& found,
                            const std::string& remedy) {
        if (!ok) throw Error({"trace", expected, found, remedy});
    };
    const ModelConfig& c = config();
    require(shape_.stack == Stack::decoder || weights_->config.has_encoder(),
            "an encoder-decoder, to run its encoder", "a model of one stack", "");
    require(c.has_encoder() == (source_ != nullptr),
            c.has_encoder() ? "a source text, which this encoder-decoder's encoder reads"
                            : "no source: this stack reads none",
            source_ ? "one" : "none", c.has_encoder() ? "give it with --source or --source-tokens" : "");
    if (!source_) return;
    require(source_->shape_.stack == Stack::encoder && source_->weights_ == weights_,
            "as source a run of the encoder of the same weights", "another one", "");
    const std::size_t n_segments = std::max<std::size_t>(setup_.segments.size(), 1);
    require(source_->segments().size() == n_segments,
            "a source segment for each of the " + std::to_string(n_segments) + " segments",
            std::to_string(source_->segments().size()), "");
}

int Trace::row_capacity(Site site) const {
    switch (row_axis(site)) {
    case Axis::segment: return static_cast<int>(segments().size());
    case Axis::source: return source_->capacity();
    default: return capacity();
    }
}

int Trace::n_rows(Site site, int n_tokens) const {
    if (row_axis(site) == Axis::pos) return n_tokens;
    if (row_axis(site) == Axis::source) return n_tokens > 0 ? source_->n_tokens() : 0;
    const auto whole = [&](const Segment& s) { return s.end <= n_tokens; };
    return static_cast<int>(std::count_if(segments().begin(), segments().end(), whole));
}

Trace::PooledRows Trace::pooled_rows(int segment) const {
    const Segment& s = segments()[static_cast<std::size_t>(segment)];
    const int first = s.begin + s.pad_left, last = s.end - s.pad_right;
    if (first >= last) return {};
    switch (config().pooling) {
    case Pooling::first: return {first, first + 1};
    case Pooling::last: return {last - 1, last};
    case Pooling::mean: break;
    }
    return {first, last};
}

void Trace::append(std::span<const int> tokens) {
    for (int id : tokens)
        if (id < 0 || id >= config().d_vocab)
            throw Error({"token", "an id from 0 to " + std::to_string(config().d_vocab - 1),
                         std::to_string(id), "use the tokenizer that belongs to the model"});
    if (static_cast<int>(tokens.size()) > capacity() - n_tokens_)
        throw Error({"trace", "at most " + std::to_string(capacity()) + " tokens",
                     std::to_string(n_tokens_ + static_cast<int>(tokens.size())),
                     "shorten the prompt or ask for fewer new tokens"});
    std::copy(tokens.begin(), tokens.end(), tokens_.begin() + n_tokens_);
    n_tokens_ += static_cast<int>(tokens.size());
}

void Trace::restart(std::span<const int> tokens, std::uint64_t seed) {
    n_tokens_ = 0;
    setup_.regularise.seed = seed;
    append(tokens);
}

std::unique_ptr<Trace> Trace::zeros(Keep keep, int layer) const {
    RunSetup setup = setup_.with_edits({});
    setup.regularise = {};
    auto trace = std::make_unique<Trace>(weights_, TraceShape{shape_.capacity, keep, shape_.stack, layer},
                                         std::move(setup), source_);
    std::fill_n(trace->arena_.get(), trace->bytes_ / sizeof(real), real(0));
    return trace;
}

real Trace::value(const CellRef& cell) const {
    const int heads = site_heads(config(), cell.site);
    const int part = width(cell.site) / heads;
    return row(cell.site, cell.layer, cell.row)[std::max(cell.head, 0) * part + std::max(cell.column, 0)];
}

std::unique_ptr<Trace> Trace::branch(int rows, int capacity, RunSetup setup) const {
    if (segments().size() != 1 || segments()[0].pad_left || segments()[0].pad_right)
        throw Error({"branch", "a run of one sequence without padding",
                     std::to_string(segments().size()) + " segments", ""});
    if (!setup.segments.empty()) setup.segments[0].end = capacity;
    auto copy = std::make_unique<Trace>(weights_, TraceShape{capacity, shape_.keep, shape_.stack},
                                        std::move(setup), source_);
    copy->append({tokens_.data(), static_cast<std::size_t>(rows)});
    const ModelConfig& c = config();
    for (const SiteRow& info : site_rows()) {
        const Site site = info.site;
        if (!kept(site)) continue;
        const int heads = site_heads(c, site), from = width(site) / heads, to = copy->width(site) / heads;
        const int n = row_axis(site) == Axis::segment ? 0 : n_rows(site, rows);
        for (int l = 0; l < (info.per_layer ? c.n_layers : 1); ++l)
            for (int t = 0; t < n; ++t)
                for (int h = 0; h < heads; ++h)
                    std::copy_n(row(site, l, t) + h * from, std::min(from, to),
                                copy->row(site, l, t) + h * to);
    }
    const std::size_t columns = static_cast<std::size_t>(c.n_layers) * static_cast<std::size_t>(c.d_kv());
    for (std::size_t j = 0; j < columns; ++j)
        std::copy_n(transposed_keys_.data + j * transposed_keys_.stride, rows,
                    copy->transposed_keys_.data + j * copy->transposed_keys_.stride);
    if (source_)
        std::copy_n(transposed_cross_keys_.data, columns * transposed_cross_keys_.stride,
                    copy->transposed_cross_keys_.data);
    return copy;
}

} // namespace gf
