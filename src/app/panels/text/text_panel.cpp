#include "app/panels/text/text_panel.h"

#include "app/host/frame_request.h"
#include "app/panels/text/alternatives.h"
#include "app/panels/text/branch_tree.h"
#include "app/panels/text/source_line.h"
#include "app/panels/text/text_token.h"
#include "app/panels/text/token_lines.h"
#include "app/view/next_draw.h"
#include "app/view/token_labels.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/line_buffer.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

class TextPanel : public Panel {
  public:
    const char* title() const override { return "Text"; }
    const char* about() const override { return "the text as tokens, tinted by surprisal; branches"; }
    bool of_the_text() const override { return true; }
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands) override;

  private:
    void draw_source(const Snapshot& snapshot, Selection& selection, Commands& commands);
    void lay_out(const Snapshot& snapshot);
    void draw_lines(const Snapshot& snapshot, Selection& selection, Commands& commands);
    void scroll(const Snapshot& snapshot, const Selection& selection);
    void scroll_to(int line);
    void outline_tokens(const Snapshot& snapshot, const Selection& selection) const;
    void draw_token(const Snapshot& snapshot, int position, Selection& selection, Commands& commands);
    void draw_next(const Snapshot& snapshot, Commands& commands);
    void explain(const Snapshot& snapshot, int position);

    TokenLines lines_;
    struct Placed {
        int position;
        UiRect rect;
    };
    std::vector<Placed> placed_; ///< tokens in sight, in their order
    Alternatives alternatives_;
    BranchTree tree_;
    SourceLine source_;
    LineBuffer line_;

    // Of this frame
    TextSize size_ = TextSize::title;
    float height_ = 0;           ///< of a line
    int n_seen_ = 1;             ///< lines in sight
    ImVec2 at_, room_;           ///< the panel's inside
    float left_ = 0, right_ = 0; ///< of the text
    float tree_left_ = 0, tree_right_ = 0;
    float legend_left_ = 0;   ///< 0: no room for it
    bool next_below_ = false; ///< what comes next stands on a line of its own

    float wheel_ = 0;
    int first_ = 0; ///< line in sight
    int shown_cursor_ = -1, shown_pin_ = -1;
    std::shared_ptr<const Trace> shown_trace_;
};

/// Whether a range is of this token: of its row, of its weight or score as a key, or of its row in the table
/// of embeddings.
bool is_about_token(const CellRange& r, int position, const Snapshot& s) {
    const auto within = [](int i, int begin, int end) { return i >= begin && (end < 0 || i < end); };
    if (r.param >= 0)
        return s.model->weights->table[static_cast<std::size_t>(r.param)].role == Role::embed &&
               within(s.run().token(position), r.row_begin, r.row_end);
    if (row_axis(r.site) == Axis::pos && within(position, r.row_begin, r.row_end)) return true;
    const int first = s.trace().plan(position).segment_begin;
    return site_row(r.site).axes.back() == Axis::key &&
           within(position - first, r.column_begin, r.column_end);
}

bool has_surprisal(const Snapshot& s) { return s.config().continues_text(); }

/// Of the titles at the left.
float label_width(const Snapshot& s) {
    return std::ceil(measure(font(TextSize::body, Face::bold), s.has_source() ? "Source" : "Text").x) +
           px(18);
}

/// "surprisal 0 [ramp] 9 bits", small: what the tint behind the tokens means.
struct Legend {
    static constexpr const char* k_words = "surprisal";
    static float width() {
        ImFont* f = font(TextSize::small);
        return std::ceil(measure(f, k_words).x + measure(f, "0").x + measure(f, "9 bits").x) +
               px(48 + 8 + 6 + 6);
    }
    static void draw(ImVec2 at, float height) {
        const Theme& t = theme();
        ImFont* f = font(TextSize::small);
        ImGui::SetCursorScreenPos(at);
        const ButtonItem item = button_item(k_words, {width(), height});
        if (!item.seen) return;
        ImDrawList& list = *ImGui::GetWindowDrawList();
        float x = at.x;
        const auto put = [&](const char* text, float gap) {
            put_text(list, item.box, x, f, t.muted, text);
            x += std::ceil(measure(f, text).x) + gap;
        };
        put(k_words, px(8));
        put("0", px(6));
        const float middle = std::floor(item.box.center().y);
        const UiRect ramp{{x, middle - px(5)}, {x + px(48), middle + px(5)}};
        const ImU32 least = t.surprisal_tint(0), most = t.surprisal_tint(k_surprisal_full);
        list.AddRectFilledMultiColor(ramp.min, ramp.max, least, most, most, least);
        list.AddRect(ramp.min, ramp.max, t.border, 0, 0, std::max(px(1), 1.0f));
        x = ramp.max.x + px(6);
        static_assert(k_surprisal_full == 9);
        put("9 bits", 0);
        put_focus_ring(item, px(3));
        tooltip("How unexpected each token was: −log₂ of the probability that the model gave it, before any "
                "sampling stage");
    }
};

/// Above the text where two lines have room, else in front of it. Leaves the cursor where the text begins.
void TextPanel::draw_source(const Snapshot& s, Selection& selection, Commands& commands) {
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const float grace = px(4), left = at.x + label_width(s);
    const auto largest = [&](float lines) {
        for (const TextSize size : {TextSize::title, TextSize::body})
            if (lines * std::ceil(text_token_height(size)) <= room.y + 2 * grace) return size;
        return TextSize::small;
    };
    TextSize size = largest(2);
    if (const float line = std::ceil(text_token_height(size)); 2 * line <= room.y + 2 * grace) {
        source_.draw(s, selection, commands, {{at.x, at.y - grace}, {at.x + room.x, at.y - grace + line}},
                     left, size);
        ImGui::SetCursorScreenPos({at.x, at.y + line - grace});
        return;
    }
    size = largest(1);
    const float line = std::ceil(text_token_height(size)), top = std::floor(at.y + (room.y - line) / 2);
    const float width = std::floor(std::min(left - at.x + SourceLine::width(s, size), room.x * 0.45f));
    source_.draw(s, selection, commands, {{at.x, top}, {at.x + width, top + line}}, left, size);
    ImGui::SetCursorScreenPos({at.x + width + px(24), at.y});
}

/// Title at the left, legend at the right, branches beside it, the text between; the largest type of which a
/// line fits.
void TextPanel::lay_out(const Snapshot& s) {
    at_ = ImGui::GetCursorScreenPos();
    room_ = ImGui::GetContentRegionAvail();
    const float grace = px(6); // the panel's padding may shrink so far above and below
    for (const TextSize size : {TextSize::title, TextSize::body, TextSize::small}) {
        size_ = size;
        height_ = std::ceil(text_token_height(size));
        if (height_ <= room_.y + 2 * grace) break;
    }
    n_seen_ = std::max(static_cast<int>((room_.y + grace) / height_), 1);
    left_ = at_.x + label_width(s);
    right_ = at_.x + std::max(room_.x, 1.0f);
    legend_left_ = 0;
    if (room_.x > px(700) && has_surprisal(s)) {
        legend_left_ = right_ - Legend::width();
        right_ = legend_left_ - px(20);
    }
    tree_left_ = tree_right_ = right_;
    if (s.tree.size() > 1 && room_.x > px(360)) {
        tree_left_ = right_ - std::min(px(260), room_.x * 0.3f);
        right_ = tree_left_ - px(16);
    }
    right_ = std::max(right_, left_ + px(24));
}

void TextPanel::draw(const Snapshot& s, Selection& selection, Commands& commands) {
    if (s.has_source()) draw_source(s, selection, commands);
    lay_out(s);
    const Theme& t = theme();
    // One line stands in the middle; of several, the first one where panels have their title.
    const float top = std::floor(n_seen_ > 1 ? at_.y - px(6) : at_.y + (room_.y - height_) / 2);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    put_text(list, {{at_.x, top}, {left_, top + height_}}, at_.x, font(TextSize::body, Face::bold), t.text,
             "Text");
    const bool single = n_seen_ == 1;
    const float scroll_bar = ImGui::GetStyle().ScrollbarSize;
    lines_.update(s.run(), s.cursor, right_ - left_ - scroll_bar - px(6), size_,
                  single); // bold ones are a little wider
    ImGui::SetCursorScreenPos({left_, top});
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    ImGui::BeginChild("text", {right_ - left_, height_ * static_cast<float>(n_seen_)}, ImGuiChildFlags_None,
                      ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NavFlattened |
                          (single ? ImGuiWindowFlags_NoScrollbar : 0));
    draw_lines(s, selection, commands);
    scroll(s, selection);
    ImGui::EndChild();
    ImGui::PopStyleVar();
    if (tree_right_ > tree_left_) {
        ImGui::SetCursorScreenPos({tree_left_, std::floor(at_.y - px(4))});
        tree_.draw(s, commands, {tree_right_ - tree_left_, room_.y + px(8)});
    }
    if (legend_left_ > 0) Legend::draw({legend_left_, top}, height_);
}

void TextPanel::draw_lines(const Snapshot& s, Selection& selection, Commands& commands) {
    const bool continues = predicts_tokens(s) && (s.config().continues_text() || s.cursor < s.run().rows);
    float next_width = 0;
    if (continues) {
        const bool written = s.cursor < s.run().rows;
        if (!written) next_draw().update(s, s.cursor);
        const int next = written ? s.run().token(s.cursor) : next_draw().step().token;
        next_width = std::ceil(measure(font(size_), token_labels().in_text(next)).x) + px(6 + 26 + 6);
    }
    next_below_ = next_width > lines_.room() && n_seen_ > 1;
    const int n = lines_.count() + next_below_;
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    first_ =
        std::clamp(static_cast<int>(std::lround(ImGui::GetScrollY() / height_)), 0, std::max(n - n_seen_, 0));
    placed_.clear();
    for (int line = first_; line < std::min(first_ + n_seen_, n); ++line) {
        ImGui::SetCursorScreenPos({origin.x, origin.y + height_ * static_cast<float>(line)});
        const bool last = line + 1 >= lines_.count();
        if (line < lines_.count()) {
            // A single line that is full makes room for what comes next at its beginning.
            int begin = lines_[line].begin;
            for (float room = lines_.room();
                 last && !next_below_ && room < next_width && begin + 1 < lines_[line].end; ++begin)
                room += text_token_width(token_labels().in_text(s.run().token(begin)),
                                         s.run().origin(begin).kind == TokenOrigin::Kind::forced, size_);
            for (int p = begin; p < lines_[line].end; ++p) {
                if (p > begin) ImGui::SameLine(0, 0);
                draw_token(s, p, selection, commands);
                placed_.push_back({p, {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()}});
            }
            if (last && !next_below_ && continues) ImGui::SameLine(0, px(6));
        }
        if (continues && line + 1 == n) draw_next(s, commands);
    }
    outline_tokens(s, selection);
    ImGui::SetCursorScreenPos({origin.x, origin.y + height_ * static_cast<float>(n) - 1});
    ImGui::Dummy({1, 1}); // how far it can be scrolled
}

/// The tokens whose values are computed from, and fed by, what is in focus; neighbours in a line together.
void TextPanel::outline_tokens(const Snapshot& s, const Selection& selection) const {
    if (selection.stack == Stack::encoder) return; // it is about the source
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto outline = [&](const std::vector<CellRange>& ranges, auto put) {
        const auto lit = [&](const Placed& p) {
            return std::any_of(ranges.begin(), ranges.end(),
                               [&](const CellRange& r) { return is_about_token(r, p.position, s); });
        };
        for (std::size_t i = 0; i < placed_.size(); ++i) {
            if (!lit(placed_[i])) continue;
            UiRect all = placed_[i].rect;
            for (; i + 1 < placed_.size() && placed_[i + 1].rect.min.y == all.min.y && lit(placed_[i + 1]);
                 ++i)
                all.max = placed_[i + 1].rect.max;
            put(list, UiRect{{all.min.x + px(1), all.min.y + px(1)}, {all.max.x - px(1), all.max.y - px(1)}});
        }
    };
    outline(selection.precedents, outline_precedent);
    outline(selection.dependents, outline_dependent);
}

void TextPanel::scroll_to(int line) {
    ImGui::SetScrollY(height_ * static_cast<float>(std::max(line, 0)));
    request_frame();
}

/// Whole lines only. New text is shown, and what is pinned elsewhere.
void TextPanel::scroll(const Snapshot& s, const Selection& selection) {
    const int n = lines_.count() + next_below_, last = std::max(n - n_seen_, 0);
    if (s.cursor != shown_cursor_ || s.run().trace != shown_trace_) {
        if (first_ != last || ImGui::GetScrollY() != height_ * static_cast<float>(last)) scroll_to(last);
        shown_cursor_ = s.cursor;
        shown_trace_ = s.run().trace;
        shown_pin_ = selection.pinned_token;
        return;
    }
    if (selection.pinned_token != shown_pin_) {
        shown_pin_ = selection.pinned_token;
        const int line = lines_.line_of(std::max(shown_pin_, 0));
        const bool in_sight = line >= first_ && line < first_ + n_seen_;
        if (shown_pin_ >= 0 && !in_sight) scroll_to(std::min(line - n_seen_ / 2, last));
        return;
    }
    const ImGuiIO& io = ImGui::GetIO();
    if (ImGui::IsWindowHovered() && !io.KeyCtrl && io.MouseWheel != 0) {
        wheel_ += io.MouseWheel;
        const int whole = static_cast<int>(wheel_);
        wheel_ -= static_cast<float>(whole);
        if (whole != 0) scroll_to(std::clamp(first_ - whole, 0, last));
        return;
    }
    const float snapped = height_ * static_cast<float>(first_);
    if (std::abs(ImGui::GetScrollY() - snapped) > 0.5f && snapped <= ImGui::GetScrollMaxY())
        ImGui::SetScrollY(snapped);
}

void TextPanel::draw_token(const Snapshot& s, int position, Selection& selection, Commands& commands) {
    const TokenOrigin& origin = s.run().origin(position);
    TokenLook look;
    const bool in_view = selection.stack == Stack::decoder;
    const int pinned = in_view ? selection.pinned_token : -1;
    if (has_surprisal(s)) look.tint = theme().surprisal_tint(static_cast<float>(origin.surprisal));
    look.chosen = pinned == position || (pinned < 0 && position == s.cursor - 1);
    look.outlined = origin.kind == TokenOrigin::Kind::forced;
    if (in_view && selection.token.get() == position) look.tint = theme().accent_tint;
    char name[24];
    *fmt::format_to_n(name, sizeof name - 1, "token {}", position).out = 0;
    ImGui::PushID(position);
    if (text_token(name, token_labels().in_text(s.run().token(position)), look, size_)) {
        if (!in_view) commands.post(command::ViewStack{"decoder"});
        commands.post(command::PinToken{pinned == position ? -1 : position});
    }
    if (ImGui::IsItemHovered()) {
        if (in_view) selection.token.set(position);
        explain(s, position);
        if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) commands.post(command::Jump{position + 1});
        if (ImGui::IsMouseClicked(ImGuiMouseButton_Right) && position > 0 && predicts_tokens(s))
            Alternatives::open();
    }
    if (position > 0) alternatives_.draw(s, position, commands);
    ImGui::PopID();
}

/// What comes next, if it is there already; else what will be drawn.
void TextPanel::draw_next(const Snapshot& s, Commands& commands) {
    const bool written = s.cursor < s.run().rows;
    const int next = written ? s.run().token(s.cursor) : next_draw().step().token;
    TokenLook look{.ink = theme().accent_text, .outlined = true, .menu = true};
    if (token_chip("next", token_labels().in_text(next), look, size_)) Alternatives::open();
    tooltip(written ? "The next token, written already: choose another one"
                    : "The next token, as it will be drawn: choose another one");
    alternatives_.draw(s, s.cursor, commands);
}

/// id and probability on hover.
void TextPanel::explain(const Snapshot& s, int position) {
    const TokenOrigin& o = s.run().origin(position);
    fmt::memory_buffer text;
    auto out = std::back_inserter(text);
    fmt::format_to(out, "position {}, id {}", position, s.run().token(position));
    if (const auto digits = byte_digits(token_labels().in_text(s.run().token(position))); !digits.empty())
        fmt::format_to(out, "\nthe byte 0x{}, alone no character", digits);
    if (position > 0 && has_surprisal(s))
        fmt::format_to(out, "\nprobability {:.4f}, surprisal {:.2f} bits", o.probability, o.surprisal);
    switch (o.kind) {
    case TokenOrigin::Kind::prompt: fmt::format_to(out, "\nfrom the prompt"); break;
    case TokenOrigin::Kind::forced: fmt::format_to(out, "\nput there by hand"); break;
    case TokenOrigin::Kind::drawn:
        fmt::format_to(out, "\ndrawn, seed {}, draw {}", o.key.seed, o.key.resample + 1);
        break;
    }
    if (position > 0)
        fmt::format_to(out, "\n{}double click: back to here",
                       predicts_tokens(s) ? "right click: another token here; " : "");
    tooltip({text.data(), text.size()});
}

} // namespace

std::unique_ptr<Panel> make_text_panel() { return std::make_unique<TextPanel>(); }

} // namespace gf::ui
