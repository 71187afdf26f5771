#include "app/panels/heads/attention_switch.h"

#include "app/widgets/segmented_control.h"

#include <array>

namespace gf::ui {
namespace {

constexpr std::array<const char*, 2> k_attention_words{"self", "cross"}; // in the order of Attention

} // namespace

float attention_switch_width(const View& v) {
    return v.trace().source() ? segmented_control_width(k_attention_words, ControlSize::small) : 0;
}

void draw_attention_switch(Attention attention, Commands& commands) {
    auto chosen = static_cast<int>(attention);
    if (segmented_control("attention", chosen, k_attention_words, ControlSize::small))
        commands.post(command::ViewAttention{k_attention_words[static_cast<std::size_t>(chosen)]});
}

} // namespace gf::ui
