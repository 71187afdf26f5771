#include "session/snapshot.h"

#include <utility>

namespace gf {

Snapshot encoder_snapshot(const Snapshot& snapshot) {
    Snapshot of_encoder = snapshot;
    of_encoder.runs = {snapshot.source_run};
    of_encoder.cursor = of_encoder.rows_wanted = snapshot.source_run.rows;
    std::swap(of_encoder.edits, of_encoder.other_stack_edits);
    std::swap(of_encoder.layer, of_encoder.other_stack_layer);
    of_encoder.rows_recomputed = -1;
    return of_encoder;
}

} // namespace gf
