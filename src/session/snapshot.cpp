#include "session/snapshot.h"

#include <algorithm>

namespace gf {

const Run* Snapshot::find_run(int id) const {
    const auto found = std::find_if(runs.begin(), runs.end(), [id](const Run& r) { return r.id == id; });
    return found == runs.end() ? nullptr : &*found;
}

const Run* Snapshot::find_run(std::string_view name) const {
    const auto found =
        std::find_if(runs.begin(), runs.end(), [name](const Run& r) { return r.name == name; });
    return found == runs.end() ? nullptr : &*found;
}

std::size_t Snapshot::n_edits() const {
    std::size_t n = 0;
    for (const Run& run : runs) n += run.edits->size();
    return n;
}

} // namespace gf
