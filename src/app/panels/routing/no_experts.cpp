#include "app/panels/routing/no_experts.h"

#include "app/view/not_kept_notice.h"
#include "app/widgets/buttons.h"
#include "app/widgets/plain_text.h"
#include "io/assets.h"

#include <algorithm>

namespace gf::ui {

bool draw_no_experts_notice(const View& v, int layer, Commands& commands) {
    if (v.config().is_moe()) {
        if (v.trace().kept(Site::expert_indices, layer) && v.trace().kept(Site::mlp_post, layer))
            return false;
        draw_not_kept_notice(v, layer);
        return true;
    }
    wrapped_text("This model has one MLP in every layer. In a mixture of experts a router sends each token "
                 "to a few of "
                 "several: here stand its choices, and what they cost and save.",
                 ImGui::GetContentRegionAvail().x, theme().muted);
    const std::filesystem::path model = find_asset("models/story-moe");
    if (model.empty()) return true;
    vertical_space(8);
    if (push_button("Open story-moe"))
        commands.post(command::Open{model.string(), "",
                                    "Pip the fox had a red kite. He gave it to Ivy. sum: 47 + 85 ="});
    return true;
}

int routed_layer(const View& v, const Selection& selection) {
    return std::clamp(selection.head_in_view().layer, 0, v.config().n_layers - 1);
}

} // namespace gf::ui
