#pragma once
// What the sampling panel says of the effect of its stages. Used by the tests of this folder.

#include "app/workbench_support.h"

namespace gf::ui::tests {

/// "entropy 3.46 → 2.10 bits; 5 of 53 tokens left"; empty where the stages do nothing.
inline std::string entropy_line(const Bench& bench) {
    const auto texts = bench.ui.texts("Sampling");
    for (std::size_t i = 0; i + 1 < texts.size(); ++i)
        if (texts[i].ends_with(" bits") && texts[i].find("→") != std::string::npos)
            return "entropy " + texts[i] + texts[i + 1];
    return {};
}

} // namespace gf::ui::tests
