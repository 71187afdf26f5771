#include "app/view/gradient_words.h"

#include "app/view/token_labels.h"

namespace gf::ui {

std::string gradient_words(const GradientTarget& target) {
    return in_words(target, [](int token) { return token_labels().label(token); });
}

} // namespace gf::ui
