// The first eight stories: lost, mend, wind, quarrel, gift, trade, fear, learn. Each has a goal, a trouble,
// help and an end.

#include "train/tinyville/grammar_text.h"

namespace gf::tinyville {

const char* const k_grammar_stories_lost_to_learn =
    R"(
document lost story 13
roles H person, F person, K person, O thing, P home, Q out, R out
facts lives H P, kin H F, owns H O
tell <openkin H F P> [<love H O>|]
 [<oneday> {H} could not find {H.his} {O}.
 |<oneday> {H} lost {H.his} {O}.
 |<oneday> {H} woke up and {H.his} {O} {O.was} gone.
 |<oneday> {H} wanted to {O.use} {H.his} {O}, but {O.it} {O.was} not there.]
 [<sad H>|]
 [("Did you leave|"Have you left|"Did you forget) {O.them} {Q.at}?" asked {F}.
 |"Where did you (last see|see) {O.them}?" asked {F}. "I think I left {O.them} {Q.at}," said {H}.
 |"(We will find|Let us look for) {O.them} together," said {F}. "Let us (start|begin) {Q.at}."]
 (They <went> {Q.to}, but the {O.n} {O.was} not there.
 |They looked everywhere {Q.at}, but they (could not find {O.them}|did not find {O.them}).)
 [(Then|On the way home,|A little later,) they met {K+}. )"
    R"("Have you seen {O.a} {O}?" asked {H}. "Yes," said {K}. "I found {O.them} {R.at}."
  {K} gave the {O.n} back to {H}. {!gave K H O} <thank H K> (<welcome K>|)
 |Then they asked {K+} for help. {K} (looked|searched) (everywhere|high and low|for a long time) with them. )"
    R"(At last, {K.he} found the {O.n} {R.at}. {!found K O R}
  <thank H K> (<welcome K>|)
 |Then they <went> {R.to}. There, {F} found the {O.n} under (a bush|a bench|an old box|some leaves). )"
    R"({!found F O R} <thank H F> (<welcome F>|)
 |Then {K+} came along with {O.a} {O}. "I found {O.this} {O.n} {R.at}," said {K}. )"
    R"("(Do you know whose {O.it} {O.is}|Whose {O.is} {O.it})?"
  "{O.It} {O.is} (mine|my {O.n})!" (cried|said) {H}. <thank H K> (<welcome K>|)]
 [(From that day on|After that|From then on), {H} always )"
    R"(kept the {O.n} (in a safe place|by the bed|near the door|on a shelf|in a big chest).|<homeward H F>]
 <closekin H F>
 (*6 |\n Q: (Whose {O.was} the {O.n}|Who owned the {O.n})? A: {H})

document mend story 13
roles H person, F person, K person, O thing:mend, P home, Q out
facts lives H P, owns H O
tell <open H P> [<befriend H F>|{H.His} friend {F} lived (next door|near by|down the road).]
 <love H O>
 [<oneday> {H} and {F} went {Q.to}. {H} took the {O.n} with {H.him}. )"
    R"((On the way|There|Suddenly), {H} (slipped|tripped|fell down) and the {O.n} broke.
 |<oneday> {H} let {F} {O.use} the {O.n} {Q.at}. )"
    R"((But|Suddenly,) {F} dropped {O.them}, and {O.it} broke. "I am (so |very |)sorry!" (said|cried) {F}.
 |<oneday> {H} and {F} took the {O.n} {Q.to}. (But|Then) {O.it} fell on a stone and broke.]
 [<sad H>|<sad H> <cheer H F>]
 [*2 They took the broken {O.n} to {K+}. )"
    R"("Can you (mend|repair|fix) {O.them}?" asked {F}. "(I will try|Of course|Let me see)," said {K}.
 |Then {K+} came by. "I can (mend|repair|fix) your {O.n}," said {K}. )"
    R"("(Give me an hour|Come back tomorrow|Let me get my tools)."
 |"I know who can help us," said {F}. )"
    R"("{K+} can (mend|repair|fix) (anything|everything)." They took the {O.n} to {K}.]
 [{K} worked (all day|for an hour|all afternoon) )"
    R"(with (glue|nails and a hammer|string and glue|wood and wire). {!mended K O}|
  {K} (took|got) some (glue|nails|string|wire) and set to work. {!mended K O}]
 [(At last|Soon|In the end), the {O.n} {O.was} (as good as new|whole again|better than before).|
  (At last|Soon|In the end), {K} gave the {O.n} back to {H}. )"
    R"({O.It} {O.was} (as good as new|whole again|better than before). {!gave K H O}]
 <thank H K> [<welcome K>|]
 [Now {H} and {F} could {O.use} {O.them} again.|From then on, they took good care of the {O.n}.|]
 <closepair H F>
 (*6 |\n Q: Who (mended|repaired|fixed) the {O.n}? A: {K})

document wind story 13
roles H person, F person, K person, O thing:wind, P home, Q out
facts lives H P, kin H F, owns H O
tell <openkin H F P>
 [<oneday> {H} and {F} (walked|went) {Q.to}. {H} had {H.his} {O} with {H.him}. {!owned H O}
 |<oneday> {H} took {H.his} {O} {Q.to}. {!owned H O} {F} went with {H.him}.
 |<love H O> <oneday> they (walked|went) {Q.to}.]
 [(Suddenly,|Then) (a strong|a wild|a sudden) wind came and (blew|carried) the {O.n} into a (tall|high) tree.
 |(Suddenly,|Then) the wind (took|caught) the {O.n} and blew {O.them} (high |)into a tree.]
 [{H} jumped, but the branch was too high.|{H} jumped and jumped, but {H.he} could not reach {O.them}.
 |{F} threw a stick at the branch, but the {O.n} did not come down.)"
    R"(|{F} shook the tree, but the {O.n} did not come down.]
 [<sad H>|]
 [*2 {K+} (heard|saw) them and came (to help|closer). )"
    R"("I am good at climbing," said {K}. {K.He} climbed up and (brought|threw) the {O.n} down. {!helped K H}
  <thank H K> [<welcome K>|]
 |Then {K+} came by with a long (stick|ladder|pole). With it, )"
    R"({K} (reached|got) the {O.n} and gave {O.them} back to {H}. {!gave K H O} <thank H K> [<welcome K>|]
 |"Climb on my back," said {F}. So {H} climbed on {F}'s back and reached the branch. )"
    R"((Now|At last) {H.he} had {H.his} {O.n} again. <thank H F>]
 [The wind still blew, but now {H} held the {O.n} (tight|with both hands).
 |"Wind, you will not get my {O.n} again!" (said|cried) {H}.
 |{H} put the {O.n} in a bag, so that the wind could not take {O.them} again.]
 <homeward H F> <closekin H F>
 (*6 |\n Q: (Whose {O.was} the {O.n}|Whose {O.n} {O.was} in the tree)? A: {H})

document quarrel story 13
roles H person, F person, K person, O thing:toy, P home, Q out
facts lives H P, kin H F
tell <openkin H F P>
 [<oneday> they (found|saw) {O.a} {O} {Q.at}.
 |<oneday> their (aunt|uncle|grandmother|grandfather) gave them {O.a} {O}. They took {O.them} {Q.to}.]
 [{H} wanted to {O.use} {O.them}, and {F} wanted to {O.use} {O.them} too.
 |"I want to {O.use} {O.them} first!" said {H}. "No, I (do|want to be first)!" said {F}.]
 [{H} pulled and {F} pulled, until they both fell (down|into the mud|over).
 |They (shouted|quarrelled) so loudly that (the birds flew away|everybody looked at them|a baby began to cry).
 |They did not speak to each other (for an hour|all morning|until lunch).]
 [Then {K+} came by. "Why do you quarrel?" )"
    R"(asked {K}. "(You can take turns|You should share|First one and then the other)," {K.he} said.
  "(That is a good idea|You are right)," said {H}.
 |{K+} (saw|heard) them and (shook a finger|came closer). )"
    R"("If you share, you (will both be happy|can both have fun)," said {K}. {H} and {F} looked at each other.
 |(After a while|A little later|Soon), {H} felt bad. )"
    R"("I am sorry, {F}," {H.he} said. "You may {O.use} {O.them} first."]
 [*2 "I am sorry," said {F}. "I am sorry too," said {H}.|]
 [So first {F} had a turn, and then {H} had a turn.
 |So they took turns, first {F} and then {H}.
 |So {H} had a turn in the morning and {F} had a turn in the afternoon.]
 [It was much more fun (together|to share|than to quarrel).
 |They laughed and played until (the sun went down|it was dark|supper).]
 <closekin H F>

document gift story 13
roles H person, F person, K person, G gift, P home, Q out
facts lives H P
tell <open H P> <befriend H F>
 [Soon it would be {F}'s birthday. {H} wanted to give {F.him} {G.a} {G}.
 |It was almost {F}'s birthday. {H} wanted to (find|get) (a present|a gift) for {F.him}.
 |"Tomorrow is {F}'s birthday," {H} thought. "What can I give {F.him}?"]
 [But {H} had only (one coin|two coins|three coins|a few coins) in the bank^money. <sad H>
 |{H} looked in every shop (at the market|in town), but everything cost too much. <sad H>
 |{H} took (some coins|three coins|all {H.his} coins) out of the bank^money, )"
    R"(but (it was|they were) not enough.]
 [{K+} had an idea. "(Help me {Q.at}|Work for me {Q.at}), and I will give you {G.a} {G}," said {K}. )"
    R"({H} (worked hard|helped) all day. Then {K} gave {H} the {G.n}. {!gave K H G}
  <thank H K>
 |Then {H} met {K+} {Q.at}. "I have {G.a} {G}," said {K}. "You may )"
    R"(have {G.them}, because you (always help me|helped me last week|are a good neighbour)." {!gave K H G}
  <thank H K>
 |"You can make a present," said {K+}. "I will (help you|show you how)." )"
    R"(They worked (all day|until late at night) and made {G.a} {G}. <thank H K>]
 [The next (day|morning), {H} gave the {G.n} to {F}. {!gave H F G})"
    R"(|On the birthday, {H} gave {F} the {G}. {!gave H F G}|
  Then {H} <went> to {F} and gave {F.him} the {G}. {!gave H F G}]
 ["{G.This} {G.is} the best (present|gift) of all," said {F}.|"{G.Is} {G.it} for me?" asked {F}.)"
    R"(|{F} (jumped|danced) for joy.|{F} could not wait to {G.use} {G.them}.|]
 <thank F H> [<welcome H>|]
 <closepair H F>
 (*6 |\n Q: Who gave the {G.n} to {F}? A: {H})

document trade story 13
roles H person, F person, O thing, G gift, P home, Q out
facts lives H P, owns H O
tell <open H P> <love H O> <befriend H F>
 [{F} had {G.a} {G}. {!owned F G}|{F} owned {G.a} {G}. {!owned F G}]
 [<oneday> they met {Q.at}. "I like your {G.n}," said {H}. "And I like your {O.n}," said {F}.
 |<oneday> {F} came to visit. "May I {O.use} your {O.n}?" )"
    R"(asked {F}. "Yes, if I may {G.use} your {G.n}," said {H}.
 |<oneday> {H} saw the {G.n}. "I wish I had {G.a} {G} like that," said {H}. )"
    R"("(And I like your {O}|And I would love to have your {O})," said {F}.]
 [*2 So they (swapped|made a trade). )"
    R"({H} gave the {O.n} to {F}, and {F} gave the {G.n} to {H}. {!gave H F O}{!gave F H G}
  [{H} was (happy|glad) to {G.use} the {G.n}.)"
    R"(|"(This is|What) a good trade," said {F}.|{F} ran home to {O.use} the {O.n}.|]
  [Now {H} had {G.a} {G} and {F} had {O.a} {O}. (Both|The two friends) were (pleased|content).
  |But (at night|the next day), {H} missed the {O.n}. "I want my {O.n} back," {H.he} said. )"
    R"("(That is all right|I understand|Of course)," said {F}. )"
    R"("A friend is worth more than all the things in the world."]
 |"Let us share," said {H}. "You may {O.use} the {O.n} today, and I will {G.use} the {G.n}." )"
    R"(In the evening, {F} gave the {O.n} back to {H}, and {H} gave the {G.n} back to {F}.
  {!gave F H O}{!gave H F G} [They did the same (every week|the next day|many times).)"
    R"(|(Both|The two friends) were (pleased|content).]]
 ["We should do this more often," said {H}.)"
    R"(|After that, they met {Q.at} (every week|every Sunday|very often).)"
    R"(|"(Sharing|A friend like you) makes me happy," said {H}.|]
 <closepair H F>

document fear story 13
roles H person, F person, X fear, P home, Q out
facts lives H P, kin H F, fears H X
tell <openkin H F P>
 [{H} was afraid of {X}.|{H} was (brave|not afraid of much), but {H.he} was afraid of {X}.)"
    R"(|There was only one thing that {H} feared, and that was {X}.] {!feared H X}
 [*2 (One evening|One night|One day), {X.comes}.|<oneday> they walked home from {Q}. Suddenly, {X.comes}.]
 [{H} (hid behind a door|hid behind {F}|began to shake|shut {H.his} eyes|could not move).
 |"(Help|Oh no)!" cried {H}. {H.His} heart (beat fast|was pounding|jumped).]
 ["Do not be afraid, {H}," said {F}. "{X.words}.")"
    R"(|{F} took {H}'s hand. "{X.words}," said {F}.|"{X.words}," said {F} (softly|kindly|with a smile).]
 [{H} took a deep breath.|{H} looked again, (slowly|carefully).)"
    R"(|"Are you sure?" asked {H}. "I am (quite |)sure," said {F}.]
 [Then {H} saw that {F} was right.|Then {H} was not so afraid any more.)"
    R"(|{H.He} held {F}'s hand until (it was over|{H.he} felt better).]
 [*2 <thank H F>|]
 ["You are (very|so) brave," said {F}.|"Next time, I will help you," said {H}.)"
    R"(|"Everybody is afraid of something," said {F}. "Even I am."]
 <closekin H F>
 (*6 |\n Q: Who was afraid of {X}? A: {H})

document learn story 13
roles H person, F person, K person, S skill, P home, Q out
facts lives H P
tell <open H P> (<habit H>|)
 [All {H.his} friends could {S}, but {H} could not.)"
    R"(|{H} wanted to learn to {S}.|{H} could do many things, but {H.he} could not {S}.]
 [{F+} laughed at {H.him}. "It is easy to {S}," said {F}.
 |<oneday> {H} tried to {S} {Q.at}, but it went wrong. <sad H>
 |<oneday> {H} saw {F+}, who could {S} very well. )"
    R"("I will never (be able to do that|learn that)," (said|sighed) {H}.]
 [Then {K+} came (by|along). "I will teach you to {S}," said {K}.)"
    R"(|"Can you teach me to {S}?" {H} asked {K+}. "(Of course|Gladly|With pleasure)," said {K}.
 |{K+} saw {H}. "If you practise every day, you will learn it," said {K}. "I will help you."]
 [Every (day|morning|afternoon), they met {Q.at} and practised.)"
    R"(|They practised {Q.at} for (a week|many days|three weeks).]
 [The first day, {H} could not do it. The second day, it went (a little |)better.
 |(Sometimes|Once), {H} wanted to (give up|stop). "(Try again|Once more|Do not give up)," said {K}.
 |It was (hard|not easy), but {H} did not give up.]
 [(At last|In the end|One day), {H} {S.past} (all by {H.self}|better than anybody|without any help).
 |(At last|In the end|One day), {H} could {S} as well as {K}.]
 <thank H K> [<welcome K>|"I (knew|always knew) that you could do it," said {K}.]
 <close H>
 (*6 |\n Q: Who taught {H} to {S}? A: {K})
)";

} // namespace gf::tinyville
