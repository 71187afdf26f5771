#pragma once
// The number whose gradients are wanted, as plain data: the command line, the session and its files all say
// it in this form. core/passes/gradients.h computes with it.

#include <functional>
#include <string>
#include <string_view>

namespace gf {

/// What gradients are of.
enum class GradientOf {
    loss,       ///< the mean cross-entropy of the next tokens, in nats
    logit,      ///< the logit of one token in one row
    difference, ///< the logit of one token minus that of another one, in one row
};
std::string_view name(GradientOf);

struct GradientTarget {
    GradientOf of = GradientOf::loss;
    int row = 0;   ///< of the logits; unused by the loss
    int token = 0; ///< id; unused by the loss
    int other = 0; ///< id of the token whose logit is subtracted; for the difference only
    bool operator==(const GradientTarget&) const = default;

    static void fields(auto& target, auto visit) { // as io/fields.h wants them
        visit("of", target.of);
        const bool is_logit = target.of != GradientOf::loss;
        visit("row", target.row, {.least = 0, .when = is_logit});
        visit("token", target.token, {.least = 0, .when = is_logit});
        visit("other", target.other, {.least = 0, .when = target.of == GradientOf::difference});
    }
};

/// In words, to follow "the gradients of ": "the loss", "the logit of token 17 in row 4". `label` writes a
/// token, here as "token 17".
std::string in_words(const GradientTarget& target, const std::function<std::string(int)>& label);
/// The short form of the command line: loss, logit:ROW:TOKEN or difference:ROW:TOKEN:OTHER.
/// @throws Error that names `where` if the text is something else
GradientTarget gradient_target_from_text(std::string_view text, const std::string& where);

} // namespace gf
