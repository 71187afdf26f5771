#include "app/panels/heads/unrolled_shares.h"

#include "app/host/frame_request.h"
#include "app/view/token_labels.h"
#include "app/view/token_row.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/widget_parts.h"
#include "core/kernels/kernels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

constexpr std::array<const char*, 3> k_list_names{"takes", "first token", "rollout"};
constexpr std::array<std::string_view, 3> k_list_terms{"value-weighted attention", "first token",
                                                       "attention rollout"};
constexpr std::size_t k_shares_budget = 60'000;    ///< weights read in a frame: about 0.1 ms
constexpr std::size_t k_promoted_budget = 500'000; ///< values of the unembedding read in a frame

// Design lengths.
constexpr float k_share_line = 18, k_list_control = 26, k_share_label = 76, k_least_bar = 24;

} // namespace

std::string_view name(ShareList list) { return k_list_names[static_cast<std::size_t>(list)]; }

/// Where the next line goes.
struct UnrolledShares::Lines {
    UiRect area;
    float y;
    std::string_view widest{}; ///< numbers of a line, so that all bars are equally long
    int room() const { return std::max(0, static_cast<int>((area.max.y - y) / px(k_share_line))); }
    UiRect take() {
        const UiRect line{{area.min.x, y}, {area.max.x, y + px(k_share_line)}};
        y += px(k_share_line);
        return line;
    }
};

struct UnrolledShares::Line {
    std::string_view item, label, numbers;
    double share = 0; ///< of the bar, 0 to 1
    ImU32 ink = 0, fill = 0;
    bool lit = false;
};

/// Label, bar and numbers, which are an item together.
UnrolledShares::Touch UnrolledShares::draw_line(Lines& lines, const Line& l) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const UiRect box = lines.take();
    ImGui::SetCursorScreenPos(box.min);
    const bool pressed = ImGui::InvisibleButton(l.item.data(), box.size()), hovered = ImGui::IsItemHovered();
    draw_focus_ring_of_last_item(px(4));
    if (hovered) draw_fill(list, box, t.control, px(4));
    ImFont* mono = font(TextSize::small, Face::mono);
    const float label = std::min(px(k_share_label), box.width() * 0.3f),
                numbers = std::min(std::ceil(measure(mono, lines.widest).x), box.width() - label);
    draw_text_cut(list, {box.min, {box.min.x + label - px(6), box.max.y}},
                  font(TextSize::small, l.lit ? Face::bold : Face::regular), l.lit ? t.accent_text : l.ink,
                  l.label);
    const UiRect bar{{box.min.x + label, box.min.y + px(4)},
                     {box.max.x - numbers - px(8), box.max.y - px(4)}};
    if (bar.width() >= px(k_least_bar)) {
        draw_fill(list, bar, t.block, px(2));
        const float part = static_cast<float>(std::clamp(std::isfinite(l.share) ? l.share : 0.0, 0.0, 1.0));
        if (part * bar.width() >= 1)
            draw_fill(list, {bar.min, {bar.min.x + part * bar.width(), bar.max.y}}, l.fill, px(2));
    }
    const float left = std::max(box.min.x + label, box.max.x - std::ceil(measure(mono, l.numbers).x));
    draw_text_cut(list, {{left, box.min.y}, {box.max.x + 1, box.max.y}}, mono, t.text, l.numbers);
    return {hovered, pressed};
}

void UnrolledShares::draw_words(Lines& lines, std::string_view words) {
    draw_text_cut(*ImGui::GetWindowDrawList(), lines.take(), font(TextSize::small), theme().muted, words);
}

void UnrolledShares::draw(const HeadContext& context, const AttentionCell& cell, const ValueLengths& lengths,
                          ShareList& list, const UiRect& area) {
    ImGui::SetCursorScreenPos(area.min);
    auto chosen = static_cast<int>(list);
    if (segmented_control("list", chosen, k_list_names, ControlSize::small))
        list = static_cast<ShareList>(chosen);
    term_tooltip(term(k_list_terms[static_cast<std::size_t>(list)]));
    Lines lines{area, area.min.y + px(k_list_control)};
    switch (list) {
    case ShareList::takes: return draw_takes(context, cell, lengths, lines);
    case ShareList::first_token: return draw_first_token(context, lines);
    case ShareList::rollout: return draw_rollout(context, cell, lines);
    }
}

/// Keeps the n largest shares, largest first, and sums up the others.
void UnrolledShares::keep_largest(int n) {
    const auto larger = [](const Share& a, const Share& b) {
        return a.share > b.share || (a.share == b.share && a.token < b.token);
    };
    const auto kept = std::min(static_cast<std::size_t>(std::max(n, 0)), shares_.size());
    std::partial_sort(shares_.begin(), shares_.begin() + static_cast<std::ptrdiff_t>(kept), shares_.end(),
                      larger);
    rest_ = 0, n_rest_ = static_cast<int>(shares_.size() - kept);
    for (std::size_t i = kept; i < shares_.size(); ++i) rest_ += shares_[i].share;
    shares_.resize(kept);
}

/// What a query takes from a key is its weight times the length of the key's value.
void UnrolledShares::draw_takes(const HeadContext& c, const AttentionCell& cell, const ValueLengths& lengths,
                                Lines& lines) {
    lines.widest = "0.000 × 0.00 = 0.000";
    const Site pattern = score_and_pattern_sites(c.attention).pattern;
    const RunView values = c.view.run.view();
    const auto row = values.values({pattern, c.head.layer}).row(c.head.head, cell.query, row_);
    shares_.clear();
    for (std::size_t k = 0; k < std::min(row.size(), lengths.lengths().size()); ++k)
        if (row[k] != k_not_visible)
            shares_.push_back({static_cast<int>(k),
                               static_cast<double>(row[k]) * static_cast<double>(lengths.lengths()[k]),
                               static_cast<double>(row[k])});
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "“{}” takes: weight × |v|",
                   short_label(c.view.run, cell.query));
    draw_words(lines, {text_.data(), text_.size()});
    keep_largest(lines.room() - 1);
    for (const Share& s : shares_) {
        text_.clear();
        label_.clear();
        fmt::format_to(std::back_inserter(text_), "{:.3f} × {:.2f} = {:.3f}", s.weight,
                       lengths.lengths()[static_cast<std::size_t>(s.token)], s.share);
        fmt::format_to(std::back_inserter(label_), "takes {}", s.token);
        label_.push_back('\0');
        const AttentionCell at{cell.query, s.token};
        const Touch touch = draw_line(lines, {label_.data(),
                                              short_label(c.key_run(), s.token),
                                              {text_.data(), text_.size()},
                                              s.weight,
                                              theme().ink(ColourRole::key),
                                              theme().fill(ColourRole::value),
                                              at == cell});
        if (touch.hovered) c.point_at(at);
        if (touch.pressed) c.toggle_pin(at);
    }
    text_.clear();
    if (n_rest_ > 0) fmt::format_to(std::back_inserter(text_), "{} more: {:.3f}", n_rest_, rest_);
    draw_words(lines, {text_.data(), text_.size()});
}

/// How much of its weight each head gives to the first token, and what that token's value adds to the
/// residual stream, beside what the whole head adds.
void UnrolledShares::draw_first_token(const HeadContext& c, Lines& lines) {
    lines.widest = "0.00  0.00 of 0.00";
    first_token_.look_at(score_and_pattern_sites(c.attention).pattern, c.head.layer);
    if (!first_token_.advance(c.view.run.view(), k_shares_budget)) request_frame();
    const int n_heads = c.view.config().n_heads;
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "weight on “{}”, of layer {}; it writes, of all",
                   short_label(c.key_run(), 0), c.head.layer);
    draw_words(lines, {text_.data(), text_.size()});
    const int room = std::max(lines.room() - 2, 1),
              first = std::clamp(c.selection.pinned_head.head - room / 2, 0, std::max(0, n_heads - room));
    for (int head = first; head < std::min(n_heads, first + room); ++head) {
        const auto share = first_token_.share(head, c.n_queries());
        text_.clear();
        label_.clear();
        if (share)
            fmt::format_to(std::back_inserter(text_), "{:.2f}  {:.2f} of {:.2f}", share->weight,
                           share->written, share->of);
        else
            fmt::format_to(std::back_inserter(text_), "no choice yet");
        fmt::format_to(std::back_inserter(label_), "head {}", head);
        label_.push_back('\0');
        const std::string_view name(label_.data(), label_.size() - 1);
        const Touch touch = draw_line(lines, {label_.data(),
                                              name,
                                              {text_.data(), text_.size()},
                                              share ? share->weight : 0,
                                              theme().text,
                                              theme().head_fill(head, n_heads),
                                              head == c.head.head});
        if (touch.hovered) c.selection.head.set({c.head.layer, head});
        if (touch.pressed) c.commands.post(command::PinHead{c.head.layer, head});
    }
    const auto all = first_token_.share(c.head.head, c.n_queries());
    text_.clear();
    if (all) fmt::format_to(std::back_inserter(text_), "means over {} rows that have a choice", all->queries);
    draw_words(lines, {text_.data(), text_.size()});
    draw_promoted(c, lines);
}

/// Which tokens the first token's value makes likelier where the head in view looks at it.
void UnrolledShares::draw_promoted(const HeadContext& c, Lines& lines) {
    const Trace& trace = c.view.trace();
    const ModelConfig& config = c.view.config();
    const bool cross = has_source_keys(score_and_pattern_sites(c.attention).pattern);
    // A norm of what attention adds would stand between the value and the stream.
    const bool is_direct = PromotedTokens::applies_to(trace.stack()) && config.norm_place == NormPlace::pre;
    if (first_token_.first() < 0 || !is_direct || !trace.has(Site::logits) || lines.room() < 1) return;
    const BlockWeights& block = trace.stack().blocks[static_cast<std::size_t>(c.head.layer)];
    const Matrix& w = cross ? block.cross.attn_out : block.attn_out;
    const real* v = trace.row(cross ? Site::cross_v : Site::v, c.head.layer, first_token_.first()) +
                    c.head.head / config.group_size() * config.d_head;
    row_.resize(std::max(row_.size(), static_cast<std::size_t>(config.d_model)));
    vec_mat(v, config.d_head, w.data + static_cast<std::ptrdiff_t>(c.head.head * config.d_head) * w.stride,
            w.stride, nullptr, row_.data(), config.d_model);
    if (config.norms_output() && !cross) { // the norm behind attention, but for its divisor
        const real mean = config.norm == NormKind::layer ? mean_of(row_.data(), config.d_model) : 0;
        normalize(row_.data(), config.d_model, mean, 1, row_.data());
        apply_gain_and_bias(row_.data(), block.ln1_post_gain, static_cast<real>(config.gain_offset), nullptr,
                            row_.data(), config.d_model);
    }
    promoted_.look_at(c.view.weights(), std::span(row_).first(static_cast<std::size_t>(config.d_model)));
    if (!promoted_.is_complete() && !promoted_.advance(k_promoted_budget)) request_frame();
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "head {}: its value raises", c.head.head);
    for (const PromotedTokens::Token& token : promoted_.top())
        fmt::format_to(std::back_inserter(text_), " {}", token_labels().label(token.token));
    draw_words(lines, {text_.data(), text_.size()});
}

void UnrolledShares::draw_rollout(const HeadContext& c, const AttentionCell& cell, Lines& lines) {
    lines.widest = "0.000";
    rollout_.look_at(cell.query);
    if (!rollout_.advance(c.view.run.view(), k_shares_budget)) request_frame();
    text_.clear();
    auto out = std::back_inserter(text_);
    if (!rollout_.missing().empty())
        fmt::format_to(out, "needs all layers: {}", rollout_.missing());
    else
        fmt::format_to(out, "“{}” after {} layers is made of", short_label(c.view.run, cell.query),
                       c.view.config().n_layers);
    draw_words(lines, {text_.data(), text_.size()});
    if (!rollout_.is_complete()) return;
    shares_.clear();
    const auto all = rollout_.shares();
    for (std::size_t k = 0; k < all.size(); ++k)
        if (all[k] > 0) shares_.push_back({static_cast<int>(k), all[k], all[k]});
    keep_largest(lines.room() - 1);
    for (const Share& s : shares_) {
        text_.clear();
        label_.clear();
        fmt::format_to(std::back_inserter(text_), "{:.3f}", s.share);
        fmt::format_to(std::back_inserter(label_), "rollout {}", s.token);
        label_.push_back('\0');
        // Pointing at a token would bring its own row into view.
        const Touch touch = draw_line(lines, {label_.data(),
                                              short_label(c.view.run, s.token),
                                              {text_.data(), text_.size()},
                                              s.share,
                                              theme().ink(ColourRole::residual),
                                              theme().fill(ColourRole::residual),
                                              s.token == cell.query});
        if (touch.pressed) c.commands.post(command::PinToken{s.token});
    }
    text_.clear();
    if (n_rest_ > 0) fmt::format_to(std::back_inserter(text_), "{} more: {:.3f}", n_rest_, rest_);
    draw_words(lines, {text_.data(), text_.size()});
}

} // namespace gf::ui
