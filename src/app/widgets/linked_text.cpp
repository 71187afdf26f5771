#include "app/widgets/linked_text.h"

#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace gf::ui {
namespace {

/// Puts pieces one behind the other, on a new line where there is no room left.
class LineSetter {
  public:
    explicit LineSetter(float width)
        : face_(font(TextSize::body)), begin_(ImGui::GetCursorScreenPos()), at_(begin_), width_(width) {}

    /// The place of the next piece.
    UiRect place(std::string_view piece) {
        const float width = std::ceil(measure(face_, piece).x);
        if (at_.x > begin_.x && at_.x + width > begin_.x + width_) at_ = {begin_.x, at_.y + height()};
        const UiRect box{at_, {at_.x + width, at_.y + height()}};
        at_.x += width;
        return box;
    }
    void skip_space() { at_.x += measure(face_, " ").x; }
    /// Takes the room of all lines.
    void finish() {
        ImGui::SetCursorScreenPos(begin_);
        ImGui::Dummy({width_, at_.y + height() - begin_.y});
    }
    ImFont* face() const { return face_; }
    ImVec2 begin() const { return begin_; }

  private:
    float height() const { return face_->FontSize + px(4); }

    ImFont* face_;
    ImVec2 begin_, at_;
    float width_;
};

} // namespace

void draw_underline(ImDrawList& list, float left, float right, float y, ImU32 colour) {
    list.AddLine({left, std::floor(y) + 1}, {right, std::floor(y) + 1}, colour, std::max(px(1), 1.0f));
}

const Term* linked_text(std::string_view text, float width) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    LineSetter lines(width);
    std::string whole;
    const Term* clicked = nullptr;
    while (!text.empty()) {
        TermText part = take_term_text(text);
        whole += part.words;
        if (part.is_link) {
            const UiRect box = lines.place(part.words);
            ImGui::SetCursorScreenPos(box.min);
            const std::string label(part.words);
            const ButtonItem item = button_item(label.c_str(), box.size());
            draw_text(list, box, box.min.x, lines.face(), t.accent_text, part.words);
            draw_underline(list, box.min.x, box.max.x, box.center().y + lines.face()->FontSize / 2,
                           t.accent_text);
            draw_focus_ring(item, px(3));
            if (item.pressed) clicked = &term(part.words);
            continue;
        }
        while (!part.words.empty()) { // word by word
            const std::size_t end = std::min(part.words.find(' '), part.words.size());
            if (end > 0) {
                const std::string_view word = part.words.substr(0, end);
                const UiRect box = lines.place(word);
                list.AddText(lines.face(), lines.face()->FontSize,
                             {std::floor(box.min.x), std::floor(box.center().y - lines.face()->FontSize / 2)},
                             t.text, word.data(), word.data() + word.size());
            }
            if (end < part.words.size()) lines.skip_space();
            part.words.remove_prefix(std::min(end + 1, part.words.size()));
        }
    }
    record_text(lines.face(), lines.begin(), whole, width);
    lines.finish();
    return clicked;
}

} // namespace gf::ui
