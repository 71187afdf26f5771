// What the stories share: beginnings, days, feelings, thanks, endings.

#include "train/tinyville/grammar_text.h"

namespace gf::tinyville {

const char* const k_grammar_pieces =
    R"(
define trait = (small|young|clever|kind|cheerful|brave|quiet|busy|shy|merry|friendly|gentle|curious|polite)

define open(H,P) =
 (Once upon a time, {H+} lived {P.at}.
 |{H+} lived {P.at}.
 |Once there was a <trait> {H.k} called {H}. {H.He} lived {P.at}.
 |(Long ago|Not long ago|Once), a <trait> {H.k} called {H} lived {P.at}.
 |There was once a <trait> {H.k} (called|named) {H}, who lived {P.at}.
 |This is a story about {H+}, who lived {P.at}.) {!lived H P}

define openkin(H,F,P) =
 ({H+} lived {P.at} with {H.his} {F.bro} {F}.
 |(Once upon a time|Once|Long ago), {H+} and {H.his} {F.bro} {F} lived {P.at}.
 |Once there was a <trait> {H.k} called {H}, who lived {P.at} with {H.his} {F.bro} {F}.
 |A <trait> {H.k} called {H} lived {P.at} with {H.his} {F.bro} {F}.
 |{H+} and {H.his} {F.bro} {F} lived {P.at}.) {!lived H P}

define befriend(H,F) =
 ({H.His} (best|dearest|oldest) friend was {F+}.
 |{H.He} had a (good|dear|close) friend called {F+}.
 |{H.He} often played with {F+}.
 |{F+} was {H.his} (best|dearest) friend.)

define habit(H) =
 ({H.He} liked to <hobby>.
 |Every (morning|evening), {H.he} liked to <hobby>.
 |There was nothing {H.he} liked more than to <hobby>.)

define hobby = (look at the clouds|count the stars|pick flowers|tell jokes|take long walks)"
    R"(|make up songs|feed the birds|look for shells|watch the rain|climb trees|sit in the sun|draw pictures)

define love(H,O) =
 ({H} had {O.a} {O}. {!owned H O} {H.He} loved {O.them} (very much|more than anything|dearly).
 |{H} had {O.a} {O} and took {O.them} everywhere. {!owned H O}
 |{H} was (very|so) proud of {H.his} {O}. {!owned H O}
 |The {O} {O.was} {H}'s favourite (treasure|thing). {!owned H O})

define oneday =
 (*3 One day,
 |*3 One (fine|sunny|warm|bright|quiet|rainy|windy|misty|cloudy) (morning|afternoon|day),
 |On a (fine|sunny|warm|bright) (morning|afternoon) in (spring^season|summer),
 |On a (windy|misty|rainy|grey) (morning|afternoon) in autumn,
 |On a (cold|frosty|snowy|clear) (morning|afternoon) in winter,
 |Early one morning,
 |One (Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday) (morning|afternoon),)

define went = (went|walked|ran|hurried)

define sad(X) =
 ({X} was (very |so |)(sad|unhappy|upset).
 |{X} felt (very |)(sad|unhappy|miserable).
 |{X} (sat down and cried|began to cry|wanted to cry).
 |"Oh (no|dear)!" (said|cried) {X}.
 |"What (shall|can) I do?" (said|cried|asked) {X}.
 |{X} did not know what to do.)

define cheer(X,Y) =
 ("Do not (cry|worry|be sad), {X}," said {Y}.
 |"(Cheer up|Never mind), {X}," said {Y}.
 |{Y} gave {X} a (big|long|warm) hug.
 |{Y} put an arm around {X}.)

define thank(X,Y) =
 ({X} thanked {Y}.
 |{X} thanked {Y} (again and again|with all {X.his} heart|many times).
 |{X} thanked {Y} and gave {Y.him} a (big|long|warm) hug.
 |"Thank you, {Y}!" (said|cried) {X}.
 |"Thank you(| so much| very much)," said {X} to {Y}.
 |"You are (very kind|so good|the best), {Y}," said {X}. "Thank you!") {!thanked X Y}

define welcome(Y) =
 ({Y} (smiled|laughed).
 |{Y} was (glad|happy|pleased) to help.
 |"You are welcome," said {Y}.
 |"(It was|That was) (nothing|no trouble)," said {Y}.
 |"I am (glad|happy) that I could help," said {Y}.)

define ask(X,Y) =
 ("What is (wrong|the matter), {X}?" asked {Y}.
 |"Why are you (so |)(sad|unhappy), {X}?" asked {Y}.
 |{Y} asked {X} what was (wrong|the matter).)

define homeward(H,F) =
 ((Then|After that,|In the evening,|At last,) )"
    R"(they (went|walked|ran) home (together|side by side|hand in hand).
 |They (talked|sang|laughed) all the way home.
 |)

define close(H) =
 (That night, {H} (slept well|fell asleep with a smile|had happy dreams|lay in bed and smiled).
 |{H} was happy (all day long|for the rest of the day|for the whole week).
 |{H} never forgot that day.
 |(That was|It had been) the best day of the (week|month|year) for {H}.
 |And that is how the story of {H} ends.
 |And {H} lived happily ever after.)

define closepair(H,F) =
 (They (were|stayed) (good|best|close|dear) friends from that day on.
 |From that day on, {H} and {F} were the best of friends.
 |{H} and {F} never forgot that day.
 |{H} and {F} were both happy.
 |And {H} and {F} lived happily ever after.
 |That (night|evening), {H} and {F} both slept well.)

define closekin(H,F) =
 ({H} and {F} never forgot that day.
 |{H} and {F} were both happy.
 |And {H} and {F} lived happily ever after.
 |That night, {H} and {F} both (slept well|had happy dreams).
 |{H} and {F} talked about it (all evening|until bedtime|for many days).)
)";

} // namespace gf::tinyville
