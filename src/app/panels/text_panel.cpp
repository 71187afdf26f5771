// Text: the text as tokens tinted by how surprising they were, what comes next, and the tree of branches.

#include "app/panel.h"
#include "app/panel_frame.h"
#include "app/token_labels.h"
#include "app/widgets.h"
#include "app/window.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf {
namespace {

constexpr int k_alternatives = 12;

class TextPanel : public Panel {
  public:
    const char* title() const override { return "Text"; }
    const char* about() const override { return "the text as tokens, tinted by surprisal; branches"; }
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands) override;

  private:
    void break_lines(const Snapshot& snapshot, float width);
    void draw_token(const Snapshot& snapshot, int position, Selection& selection, Commands& commands);
    void explain(const Snapshot& snapshot, int position);
    void offer(const Snapshot& snapshot, int position, Commands& commands);
    void draw_branches(const Snapshot& snapshot, Commands& commands);

    std::vector<int> lines_; ///< first position of each line
    int broken_at_ = 0;      ///< tokens that lines_ covers
    float x_ = 0;            ///< where the next token would go
    int shown_cursor_ = 0;
    // What lines_ was made for.
    std::shared_ptr<const Trace> trace_;
    float width_ = 0, scale_ = 0;

    std::vector<int> alternatives_;
    fmt::memory_buffer text_;
    std::string_view text() const { return {text_.data(), text_.size()}; }
};

/// Part of a label: Dear ImGui shows nothing from "##" on.
std::string in_label(std::string text) {
    for (std::size_t at = 0; (at = text.find("##", at)) != std::string::npos; ++at) text.insert(at + 1, 1, ' ');
    if (text.ends_with('#')) text.push_back(' ');
    return text;
}

/// Of a token chip; bold ones are a little wider, which the margin of a line covers.
float token_width(const RunView& run, int position) {
    ImFont* f = font(TextSize::title);
    const bool outlined = run.origin(position).kind == TokenOrigin::Kind::forced;
    return std::ceil(f->CalcTextSizeA(f->FontSize, FLT_MAX, 0, token_labels().in_text(run.token(position)).c_str()).x) +
           px(outlined ? 12 : 4);
}

/// Lines are kept from frame to frame and only grow, so that a long text costs nothing.
void TextPanel::break_lines(const Snapshot& s, float width) {
    const float scale = ImGuiHost::current().scale();
    const bool same_text = trace_ && trace_ == s.run().trace;
    if (!same_text || width != width_ || scale != scale_ || s.cursor < broken_at_) {
        lines_.assign(1, 0);
        broken_at_ = 0;
        x_ = 0;
        trace_ = s.run().trace;
        width_ = width;
        scale_ = scale;
    }
    for (; broken_at_ < s.cursor; ++broken_at_) {
        const float w = token_width(s.run(), broken_at_);
        if (x_ > 0 && x_ + w > width) {
            lines_.push_back(broken_at_);
            x_ = 0;
        }
        x_ += w;
    }
}

void TextPanel::draw(const Snapshot& s, Selection& selection, Commands& commands) {
    text_.clear();
    const int n_branches = static_cast<int>(s.tree.size());
    fmt::format_to(std::back_inserter(text_), "{} of {} tokens, tint: surprisal 0 to 9 bits{}", s.cursor, s.run().rows,
                   n_branches > 1 ? fmt::format("; branch {} of {}", s.branch + 1, n_branches) : "");
    panel_header("Text", text());
    const float tree_width = n_branches > 1 ? px(260) : 0;
    const ImVec2 room = ImGui::GetContentRegionAvail();
    ImGui::BeginChild("text", {room.x - tree_width, room.y});
    break_lines(s, ImGui::GetContentRegionAvail().x - px(96)); // the candidate for the next token fits behind the last one
    ImGuiListClipper clipper;
    const float line_height = px(k_control_height) + px(4);
    clipper.Begin(static_cast<int>(lines_.size()), line_height);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, px(4)});
    while (clipper.Step())
        for (int line = clipper.DisplayStart; line < clipper.DisplayEnd; ++line) {
            const auto i = static_cast<std::size_t>(line);
            const int end = i + 1 < lines_.size() ? lines_[i + 1] : s.cursor;
            for (int p = lines_[i]; p < end; ++p) {
                if (p > lines_[i]) ImGui::SameLine(0, 0);
                draw_token(s, p, selection, commands);
            }
            if (end == s.cursor) { // what comes next, if it is there already, else the choice
                ImGui::SameLine(0, px(6));
                const bool known = s.cursor < s.run().rows;
                const char* label = known ? token_labels().in_text(s.run().token(s.cursor)).c_str() : "next";
                if (token_chip("next", label, {.outlined = true, .menu = true})) ImGui::OpenPopup("alternatives");
                tooltip("The next token: choose another one");
                offer(s, s.cursor, commands);
            }
        }
    ImGui::PopStyleVar();
    if (s.cursor != shown_cursor_) { // the text grows or shrinks at its end; how far it can scroll is known in the next frame
        ImGui::SetScrollY(1e9f);
        request_frame();
        shown_cursor_ = s.cursor;
    }
    ImGui::EndChild();
    if (n_branches > 1) {
        ImGui::SameLine(0, 0);
        ImGui::BeginChild("branches", {tree_width, room.y});
        draw_branches(s, commands);
        ImGui::EndChild();
    }
}

void TextPanel::draw_token(const Snapshot& s, int position, Selection& selection, Commands& commands) {
    const TokenOrigin& origin = s.run().origin(position);
    TokenLook look;
    look.tint = theme().surprisal_tint(static_cast<float>(origin.surprisal));
    look.chosen = selection.pinned_token == position || (selection.pinned_token < 0 && position == s.cursor - 1);
    look.outlined = origin.kind == TokenOrigin::Kind::forced;
    if (selection.token.get() == position) look.tint = theme().accent_tint;
    char name[24];
    *fmt::format_to_n(name, sizeof name - 1, "token {}", position).out = 0;
    ImGui::PushID(position);
    if (token_chip(name, token_labels().in_text(s.run().token(position)), look))
        commands.post(command::PinToken{selection.pinned_token == position ? -1 : position});
    if (ImGui::IsItemHovered()) {
        selection.token.set(position);
        explain(s, position);
        if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) commands.post(command::Jump{position + 1});
        if (ImGui::IsMouseClicked(ImGuiMouseButton_Right) && position > 0) ImGui::OpenPopup("alternatives");
    }
    if (position > 0) offer(s, position, commands);
    ImGui::PopID();
}

/// id and probability on hover.
void TextPanel::explain(const Snapshot& s, int position) {
    const TokenOrigin& o = s.run().origin(position);
    text_.clear();
    auto out = std::back_inserter(text_);
    fmt::format_to(out, "position {}, id {}", position, s.run().token(position));
    if (position > 0) fmt::format_to(out, "\nprobability {:.4f}, surprisal {:.2f} bits", o.probability, o.surprisal);
    switch (o.kind) {
    case TokenOrigin::Kind::prompt: fmt::format_to(out, "\nfrom the prompt"); break;
    case TokenOrigin::Kind::forced: fmt::format_to(out, "\nput there by hand"); break;
    case TokenOrigin::Kind::drawn: fmt::format_to(out, "\ndrawn, seed {}, draw {}", o.key.seed, o.key.resample + 1); break;
    }
    if (position > 0) fmt::format_to(out, "\nright click: another token here; double click: back to here");
    tooltip(text());
}

/// The likeliest tokens at a position; choosing one branches there.
void TextPanel::offer(const Snapshot& s, int position, Commands& commands) {
    if (!ImGui::BeginPopup("alternatives")) return;
    const int d_vocab = s.config().d_vocab;
    const real* logits = s.trace().row(Site::logits, -1, position - 1);
    top_ids({logits, static_cast<std::size_t>(d_vocab)}, k_alternatives, alternatives_);
    double sum = 0;
    for (int i = 0; i < d_vocab; ++i) sum += std::exp(static_cast<double>(logits[i] - logits[alternatives_[0]]));
    ImGui::PushStyleColor(ImGuiCol_Text, theme().muted);
    ImGui::TextUnformatted("Continue with");
    ImGui::PopStyleColor();
    for (const int id : alternatives_) {
        text_.clear();
        fmt::format_to(std::back_inserter(text_), "{:<10} {:5.1f} %##{}", in_label(token_labels().alone(id)),
                       100 * std::exp(static_cast<double>(logits[id] - logits[alternatives_[0]])) / sum, id);
        text_.push_back('\0');
        FontScope scope(TextSize::body, Face::mono);
        if (ImGui::Selectable(text_.data())) commands.post(command::ForceToken{position, id});
    }
    ImGui::EndPopup();
}

/// One line for each branch, indented below the one it left.
void TextPanel::draw_branches(const Snapshot& s, Commands& commands) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto depth_of = [&](int i) {
        int depth = 0;
        for (int p = s.tree[static_cast<std::size_t>(i)].parent; p >= 0; p = s.tree[static_cast<std::size_t>(p)].parent) ++depth;
        return depth;
    };
    const auto draw_with_children = [&](const auto& self, int i) -> void {
        const RunView& b = s.tree[static_cast<std::size_t>(i)];
        const float indent = px(16) * static_cast<float>(depth_of(i));
        std::string beginning;
        for (int p = b.fork; p < std::min(b.rows, b.fork + 8); ++p) beginning += token_labels().in_text(b.token(p));
        if (b.rows > b.fork + 8) beginning += "…";
        text_.clear();
        fmt::format_to(std::back_inserter(text_), "{}##branch {}", in_label(std::move(beginning)), i);
        text_.push_back('\0');
        const ImVec2 at = ImGui::GetCursorScreenPos();
        if (b.parent >= 0)
            list.AddLine({at.x + indent - px(10), at.y - px(6)}, {at.x + indent - px(10), at.y + px(14)}, theme().line, px(1)),
                list.AddLine({at.x + indent - px(10), at.y + px(14)}, {at.x + indent - px(2), at.y + px(14)}, theme().line,
                             px(1));
        ImGui::SetCursorScreenPos({at.x + indent, at.y});
        if (choice_row(text_.data(), i == s.branch)) commands.post(command::SelectBranch{i});
        for (std::size_t c = 0; c < s.tree.size(); ++c)
            if (s.tree[c].parent == i) self(self, static_cast<int>(c));
    };
    draw_with_children(draw_with_children, 0);
}

} // namespace

std::unique_ptr<Panel> make_text_panel() { return std::make_unique<TextPanel>(); }

} // namespace gf
