#pragma once
// Evaluates the claims of a lab on several seeds. Used by `glassformer lab` and its document.

#include "labs/course.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace gf {

/// A claim over all seeds: the median counts, the spread is shown.
struct CheckedClaim {
    Claim claim; ///< `measured` is the median
    double least = 0, greatest = 0;
};

struct CheckedLab {
    std::string id;
    std::vector<CheckedClaim> claims;
    double seconds = 0; ///< of all seeds together
    bool holds() const;
};

/// Runs the lab's experiment once for each seed. `on_progress` is called between slices of work.
/// @throws Error for a lab that is not built yet, and as its experiment does
CheckedLab check_lab(
    const CourseRow& lab, const std::vector<std::uint64_t>& seeds, LabSize size,
    const std::function<void(const LabProgress&)>& on_progress = [](const LabProgress&) {});

/// [{"id", "statement", "measured", "least", "greatest", "threshold", "verdict"} ...], "seconds".
nlohmann::ordered_json to_json(const CheckedLab& lab);

/// docs/labs.md: all 49 with their claims and what was measured, from assets/labs/checked.json.
std::string labs_markdown(const nlohmann::json& checked);

} // namespace gf
