#include "app/widgets/rich_text.h"

#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace gf::ui {
namespace {

/// Puts words one behind the other, on a new line where there is no room left.
class LineSetter {
  public:
    LineSetter(float width, TextSize size)
        : begin_(ImGui::GetCursorScreenPos()), at_(begin_), width_(width),
          height_(font(size)->FontSize + px(4)) {}

    /// The place of the next words, which stay on one line.
    UiRect place(ImFont* face, std::string_view words) {
        const float width = std::ceil(measure(face, words).x);
        if (at_.x > line_begin() && at_.x + width > begin_.x + width_) break_line();
        const UiRect box{at_, {at_.x + width, at_.y + height_}};
        at_.x += width;
        return box;
    }
    void begin_line(float indent) {
        if (at_.x > line_begin()) at_.y += height_;
        indent_ = indent;
        at_.x = line_begin();
    }
    void skip_space(ImFont* face) { at_.x += measure(face, " ").x; }
    /// Takes the room of all lines.
    void finish() {
        ImGui::SetCursorScreenPos(begin_);
        ImGui::Dummy({width_, at_.y + height_ - begin_.y});
    }
    ImVec2 begin() const { return begin_; }

  private:
    float line_begin() const { return begin_.x + indent_; }
    void break_line() { at_ = {line_begin(), at_.y + height_}; }

    ImVec2 begin_, at_;
    float width_, height_, indent_ = 0;
};

/// Words that can be clicked stay together.
void draw_link(LineSetter& lines, const TextPiece& piece, ImFont* face, std::size_t index, RichTextHit& hit) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const UiRect box = lines.place(face, piece.words);
    ImGui::SetCursorScreenPos(box.min);
    const std::string label(piece.item);
    const ButtonItem item = button_item(label.c_str(), box.size());
    const ImU32 ink = piece.ink ? piece.ink : t.accent_text;
    if (piece.is_lit || item.hovered) draw_fill(list, box, t.accent_tint, px(3));
    draw_text(list, box, box.min.x, face, ink, piece.words);
    draw_underline(list, box.min.x, box.max.x, box.center().y + face->FontSize / 2, ink);
    draw_focus_ring(item, px(3));
    if (item.hovered || item.focused_by_key) hit.hovered = index;
    if (item.pressed) hit.pressed = index;
}

void draw_words(LineSetter& lines, const TextPiece& piece, ImFont* face) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 ink = piece.ink ? piece.ink : theme().text;
    std::string_view words = piece.words;
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        if (end > 0) {
            const std::string_view word = words.substr(0, end);
            const UiRect box = lines.place(face, word);
            list.AddText(face, face->FontSize,
                         {std::floor(box.min.x), std::floor(box.center().y - face->FontSize / 2)}, ink,
                         word.data(), word.data() + word.size());
        }
        if (end < words.size()) lines.skip_space(face);
        words.remove_prefix(std::min(end + 1, words.size()));
    }
}

} // namespace

void draw_underline(ImDrawList& list, float left, float right, float y, ImU32 colour) {
    list.AddLine({left, std::floor(y) + 1}, {right, std::floor(y) + 1}, colour, std::max(px(1), 1.0f));
}

RichTextHit rich_text(std::span<const TextPiece> pieces, float width, TextSize size) {
    LineSetter lines(width, size);
    RichTextHit hit;
    std::string whole;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const TextPiece& piece = pieces[i];
        ImFont* face = font(size, piece.face);
        if (piece.begins_line) lines.begin_line(piece.indent);
        if (piece.begins_line && !whole.empty()) whole += '\n';
        whole += piece.words;
        piece.item.empty() ? draw_words(lines, piece, face) : draw_link(lines, piece, face, i, hit);
    }
    record_text(font(size), lines.begin(), whole, width);
    lines.finish();
    return hit;
}

} // namespace gf::ui
