#include "session/snapshot.h"

namespace gf {

Snapshot encoder_snapshot(const Snapshot& s) {
    static const auto no_edits = std::make_shared<const std::vector<Edit>>();
    Snapshot of_encoder = s;
    of_encoder.runs = {s.source_run};
    of_encoder.cursor = of_encoder.rows_wanted = s.source_run.rows;
    of_encoder.edits = no_edits;
    of_encoder.edits_on = true;
    of_encoder.rows_again = of_encoder.layer_kept = of_encoder.layer_rows = -1;
    of_encoder.layer_bytes = 0;
    return of_encoder;
}

} // namespace gf
