#include "app/start/gallery.h"

#include "app/start/model_paths.h"
#include "app/start/start_picture.h"
#include "app/widgets/paragraph.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"
#include "io/safetensors.h"
#include "platform/error.h"
#include "platform/mapped_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Design lengths
constexpr float k_gap = 12, k_padding = 14, k_least_column = 250, k_picture = 220, k_foot_indent = 8;
constexpr int k_most_columns = 3; // families of sisters then stand in rows of their own
constexpr float k_muted = 0.4f;   // opacity of what is not trained yet

/// From the recipe, so that it is there before the model is.
ModelShape shape_of(const ShippedModel& m) {
    const std::string where = (m.folder / "recipe.json").string();
    const json keys = m.train.value("model", json());
    if (!keys.is_object()) return {}; // it goes on from another model
    const auto number = [&](const char* key, std::int64_t fallback, std::int64_t least) {
        return static_cast<int>(json_int_or(keys, key, fallback, where, least, 1000));
    };
    ModelShape shape;
    shape.n_layers = number("n_layers", 0, 0);
    shape.n_encoder_layers = number("n_encoder_layers", 0, 0);
    shape.n_heads = number("n_heads", 1, 1);
    shape.n_kv_heads = number("n_kv_heads", shape.n_heads, 1);
    shape.n_experts = number("n_experts", 0, 0);
    shape.has_mlp = json_string_or(keys, "mlp", "gated", where) != "none";
    return shape;
}

/// "5 layers of 4 heads that share 2 sets of keys and values"
std::string words_for(const ModelShape& s) {
    if (s.n_layers == 0) return {};
    const auto count = [](int n, const char* what) {
        return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
    };
    std::string words = s.n_encoder_layers > 0
                            ? fmt::format("{} and {}", count(s.n_encoder_layers, "encoder layer"),
                                          count(s.n_layers, "decoder layer"))
                            : count(s.n_layers, "layer");
    words += " of " + count(s.n_heads, "head");
    if (s.n_kv_heads < s.n_heads)
        words += fmt::format(" that share {} {}", s.n_kv_heads,
                             s.n_kv_heads == 1 ? "set of keys and values" : "sets of keys and values");
    if (s.n_experts > 0) words += ", " + count(s.n_experts, "expert");
    return words + (s.has_mlp ? "" : ", without MLP");
}

/// What is on the disk, counted without loading it. Of a damaged file nothing: opening it says what is wrong.
std::string figures_of(const ShippedModel& m) {
    const fs::path path = m.folder / "model.safetensors";
    try {
        const MappedFile file(path);
        std::int64_t parameters = 0;
        for (const TensorEntry& tensor : parse_safetensors(file.bytes(), path.string()).tensors) {
            std::int64_t n = 1;
            for (const std::int64_t length : tensor.shape) n *= length;
            parameters += n;
        }
        return fmt::format("{} parameters, {}", shown_count(static_cast<double>(parameters)),
                           shown_size(file.bytes().size()));
    } catch (const Error&) {
        return {};
    }
}

ImFont* name_font(bool large) { return font(large ? TextSize::title : TextSize::body, Face::bold); }

/// Of what stands beside a card's words: the portrait, in a large card the picture.
float picture_width(float card, const ModelShape& shape, bool large) {
    return large ? std::min(px(k_picture), card * 0.4f) : portrait_width(shape);
}

} // namespace

command::Open open_shipped(const ShippedModel& m) {
    return {m.folder.string(), guess_tokenizer(m.folder), m.prompt};
}

std::optional<command::Open> first_of_gallery(const fs::path& models) {
    if (models.empty()) return std::nullopt;
    try {
        const std::vector<std::string> names = shipped_model_names(models);
        if (names.empty()) return std::nullopt;
        const ShippedModel first = shipped_model(models, names.front());
        return first.is_trained() ? std::optional(open_shipped(first)) : std::nullopt;
    } catch (const Error&) {
        return std::nullopt; // the start page says why
    }
}

void Gallery::reload() {
    cards_.clear();
    problem_.clear();
    std::vector<std::string> names;
    int n_broken = 0;
    const auto try_to = [&](auto&& read) {
        try {
            read();
        } catch (const Error& e) {
            if (++n_broken == 1) problem_ = e.what();
        }
    };
    if (models_.empty())
        problem_ = "The models that ship are not here: there is no assets/models beside the program.";
    else
        try_to([&] { names = shipped_model_names(models_); });
    for (const std::string& name : names)
        try_to([&] { cards_.push_back(read_card(shipped_model(models_, name))); });
    if (n_broken > 1) problem_ += fmt::format(" (and {} more)", n_broken - 1);
    ImGuiHost::current().require_glyphs(problem_);
}

Gallery::Card Gallery::read_card(const ShippedModel& m) const {
    Card card{"models/" + m.name, m.name,          m.sentence,    m.prompt, {}, {},
              shape_of(m),        open_shipped(m), m.is_trained()};
    if (!card.trained) card.foot = "not trained yet: scripts/train-assets " + m.name;
    if (card.trained) card.figures = figures_of(m);
    const auto add_line = [&](const std::string& line) {
        if (!line.empty()) card.tip += (card.tip.empty() ? "" : "\n") + line;
    };
    add_line(words_for(card.shape));
    add_line(card.figures);
    add_line(card.trained ? fmt::format("begins with \"{}\"", m.prompt) : card.foot);
    add_line(m.look_at);
    for (const std::string* text : {&card.name, &card.sentence, &card.foot, &card.tip})
        ImGuiHost::current().require_glyphs(*text);
    return card;
}

Gallery::Grid Gallery::grid(float width) {
    const float gap = px(k_gap);
    const int n = std::clamp(static_cast<int>((width + gap) / (px(k_least_column) + gap)), 1, k_most_columns);
    return {std::floor((width - gap * static_cast<float>(n - 1)) / static_cast<float>(n)), gap, n};
}

Gallery::Row Gallery::row_from(std::size_t begin, const Grid& g) const {
    Row row{begin, begin, 0};
    for (int used = 0; row.end < cards_.size(); ++row.end) {
        used += g.is_large(row.end) ? 2 : 1;
        if (used > g.n_columns) break;
        row.height =
            std::max(row.height, places(cards_[row.end], g.width(row.end), g.is_large(row.end)).height);
    }
    return row;
}

float Gallery::height(float width) const {
    const Grid g = grid(width);
    float sum = 0;
    for (std::size_t i = 0; i < cards_.size();) {
        const Row row = row_from(i, g);
        sum += row.height + (i > 0 ? g.gap : 0);
        i = row.end;
    }
    return sum;
}

void Gallery::draw(float width, Commands& commands) {
    const Grid g = grid(width);
    ImVec2 at = ImGui::GetCursorScreenPos();
    for (std::size_t i = 0; i < cards_.size();) {
        const Row row = row_from(i, g);
        float x = at.x;
        for (; i < row.end; ++i) {
            ImGui::SetCursorScreenPos({x, at.y});
            draw_card(i, {g.width(i), row.height}, g.is_large(i), commands);
            x += g.width(i) + g.gap;
        }
        at.y += row.height + g.gap;
    }
    if (cards_.empty()) return;
    ImGui::SetCursorScreenPos({at.x, at.y - g.gap});
    ImGui::Dummy({0, 0});
}

Gallery::Places Gallery::places(const Card& card, float width, bool large) const {
    ImFont* small = font(TextSize::small);
    Places p;
    p.inside = width - 2 * px(k_padding);
    p.picture = picture_width(width, card.shape, large);
    p.words = std::max(p.inside - p.picture - px(large ? 24 : 12), px(60));
    p.name = name_font(large)->FontSize + px(large ? 8 : 4);
    p.sentence = paragraph_height(font(TextSize::body), card.sentence, p.words);
    p.foot = large ? p.words : p.inside;
    p.foot_height =
        card.trained ? small->FontSize : paragraph_height(small, card.foot, p.foot - px(k_foot_indent));
    const float above_foot = std::max(p.name + p.sentence, large ? 0 : px(k_portrait_height)) + px(8);
    p.height = 2 * px(k_padding) + std::max(above_foot + p.foot_height, large ? px(96) : 0);
    return p;
}

void Gallery::draw_card(std::size_t i, ImVec2 size, bool large, Commands& commands) const {
    const Theme& t = theme();
    const Card& card = cards_[i];
    const ButtonItem item = button_item(card.label.c_str(), size);
    if (!item.seen) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(item.box.min, item.box.max, i == 0 && card.trained ? t.accent_tint : t.well, px(8));
    if (item.hovered && card.trained)
        list.AddRect(item.box.min, item.box.max, t.accent, px(8), 0, std::max(px(1.5f), 1.0f));
    const Places p = places(card, size.x, large);
    const ImVec2 at{item.box.min.x + px(k_padding), item.box.min.y + px(k_padding)};
    const float right = at.x + p.inside, bottom = item.box.max.y - px(k_padding);
    ImFont* bold = name_font(large);
    put_text_cut(list, {at, {at.x + p.words, at.y + bold->FontSize}}, bold, card.trained ? t.text : t.muted,
                 card.name);
    put_paragraph(list, {at.x, at.y + p.name}, font(TextSize::body), t.muted, card.sentence, p.words);
    draw_foot(card, {{at.x, bottom - p.foot_height}, {at.x + p.foot, bottom}});
    if (large)
        draw_start_picture(list, {{right - p.picture, at.y}, {right, bottom}});
    else
        draw_model_portrait(list, {right, at.y}, card.shape, card.trained ? 1 : k_muted);
    put_focus_ring(item, px(8));
    tooltip(card.tip);
    if (item.pressed && card.trained) commands.post(card.open);
}

/// The prompt, beside the bar of what is a token, and the figures (where it is long the count of parameters
/// alone); or how to train the model.
void Gallery::draw_foot(const Card& card, const UiRect& box) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* small = font(TextSize::small);
    list.AddRectFilled({box.min.x, box.min.y + px(1)}, {box.min.x + px(3), box.max.y - px(1)},
                       card.trained ? t.fill(ColourRole::token) : t.block, px(1));
    const float left = box.min.x + px(k_foot_indent);
    if (!card.trained)
        return put_paragraph(list, {left, box.min.y}, small, t.faint, card.foot, box.max.x - left);
    const std::string_view all = card.figures, count = all.substr(0, all.find(" parameters"));
    const bool both =
        left + std::ceil(measure(small, card.foot).x) + px(12) + std::ceil(measure(small, all).x) <=
        box.max.x;
    const std::string_view figures = both ? all : count;
    const float width = std::ceil(measure(small, figures).x);
    put_text_cut(list, {{left, box.min.y}, {box.max.x - width - px(12), box.max.y}}, small, t.text,
                 card.foot);
    put_text(list, {box.min, box.max}, box.max.x - width, small, t.muted, figures);
}

} // namespace gf::ui
