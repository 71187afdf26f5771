#include "app/panels/heads/unrolled_stages.h"

#include "app/host/imgui_host.h"
#include "platform/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

using enum StageKind;

constexpr std::array<std::string_view, k_n_stage_kinds> k_stage_names{
    "product", "position", "scale", "cap", "mask", "softmax", "sink", "values"};
// Design lengths.
constexpr float k_slim_stage = 46, k_stage_gap = 24;
constexpr float k_least_matrix = 92, k_widest_matrix = 460; ///< of an open stage
constexpr float k_values_share = 1.1f;                      ///< its width among matrices of width 1
/// Which stages give way first where there is no room.
constexpr std::array k_folds_first{scale, cap, product, values, position, sink, mask, softmax};

} // namespace

std::string_view name(StageKind kind) { return k_stage_names[static_cast<std::size_t>(kind)]; }

StageKind kind_of(AttentionStage stage, bool has_sink) {
    switch (stage) {
    case AttentionStage::product: return product;
    case AttentionStage::turned:
    case AttentionStage::penalised:
    case AttentionStage::biased: return position;
    case AttentionStage::capped: return cap;
    case AttentionStage::scaled: return scale;
    case AttentionStage::scores: return mask;
    case AttentionStage::alone: return softmax;
    case AttentionStage::weights: return has_sink ? sink : softmax;
    }
    return product;
}

std::optional<StageKind> stage_of(Site site) {
    switch (site) {
    case Site::q:
    case Site::k:
    case Site::norm_q:
    case Site::norm_k:
    case Site::cross_q:
    case Site::cross_k: return product;
    case Site::rot_q:
    case Site::rot_k: return position;
    case Site::attn_scores:
    case Site::cross_attn_scores: return mask;
    case Site::pattern:
    case Site::cross_pattern: return softmax;
    case Site::v:
    case Site::z:
    case Site::cross_v:
    case Site::cross_z: return values;
    default: return std::nullopt;
    }
}

StageWords stage_words(StageKind kind, std::optional<AttentionStage> stage) {
    switch (kind) {
    case product: return {"q · k", "sought × offered", "attention score"};
    case position:
        if (stage == AttentionStage::turned) return {"turned", "RoPE: by position", "RoPE"};
        if (stage == AttentionStage::biased) return {"+ bucket", "T5: by distance", "position bucket"};
        return {"− distance", "ALiBi: far keys lose", "ALiBi"};
    case scale: return {"÷ √d_head", "to a size that suits softmax", "attention score"};
    case cap: return {"soft-cap", "no score beyond the cap", "soft-cap"};
    case mask: return {"mask", "hatched: may not be read", "mask"};
    case softmax: return {"softmax", "each row adds up to 1", "softmax"};
    case sink: return {"sink", "takes its part: less than 1", "learned sink"};
    case values: return {"× V → z", "weights mix the values", "mixed values"};
    }
    return {};
}

OpenStages open_stages(std::string_view folded) {
    OpenStages open;
    open.fill(true);
    if (folded == "none") return open;
    while (!folded.empty()) {
        const std::size_t end = std::min(folded.find(' '), folded.size());
        const std::string_view word = folded.substr(0, end);
        const auto at = std::find(k_stage_names.begin(), k_stage_names.end(), word);
        if (at == k_stage_names.end())
            throw Error({"view Head folded",
                         fmt::format("'none' or stages: {}", fmt::join(k_stage_names, ", ")),
                         "'" + std::string(word) + "'", ""});
        open[static_cast<std::size_t>(at - k_stage_names.begin())] = false;
        folded.remove_prefix(std::min(end + 1, folded.size()));
    }
    return open;
}

std::string folded_stages(const OpenStages& open) {
    std::string folded;
    for (std::size_t i = 0; i < open.size(); ++i)
        if (!open[i]) folded += (folded.empty() ? "" : " ") + std::string(k_stage_names[i]);
    return folded.empty() ? "none" : folded;
}

StageBoxes::StageBoxes(std::span<const AttentionStage> stages, const OpenStages& open, StageKind latest,
                       const UiRect& area) {
    const bool has_sink = std::find(stages.begin(), stages.end(), AttentionStage::alone) != stages.end();
    for (const AttentionStage stage : stages) {
        const StageKind kind = kind_of(stage, has_sink);
        boxes_[n_++] = {kind, stage, 0, open[static_cast<std::size_t>(kind)], {}};
    }
    boxes_[n_++] = {values, std::nullopt, 0, open[static_cast<std::size_t>(values)], {}};
    const std::span<StageBox> boxes(boxes_.data(), n_);
    // In a panel that is narrower than one open matrix between slim stages all of it shrinks.
    const auto n_gaps = static_cast<float>(n_ - 1);
    const float needed = px((k_stage_gap + k_slim_stage) * n_gaps + k_least_matrix);
    const float shrunk = std::min(1.0f, std::max(area.width(), 0.0f) / needed);
    const float gap = px(k_stage_gap) * shrunk, slim = px(k_slim_stage) * shrunk,
                least_matrix = px(k_least_matrix) * shrunk;
    const auto unit_width = [&] { // width of an open matrix
        float room = area.width() - gap * n_gaps, units = 0;
        for (const StageBox& b : boxes)
            b.open ? units += b.kind == values ? k_values_share : 1.0f : room -= slim;
        return units > 0 ? std::min(room / units, px(k_widest_matrix)) : 0.0f;
    };
    const auto fold = [&](StageKind kind) {
        for (StageBox& b : boxes)
            if (b.kind == kind) b.open = false;
    };
    for (const StageKind kind : k_folds_first) {
        const float width = unit_width();
        if (width == 0 || width >= least_matrix) break;
        if (kind != latest && kind != softmax) fold(kind);
    }
    if (latest != softmax && unit_width() > 0 && unit_width() < least_matrix) fold(softmax);
    const float unit = std::floor(unit_width());
    float x = area.min.x;
    int number = 0;
    for (StageBox& b : boxes) {
        const float width = !b.open ? slim : b.kind == values ? unit * k_values_share : unit;
        b.number = ++number;
        b.rect = {{std::floor(x), area.min.y}, {std::floor(x + width), area.max.y}};
        x += width + gap;
    }
}

const StageBox* StageBoxes::first_matrix() const {
    for (const StageBox& b : all())
        if (b.open && b.stage) return &b;
    return nullptr;
}

} // namespace gf::ui
