#pragma once
// What one run may vary on the same weights, as plain data: masks, evicted keys, positions, experts, edits,
// regularisation. A Trace is made with one; by default it changes nothing. Used by everything that runs a
// model. Its fields (io/fields.h) are the keys of setup files and of the command `setup`; segments, prefix,
// edits and regularisation are not among them: they come with the text, the edits and the training.

#include "core/edit.h"
#include "core/mask_shape.h"
#include "core/model_config.h"
#include "core/regularise.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace gf {

/// Whether a rule that names some layers or heads is for this one: an empty list names all.
inline bool names(const std::vector<int>& list, int i) {
    return list.empty() || std::find(list.begin(), list.end(), i) != list.end();
}

/// One of the sequences that are laid end to end along the rows. Attention stays inside it.
struct Segment {
    int begin = 0, end = 0;
    int pad_left = 0, pad_right = 0; ///< rows at its ends that no query may read and that have no position
    int n_prefix = 0; ///< with MaskKind::prefix, how many real tokens see each other in both directions
    bool operator==(const Segment&) const = default;
};

/// The largest row, key or window that a setup can name.
inline constexpr int k_max_setup_index = 1 << 30;

/// Cells of the mask that are set one way: the keys of these queries, half-open. Both count rows of the run,
/// or positions if RunSetup::mask_by_position is set. A negative end means "to the end".
struct PaintedCells {
    std::array<int, 2> rows{0, -1}, keys{0, -1};
    bool visible = false;
    bool operator==(const PaintedCells&) const = default;
    static void fields(auto& cells, auto visit) {
        visit("rows", cells.rows, {.least = -1, .greatest = k_max_setup_index});
        visit("keys", cells.keys, {.least = -1, .greatest = k_max_setup_index});
        visit("visible", cells.visible, {.required = true});
    }
};

/// What a rule's shape does to the mask that earlier rules made: it takes its place, or a key must be (and),
/// or may be (or), one that the shape shows.
enum class MaskJoin { replace, both, either };
/// "replace", "and", "or".
std::string_view name(MaskJoin);

/// A change of the mask in some heads of some layers. A rule with a kind, a window or a prefix has a shape,
/// which by default replaces the mask and what earlier rules painted there; painted cells then change single
/// cells of it.
struct MaskRule {
    MaskJoin join = MaskJoin::replace;
    std::optional<MaskKind> kind{}; ///< none: that of the layer
    std::optional<int> window{};    ///< with sliding_window (none: that of the layer) and first_and_window
    std::optional<int> n_prefix{};  ///< with prefix; none: that of the segment
    int size = 0;                   ///< see MaskShape
    std::vector<int> starts{};      ///< see MaskShape
    std::vector<PaintedCells> painted{};
    std::vector<int> layers{}, heads{}; ///< empty: all
    bool operator==(const MaskRule&) const = default;

    bool has_shape() const { return kind || window || n_prefix; }
    bool replaces() const { return has_shape() && join == MaskJoin::replace; }
    /// The shape in a layer of this mask and window. n_prefix is -1 where it is that of the segment.
    MaskShape shape(MaskKind layer_kind, int layer_window) const {
        return {kind.value_or(layer_kind), window.value_or(layer_window), n_prefix.value_or(-1), size,
                starts};
    }
    static void fields(auto& rule, auto visit) {
        visit("join", rule.join, {.skip_empty = true});
        visit("kind", rule.kind);
        visit("window", rule.window, {.least = 1, .greatest = k_max_setup_index});
        visit("n_prefix", rule.n_prefix, {.least = 0, .greatest = k_max_setup_index});
        visit("size", rule.size, {.least = 0, .greatest = k_max_setup_index, .skip_empty = true});
        visit("starts", rule.starts, {.least = 0, .greatest = k_max_setup_index, .skip_empty = true});
        visit("painted", rule.painted, {.skip_empty = true});
        visit("layers", rule.layers, {.least = 0, .skip_empty = true});
        visit("heads", rule.heads, {.least = 0, .skip_empty = true});
    }
};

/// Keys that no query may read from a row on, whatever the masks say: they have left the key-value cache.
struct Eviction {
    std::array<int, 2> keys{}; ///< half-open, rows of the run
    int from_row = 0;
    bool operator==(const Eviction&) const = default;
    static void fields(auto& evicted, auto visit) {
        visit("keys", evicted.keys, {.least = 0, .greatest = k_max_setup_index, .required = true});
        visit("from_row", evicted.from_row, {.least = 0, .greatest = k_max_setup_index});
    }
};

/// Other angles of RoPE, in all layers.
struct RopeSetup {
    double theta = 0; ///< the base; 0: that of the layer
    /// Of the kind none: that of the layer. A linear one with factor 1 takes it away.
    RopeScaling scaling{};
    bool operator==(const RopeSetup&) const = default;
    static void fields(auto& rope, auto visit) {
        visit("theta", rope.theta, {.least = 0, .skip_empty = true});
        visit("scaling", rope.scaling, {.skip_empty = true});
    }
};

/// Experts that are taken away from the router, or chosen in its place, in some layers and rows. Shared
/// experts are not the router's.
struct ExpertRule {
    std::vector<int> off{};     ///< their router logit is -inf: the next ones take their place
    std::vector<int> forced{};  ///< exactly these are chosen; one alone has the gate 1
    std::vector<int> swapped{}; ///< two: a row that chose one of them visits the other, with the gate of the
                                ///< chosen one
    std::array<int, 2> rows{0, -1}; ///< half-open; a negative end means "to the end"
    std::vector<int> layers{};      ///< empty: all
    bool operator==(const ExpertRule&) const = default;
    static void fields(auto& rule, auto visit) {
        visit("off", rule.off, {.least = 0, .skip_empty = true});
        visit("forced", rule.forced, {.least = 0, .skip_empty = true});
        visit("swapped", rule.swapped, {.least = 0, .skip_empty = true});
        visit("rows", rule.rows, {.least = -1, .greatest = k_max_setup_index});
        visit("layers", rule.layers, {.least = 0, .skip_empty = true});
    }
};

struct RunSetup {
    std::vector<Segment> segments{}; ///< empty: one over all rows, with this prefix:
    int n_prefix = 0;

    std::vector<MaskRule> masks{}; ///< applied one after the other to the model's own masks
    std::vector<Eviction> evicted{};
    /// The position of each row. It moves positions only; rows beyond its end have the place in their
    /// segment, as they have without it.
    std::vector<int> order{};
    bool mask_by_position = false; ///< masks compare positions instead of rows
    RopeSetup rope = RopeSetup();

    std::vector<ExpertRule> experts{}; ///< of several rules for a layer all experts that are off are off; the
                                       ///< last list of forced ones counts
    int experts_per_token = 0;         ///< 0: that of the model
    /// How many tokens of a segment an expert takes, as a multiple of an even share; 0: any number.
    double capacity_factor = 0;
    /// All first choices of a segment take their room before any second one does; else earlier rows come
    /// first.
    bool first_choices_first = false;

    std::vector<Edit> edits{};
    Regularise regularise{}; ///< training only

    bool operator==(const RunSetup&) const = default;
    static void fields(auto& setup, auto visit) {
        visit("masks", setup.masks, {.skip_empty = true});
        visit("evicted", setup.evicted, {.skip_empty = true});
        visit("order", setup.order, {.least = 0, .skip_empty = true});
        visit("mask_by_position", setup.mask_by_position, {.skip_empty = true});
        visit("rope", setup.rope, {.skip_empty = true});
        visit("experts", setup.experts, {.skip_empty = true});
        visit("experts_per_token", setup.experts_per_token, {.least = 0, .skip_empty = true});
        visit("capacity_factor", setup.capacity_factor, {.least = 0, .skip_empty = true});
        visit("first_choices_first", setup.first_choices_first, {.skip_empty = true});
    }
    RunSetup with_edits(std::vector<Edit> e) const {
        RunSetup other = *this;
        other.edits = std::move(e);
        return other;
    }
};

/// @throws Error that names the part of the setup that does not fit the model
void validate(const RunSetup& setup, const ModelConfig& config);

/// The shape of the model as it is run: `experts_per_token` is the number of slots that a row has, RoPE is as
/// the setup says.
/// @throws Error as validate() does
ModelConfig config_under(const ModelConfig& config, const RunSetup& setup);

/// Whether queries may read later tokens, so that a segment must be computed in one pass. A run whose text
/// grows is then one of the tokens shown: each step computes all of it, unless Plan::reads_beyond() denies it
/// for the rows that are there.
bool looks_ahead(const ModelConfig& config, const RunSetup& setup);

/// Whether rows depend on how long the text is (full experts, dynamic NTK, LongRoPE). A Trace then has
/// exactly the capacity of the text shown, and another text is another Trace.
bool depends_on_length(const ModelConfig& config, const RunSetup& setup);

/// Whether a segment must be computed in one pass, because its experts can be full or it is pooled.
bool needs_whole_segments(const ModelConfig& config, const RunSetup& setup);

/// The experts that some rows of a layer choose from.
struct ExpertChoice {
    std::vector<bool> off, forced; ///< by expert; empty: none
    std::vector<int> swapped;      ///< by chosen expert: the one that is visited for it; empty: itself
    int per_token = 0;             ///< how many count; the slots beyond have the gate 0
    int begin_row = 0;             ///< the first row that it is for; it ends where the next one begins
    bool is_off(int e) const { return !off.empty() && off[static_cast<std::size_t>(e)]; }
    bool is_forced(int e) const { return !forced.empty() && forced[static_cast<std::size_t>(e)]; }
    /// Whether one expert is forced alone, whose gate is 1 whatever the router says.
    bool one_forced() const { return !forced.empty() && per_token == 1; }
    /// The expert that computes for a chosen one. Shared experts cannot be swapped.
    int visited(int chosen) const {
        const auto at = static_cast<std::size_t>(chosen);
        return at < swapped.size() ? swapped[at] : chosen;
    }
    /// The order of choice: forced experts, then those that are on, then by score; among equals the lower
    /// index.
    bool comes_before(int a, double score_a, int b, double score_b) const {
        if (is_forced(a) != is_forced(b)) return is_forced(a);
        if (is_off(a) != is_off(b)) return is_off(b);
        return score_a != score_b ? score_a > score_b : a < b;
    }
};
/// What the rows of a layer choose from, by their first rows.
std::vector<ExpertChoice> expert_choices(const ModelConfig& config, const RunSetup& setup, int layer);

} // namespace gf
