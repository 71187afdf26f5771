#pragma once
// The toy language into which one task translates English: the object comes first, then receiver, subject and
// verb; adjectives follow their noun; endings tell the role. The models' measures use it too.
//
//   the fox sees the boat                            bota foso mirel
//   the small foxes gave the red boats to the hen    botai relai hunu fosoi simoi dovul
//
// Nouns and their adjectives end in -a (object), -u (receiver) or -o (subject), and then in -i if they are
// plural; the verb ends in -el in the present, -ul in the past, -il in the future.

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace gf::tinyville {

struct ToyNoun {
    const char *one, *many, *stem; ///< English singular and plural, toy stem
    bool alive;                    ///< can be a subject or a receiver
};
struct ToyVerb {
    const char *base, *third, *past, *stem; ///< "see", "sees", "saw", toy stem
    bool gives;                             ///< takes a receiver
};
struct ToyAdjective {
    const char *word, *stem; ///< English, toy stem
};

inline constexpr std::array<ToyNoun, 24> k_toy_nouns = {{
    {"fox", "foxes", "fos", true},   {"hen", "hens", "hun", true},    {"bear", "bears", "bor", true},
    {"mouse", "mice", "mus", true},  {"cat", "cats", "kat", true},    {"dog", "dogs", "dag", true},
    {"duck", "ducks", "duk", true},  {"goat", "goats", "gol", true},  {"owl", "owls", "ul", true},
    {"frog", "frogs", "frek", true}, {"mole", "moles", "mol", true},  {"pig", "pigs", "pek", true},
    {"boat", "boats", "bot", false}, {"kite", "kites", "kit", false}, {"lamp", "lamps", "lum", false},
    {"drum", "drums", "dur", false}, {"ball", "balls", "bal", false}, {"bell", "bells", "bil", false},
    {"book", "books", "bok", false}, {"box", "boxes", "boz", false},  {"cup", "cups", "kop", false},
    {"key", "keys", "kej", false},   {"hat", "hats", "hav", false},   {"net", "nets", "nam", false},
}};
inline constexpr std::array<ToyVerb, 12> k_toy_verbs = {{
    {"see", "sees", "saw", "mir", false},
    {"find", "finds", "found", "fan", false},
    {"like", "likes", "liked", "lik", false},
    {"hold", "holds", "held", "hod", false},
    {"take", "takes", "took", "tak", false},
    {"want", "wants", "wanted", "vun", false},
    {"carry", "carries", "carried", "kar", false},
    {"follow", "follows", "followed", "fol", false},
    {"push", "pushes", "pushed", "pus", false},
    {"wash", "washes", "washed", "vas", false},
    {"give", "gives", "gave", "dov", true},
    {"show", "shows", "showed", "sov", true},
}};
inline constexpr std::array<ToyAdjective, 8> k_toy_adjectives = {{
    {"red", "rel"},
    {"blue", "blon"},
    {"green", "gril"},
    {"small", "sim"},
    {"big", "gor"},
    {"old", "ved"},
    {"new", "nov"},
    {"white", "vit"},
}};

/// The toy translation of an English sentence made of these words; none if it is no such sentence.
std::optional<std::string> translate(std::string_view english);

} // namespace gf::tinyville
