#include "app/panels/heads/head_chips.h"

#include "app/host/colour_math.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include "platform/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_chips_height = 22, k_chip = 20, k_widest_chip = 34, k_chip_gap = 4; // design lengths
constexpr int k_most_heads = 4096;

} // namespace

void ShownHeads::choose(std::string_view words) {
    std::vector<int> chosen;
    if (words != "one" && words != "all") {
        const char *at = words.data(), *end = at + words.size();
        while (at < end) {
            int head = -1;
            const auto [next, error] = std::from_chars(at, end, head);
            if (error != std::errc() || head < 0 || head >= k_most_heads) break;
            chosen.push_back(head);
            at = next;
            while (at < end && *at == ' ') ++at;
        }
        if (chosen.empty() || at != end)
            throw Error({"view Head heads", "'one', 'all' or numbers of heads as in '0 2 5'",
                         "'" + std::string(words) + "'", ""});
        std::sort(chosen.begin(), chosen.end());
        chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    }
    words_ = words;
    chosen_ = std::move(chosen);
}

std::span<const int> ShownHeads::of(int head_in_view, int n_heads) {
    shown_.clear();
    for (int head = 0; head < n_heads; ++head)
        if (words_ == "all" || std::binary_search(chosen_.begin(), chosen_.end(), head))
            shown_.push_back(head);
    if (shown_.empty()) shown_.push_back(head_in_view);
    return shown_;
}

void ShownHeads::toggle(int head, const HeadContext& context) {
    std::vector<int> heads(context.heads.begin(), context.heads.end());
    alone_before_ = heads.size() == 1 ? heads.front() : -1;
    const auto at = std::lower_bound(heads.begin(), heads.end(), head);
    if (at == heads.end() || *at != head)
        heads.insert(at, head);
    else if (heads.size() > 1)
        heads.erase(at);
    if (heads.size() == 1) return show_alone(heads.front(), context);
    choose(fmt::format("{}", fmt::join(heads, " ")));
}

void ShownHeads::show_alone(int head, const HeadContext& context) {
    choose("one");
    context.commands.post(command::PinHead{context.head.layer, head});
}

float head_chips_height() { return px(k_chips_height); }

void draw_head_chips(const HeadContext& context, ShownHeads& heads, const UiRect& line) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const int n = context.view.config().n_heads;
    const float gap = px(k_chip_gap);
    const float width =
        std::clamp(std::floor(line.width() / static_cast<float>(n)) - gap, px(6), px(k_widest_chip));
    char item[24], number[8];
    for (int head = 0; head < n; ++head) {
        const float left = line.min.x + static_cast<float>(head) * (width + gap);
        if (left + width > line.max.x + 1) break;
        ImGui::SetCursorScreenPos({left, line.min.y});
        *fmt::format_to_n(item, sizeof item - 1, "line of head {}", head).out = 0;
        const bool is_shown = std::binary_search(context.heads.begin(), context.heads.end(), head);
        const ButtonItem chip = button_item(item, {width, px(k_chip)}, mark_of(is_shown));
        tooltip("Click: with or without this head. Double click: this head alone, or all.");
        if (chip.seen) {
            const ImU32 hue = t.head_fill(head, n), white = rgb(0xFFFFFF), black = rgb(0x000000);
            is_shown ? draw_fill(list, chip.box, hue, px(4)) : draw_border(list, chip.box, hue, px(4));
            const char* end = fmt::format_to_n(number, sizeof number, "{}", head).out;
            const std::string_view digits(number, static_cast<std::size_t>(end - number));
            ImFont* face = font(TextSize::small, head == context.head.head ? Face::bold : Face::regular);
            const ImU32 ink = !is_shown                                     ? t.text
                              : contrast(white, hue) > contrast(black, hue) ? white
                                                                            : black;
            if (measure(face, digits).x <= width) draw_text_centred(list, chip.box, face, ink, digits);
            draw_focus_ring(chip, px(4));
        }
        if (!chip.pressed) continue;
        const bool twice =
            !chip.pressed_by_key && ImGui::GetIO().MouseClickedLastCount[ImGuiMouseButton_Left] == 2;
        if (twice && !heads.was_alone(head))
            heads.show_alone(head, context);
        else if (twice)
            heads.choose("all");
        else
            heads.toggle(head, context);
    }
}

} // namespace gf::ui
