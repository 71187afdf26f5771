#pragma once
// What one draw() of a head unrolled has found out. Shared by the files of HeadUnrolled only.

#include "app/panels/heads/head_unrolled.h"

namespace gf::ui {

inline constexpr float k_key_margin_unrolled = 50; ///< room for the labels of keys, in design lengths

struct HeadUnrolled::Frame {
    const HeadContext& context;
    UnrolledAttention attention;
    AttentionCell focus;
    StageBoxes boxes{};
    UiRect labels{}, legends{}, sentence{}, products{},
        shares{}; ///< the last two: empty where there is no room
    bool has_subtitles = false;
};

} // namespace gf::ui
