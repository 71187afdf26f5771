#include "app/view/gradient_words.h"

#include "app/view/token_labels.h"

#include <fmt/format.h>

namespace gf::ui {

std::string gradient_words(const GradientTarget& t) {
    const auto label = [](int token) -> const std::string& { return token_labels().label(token); };
    switch (t.of) {
    case GradientOf::loss: break;
    case GradientOf::logit: return fmt::format("the logit of {} in row {}", label(t.token), t.row);
    case GradientOf::difference:
        return fmt::format("the logit of {} minus that of {} in row {}", label(t.token), label(t.other),
                           t.row);
    }
    return "the loss";
}

} // namespace gf::ui
