#include "app/panels/cache/cache_panel.h"

#include "app/panels/cache/cache_picture.h"
#include "app/panels/cache/eviction.h"
#include "app/view/logits_change.h"
#include "app/view/panel_options.h"
#include "app/view/shown_amounts.h"
#include "app/view/token_labels.h"
#include "app/widgets/buttons.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"
#include "io/assets.h"
#include "io/known_models.h"
#include "measures/cache_use.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

constexpr std::array<const char*, 4> k_contexts{"2k", "8k", "32k", "128k"};
constexpr std::array<int, 4> k_context_tokens{2048, 8192, 32768, 131072};
constexpr std::array<const char*, 3> k_sharing_models{"heads-mha", "heads-gqa", "heads-mqa"};

// Design lengths.
constexpr float k_line = 18, k_side_width = 300, k_beside_from = 620, k_least_picture = 120;

enum class CacheContext { two, eight, thirty_two, hundred_twenty_eight };
std::string_view name(CacheContext context) { return k_contexts[static_cast<std::size_t>(context)]; }

struct CacheOptions {
    CacheContext context = CacheContext::eight; ///< tokens that the large models keep
    static void fields(auto& options, auto visit) { visit("context", options.context); }
};

class CachePanel : public PanelWithOptions<CacheOptions> {
  public:
    const char* title() const override { return "Cache"; }
    const char* about() const override {
        return "keys and values that are kept, to scale, and what that saves";
    }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    void measure_use(const Run& text);
    void draw_header(const Run& text);
    void draw_figures(const Run& text);
    void draw_eviction(const View& view, const Selection& selection, Commands& commands);
    void draw_known_models();
    void draw_sharing(const Snapshot& snapshot, Commands& commands);
    void toggle(const Run& text, int key, Commands& commands) const;
    void line(std::string_view left, std::string_view right, ImU32 ink);

    CachePicture picture_;
    LogitsChange effect_;
    // What use_ was measured for.
    std::weak_ptr<const Trace> trace_;
    int rows_ = -1;
    CacheUse use_;
    fmt::memory_buffer text_;
};

/// Words at the left and a number at the right end of a line.
void CachePanel::line(std::string_view left, std::string_view right, ImU32 ink) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const UiRect box{at, {at.x + available_width(), at.y + px(k_line)}};
    ImGui::Dummy(box.size());
    ImFont* mono = font(TextSize::small, Face::mono);
    const float number = right.empty() ? 0 : std::ceil(measure(mono, right).x);
    draw_text_cut(list, {box.min, {box.max.x - number - px(6), box.max.y}}, font(TextSize::small), ink, left);
    if (number > 0) draw_text(list, box, std::max(box.min.x, box.max.x - number), mono, theme().text, right);
}

void CachePanel::measure_use(const Run& text) {
    if (trace_.lock() == text.trace && rows_ == text.shown) return;
    trace_ = text.trace, rows_ = text.shown;
    use_ = cache_use(*text.trace, text.shown);
}

void CachePanel::toggle(const Run& text, int key, Commands& commands) const {
    if (key < 0 || key >= text.shown - 1) return; // the last token reads itself at least
    commands.post(command::SetSetup{"", with_eviction_toggled(text, key, text.shown - 1)});
}

void CachePanel::draw(const View& v, Selection& selection, Commands& commands) {
    const Run& text = v.snapshot.text();
    if (text.shown < 1) return panel_header(title(), about());
    measure_use(text);
    effect_.look_at(text, use_.n_evicted > 0);
    draw_header(text);
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const bool beside = room.x >= px(k_beside_from);
    const float width = beside ? room.x - px(k_side_width + 20) : room.x,
                height = std::max(beside ? room.y : room.y * 0.5f, px(k_least_picture));
    toggle(text, picture_.draw(v, selection, {{at.x, at.y + px(4)}, {at.x + width, at.y + height - px(4)}}),
           commands);
    ImGui::SetCursorScreenPos(beside ? ImVec2(at.x + width + px(20), at.y) : ImVec2(at.x, at.y + height));
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(6), 0});
    ImGui::BeginChild("figures", {0, 0}, 0, ImGuiWindowFlags_NavFlattened);
    draw_figures(text);
    draw_eviction(v, selection, commands);
    draw_sharing(v.snapshot, commands);
    draw_known_models();
    ImGui::EndChild();
    ImGui::PopStyleVar();
}

void CachePanel::draw_header(const Run& text) {
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "{} tokens kept; areas are bytes; strong: read by this step",
                   text.shown - use_.n_evicted);
    panel_header(title(), {text_.data(), text_.size()});
}

void CachePanel::draw_figures(const Run& text) {
    const Theme& t = theme();
    const auto size = [](double bytes) { return shown_size(static_cast<std::uintmax_t>(bytes)); };
    term_link("key-value cache", term("key-value cache"));
    const ModelConfig& c = text.config();
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "2 × {} layers × {} heads × {} numbers × {} bytes", c.n_layers,
                   c.n_kv_heads, c.d_head, sizeof(real));
    line({text_.data(), text_.size()}, size(use_.added), t.muted);
    line("this step adds", size(use_.added), t.muted);
    line("this step reads", size(use_.read), t.muted);
    line("kept in all", size(use_.stored), t.muted);
    line("operations of this step", shown_count(use_.flops_with), t.muted);
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "without a cache, {:.1f} times as many",
                   use_.flops_without / use_.flops_with);
    line({text_.data(), text_.size()}, shown_count(use_.flops_without), t.muted);
}

/// What leaves the cache by a click or by the button, and what that does to the logits of the next token.
void CachePanel::draw_eviction(const View& v, const Selection& selection, Commands& commands) {
    const Theme& t = theme();
    const Run& text = v.snapshot.text();
    ImGui::Dummy({1, px(10)});
    const int last = text.shown - 1, token = std::min(selection.token_in_view(text.shown), last);
    const int key = token == last ? 0 : token; // the newest token stays: the first one is offered instead
    if (last > 0) {
        text_.clear();
        fmt::format_to(std::back_inserter(text_), "{} “{}”###evict",
                       is_evicted(*text.trace, last, key) ? "Keep" : "Evict", short_label(text, key));
        text_.push_back('\0');
        if (push_button(text_.data())) toggle(text, key, commands);
        tooltip("A token that is evicted has left the cache: from this step on no query reads its key.");
        if (use_.n_evicted > 0) {
            ImGui::SameLine(0, px(6));
            if (push_button("Keep all")) commands.post(command::SetSetup{"", without_evictions(text)});
        }
    }
    if (use_.n_evicted == 0) return line("or click a token: it leaves the cache", "", t.muted);
    if (effect_.changes().empty()) return line("go back to before the eviction to compare", "", t.muted);
    line("logits of the next token", "before → after", t.muted);
    for (const LogitsChange::Change& change : effect_.changes()) {
        text_.clear();
        fmt::format_to(std::back_inserter(text_), "{:.2f} → {:.2f} ({:+.2f})", change.before, change.after,
                       change.after - change.before);
        line(token_labels().label(change.token), {text_.data(), text_.size()}, t.text);
    }
}

/// Opens the three models that differ only in how heads share keys and values.
void CachePanel::draw_sharing(const Snapshot& s, Commands& commands) {
    const std::filesystem::path models = find_asset("models");
    std::error_code failed;
    if (models.empty() ||
        !std::filesystem::exists(models / k_sharing_models[0] / "model.safetensors", failed))
        return;
    ImGui::Dummy({1, px(10)});
    if (push_button("MHA, GQA, MQA side by side")) {
        const auto path = [&](int i) {
            return (models / k_sharing_models[static_cast<std::size_t>(i)]).string();
        };
        commands.post(command::Open{path(0), "", s.prompt.empty() ? "Once upon a time" : s.prompt});
        for (const int i : {1, 2}) {
            command::AddRun run;
            run.model = path(i);
            run.name = k_sharing_models[static_cast<std::size_t>(i)];
            commands.post(std::move(run));
        }
        commands.post(command::Step{12});
    }
    tooltip("Three models of one recipe: a key-value head for each head, for two heads, for all four.");
}

/// The same formula for models that do not fit here.
void CachePanel::draw_known_models() {
    const Theme& t = theme();
    if (known_models().empty()) return;
    ImGui::Dummy({1, px(10)});
    line("large models, 2 bytes a number, at", "", t.muted);
    auto chosen = static_cast<int>(options_.context);
    if (segmented_control("context", chosen, k_contexts, ControlSize::small))
        options_.context = static_cast<CacheContext>(chosen);
    ImGui::Dummy({1, px(4)});
    const int tokens = k_context_tokens[static_cast<std::size_t>(options_.context)];
    double most = 0;
    for (const KnownModel& m : known_models()) most = std::max(most, m.cache_bytes(tokens));
    for (const KnownModel& m : known_models()) {
        const double bytes = m.cache_bytes(tokens);
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float width = available_width() * static_cast<float>(bytes / most);
        draw_fill(*ImGui::GetWindowDrawList(),
                  {{at.x, at.y + px(1)}, {at.x + std::max(width, 1.0f), at.y + px(k_line - 1)}},
                  with_alpha(t.fill(ColourRole::key), 0.22f), px(3));
        text_.clear();
        fmt::format_to(std::back_inserter(text_), "{}: {} of {} heads{}", m.name, m.n_kv_heads, m.n_heads,
                       tokens > m.n_ctx ? ", beyond its context" : "");
        line({text_.data(), text_.size()}, shown_size(static_cast<std::uintmax_t>(bytes)), t.text);
        tooltip(m.source);
    }
}

} // namespace

std::unique_ptr<Panel> make_cache_panel() { return std::make_unique<CachePanel>(); }

} // namespace gf::ui
