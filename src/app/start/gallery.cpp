#include "app/start/gallery.h"

#include "app/start/model_paths.h"
#include "app/start/start_picture.h"
#include "app/view/shown_amounts.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"
#include "io/json.h"
#include "io/safetensors.h"
#include "platform/error.h"
#include "platform/mapped_file.h"
#include "session/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Design lengths.
constexpr float k_gap = 12, k_padding = 14, k_min_column_width = 250, k_picture_width = 220,
                k_foot_indent = 8;
constexpr int k_max_columns = 3; // so that each family of models stands in a row of its own
constexpr float k_untrained_opacity = 0.4f;

/// The shape that the recipe gives: a model that is not trained yet has no other file.
ModelShape read_shape(const ShippedModel& m) {
    const std::string where = (m.folder / "recipe.json").string();
    const json keys = m.train.value("model", json());
    if (!keys.is_object()) return {}; // the training goes on from another model
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
std::string describe_shape(const ModelShape& s) {
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

/// "720 k parameters, 1.5 MB", counted without loading the tensors. Empty for a damaged file: opening it says
/// what is wrong.
std::string read_figures(const ShippedModel& m) {
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

/// Width of what stands beside a card's words: the model's portrait or, in a large card, the start picture.
float picture_width(float card_width, const ModelShape& shape, bool large) {
    return large ? std::min(px(k_picture_width), card_width * 0.4f) : portrait_width(shape);
}

} // namespace

command::Open open_shipped(const ShippedModel& m) {
    return {m.folder.string(), guess_tokenizer(m.folder), m.prompt};
}

std::vector<Command> opening_commands(const fs::path& models) {
    if (models.empty()) return {};
    std::vector<Command> commands;
    try {
        const std::vector<std::string> names = shipped_model_names(models);
        if (names.empty()) return {};
        const ShippedModel first = shipped_model(models, names.front());
        if (!first.is_trained()) return {};
        commands.emplace_back(open_shipped(first));
    } catch (const Error&) {
        return {}; // the start page says why
    }
    const fs::path opening = models / "opening.json";
    if (!fs::exists(opening)) return commands;
    for (Command& c :
         commands_from_json(parse_json(MappedFile(opening).text(), opening.string()), opening.string()))
        commands.push_back(std::move(c));
    return commands;
}

command::Open open_named(const std::string& model, const std::string& tokenizer, const fs::path& models) {
    try {
        if (tokenizer.empty() && names_shipped_model(model, models))
            return open_shipped(shipped_model(models, model));
    } catch (const Error&) {
        // Whoever opens it says what is wrong.
    }
    return {model, tokenizer};
}

fs::path Gallery::folder_of(const std::string& name) const {
    const bool is_one = std::ranges::any_of(cards_, [&](const Card& card) { return card.name == name; });
    return is_one && path_kind(name) == PathKind::missing ? models_ / name : fs::path();
}

void Gallery::reload() {
    cards_.clear();
    problem_.clear();
    std::vector<std::string> names;
    int n_broken = 0;
    const auto attempt = [&](auto&& read) {
        try {
            read();
        } catch (const Error& e) {
            if (++n_broken == 1) problem_ = e.what();
        }
    };
    if (models_.empty())
        problem_ = "The models that ship are not here: there is no assets/models beside the program.";
    else
        attempt([&] { names = shipped_model_names(models_); });
    for (const std::string& name : names)
        attempt([&] { cards_.push_back(read_card(shipped_model(models_, name))); });
    if (n_broken > 1) problem_ += fmt::format(" (and {} more)", n_broken - 1);
    ImGuiHost::current().require_glyphs(problem_);
}

Gallery::Card Gallery::read_card(const ShippedModel& m) {
    Card card;
    card.label = "models/" + m.name;
    card.name = m.name;
    card.sentence = m.sentence;
    card.trained = m.is_trained();
    card.foot = card.trained ? m.prompt : "not trained yet: scripts/train-assets " + m.name;
    card.shape = read_shape(m);
    card.open = open_shipped(m);
    if (card.trained) card.figures = read_figures(m);
    const auto add_line = [&](const std::string& line) {
        if (!line.empty()) card.tip += (card.tip.empty() ? "" : "\n") + line;
    };
    add_line(describe_shape(card.shape));
    add_line(card.figures);
    add_line(card.trained ? fmt::format("begins with \"{}\"", m.prompt) : card.foot);
    add_line(m.look_at);
    for (const std::string* text : {&card.name, &card.sentence, &card.foot, &card.tip})
        ImGuiHost::current().require_glyphs(*text);
    return card;
}

Gallery::Grid Gallery::grid_for(float width) {
    const float gap = px(k_gap);
    const int n =
        std::clamp(static_cast<int>((width + gap) / (px(k_min_column_width) + gap)), 1, k_max_columns);
    return {std::floor((width - gap * static_cast<float>(n - 1)) / static_cast<float>(n)), gap, n};
}

Gallery::Row Gallery::row_from(std::size_t begin, const Grid& grid) const {
    Row row{begin, begin, 0};
    for (int used = 0; row.end < cards_.size(); ++row.end) {
        used += grid.is_large(row.end) ? 2 : 1;
        if (used > grid.n_columns) break;
        row.height = std::max(
            row.height, card_layout(cards_[row.end], grid.width(row.end), grid.is_large(row.end)).height);
    }
    return row;
}

float Gallery::height(float width) const {
    const Grid grid = grid_for(width);
    float sum = 0;
    for (std::size_t i = 0; i < cards_.size();) {
        const Row row = row_from(i, grid);
        sum += row.height + (i > 0 ? grid.gap : 0);
        i = row.end;
    }
    return sum;
}

void Gallery::draw(float width, Commands& commands) {
    const Grid grid = grid_for(width);
    ImVec2 at = ImGui::GetCursorScreenPos();
    for (std::size_t i = 0; i < cards_.size();) {
        const Row row = row_from(i, grid);
        float x = at.x;
        for (; i < row.end; ++i) {
            ImGui::SetCursorScreenPos({x, at.y});
            draw_card(i, {grid.width(i), row.height}, grid.is_large(i), commands);
            x += grid.width(i) + grid.gap;
        }
        at.y += row.height + grid.gap;
    }
    if (cards_.empty()) return;
    ImGui::SetCursorScreenPos({at.x, at.y - grid.gap});
    ImGui::Dummy({0, 0});
}

Gallery::CardLayout Gallery::card_layout(const Card& card, float width, bool large) {
    ImFont* small = font(TextSize::small);
    CardLayout l;
    l.inner_width = width - 2 * px(k_padding);
    l.picture_width = picture_width(width, card.shape, large);
    l.words_width = std::max(l.inner_width - l.picture_width - px(large ? 24 : 12), px(60));
    l.name_height = name_font(large)->FontSize + px(large ? 8 : 4);
    l.sentence_height = wrapped_text_height(font(TextSize::body), card.sentence, l.words_width);
    l.foot_width = large ? l.words_width : l.inner_width;
    l.foot_height = card.trained ? small->FontSize
                                 : wrapped_text_height(small, card.foot, l.foot_width - px(k_foot_indent));
    const float above_foot =
        std::max(l.name_height + l.sentence_height, large ? 0 : px(k_portrait_height)) + px(8);
    l.height = 2 * px(k_padding) + std::max(above_foot + l.foot_height, large ? px(96) : 0);
    return l;
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
    const CardLayout l = card_layout(card, size.x, large);
    const ImVec2 at{item.box.min.x + px(k_padding), item.box.min.y + px(k_padding)};
    const float right = at.x + l.inner_width, bottom = item.box.max.y - px(k_padding);
    ImFont* bold = name_font(large);
    draw_text_cut(list, {at, {at.x + l.words_width, at.y + bold->FontSize}}, bold,
                  card.trained ? t.text : t.muted, card.name);
    draw_wrapped_text(list, {at.x, at.y + l.name_height}, font(TextSize::body), t.muted, card.sentence,
                      l.words_width);
    draw_foot(card, {{at.x, bottom - l.foot_height}, {at.x + l.foot_width, bottom}});
    if (large)
        draw_start_picture(list, {{right - l.picture_width, at.y}, {right, bottom}});
    else
        draw_model_portrait(list, {right, at.y}, card.shape, card.trained ? 1 : k_untrained_opacity);
    draw_focus_ring(item, px(8));
    tooltip(card.tip);
    if (item.pressed && card.trained) commands.post(card.open);
}

/// The prompt beside a bar in the colour of tokens, and the figures on the right; beside a long prompt the
/// count of parameters alone. For a model that is not trained: how to train it.
void Gallery::draw_foot(const Card& card, const UiRect& box) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* small = font(TextSize::small);
    list.AddRectFilled({box.min.x, box.min.y + px(1)}, {box.min.x + px(3), box.max.y - px(1)},
                       card.trained ? t.fill(ColourRole::token) : t.block, px(1));
    const float left = box.min.x + px(k_foot_indent);
    if (!card.trained)
        return draw_wrapped_text(list, {left, box.min.y}, small, t.faint, card.foot, box.max.x - left);
    const std::string_view all = card.figures, count = all.substr(0, all.find(" parameters"));
    const bool both =
        left + std::ceil(measure(small, card.foot).x) + px(12) + std::ceil(measure(small, all).x) <=
        box.max.x;
    const std::string_view figures = both ? all : count;
    const float width = std::ceil(measure(small, figures).x);
    draw_text_cut(list, {{left, box.min.y}, {box.max.x - width - px(12), box.max.y}}, small, t.text,
                  card.foot);
    draw_text(list, {box.min, box.max}, box.max.x - width, small, t.muted, figures);
}

} // namespace gf::ui
