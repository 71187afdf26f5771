#include "app/panels/all_panels.h"

#include "app/panels/attribution/attribution_panel.h"
#include "app/panels/cache/cache_panel.h"
#include "app/panels/flow/flow_panel.h"
#include "app/panels/heads/head_panel.h"
#include "app/panels/heads/heads_panel.h"
#include "app/panels/inspector/inspector_panel.h"
#include "app/panels/lab/claims_panel.h"
#include "app/panels/lab/experiment_panel.h"
#include "app/panels/lab/lesson_panel.h"
#include "app/panels/lens/lens_panel.h"
#include "app/panels/masks/mask_demos_panel.h"
#include "app/panels/masks/mask_effect_panel.h"
#include "app/panels/masks/masks_panel.h"
#include "app/panels/outline/outline_panel.h"
#include "app/panels/positions/positions_panel.h"
#include "app/panels/routing/load_panel.h"
#include "app/panels/routing/router_panel.h"
#include "app/panels/routing/routing_panel.h"
#include "app/panels/sampling/sampling_panel.h"
#include "app/panels/text/text_panel.h"
#include "app/panels/watches/watches_panel.h"

namespace gf::ui {

std::vector<std::unique_ptr<Panel>> make_all_panels() {
    std::vector<std::unique_ptr<Panel>> panels;
    panels.push_back(make_outline_panel());
    panels.push_back(make_flow_panel());
    panels.push_back(make_sampling_panel());
    panels.push_back(make_heads_panel());
    panels.push_back(make_head_panel());
    panels.push_back(make_masks_panel());
    panels.push_back(make_mask_effect_panel());
    panels.push_back(make_mask_demos_panel());
    panels.push_back(make_inspector_panel());
    panels.push_back(make_cache_panel());
    panels.push_back(make_positions_panel());
    panels.push_back(make_routing_panel());
    panels.push_back(make_router_panel());
    panels.push_back(make_load_panel());
    panels.push_back(make_lens_panel());
    panels.push_back(make_attribution_panel());
    panels.push_back(make_text_panel());
    panels.push_back(make_watches_panel());
    panels.push_back(make_lesson_panel());
    panels.push_back(make_experiment_panel());
    panels.push_back(make_claims_panel());
    return panels;
}

} // namespace gf::ui
