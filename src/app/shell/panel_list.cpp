#include "app/shell/panel_list.h"

#include "core/name_matching.h"
#include "platform/error.h"

#include <algorithm>

namespace gf::ui {
namespace {

std::string nearest(std::string_view wanted, const std::vector<std::string>& valid) {
    return "nearest: " + nearest_names(wanted, valid);
}

} // namespace

std::vector<std::string> panel_titles(PanelList panels) {
    std::vector<std::string> titles;
    for (const auto& panel : panels) titles.emplace_back(panel->title());
    return titles;
}

void set_panel_option(PanelList panels, const command::SetView& view) {
    const auto panel =
        std::ranges::find_if(panels, [&](const auto& candidate) { return candidate->title() == view.panel; });
    if (panel == panels.end())
        throw Error(
            {"view", "a panel; " + nearest(view.panel, panel_titles(panels)), "'" + view.panel + "'", ""});
    const std::vector<PanelOption> options = (*panel)->options();
    const auto option = std::ranges::find(options, view.option, &PanelOption::name);
    if (option == options.end()) {
        std::vector<std::string> names;
        for (const PanelOption& valid : options) names.emplace_back(valid.name);
        throw Error({"view " + view.panel, "an option of the panel; " + nearest(view.option, names),
                     "'" + view.option + "'", ""});
    }
    const std::vector<std::string> values(option->values.begin(), option->values.end());
    if (!values.empty() && std::ranges::find(values, view.value) == values.end())
        throw Error({"view " + view.panel + " " + view.option, nearest(view.value, values),
                     "'" + view.value + "'", ""});
    (*panel)->choose(view.option, view.value);
}

} // namespace gf::ui
