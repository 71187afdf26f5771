// The terms for what is done with a model, and for what is measured.

#include "core/words/term_rows.h"

#include <array>

namespace gf::detail {
namespace {

using enum TermGroup;

// In the order of Term's fields: name, chapter, plain sentence, formula, more, other names.
constexpr std::array k_work_terms = {
    Term{"sampling", sampling,
         "How the next token is picked: stages decide the chances, then one token is drawn.", "",
         "The stages form a chain: each works on what the one before has left.",
         "stage, stages, sampling chain"},
    Term{"repetition penalty", sampling,
         "Tokens that the text holds already lose points, so that the model repeats itself less.",
         "logit / penalty, or logit · penalty where it is negative", "From CTRL (Keskar et al. 2019).",
         "repetition, repetition-penalty"},
    Term{"temperature", sampling, "Makes the choice bolder when it is high and safer when it is low.",
         "p = e^(logit / T) / Σ e^(logit / T)", "At 1 the model's own chances stay as they are.", "T"},
    Term{"top-k", sampling, "Only so many of the likeliest tokens stay in the draw.",
         "keep the k largest logits", "The others get a [probability] of 0."},
    Term{"top-p", sampling,
         "Only the likeliest tokens stay in the draw, as many as reach a given chance together.",
         "keep the smallest set with Σ p ≥ value", "Also nucleus sampling (Holtzman et al. 2020).",
         "nucleus"},
    Term{"min-p", sampling,
         "A token stays in the draw if it has at least a given part of the likeliest token's chance.",
         "keep p ≥ value · largest p", "From Nguyen et al. 2024."},
    Term{"greedy", sampling, "The likeliest token always wins, and nothing is left to chance.",
         "argmax of the logits", "Texts made so tend to repeat themselves."},
    Term{"draw", sampling,
         "A random number falls on a line on which each token has a part as long as its chance.",
         "the token with start ≤ u < start + p",
         "The number u, between 0 and 1, follows from the [seed] and the [position].", "u, drawn, the draw"},
    Term{"seed", sampling, "A number that decides all draws: the same seed writes the same text again.", "",
         "Another [resample] at one place takes the next number.", "random seed"},
    Term{"resample", sampling, "Draws the next token once more, with another random number.", "",
         "Another token makes a [branch].", "resamples"},

    Term{"bit", figures, "A unit of surprise: a coin toss holds one, a choice among four equal things two.",
         "log₂", "Used for [surprisal] and [entropy].", "bits"},
    Term{"surprisal", figures, "How unexpected a token was to the model; zero means that it was certain.",
         "−log₂ p", "Counted in [bit]s, of the model's own chances before any stage of [sampling]."},
    Term{"entropy", figures, "How open a choice is: every further bit means twice as many equal choices.",
         "−Σ p log₂ p", "It is the [surprisal] to be expected.", "mean surprisal"},
    Term{"perplexity", figures, "Among how many equally likely tokens the model seems to choose.",
         "2 ^ entropy", "11 equal choices make an [entropy] of 3.46 bits.", "equal choices"},
    Term{"loss", figures, "How badly a text is predicted on average; training makes it smaller.",
         "mean of −ln p", "In nats: 0.69 of them are one [bit].", "cross-entropy"},
    Term{
        "chi-square", figures,
        "How far many draws are from what their chances promise; chance alone gives about the free outcomes.",
        "χ² = Σ (seen − expected)² / expected", "The [P value] says whether it is too much.",
        "χ², goodness of fit, fit"},
    Term{"degrees of freedom", figures, "How many of the outcomes that are counted could vary freely.",
         "outcomes − 1", "Used for [chi-square].", "free"},
    Term{"P value", figures, "How often true draws would fit as badly as these, or worse.", "",
         "Below 0.001 something is probably wrong.", "p_value"},
    Term{"mean", figures, "The sum of all numbers, divided by how many there are.", "Σ x / n", "", "average"},
    Term{"least value", figures, "The smallest of all numbers there.", "", "", "min, minimum"},
    Term{"greatest value", figures, "The largest of all numbers there.", "", "", "max, maximum"},
    Term{"Euclidean norm", figures, "How long a list of numbers is, as one speaks of the length of an arrow.",
         "√(Σ x²)", "Of a matrix: of all its numbers in one list.", "length, frobenius norm"},
    Term{"shape", figures, "How many rows and columns of numbers there are.", "rows × columns"},
    Term{"NaN", figures, "A broken number: some step had no answer, such as zero divided by zero.", "",
         "Shown in magenta.", "infinite, not a number"},
    Term{"histogram", figures, "Bars that count how many of the numbers lie in each range."},
    Term{"max pooling", figures,
         "Where many values share one spot on screen, the one of largest size is shown.", "",
         "\"max-pooled 2 × 4\": one spot stands for 2 rows and 4 columns.", "max-pooled, pooling"},
    Term{"pattern entropy", figures, "How spread a head's attention is; zero when it rests on one token.",
         "mean over rows of −Σ weight · log₂ weight", "In [bit]s.", "pattern-entropy"},
    Term{"score range", figures, "The largest size that any score of a head has.", "max of |score|", "",
         "score-range"},
    Term{"loss by position", figures,
         "The loss at each place of many texts: it falls as there is more to read, and rises where too much "
         "is.",
         "",
         "Beyond the length that a model was trained on it tells whether the model still knows a [position].",
         "how far it reaches"},
    Term{"position probe", figures,
         "A small reader that was taught to tell from a token's numbers alone where it stands.",
         "R² = 1 − squared error / variance",
         "Ridge regression on the [residual stream], tested on other texts than it was taught on. 1 means "
         "exactly, 0 "
         "means no better than always guessing the middle.",
         "probe for the position"},
    Term{"order of the words", figures,
         "Which word stands where: a model that is told no positions may not notice when words trade places.",
         "", "Without a [mask] and without positions it cannot: its [logit]s only change places.", "order"},
    Term{
        "attribution", figures,
        "What each part of the model added to the points of a token; all additions together make the points.",
        "",
        "The [residual stream] is a sum, so a [logit] is one, too, once the divisors of norms are taken as "
        "they "
        "were. Switching a part off changes more or less than it added: later parts answer.",
        "direct logit attribution, part effects"},
    Term{"logit lens", figures,
         "What the model would say if it stopped at a layer: its notes read as if they were the last ones.",
         "softmax(norm(x) · W_U) at every layer",
         "It assumes that each layer already speaks the output's language. With one table for reading and "
         "writing "
         "words the first layer names the token itself (nostalgebraist 2020). See [residual stream] and "
         "[logit].",
         "lens"},
    Term{"what a part writes", figures,
         "How long the list of numbers is that a part adds to a token's notes.", "√(Σ out²)",
         "Compare it with the length of the [residual stream].", "stream measures"},
    Term{"trace", figures, "All numbers of a run, kept so that any of them can be looked at.", "",
         "Its size stands in the bar below.", "activations"},
    Term{"tokens per second", figures, "How many tokens the model writes in a second.", "", "",
         "tokens/s, speed"},

    Term{"head role", roles, "What a head seems to do on a text, judged by where its attention goes.",
         "mean weight on the places of the role",
         "It rests on cases: rows that have such a place to look at. With fewer than five it is a guess.",
         "roles, role, head-roles"},
    Term{"first token", roles, "A head that rests on the first token, often because it has nothing to add.",
         "mean weight on the first token", "Known as an attention sink (Xiao et al. 2023).",
         "first-token attention, attention sink, first-token"},
    Term{"previous token", roles, "A head that looks at the token just before.",
         "mean weight on the token before", "The first half of an [induction] pair (Olsson et al. 2022)."},
    Term{"duplicate", roles, "A head that looks at earlier places of the same token.",
         "mean weight on earlier equal tokens", "From Wang et al. 2022.", "duplicate token"},
    Term{"induction", roles, "A head that looks at what came after the same token before, to say it again.",
         "mean weight on tokens behind earlier equal tokens",
         "It lets a model go on with a pattern that it has seen once (Elhage et al. 2021).",
         "induction head"},
    Term{"local", roles, "A head that looks at the token itself and at the three before it.",
         "mean weight on the last four tokens", "Only rows that could read further count."},
    Term{"case", roles, "A row of the text in which a head could have played the role.", "",
         "A [head role] that rests on few of them may be chance.", "cases"},
    Term{"probe text", roles, "A fixed text on which heads are measured, so that models can be compared.", "",
         "It repeats a row of tokens of the [vocabulary] that chance has picked, so that every [head role] "
         "has "
         "many cases.",
         "probe"},

    Term{"run", runs, "One computation of one text by one model, with all its numbers.", "",
         "Several can go on in [lock-step].", "runs, text"},
    Term{"branch", runs, "Another way in which the text goes on from some token.", "",
         "Made by a [resample] or by choosing another token.", "branches"},
    Term{"setup", runs, "What a run does in another way than its model: masks, positions, experts.", "",
         "It changes no [parameter].", "run setup"},
    Term{"edit", runs, "A number that a person changes; all that depends on it is computed anew.", "",
         "Kinds: scale, values, add, donor. E switches all of them off and on.", "edits"},
    Term{"ablation", runs, "Switching a part off, to see what the model does without it.", "scale by 0",
         "An [edit]: X does it to the head in focus.", "ablate, switch off"},
    Term{"steering", runs, "Adding to a token's numbers, to push the model in some direction.",
         "x + direction", "An [edit] of the kind add.", "add"},
    Term{"activation patching", runs,
         "Taking numbers from another run, to see which of them make the difference.", "x = x of the donor",
         "An [edit] whose numbers come from a donor (Vig et al. 2020).", "donor, patching"},
    Term{"difference", runs, "What a run has more than another one, number by number.", "x − x of the other",
         "Both must have been computed by a model of the same [shape].", "compare, side by side"},
    Term{"lock-step", runs, "Two runs go on together, token by token, so that they can be compared.", "",
         "By default the first one draws and the others read its tokens.", "compared run"},
    Term{"gradient", runs, "How much a result would change if this number were a little larger.",
         "∂ result / ∂ x", "The result is the [loss], a [logit], or a difference of two.", "gradients"},
    Term{"precedent", runs, "A number that this one is computed from.", "",
         "Outlined with a solid line wherever it is on screen.", "precedents"},
    Term{"dependent", runs, "A number that is computed with this one.", "",
         "Outlined with a dashed line while Alt is held.", "dependents"},
};

} // namespace

std::span<const Term> work_terms() { return k_work_terms; }

} // namespace gf::detail
