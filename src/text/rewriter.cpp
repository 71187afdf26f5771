#include "text/rewriter.h"

#include "platform/error.h"
#include "text/unicode.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace gf {

std::string Rewriter::apply(std::string_view text) const {
    const std::size_t most_bytes = 16 * text.size() + 1024;
    std::string result(text);
    for (const Step& step : steps_) {
        if (step.transform) {
            result = transform_valid(result, step.transform);
            continue;
        }
        if (step.pattern.empty()) {
            if (!result.empty()) result.insert(0, step.content);
            continue;
        }
        const std::string before = std::exchange(result, {});
        for (std::size_t at = 0; at < before.size();) {
            const std::size_t found = std::min(before.find(step.pattern, at), before.size());
            result.append(before, at, found - at);
            if (found < before.size()) result += step.content;
            if (result.size() > most_bytes)
                throw Error({where_,
                             fmt::format("steps that make at most {} bytes of {}", most_bytes, text.size()),
                             "more", "the file is damaged"});
            at = found + step.pattern.size();
        }
    }
    return result;
}

bool Rewriter::prepends() const {
    return std::any_of(steps_.begin(), steps_.end(),
                       [](const Step& s) { return s.pattern.empty() && !s.transform; });
}

} // namespace gf
