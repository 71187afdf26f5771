#pragma once
// What is derived from runs: the roles of heads, what is written to the residual stream, and so on. One
// interface, used alike by panels, the models' cards, `glassformer trace --measure` and tests. A measure is
// one pair of files here and one line in measure.cpp.

#include "core/run_view.h"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace gf {

class Measure {
  public:
    static constexpr std::size_t k_no_limit = std::numeric_limits<std::size_t>::max();

    virtual ~Measure() = default;
    /// Goes on where it stopped: reads rows, at least one, until all of the view are read or about `budget`
    /// values are. Another source of values starts anew. Returns whether all rows are read.
    virtual bool advance(const RunView& view, std::size_t budget = k_no_limit) = 0;
    /// What was measured so far, for files.
    virtual nlohmann::ordered_json result() const = 0;
};

struct MeasureRow {
    std::string_view name; ///< as options say it: "head-roles"
    std::string_view what; ///< a few words
    std::unique_ptr<Measure> (*make)();
};
/// All measures.
std::span<const MeasureRow> measure_rows();
/// @throws Error with the nearest names if there is no such measure
const MeasureRow& measure_named(const std::string& name);

} // namespace gf
