#pragma once
// Buckets of distances (T5, Raffel et al. 2020): what each head adds to a score by how far the key stands
// behind the query, or ahead of it. Used by the panel Positions.

#include "app/panels/positions/stage_context.h"

namespace gf::ui {

void draw_bucket_stage(const StageContext& c);

} // namespace gf::ui
