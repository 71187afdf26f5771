#include "core/plan.h"

#include "platform/error.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <tuple>

namespace gf {
namespace {

/// What makes the mask of one head: a shape, then the rules that join other shapes to it and paint on it.
struct Recipe {
    struct Step {
        std::size_t rule = 0;
        std::optional<MaskShape> joined{}; ///< none: the rule only paints
        auto operator<=>(const Step&) const = default;
    };
    MaskShape shape{};
    std::vector<Step> steps{};
    auto operator<=>(const Recipe&) const = default;
};

Recipe recipe_of(const LayerConfig& layer, const RunSetup& setup, int l, int head) {
    Recipe r{{layer.mask, layer.window}};
    for (std::size_t i = 0; i < setup.masks.size(); ++i) {
        const MaskRule& rule = setup.masks[i];
        if (!names(rule.layers, l) || !names(rule.heads, head)) continue;
        const MaskShape shape = rule.shape(layer.mask, layer.window);
        if (rule.replaces()) r = {shape};
        const bool joins = rule.has_shape() && !rule.replaces();
        if (joins || !rule.painted.empty())
            r.steps.push_back({i, joins ? std::optional(shape) : std::nullopt});
    }
    return r;
}

/// Makes the masks of one run from their recipes.
class MaskMaker {
  public:
    MaskMaker(const std::vector<Segment>& segments, const std::vector<RowPlan>& rows, int n_keys,
              const RunSetup& setup)
        : segments_(segments), rows_(rows), setup_(setup),
          words_per_row_((static_cast<std::size_t>(n_keys) + 63) / 64),
          by_position_(setup.mask_by_position && !setup.order.empty()) {}

    KeyMask make(const Recipe& recipe) const {
        const int n = static_cast<int>(rows_.size());
        std::vector<KeyRange> hulls;
        for (int t = 0; t < n; ++t) hulls.push_back(interval(recipe.shape, t));
        const bool is_interval = recipe.shape.kind <= MaskKind::sliding_window;
        if (is_interval && recipe.steps.empty() && setup_.evicted.empty() && !by_position_)
            return KeyMask(std::move(hulls));
        std::vector<std::uint64_t> bits(rows_.size() * words_per_row_);
        for (int t = 0; t < n; ++t) {
            if (rows_[static_cast<std::size_t>(t)].padding) continue;
            std::uint64_t* words = bits.data() + static_cast<std::size_t>(t) * words_per_row_;
            const KeyRange& seen = hulls[static_cast<std::size_t>(t)];
            if (is_interval && !by_position_)
                set(words, seen.begin - seen.first, seen.end - seen.first, true);
            else
                join(recipe.shape, MaskJoin::either, t, words);
            for (const Recipe::Step& step : recipe.steps) {
                const MaskRule& rule = setup_.masks[step.rule];
                if (step.joined) join(*step.joined, rule.join, t, words);
                for (const PaintedCells& cells : rule.painted) paint(cells, t, words);
            }
            for (const Eviction& e : setup_.evicted)
                if (t >= e.from_row) paint({{t, t + 1}, e.keys, false}, t, words, false);
        }
        return {std::move(hulls), std::move(bits), words_per_row_};
    }

  private:
    /// The real tokens of a row's segment.
    struct Bounds {
        int begin, end;
    };
    Bounds bounds(int t) const {
        const Segment& s = segment(t);
        return {s.begin + s.pad_left, s.end - s.pad_right};
    }
    const Segment& segment(int t) const {
        return segments_[static_cast<std::size_t>(rows_[static_cast<std::size_t>(t)].segment)];
    }
    int prefix(const MaskShape& shape, int t) const {
        return shape.n_prefix >= 0 ? shape.n_prefix : segment(t).n_prefix;
    }

    /// What a shape that is an interval shows to row t, if it compares rows; of others all keys.
    KeyRange interval(const MaskShape& shape, int t) const {
        const RowPlan& plan = rows_[static_cast<std::size_t>(t)];
        if (plan.padding) return {plan.segment_begin, plan.segment_begin, plan.segment_begin};
        const auto [first, last] = bounds(t);
        KeyRange keys{first, last, plan.segment_begin};
        switch (shape.kind) {
        case MaskKind::causal: keys.end = t + 1; break;
        case MaskKind::prefix:
            keys.end = std::max(t + 1, first + std::min(prefix(shape, t), last - first));
            break;
        case MaskKind::sliding_window:
            keys.begin = std::max(first, t + 1 - shape.window);
            keys.end = t + 1;
            break;
        default: break;
        }
        return keys;
    }

    /// Joins a shape to what row t sees so far, cell by cell.
    void join(const MaskShape& mask, MaskJoin how, int t, std::uint64_t* words) const {
        const auto [first, last] = bounds(t);
        MaskShape shape = mask;
        shape.n_prefix = prefix(mask, t);
        const int segment_begin = rows_[static_cast<std::size_t>(t)].segment_begin;
        const auto place = [&](int row) { return by_position_ ? position(row) : row - first; };
        const bool changes_to = how == MaskJoin::either;
        for (int k = first; k < last; ++k)
            if (shows(shape, place(t), place(k)) == changes_to)
                set(words, k - segment_begin, k - segment_begin + 1, changes_to);
    }

    void paint(const PaintedCells& cells, int t, std::uint64_t* words) const {
        paint(cells, t, words, by_position_);
    }
    void paint(const PaintedCells& cells, int t, std::uint64_t* words, bool by_position) const {
        constexpr int k_all = std::numeric_limits<int>::max();
        const auto to = [](int end) { return end < 0 ? k_all : end; };
        const int query = by_position ? position(t) : t;
        if (query < cells.rows[0] || query >= to(cells.rows[1])) return;
        const auto [first, last] = bounds(t);
        const int segment_begin = rows_[static_cast<std::size_t>(t)].segment_begin;
        if (!by_position)
            return set(words, std::max(first, cells.keys[0]) - segment_begin,
                       std::min(last, to(cells.keys[1])) - segment_begin, cells.visible);
        for (int k = first; k < last; ++k)
            if (position(k) >= cells.keys[0] && position(k) < to(cells.keys[1]))
                set(words, k - segment_begin, k - segment_begin + 1, cells.visible);
    }

    int position(int row) const { return rows_[static_cast<std::size_t>(row)].position; }

    static void set(std::uint64_t* words, int begin, int end, bool value) {
        for (int j = begin; j < end;) {
            const int offset = j % 64, n = std::min(64 - offset, end - j);
            const std::uint64_t mask = (n == 64 ? ~std::uint64_t(0) : (std::uint64_t(1) << n) - 1) << offset;
            if (value)
                words[j / 64] |= mask;
            else
                words[j / 64] &= ~mask;
            j += n;
        }
    }

    const std::vector<Segment>& segments_;
    const std::vector<RowPlan>& rows_;
    const RunSetup& setup_;
    const std::size_t words_per_row_;
    const bool by_position_;
};

} // namespace

KeyMask::KeyMask(std::vector<KeyRange> hulls, std::vector<std::uint64_t> bits, std::size_t words_per_row)
    : hulls_(std::move(hulls)), bits_(std::move(bits)), words_per_row_(words_per_row) {
    bool any_gap = false;
    for (std::size_t t = 0; t < hulls_.size(); ++t) {
        const std::span words(bits_.data() + t * words_per_row_, words_per_row_);
        int n_seen = 0, begin = -1, end = 0;
        for (std::size_t w = 0; w < words.size(); ++w) {
            if (words[w] == 0) continue;
            n_seen += std::popcount(words[w]);
            const int base = static_cast<int>(w) * 64;
            if (begin < 0) begin = base + std::countr_zero(words[w]);
            end = base + 64 - std::countl_zero(words[w]);
        }
        const int first = hulls_[t].first;
        hulls_[t] = {first + std::max(begin, 0), first + end, first};
        any_gap |= n_seen < end - std::max(begin, 0);
    }
    if (any_gap) return;
    bits_ = {}; // gives the memory back
    words_per_row_ = 0;
}

Plan::Plan(const ModelConfig& config, int n_rows, const RunSetup& setup, std::span<const Segment> source)
    : segments_(setup.segments), n_heads_(config.n_heads), looks_ahead_(gf::looks_ahead(config, setup)),
      needs_whole_segments_(gf::needs_whole_segments(config, setup)) {
    validate(setup, config);
    if (segments_.empty()) segments_ = {{.begin = 0, .end = n_rows, .n_prefix = setup.n_prefix}};
    place_rows(config, setup, n_rows);
    make_masks(config, setup);
    if (!source.empty()) {
        std::vector<KeyRange> hulls;
        for (const RowPlan& row : rows_) {
            const Segment& s = source[static_cast<std::size_t>(row.segment)];
            hulls.push_back({row.padding ? s.begin : s.begin + s.pad_left,
                             row.padding ? s.begin : s.end - s.pad_right, s.begin});
        }
        source_mask_ = static_cast<int>(masks_.size());
        masks_.emplace_back(std::move(hulls));
    }
    group_heads(config.n_layers, !source.empty());
    for (int l = 0; l < config.n_layers; ++l) experts_.push_back(expert_choices(config, setup, l));
}

namespace {

[[noreturn]] void refuse_segments(const std::string& expected, const std::string& found,
                                  const std::string& remedy = "") {
    throw Error({"trace", expected, found, remedy});
}

} // namespace

void Plan::place_rows(const ModelConfig& c, const RunSetup& setup, int n_rows) {
    rows_.resize(static_cast<std::size_t>(n_rows));
    int expected_begin = 0;
    int segment = 0;
    for (const Segment& s : segments_) {
        if (s.begin != expected_begin || s.end <= s.begin || s.end > n_rows || s.pad_left < 0 ||
            s.pad_right < 0 || s.pad_left > s.end - s.begin - s.pad_right)
            refuse_segments("segments end to end that cover the rows",
                            std::to_string(s.begin) + " to " + std::to_string(s.end));
        expected_begin = s.end;
        n_keys_ = std::max(n_keys_, s.end - s.begin);
        const int first = s.begin + s.pad_left, last = s.end - s.pad_right;
        for (int t = s.begin; t < s.end; ++t) {
            RowPlan& row = rows_[static_cast<std::size_t>(t)];
            row = {s.begin, s.begin, segment, s.begin, s.end, 0, t < first || t >= last};
            if (row.padding) continue; // it reads no key
            const auto at = static_cast<std::size_t>(t);
            row.position = at < setup.order.size() ? setup.order[at] : t - first;
        }
        ++segment;
    }
    if (expected_begin != n_rows)
        refuse_segments("segments that cover all " + std::to_string(n_rows) + " rows",
                        std::to_string(expected_begin));
    if (c.positions == Positions::learned && n_keys_ > c.n_ctx)
        refuse_segments("at most n_ctx = " + std::to_string(c.n_ctx) +
                            " tokens (the model has no position embedding beyond)",
                        std::to_string(n_keys_), "shorten the prompt or ask for fewer new tokens");
}

void Plan::make_masks(const ModelConfig& config, const RunSetup& setup) {
    const MaskMaker maker(segments_, rows_, n_keys_, setup);
    std::map<Recipe, int> made;
    for (int l = 0; l < config.n_layers; ++l)
        for (int h = 0; h < n_heads_; ++h) {
            if (h > 0 && setup.masks.empty()) { // nothing tells the heads apart
                mask_of_head_.push_back(mask_of_head_.back());
                continue;
            }
            const auto [at, is_new] = made.try_emplace(recipe_of(config.layer(l), setup, l, h), 0);
            if (is_new) {
                KeyMask mask = maker.make(at->first);
                const auto same = std::find(masks_.begin(), masks_.end(), mask);
                at->second = static_cast<int>(same - masks_.begin());
                if (same == masks_.end()) masks_.push_back(std::move(mask));
            }
            mask_of_head_.push_back(at->second);
        }
    for (std::size_t t = 0; t < rows_.size(); ++t) {
        RowPlan& row = rows_[t];
        for (const KeyMask& mask : masks_) {
            const KeyRange& keys = mask.keys(static_cast<int>(t));
            if (keys.size() == 0) continue;
            const bool first = row.key_begin == row.key_end;
            row.key_begin = first ? keys.begin : std::min(row.key_begin, keys.begin);
            row.key_end = first ? keys.end : std::max(row.key_end, keys.end);
        }
        reach_.push_back(std::max(row.key_end, reach_.empty() ? 0 : reach_.back()));
    }
}

void Plan::group_heads(int n_layers, bool has_source) {
    const auto grouped = [&](auto mask_of) {
        std::vector<HeadGroup> groups;
        for (int h = 0; h < n_heads_; ++h) {
            const KeyMask* mask = &masks_[static_cast<std::size_t>(mask_of(h))];
            auto at = std::find_if(groups.begin(), groups.end(),
                                   [&](const HeadGroup& g) { return g.mask == mask; });
            if (at == groups.end()) at = groups.insert(groups.end(), {mask, {}});
            at->heads.push_back(h);
        }
        return groups;
    };
    groups_.resize(1);
    if (has_source) groups_[0] = grouped([&](int) { return source_mask_; });
    for (int l = 0; l < n_layers; ++l) {
        const auto masks =
            std::span(mask_of_head_)
                .subspan(static_cast<std::size_t>(l * n_heads_), static_cast<std::size_t>(n_heads_));
        std::vector<HeadGroup> groups = grouped([&](int h) { return masks[static_cast<std::size_t>(h)]; });
        const auto same = std::find_if(groups_.begin() + 1, groups_.end(), [&](const auto& g) {
            return std::equal(g.begin(), g.end(), groups.begin(), groups.end(),
                              [](const HeadGroup& a, const HeadGroup& b) {
                                  return a.mask == b.mask && a.heads == b.heads;
                              });
        });
        groups_of_layer_.push_back(static_cast<int>(same - groups_.begin()));
        if (same == groups_.end()) groups_.push_back(std::move(groups));
    }
}

std::size_t Plan::bytes() const {
    std::size_t sum = 0;
    for (const KeyMask& mask : masks_) sum += mask.bytes();
    return sum;
}

bool appending_changes_rows(const ModelConfig& config, const RunSetup& setup, int n_tokens, int capacity) {
    if (depends_on_length(config, setup)) return true;
    if (!looks_ahead(config, setup)) return false;
    const Plan plan(config, capacity, setup);
    for (int n = n_tokens; n < capacity; ++n)
        if (plan.reads_beyond(n)) return true;
    return false;
}

} // namespace gf
