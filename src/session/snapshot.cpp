#include "session/snapshot.h"

#include <utility>

namespace gf {

Snapshot encoder_snapshot(const Snapshot& s) {
    Snapshot of_encoder = s;
    of_encoder.runs = {s.source_run};
    of_encoder.cursor = of_encoder.rows_wanted = s.source_run.rows;
    std::swap(of_encoder.edits, of_encoder.other_edits);
    of_encoder.rows_again = of_encoder.layer_kept = of_encoder.layer_rows = -1;
    of_encoder.layer_bytes = 0;
    return of_encoder;
}

} // namespace gf
