// Sampling: the chain from logits to the drawn token, each stage before and after, what it cut, and the draw.

#include "app/panel.h"
#include "app/panel_frame.h"
#include "app/token_labels.h"
#include "app/widgets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf {
namespace {

/// How a stage is set by hand.
struct Control {
    const char* label;
    float least, most;
    const char* format;
    bool logarithmic;
};
constexpr Control k_controls[k_n_stage_kinds] = {
    {"repetition", 1, 2, "%.2f", false}, {"temperature", 0.05f, 2, "%.2f", false}, {"top-k", 1, 200, "%.0f", true},
    {"top-p", 0, 1, "%.2f", false},      {"min-p", 0, 0.5f, "%.3f", false},        {"greedy", 0, 0, "", false},
};
const Control& control(StageKind kind) { return k_controls[static_cast<std::size_t>(kind)]; }

class SamplingPanel : public Panel {
  public:
    const char* title() const override { return "Sampling"; }
    const char* about() const override { return "from logits to the next token"; }
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands) override;

  private:
    void update(const Snapshot& snapshot);
    void draw_chips();
    bool draw_stage(const Snapshot& snapshot);
    void draw_summary();
    void draw_table(const Snapshot& snapshot, Commands& commands, float height);
    void draw_row(int id, float y, float width, Commands& commands, int position, bool is_next);
    void draw_the_draw(const Snapshot& snapshot);
    int record_before() const;
    int record_after() const;
    template <class... T>
    const char* write(fmt::format_string<T...> form, T&&... values) {
        text_.clear();
        fmt::format_to(std::back_inserter(text_), form, std::forward<T>(values)...);
        text_.push_back('\0');
        return text_.data();
    }

    // The chain acts in the frame in which a slider moves; the session hears of it by a command and agrees soon after.
    SamplingChain chain_;
    bool ahead_ = false; ///< chain_ is newer than the snapshot's
    int focus_ = -1;     ///< stage under the slider; the bars show it before and after. -1: the whole chain
    Sampler sampler_;
    SampleStep step_;
    // What step_ was computed for.
    std::shared_ptr<const Trace> trace_;
    int row_ = -1;
    SamplingChain computed_;
    DrawKey key_;

    std::vector<int> top_;
    fmt::memory_buffer text_;
};

void SamplingPanel::update(const Snapshot& s) {
    if (s.chain == chain_) ahead_ = false;
    if (!ahead_) chain_ = s.chain;
    const bool same_place = trace_ == s.run().trace && row_ == s.last_row();
    if (same_place && computed_ == chain_ && key_ == s.next_draw) return;
    trace_ = s.run().trace;
    row_ = s.last_row();
    computed_ = chain_;
    key_ = s.next_draw;
    const int d_vocab = s.config().d_vocab;
    const real* logits = trace_->row(Site::logits, -1, row_);
    sampler_.sample({logits, static_cast<std::size_t>(d_vocab)}, {trace_->tokens(), static_cast<std::size_t>(s.cursor)}, chain_,
                    key_, step_);
    top_ids(step_.penalised, std::min(d_vocab, 200), top_);
}

/// Index into step_.stages of what the bars are compared with; a stage that is off changes nothing.
int SamplingPanel::record_before() const {
    const bool on = focus_ >= 0 && chain_[static_cast<std::size_t>(focus_)].on;
    return focus_ < 0 ? 0 : record_after() - on;
}

/// ... of the record that they show.
int SamplingPanel::record_after() const {
    int record = 0;
    for (int i = 0; i < static_cast<int>(chain_.size()); ++i) {
        record += chain_[static_cast<std::size_t>(i)].on;
        if (i == focus_) return record;
    }
    return record;
}

void SamplingPanel::draw(const Snapshot& s, Selection&, Commands& commands) {
    panel_header("Sampling", write("next token, after {} tokens", s.cursor));
    if (s.cursor < 1) return;
    update(s);
    draw_chips();
    if (draw_stage(s)) {
        ahead_ = true;
        commands.post(command::SetSampling{chain_});
        update(s);
    }
    draw_summary();
    const float draw_height = px(116);
    draw_table(s, commands, ImGui::GetContentRegionAvail().y - draw_height);
    draw_the_draw(s);
    if (push_button("Resample")) commands.post(command::Resample{});
    tooltip("Draw the next token again: another branch");
    ImGui::SameLine(0, px(8));
    if (push_button("Use it", 0, Emphasis::primary)) commands.post(command::Step{1});
    tooltip("Write this token and go on  (Right)");
}

/// The chain as chips in its order: click one to set it and to see what it alone does.
void SamplingPanel::draw_chips() {
    const float right = ImGui::GetCursorScreenPos().x + ImGui::GetContentRegionAvail().x;
    for (int i = -1; i < static_cast<int>(chain_.size()); ++i) {
        const SampleStage* stage = i < 0 ? nullptr : &chain_[static_cast<std::size_t>(i)];
        const char* value = "";
        if (stage && !stage->on)
            value = "off";
        else if (stage && stage->kind == StageKind::top_k)
            value = write("{:.0f}", stage->value);
        else if (stage && stage->kind != StageKind::greedy)
            value = write("{:.2f}", stage->value);
        if (i >= 0) {
            ImGui::SameLine(0, px(6));
            ImFont* f = font(TextSize::body);
            const float width = f->CalcTextSizeA(f->FontSize, FLT_MAX, 0, control(stage->kind).label).x + px(60);
            if (ImGui::GetCursorScreenPos().x + width > right) ImGui::NewLine();
        }
        if (chip(stage ? control(stage->kind).label : "all stages", value, i == focus_)) focus_ = i;
    }
}

/// Switch, slider and place in the chain of the stage in focus. True when the chain changed.
bool SamplingPanel::draw_stage(const Snapshot& s) {
    if (focus_ >= static_cast<int>(chain_.size())) focus_ = -1;
    if (focus_ < 0) {
        label_text("Click a stage to set it and see what it does.", theme().muted, TextSize::small);
        return false;
    }
    SampleStage& stage = chain_[static_cast<std::size_t>(focus_)];
    const Control& c = control(stage.kind);
    bool changed = toggle("on", stage.on);
    ImGui::SameLine(0, px(16));
    if (icon_button("Earlier in the chain", Icon::back) && focus_ > 0) {
        std::swap(chain_[static_cast<std::size_t>(focus_)], chain_[static_cast<std::size_t>(focus_ - 1)]);
        --focus_;
        return true;
    }
    ImGui::SameLine(0, px(4));
    if (icon_button("Later in the chain", Icon::forward) && focus_ + 1 < static_cast<int>(chain_.size())) {
        std::swap(chain_[static_cast<std::size_t>(focus_)], chain_[static_cast<std::size_t>(focus_ + 1)]);
        ++focus_;
        return true;
    }
    if (stage.kind == StageKind::greedy) return changed;
    ImGui::SameLine(0, px(16));
    auto value = static_cast<float>(stage.value);
    const float most = stage.kind == StageKind::top_k ? std::min(c.most, static_cast<float>(s.config().d_vocab)) : c.most;
    if (slim_slider("##value", value, c.least, most, c.format, c.logarithmic ? ImGuiSliderFlags_Logarithmic : 0)) {
        stage.value = stage.kind == StageKind::top_k ? std::round(value) : static_cast<double>(value);
        stage.on = true;
        changed = true;
    }
    return changed;
}

void SamplingPanel::draw_summary() {
    const StageRecord& first = step_.stages[static_cast<std::size_t>(record_before())];
    const StageRecord& last = step_.stages[static_cast<std::size_t>(record_after())];
    label_text(write("entropy {:.2f} → {:.2f} bits; {} of {} tokens left", first.entropy, last.entropy, last.n_alive,
                     step_.logits.size()),
               theme().muted, TextSize::small);
}

/// The likeliest tokens, those that were cut still visible.
void SamplingPanel::draw_table(const Snapshot& s, Commands& commands, float height) {
    ImGui::BeginChild("table", {0, std::max(height, px(40))});
    const float width = ImGui::GetContentRegionAvail().x, row = px(20);
    ImGuiListClipper clipper;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    clipper.Begin(static_cast<int>(top_.size()), row);
    const int next = s.cursor < s.run().rows ? s.run().token(s.cursor) : step_.token;
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const int id = top_[static_cast<std::size_t>(i)];
            draw_row(id, row, width, commands, s.cursor, id == next);
        }
    ImGui::PopStyleVar();
    ImGui::EndChild();
}

void SamplingPanel::draw_row(int id, float height, float width, Commands& commands, int position, bool is_next) {
    const Theme& t = theme();
    const int after = record_after(), before = record_before();
    const double p_before = probability(step_, before, id), p_after = probability(step_, after, id);
    const int cut = step_.cut_by[static_cast<std::size_t>(id)];
    const bool is_cut = cut != 0 && cut <= after + 1;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::PushID(id);
    const bool clicked = ImGui::InvisibleButton("candidate", {width, height});
    const bool hovered = ImGui::IsItemHovered();
    ImGui::PopID();
    if (!ImGui::IsItemVisible()) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (hovered) {
        list.AddRectFilled(at, {at.x + width, at.y + height}, t.control, px(4));
        const char* why = is_cut ? stage_row(step_.stages[static_cast<std::size_t>(cut - 1)].stage.kind).name.data() : "";
        tooltip(write("id {}, logit {:.4f}, probability {:.5f} → {:.5f}{}{}\nclick: write this token", id,
                      stage_logit(step_, after, id), p_before, p_after, is_cut ? "\ncut by " : "", why));
    }
    if (clicked) commands.post(command::ForceToken{position, id});
    const ImU32 ink = is_next ? t.accent_text : is_cut ? t.faint : t.text;
    ImFont* words = font(TextSize::body, is_next ? Face::bold : Face::regular);
    ImFont* numbers = font(TextSize::small, Face::mono);
    const float y = at.y + (height - words->FontSize) / 2, y_small = at.y + (height - numbers->FontSize) / 2;
    const auto right_aligned = [&](float x, const char* text) {
        const ImVec2 start{x - numbers->CalcTextSizeA(numbers->FontSize, FLT_MAX, 0, text).x, y_small};
        list.AddText(numbers, numbers->FontSize, start, ink, text);
        record_text(numbers, start, text);
    };
    const float name_end = at.x + width * 0.34f, logit_end = at.x + width * 0.52f, bar = at.x + width * 0.55f,
                bar_end = at.x + width - px(56);
    list.PushClipRect(at, {name_end, at.y + height}, true);
    list.AddText(words, words->FontSize, {at.x + px(4), y}, ink, token_labels().alone(id).c_str());
    list.PopClipRect();
    record_text(words, {at.x + px(4), y}, token_labels().alone(id));
    right_aligned(logit_end, write("{:.2f}", stage_logit(step_, after, id)));
    // before above, after below
    const float middle = at.y + height / 2, length = bar_end - bar;
    list.AddRectFilled({bar, middle - px(4)}, {bar + std::max(length * static_cast<float>(p_before), px(1)), middle - px(1)},
                       t.block, px(1));
    if (!is_cut)
        list.AddRectFilled({bar, middle}, {bar + std::max(length * static_cast<float>(p_after), px(1)), middle + px(5)}, t.accent,
                           px(1));
    right_aligned(at.x + width - px(4), is_cut ? "cut" : write("{:.1f}%", 100 * p_after));
}

/// The draw as a coin thrown on the cumulative distribution.
void SamplingPanel::draw_the_draw(const Snapshot& s) {
    const bool written = s.cursor < s.run().rows;
    const bool drawn = !written || s.run().origin(s.cursor).kind == TokenOrigin::Kind::drawn;
    label_text(drawn ? write("the draw: u = {:.4f} on the cumulative curve", step_.u)
                     : "the next token was not drawn: it was put there by hand",
               theme().muted, TextSize::small);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x, height = px(20), pointer = px(8);
    ImGui::InvisibleButton("the draw", {width, height + pointer});
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* f = font(TextSize::small);
    const auto alive = sampler_.alive(step_, 64);
    const float top = at.y + pointer;
    double sum = 0;
    for (std::size_t i = 0; i < alive.size() && i < 64; ++i) {
        const double p = final_probability(step_, alive[i]);
        const float x0 = at.x + width * static_cast<float>(sum), x1 = at.x + width * static_cast<float>(sum + p);
        const bool is_token = alive[i] == step_.token;
        const ImU32 fill = is_token ? t.accent : t.head_fill(static_cast<int>(i % 7), 7);
        list.AddRectFilled({x0, top}, {std::max(x1 - px(1), x0 + 1), top + height}, fill, px(2));
        const std::string& label = token_labels().alone(alive[i]);
        const float label_width = f->CalcTextSizeA(f->FontSize, FLT_MAX, 0, label.c_str()).x;
        if (is_token && label_width + px(8) < x1 - x0)
            list.AddText(f, f->FontSize, {(x0 + x1 - label_width) / 2, top + (height - f->FontSize) / 2}, t.on_accent,
                         label.c_str());
        sum += p;
        if (x1 - at.x > width - 1) break;
    }
    if (sum < 1) list.AddRectFilled({at.x + width * static_cast<float>(sum), top}, {at.x + width, top + height}, t.block, px(2));
    const float u = at.x + width * static_cast<float>(step_.u);
    list.AddTriangleFilled({u - px(5), at.y}, {u + px(5), at.y}, {u, at.y + pointer}, t.text);
    list.AddLine({u, at.y + pointer}, {u, top + height}, t.text, px(1));
    if (ImGui::IsItemHovered())
        tooltip(write("{} covers {:.4f} to {:.4f}; u = {:.6f} falls there", token_labels().alone(step_.token), step_.cumulative,
                      step_.cumulative + final_probability(step_, step_.token), step_.u));
}

} // namespace

std::unique_ptr<Panel> make_sampling_panel() { return std::make_unique<SamplingPanel>(); }

} // namespace gf
