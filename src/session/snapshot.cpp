#include "session/snapshot.h"

#include <utility>

namespace gf {

Snapshot encoder_snapshot(const Snapshot& s) {
    Snapshot of_encoder = s;
    of_encoder.runs = {s.source_run};
    of_encoder.cursor = of_encoder.rows_wanted = s.source_run.rows;
    std::swap(of_encoder.edits, of_encoder.other_edits);
    std::swap(of_encoder.layer, of_encoder.other_layer);
    of_encoder.rows_again = -1;
    return of_encoder;
}

} // namespace gf
