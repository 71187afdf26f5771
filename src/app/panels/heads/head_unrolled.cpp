#include "app/panels/heads/head_unrolled.h"

#include "app/panels/heads/head_unrolled_frame.h"

#include "app/view/token_row.h"
#include "app/widgets/cell_numbers.h"
#include "app/widgets/colour_legend.h"
#include "app/widgets/rotated_text.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_unrolled_query_margin = 72; ///< room for the labels of queries
constexpr float k_stage_title = 18, k_stage_subtitle = 16;
constexpr float k_unrolled_line = 22; ///< of legends, and of the sentence
constexpr float k_details_from = 430, k_least_details = 170, k_most_details = 280;
constexpr float k_shares_width = 330, k_shares_from = 700; ///< beside the products from this width on

/// "12.3": three significant digits.
void write_number(fmt::memory_buffer& out, float x) {
    const float size = std::abs(x);
    fmt::format_to(std::back_inserter(out), "{:.{}f}", x, size < 10 ? 3 : size < 100 ? 2 : 1);
}

/// Where an operation is lit: the scores where they are ready, and the mask behind them.
std::optional<StageKind> stage_of_operation(const ModelConfig& config, const Operation& operation) {
    const auto stage = stage_of(operation.site.site);
    if (operation.site.site == Site::pattern && config.attn_sink) return StageKind::sink;
    if (stage != StageKind::mask || operation.part == Operation::k_mask) return stage;
    return config.score_scale() == 1 ? StageKind::product : StageKind::scale;
}

} // namespace

AttentionCell HeadUnrolled::focus_of(const HeadContext& c) {
    if (const auto cell = c.cell_in_focus()) return *cell;
    // The mouse may be on a part of the pinned cell's product.
    const auto pinned = as_attention_cell(c.view, c.selection.pinned_cell, c.attention, c.head);
    if (pinned && pinned->query < c.n_queries() && pinned->key < c.n_keys()) return *pinned;
    AttentionCell focus{c.selection.token_in_view(c.n_queries()), 0};
    const RunView values = c.view.run.view();
    const auto weights = values.values({score_and_pattern_sites(c.attention).pattern, c.head.layer})
                             .row(c.head.head, focus.query, row_);
    const auto strongest = std::max_element(weights.begin(), weights.end());
    if (strongest != weights.end()) focus.key = static_cast<int>(strongest - weights.begin());
    return focus;
}

void HeadUnrolled::draw(const HeadContext& context, UnrolledOptions& options) {
    if (context.n_queries() == 0 || context.n_keys() == 0) return;
    Frame f{context,
            {context.view.run.view(), context.attention, context.head.layer, context.head.head},
            focus_of(context)};
    context.move_pin_by_keys(f.focus);
    lengths_.look_at(score_and_pattern_sites(context.attention).pattern, context.head.layer,
                     context.head.head);
    lengths_.advance(context.view.run.view());
    lay_out(f, options);
    const StageBox* matrix = f.boxes.first_matrix();
    window_.update(context, f.attention, (matrix ? *matrix : f.boxes.all().back()).rect.size());
    const HiddenNote hidden(write_hidden(f), f.legends);
    if (hidden_text_.size() > 0) // the legends end before the note
        f.legends.max.x = ImGui::GetItemRectMin().x - px(12);
    for (const StageBox& box : f.boxes.all()) draw_stage(f, box, options);
    draw_query_labels(f);
    draw_arrows(f);
    draw_legends(f, f.legends);
    draw_sentence(f, f.sentence);
    if (f.products.height() > 0) products_.draw(context, f.attention, f.focus, f.products);
    if (f.shares.height() > 0) shares_.draw(context, f.focus, lengths_, options.list, f.shares);
    hidden.draw();
    if (hidden.is_pressed()) window_.show_all();
}

/// Stages above, what explains the cell in focus below where there is room.
void HeadUnrolled::lay_out(Frame& f, const UnrolledOptions& options) const {
    UiRect area = f.context.area;
    if (area.height() >= px(k_details_from)) {
        const float height = std::clamp(area.height() * 0.4f, px(k_least_details), px(k_most_details));
        f.products = {{area.min.x, area.max.y - height}, area.max};
        area.max.y = f.products.min.y - px(10);
        if (area.width() >= px(k_shares_from)) {
            f.shares = f.products;
            f.shares.min.x = f.shares.max.x - px(k_shares_width);
            f.products.max.x = f.shares.min.x - px(20);
        }
    }
    f.sentence = {{area.min.x, area.max.y - px(k_unrolled_line)}, area.max};
    f.legends = {{area.min.x, f.sentence.min.y - px(k_unrolled_line)}, {area.max.x, f.sentence.min.y}};
    f.has_subtitles = area.height() >= px(260);
    const float top =
        px(k_stage_title) + (f.has_subtitles ? px(k_stage_subtitle) : 0) + px(k_key_margin_unrolled);
    const float left = std::min(px(k_unrolled_query_margin), area.width() * 0.2f);
    const UiRect pictures{{area.min.x + left, area.min.y + top}, {area.max.x, f.legends.min.y - px(4)}};
    f.labels = {{area.min.x, pictures.min.y}, {pictures.min.x - px(6), pictures.max.y}};
    f.boxes = {f.attention.stages(), open_stages(options.folded), latest_, pictures};
}

void HeadUnrolled::draw_stage(const Frame& f, const StageBox& box, UnrolledOptions& options) {
    if (box.rect.height() < px(24)) return;
    draw_header(f, box, options);
    if (!box.open) return draw_folded(f, box);
    box.stage ? draw_matrix(f, box) : draw_values(f, box);
}

/// Number and title, which open and fold the stage; of a folded one all of the box does.
void HeadUnrolled::draw_header(const Frame& f, const StageBox& box, UnrolledOptions& options) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    StageWords words = stage_words(box.kind, box.stage);
    if (box.kind == StageKind::scale && f.context.view.config().attn_scale > 0) words.title = "× scale";
    const float height = px(k_stage_title) + (f.has_subtitles ? px(k_stage_subtitle) : 0),
                top = f.context.area.min.y;
    const UiRect header{{box.rect.min.x, top}, {box.rect.max.x, box.open ? top + height : box.rect.max.y}};
    ImGui::SetCursorScreenPos(header.min);
    char item[40];
    *fmt::format_to_n(item, sizeof item - 1, "{} stage", name(box.kind)).out = 0;
    const ButtonItem button = button_item(item, header.size(), mark_of(box.open));
    if (button.pressed) {
        OpenStages open = open_stages(options.folded);
        open[static_cast<std::size_t>(box.kind)] = !box.open;
        options.folded = folded_stages(open);
        if (!box.open) latest_ = box.kind;
    }
    term_tooltip(term(words.term), box.open ? "click: fold this stage" : "click: open this stage");
    draw_focus_ring(button, px(4));
    // Where Shift and the arrows stand in the computation.
    const auto& operation = f.context.selection.operation;
    const bool is_lit = operation && operation->site.layer == f.context.head.layer &&
                        stage_of_operation(f.context.view.config(), *operation) == box.kind &&
                        attention_of_site(operation->site.site) == f.context.attention;
    if (is_lit)
        draw_fill(list, {{header.min.x - px(4), top}, {header.max.x, top + height}}, t.accent_tint, px(4));
    char number[8];
    const char* end = fmt::format_to_n(number, sizeof number, "{}", box.number).out;
    const std::string_view digits(number, static_cast<std::size_t>(end - number));
    if (!box.open) {
        draw_text_centred(list, {header.min, {header.max.x, top + px(k_stage_title)}}, font(TextSize::body),
                          t.muted, digits);
        return;
    }
    const float after = header.min.x + px(14);
    draw_text_cut(list, {header.min, {after, top + px(k_stage_title)}}, font(TextSize::body), t.muted,
                  digits);
    draw_text_cut(list, {{after, top}, {header.max.x, top + px(k_stage_title)}},
                  font(TextSize::body, Face::bold), button.hovered || is_lit ? t.accent_text : t.text,
                  words.title);
    if (f.has_subtitles)
        draw_text_cut(list, {{header.min.x, top + px(k_stage_title)}, {header.max.x, top + height}},
                      font(TextSize::small), t.muted, words.what);
}

/// A slim box with the stage's name.
void HeadUnrolled::draw_folded(const Frame& f, const StageBox& box) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const bool hovered = ImGui::IsMouseHoveringRect(box.rect.min, box.rect.max) && ImGui::IsWindowHovered();
    draw_fill(list, box.rect, hovered ? t.control_hover : t.well, px(6));
    draw_border(list, box.rect, t.border, px(6));
    if (box.kind != StageKind::scale) {
        draw_text_upwards(list, font(TextSize::small), {box.rect.center().x, box.rect.max.y - px(10)},
                          box.rect.height() - px(20), t.muted, stage_words(box.kind, box.stage).title);
        return;
    }
    const ModelConfig& c = f.context.view.config();
    const float line = px(20), middle = box.rect.center().y;
    char room[24];
    const auto write = [&](float top, ImFont* face, ImU32 ink, std::string_view text) {
        draw_text_centred(list, {{box.rect.min.x, top}, {box.rect.max.x, top + line}}, face, ink, text);
    };
    const bool divides = c.attn_scale == 0;
    write(middle - 1.5f * line, font(TextSize::title), t.text, divides ? "÷" : "×");
    const char* end = room;
    if (divides) end = fmt::format_to_n(room, sizeof room, "√{}", c.d_head).out;
    write(middle - line / 2, font(TextSize::body), t.text, {room, static_cast<std::size_t>(end - room)});
    end = fmt::format_to_n(room, sizeof room, "{:.3f}", divides ? 1 / c.score_scale() : c.score_scale()).out;
    write(middle + line / 2, font(TextSize::small, Face::mono), t.muted,
          {room, static_cast<std::size_t>(end - room)});
}

/// From stage to stage along the row in focus, and in the end to the value of the key in focus.
void HeadUnrolled::draw_arrows(const Frame& f) const {
    if (!window_.holds_query(f.focus.query)) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 colour = theme().accent;
    const float y = window_.middle_of_query(f.focus.query, f.labels.min.y, f.labels.height());
    const auto boxes = f.boxes.all();
    for (std::size_t i = 0; i + 1 < boxes.size(); ++i) {
        const float x0 = boxes[i].rect.max.x + px(4), x1 = boxes[i + 1].rect.min.x - px(4), head = px(4);
        if (x1 - x0 < px(8)) continue;
        const bool goes_to_key = !boxes[i + 1].stage && boxes[i + 1].open && window_.holds_key(f.focus.key);
        const float to =
            goes_to_key ? window_.middle_of_key(f.focus.key, f.labels.min.y, f.labels.height()) : y;
        const float end = x1 - head, bend = (end - x0) / 2;
        list.AddBezierCubic({x0, y}, {x0 + bend, y}, {end - bend, to}, {end, to}, colour, px(1.5f));
        list.AddTriangleFilled({x1 - 1.5f * head, to - head}, {x1, to}, {x1 - 1.5f * head, to + head},
                               colour);
    }
}

/// "kite → net: q · k 50.29, turned 60.12, ÷ √32 10.63, softmax 0.894 of the row's attention".
void HeadUnrolled::draw_sentence(const Frame& f, const UiRect& line) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const Theme& t = theme();
    text_.clear();
    auto out = std::back_inserter(text_);
    fmt::format_to(out, "{} → {}:", short_label(f.context.view.run, f.focus.query),
                   short_label(f.context.key_run(), f.focus.key));
    ImFont* bold = font(TextSize::small, Face::bold);
    const float name = std::min(std::ceil(measure(bold, {text_.data(), text_.size()}).x), line.width() / 2);
    draw_text_cut(list, {line.min, {line.min.x + name + 1, line.max.y}}, bold, t.accent_text,
                  {text_.data(), text_.size()});
    text_.clear();
    float before_mask = 0;
    for (const AttentionStage stage : f.attention.stages()) {
        f.attention.values(stage, {f.focus.query, f.focus.query + 1, f.focus.key, f.focus.key + 1}, cell_,
                           scratch_);
        const float x = cell_.front();
        const auto write = [&](const char* words) {
            fmt::format_to(out, "{}{} ", text_.size() ? ", " : "", words);
            write_number(text_, x);
            before_mask = x;
        };
        switch (stage) {
        case AttentionStage::product: write("q · k"); break;
        case AttentionStage::turned: write("turned"); break;
        case AttentionStage::scaled:
            if (const ModelConfig& c = f.context.view.config(); c.attn_scale == 0)
                fmt::format_to(out, ", ÷ √{} ", c.d_head);
            else
                fmt::format_to(out, ", × {:.3g} ", c.attn_scale);
            write_number(text_, before_mask = x);
            break;
        case AttentionStage::penalised: write("minus distance"); break;
        case AttentionStage::biased: write("plus bucket"); break;
        case AttentionStage::capped: write("soft-cap"); break;
        case AttentionStage::scores:
            if (x == k_not_visible)
                fmt::format_to(out, "; the mask hides it: weight 0");
            else if (std::abs(x - before_mask) > 1e-3f * (1 + std::abs(x)))
                write("edited");
            break;
        case AttentionStage::alone:
            if (x != k_not_visible) fmt::format_to(out, ", softmax {:.3f}", x);
            break;
        case AttentionStage::weights:
            if (x == k_not_visible) break;
            fmt::format_to(out,
                           f.context.view.config().attn_sink && !f.context.is_cross()
                               ? fmt::runtime(", with the sink {:.3f}")
                               : fmt::runtime(", softmax {:.3f} of the row's attention"),
                           x);
            break;
        }
    }
    draw_text_cut(list, {{line.min.x + name + px(8), line.min.y}, line.max}, font(TextSize::small), t.text,
                  {text_.data(), text_.size()});
}

void HeadUnrolled::draw_legends(const Frame& f, const UiRect& line) {
    const auto legend = [&](const char* title, AttentionStage stage, bool masked, std::string_view term) {
        const UnrolledWindow::Picture picture = window_.picture(stage, line);
        least_.clear();
        greatest_.clear();
        if (stage == AttentionStage::weights) {
            fmt::format_to(std::back_inserter(least_), "0");
            fmt::format_to(std::back_inserter(greatest_), "1");
        } else {
            const int decimals = picture.view.scale.vmax < 10 ? 1 : 0;
            fmt::format_to(std::back_inserter(least_), "{:.{}f}", -picture.view.scale.vmax, decimals);
            fmt::format_to(std::back_inserter(greatest_), "{:.{}f}", picture.view.scale.vmax, decimals);
        }
        least_.push_back('\0');
        greatest_.push_back('\0');
        if (ImGui::GetCursorScreenPos().x + px(masked ? 230 : 160) > line.max.x) return;
        colour_legend({title, least_.data(), greatest_.data(), masked, term}, picture.view.scale);
        ImGui::SameLine(0, px(18));
    };
    ImGui::SetCursorScreenPos({line.min.x, line.min.y + px(3)});
    legend("q · k", AttentionStage::product, false, "attention score");
    legend("score", AttentionStage::scores, false, "attention score");
    legend("weight", AttentionStage::weights, !f.context.is_cross(), "attention weight");
}

/// "12 of 24 rows hidden".
std::string_view HeadUnrolled::write_hidden(const Frame& f) {
    const int n = f.context.n_queries(), keys = f.context.n_keys();
    const int hidden = n - window_.n_queries(), hidden_keys = keys - window_.n_keys();
    hidden_text_.clear();
    auto out = std::back_inserter(hidden_text_);
    if (hidden > 0) fmt::format_to(out, "{} of {} rows", hidden, n);
    if (hidden_keys > 0) fmt::format_to(out, "{}{} of {} keys", hidden > 0 ? ", " : "", hidden_keys, keys);
    if (hidden_text_.size() > 0) fmt::format_to(out, " hidden");
    return {hidden_text_.data(), hidden_text_.size()};
}

} // namespace gf::ui
