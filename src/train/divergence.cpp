#include "train/divergence.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace gf {

std::optional<std::string> DivergenceWatch::update(double loss, double gradient_norm) {
    if (!std::isfinite(loss)) return fmt::format("the loss is {}", loss);
    if (!std::isfinite(gradient_norm)) return fmt::format("the length of the gradient is {}", gradient_norm);
    mean = n_steps == 0 ? loss : 0.9 * mean + 0.1 * loss;
    lowest = n_steps == 0 ? mean : std::min(lowest, mean);
    ++n_steps;
    if (!is_plausible(mean))
        return fmt::format("the loss has grown to {:.3f} (running mean) from {:.3f}", mean, lowest);
    return std::nullopt;
}

bool DivergenceWatch::is_plausible(double loss) const {
    return std::isfinite(loss) && (n_steps == 0 || loss <= 3 * std::abs(lowest) + 1);
}

} // namespace gf
