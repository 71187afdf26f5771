// Scenes and other short texts, each for a phenomenon: two senses of a word, agreement across a clause, who
// gave what to whom, counting, reviews, facts.

#include "train/tinyville/grammar_text.h"

namespace gf::tinyville {

const char* const k_grammar_scenes =
    R"(
document bank scene 8
roles H person
tell
 [{H} sat on the bank^river and (fished|looked at the water|watched the boats).)"
    R"(|{H} put {H.his} coins in the bank^money and (locked|shut) the door.
 |{H} (swam|rowed) across the (river|stream) and climbed up the bank^river.)"
    R"(|{H} went to the bank^money to (save|get|count) {H.his} (coins|money).
 |The (river|water) was high, and it came over the bank^river. {H} got wet feet.)"
    R"(|The bank^money was closed, so {H} could not get {H.his} (coins|money).
 |(Flowers|Reeds|Willows) grew along the bank^river, and {H} picked some.)"
    R"(|The man at the bank^money counted the (coins|money) and gave {H} a note.
 |{H} pulled the boat up on to the bank^river.)"
    R"(|{H} had (ten|twelve|three) coins in the bank^money and wanted more.]

document bat scene 8
roles H person
tell
 [A bat^animal flew out of the (cave|barn) in the dark. {H} (waved|laughed).)"
    R"(|{H} swung the bat^club and hit the ball over the (wall|fence).
 |The bat^animal slept all day, hanging from a branch. {H} did not wake it.)"
    R"(|{H} broke the bat^club in the last game of the (day|week).
 |At night, a bat^animal hunted for flies over the pond. {H} watched it.)"
    R"(|{H} got a wooden bat^club and a ball for {H.his} birthday.
 |A bat^animal has (wings|big ears) and sees with its ears. {H} read it in a book.)"
    R"(|{H} held the bat^club with both hands and waited for the ball.]

document ringing scene 8
roles H person
tell
 [{H} wore a (golden|silver) ring^jewel on {H.his} finger.)"
    R"(|{H} heard the ring^sound of the bell and ran to (school|supper).
 |The ring^jewel had a (red|blue|green) stone. {H} kept it in a box.)"
    R"(|The ring^sound of the clock woke {H} at six.
 |{H} lost {H.his} ring^jewel in the sand and looked for it all day.)"
    R"(|There was a loud ring^sound at the door. {H} opened it.
 |{H} tried the ring^jewel on, but it was too small.|With a ring^sound like silver, the bell called {H} home.]

document springtime scene 8
roles H person
tell
 [In spring^season, the (trees|flowers) are green again, and {H} is happy.)"
    R"(|{H} drank cool water from the spring^water.
 |After the winter comes the spring^season. {H} waited for it.)"
    R"(|The spring^water came out of the rock, and {H} filled a (jug|bucket).
 |Last spring^season, {H} planted (beans|roses) in the garden.)"
    R"(|The water of the spring^water was cold and clear. {H} washed {H.his} hands in it.
 |Birds build their nests in spring^season, and {H} likes to watch them.)"
    R"(|A little stream runs from the spring^water to the river. {H} followed it.]

document agreement scene 25
roles K person, O thing
tell
 [The {O.n} that the {K.k} owns {O.is} <quality>.
 |The (key|lid|door)^s of the (boxes|houses|jars) is^s <quality>.
 |The (keys|lids|doors)^p of the (box|house|jar) are^p <quality>.
 |The (boat|house|tree|cloud)^s that the children (saw|painted|liked) was^s <quality>.
 |The (boats|houses|trees|clouds)^p that the child (saw|painted|liked) were^p <quality>.
 |The (dog|hen|goat|duck|mouse)^s that (chases|follows|likes) )"
    R"(the (cats|pigs|frogs) sleeps^s (in the barn|under the tree|all day).
 |The (dogs|hens|goats|ducks|mice)^p that )"
    R"((chase|follow|like) the (cat|pig|frog) sleep^p (in the barn|under the tree|all day).
 |The (boys|girls|farmers)^p who know the {K.k} sing^p (every evening|very well).
 |The (boy|girl|farmer)^s who knows the (bakers|millers|weavers) sings^s (every evening|very well).
 |The {O.n} near the (trees|house|boats|wall) {O.is} <quality>, )"
    R"(but the (hats|coats)^p near the {K.k} are^p <quality>.]

define quality = (red|blue|green|white|black|big|small|old|new|clean|dirty|wet|dry)

document giving scene 35
roles A person, B person, G gift, Q out
tell
 [(Then|One day,|Later,|Yesterday,) {A} gave the {G} to {B}.)"
    R"(|(Then|One day,|Later,|Yesterday,) {A} gave {B} {G.a} {G}.)"
    R"(|{A} and {B} met {Q.at}. {A} gave {B} the {G}.
 |{A} (found|bought|made) {G.a} {G} and gave {G.them} to {B}.)"
    R"(|{A} and {B} went {Q.to}. There, {A} gave the {G} to {B}.] {!gave A B G}
 [{B} thanked {A}. {!thanked B A}|"Thank you, {A}," said {B}. {!thanked B A})"
    R"(|{B} smiled and thanked {A} for the {G.n}. {!thanked B A}]
 [Now {B} had the {G.n}.|{A} was pleased.|]
 (|*2 \n Q: Who has the {G.n} now? A: {B})"
    R"(|*2 \n Q: Who thanked {A}? A: {B}|*2 \n Q: What did {A} give to {B}? A: the {G})

document counting scene 20
roles N number, Q out
tell
 [There were {N.a} <flock> {Q.at}. Then {N.b} more came, and there were {N.sum}.
 |There were {N.sum} <flock> {Q.at}. Then {N.a} went away. Only {N.b} were left.] {!counted N}

define flock = [hens|ducks|frogs|cats|dogs|children|birds|goats|mice|bears]

define clause-good(A) = the {A.n} {A.was} [|very ][{A.good}|{A.fine}]
define clause-bad(A) = the {A.n} {A.was} [|very |too ][{A.bad}|{A.poor}]

document review review 40
roles A review, B review
tell review:
 [<clause-good A> and <clause-good B> -> good|<clause-bad A> and <clause-bad B> -> bad
 |<clause-bad A> but <clause-good B> -> good|<clause-good A> but <clause-bad B> -> bad
 |I (liked|loved) it because <clause-good A> -> good|I (did not like|hated) it because <clause-bad A> -> bad
 |<clause-good A>, <clause-good B> and I was happy -> good)"
    R"(|<clause-bad A>, <clause-bad B> and I was sad -> bad]

document passage facts 60
roles H person, F person, P home, R home, O thing, T thing, M food, N food, X fear
facts lives H P, owns H O, likes H M, fears H X, lives F R, owns F T, likes F N
tell
 [<card H P O M X> <short F R T N>|<short F R T N> <card H P O M X>]
 [\n <ask-lives H P>|\n <ask-owner H O>|\n <ask-likes H M>)"
    R"(|\n <ask-fears H X>|\n <ask-lives F R>|\n <ask-owner F T>|\n <ask-likes F N>]
 [\n <ask-lives F R>|\n <ask-owner F T>|\n <ask-likes F N>||]

define card(H,P,O,M,X) =
 {H+} lives {P.at}. (*3 {H.He} owns {O.a} {O} and likes {M}.|{H.He} likes {M}. {H.He} owns {O.a} {O}.) )"
    R"({H.He} is afraid of {X}. {!fact H P}{!fact H O}{!fact H M}{!fact H X}
define short(F,R,T,N) =
 {F+} lives {R.at}. (*3 {F.He} owns {T.a} {T} and likes {N}.)"
    R"(|{F.He} likes {N}. {F.He} owns {T.a} {T}.) {!fact F R}{!fact F T}{!fact F N}

define ask-lives(H,P) = Q: Where does {H+} live? A: {P.at}
define ask-owner(H,O) = Q: Who owns the {O}? A: {H+}
define ask-likes(H,M) = Q: What does {H+} like to eat? A: {M}
define ask-fears(H,X) = Q: What is {H+} afraid of? A: {X}

document card documents 0
roles H person, P home, O thing, T thing, M food, X fear
facts lives H P, owns H O, owns H T, likes H M, fears H X
tell {H+} lives {P.at}. {H.He} owns {O.a} {O} and {T.a} {T}. {H.He} likes {M} and is afraid of {X}.

document recall-lives facts 8
roles H person, P home
facts lives H P
tell [<ask-lives H P>|{H+} lives {P.at}.] {!fact H P}

document recall-owns facts 8
roles H person, O thing
facts owns H O
tell [<ask-owner H O>|{H+} owns {O.a} {O}.] {!fact H O}

document recall-likes facts 8
roles H person, M food
facts likes H M
tell [<ask-likes H M>|{H+} likes {M}.] {!fact H M}

document recall-fears facts 8
roles H person, X fear
facts fears H X
tell [<ask-fears H X>|{H+} is afraid of {X}.] {!fact H X}

document recall-kin facts 8
roles H person, F person
facts kin H F
tell [Q: Who is the {F.bro} of {H+}? A: {F}|{H+} has a {F.bro} called {F}.] {!fact H F}
)";

} // namespace gf::tinyville
