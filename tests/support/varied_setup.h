#pragma once
// A RunSetup that varies everything that a model has at once: masks with gaps that differ between heads and
// layers, an evicted key, moved positions, other angles, experts off and forced. Used by the tests of core.

#include "core/run_setup.h"

namespace gf::tests {

/// For runs of `n` tokens, at least 8. With `ahead` some queries see later keys.
inline RunSetup varied_setup(const ModelConfig& c, int n, bool ahead) {
    RunSetup setup;
    setup.masks = {
        {.painted = {{.rows = {3, -1}, .keys = {1, 3}}}, .heads = {0}},
        {.kind = MaskKind::sliding_window, .window = 3, .layers = {c.n_layers - 1}, .heads = {c.n_heads - 1}},
        {.painted = {{.rows = {5, 7}, .keys = {0, 1}, .visible = true}},
         .layers = {c.n_layers - 1},
         .heads = {c.n_heads - 1}},
        {.painted = {{.rows = {1, 2}}}, .layers = {0}, .heads = {0}}, // this row sees nothing
    };
    if (ahead)
        setup.masks.push_back(
            {.painted = {{.rows = {2, 4}, .keys = {5, 7}, .visible = true}}, .layers = {0}, .heads = {1}});
    setup.evicted = {{.keys = {4, 5}, .from_row = 6}};
    for (int t = 0; t < n; ++t) setup.order.push_back(2 + (t * 5 + 3) % n); // not all different for each n
    if (c.positions == Positions::rope)
        setup.rope = {.theta = 50,
                      .scaling =
                          RopeScaling{.kind = RopeScalingKind::yarn, .factor = 1.5, .original_n_ctx = 64}};
    if (c.is_moe())
        setup.experts = {{.off = {0}, .layers = {0}},
                         {.forced = {c.n_experts - 1}, .rows = {0, 5}, .layers = {c.n_layers - 1}},
                         {.swapped = {0, c.n_experts - 1}, .rows = {3, -1}}};
    return setup;
}

} // namespace gf::tests
