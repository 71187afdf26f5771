#pragma once
// The stages of attention unrolled as pictures side by side: their words, which of them are open, and where
// each stands. Used by HeadUnrolled.

#include "app/host/ui_rect.h"
#include "measures/attention_stages.h"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gf::ui {

/// In the order of the words of UnrolledOptions, not of the computation: see attention_stages().
enum class StageKind { product, position, scale, cap, mask, softmax, sink, values };
inline constexpr int k_n_stage_kinds = static_cast<int>(StageKind::values) + 1;
std::string_view name(StageKind kind);
/// `has_sink`: the weights come from those of the keys alone.
StageKind kind_of(AttentionStage stage, bool has_sink);

/// The stage that computes a site or reads it first; none for sites outside attention.
std::optional<StageKind> stage_of(Site site);

/// What a stage does, in words.
struct StageWords {
    std::string_view title, what; ///< "softmax", "each row adds up to 1"
    std::string_view term;        ///< the glossary's entry
};
StageWords stage_words(StageKind kind, std::optional<AttentionStage> stage);

/// Which stages are open, by kind.
using OpenStages = std::array<bool, k_n_stage_kinds>;
/// As an option has it: the names of the folded ones, "product scale"; "none" or nothing: all are open.
/// @throws Error for a word that is no stage
OpenStages open_stages(std::string_view folded);
std::string folded_stages(const OpenStages& open);

struct StageBox {
    StageKind kind{};
    std::optional<AttentionStage> stage; ///< none: the values
    int number = 0;                      ///< from 1
    bool open = false;
    UiRect rect; ///< of the picture, without what stands above it
};

/// Boxes in the order of the computation, at most all kinds.
class StageBoxes {
  public:
    StageBoxes() = default;
    /// Shares `area` out, in which pictures stand: folded stages are slim. Where there is no room for all
    /// open ones, they fold from the first on; `latest`, the one that a person opened last, and the softmax
    /// stay.
    StageBoxes(std::span<const AttentionStage> stages, const OpenStages& open, StageKind latest,
               const UiRect& area);
    std::span<const StageBox> all() const { return {boxes_.data(), n_}; }
    /// The first open box that is a matrix; null if there is none.
    const StageBox* first_matrix() const;

  private:
    std::array<StageBox, k_n_stage_kinds> boxes_;
    std::size_t n_ = 0;
};

} // namespace gf::ui
