#include "app/panels/inspector/name_search.h"

#include "app/host/imgui_host.h"
#include "app/widgets/fuzzy_score.h"
#include "app/widgets/menu.h"
#include "app/widgets/text_field.h"
#include "core/site_names.h"

#include <algorithm>
#include <utility>

namespace gf::ui {
namespace {

constexpr int k_rows_shown = 10;
constexpr float k_good_score = 20; // of fuzzy_score()
constexpr const char* k_follow_focus = "what is in focus";

} // namespace

void NameSearch::collect_names(const std::shared_ptr<const Model>& model) {
    if (model == model_) return;
    model_ = model;
    names_.clear();
    names_.push_back({k_follow_focus, "follows the mouse and pins"});
    for (const NamedSite& n : named_sites(*model->weights))
        names_.push_back(
            {n.name, std::string(site_words(model->weights->config_of(n.stack), n.site.site).name)});
    for (const ParamRow& p : model->weights->table) {
        std::string shape;
        for (const int n : p.shape) shape += (shape.empty() ? "" : " × ") + std::to_string(n);
        names_.push_back({p.name, "parameter " + shape});
    }
    hits_query_ = "\n";
}

void NameSearch::find_hits() {
    hits_query_ = query_;
    hits_.clear();
    for (std::size_t i = 0; i < names_.size(); ++i) {
        float score = fuzzy_score(query_, names_[i].name);
        // A name that fits badly may still be found by its words; they count half.
        if (score < k_good_score && !query_.empty())
            score = std::max(score, 0.5f * fuzzy_score(query_, names_[i].words));
        if (score >= 0) hits_.push_back({query_.empty() ? 0 : score, i});
    }
    std::stable_sort(hits_.begin(), hits_.end(),
                     [](const Hit& a, const Hit& b) { return a.score > b.score; });
    highlighted_ = 0;
    scrolls_ = true;
}

void NameSearch::move_highlight() {
    const int n = static_cast<int>(hits_.size());
    const int step = ImGui::IsKeyPressed(ImGuiKey_DownArrow) - ImGui::IsKeyPressed(ImGuiKey_UpArrow);
    if (step == 0 || n == 0) return;
    highlighted_ = std::clamp(highlighted_ + step, 0, n - 1);
    scrolls_ = true;
}

void NameSearch::scroll_to_highlight(float row_height) {
    const float top = row_height * static_cast<float>(highlighted_), page = ImGui::GetWindowHeight();
    if (top < ImGui::GetScrollY()) ImGui::SetScrollY(top);
    if (top + row_height > ImGui::GetScrollY() + page) ImGui::SetScrollY(top + row_height - page);
}

std::optional<std::string> NameSearch::draw(const std::shared_ptr<const Model>& model, float width) {
    collect_names(model);
    if (ImGui::IsWindowAppearing()) {
        query_.clear();
        ImGui::SetKeyboardFocusHere();
    }
    const bool entered =
        text_field("Search", query_, "A few letters of a site or parameter", width,
                   ImGuiInputTextFlags_CallbackHistory | ImGuiInputTextFlags_EnterReturnsTrue);
    if (query_ != hits_query_) find_hits();
    const int n = static_cast<int>(hits_.size());
    move_highlight();
    std::optional<std::string> chosen;
    const auto choose = [&](int i) {
        const std::size_t name = hits_[static_cast<std::size_t>(i)].name;
        chosen = name == 0 ? "" : names_[name].name;
    };
    const float row_height = px(k_menu_row_height);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    ImGui::Dummy({width, px(6)});
    ImGui::BeginChild("names", {width, row_height * static_cast<float>(k_rows_shown)});
    if (std::exchange(scrolls_, false)) scroll_to_highlight(row_height);
    if (n == 0) menu_heading("Nothing of that name.");
    ImGuiListClipper clipper;
    clipper.Begin(n, row_height);
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const Name& name = names_[hits_[static_cast<std::size_t>(i)].name];
            if (menu_row(name.name.c_str(),
                         {.text = name.name, .detail = name.words, .lit = i == highlighted_}))
                choose(i);
        }
    ImGui::EndChild();
    ImGui::PopStyleVar();
    if (entered && n > 0) choose(highlighted_);
    return chosen;
}

} // namespace gf::ui
