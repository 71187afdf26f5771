#pragma once
// What the tint behind the tokens of the Text panel, and the number above each, stand for: an option of the
// panel, which other panels set by its name.

#include <array>
#include <string_view>

namespace gf::ui {

enum class TextTint {
    surprisal,
    mask_off, ///< the leak (leak_marks.h) without a mask
    mask_on,  ///< the same with the model's own
    expert    ///< who computed the token in the layer in view (expert_marks.h)
};
inline constexpr std::array<std::string_view, 4> k_text_tints{"surprisal", "mask off", "mask on", "expert"};
constexpr std::string_view name(TextTint tint) { return k_text_tints[static_cast<std::size_t>(tint)]; }

} // namespace gf::ui
