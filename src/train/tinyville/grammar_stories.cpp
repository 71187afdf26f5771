// The stories: each has a goal, a trouble, help and an end.

#include "train/tinyville/grammar.h"

namespace gf::tinyville {

const char* const k_grammar_stories[3] = {R"(
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
 [(Then|On the way home,|A little later,) they met {K+}. "Have you seen {O.a} {O}?" asked {H}. "Yes," said {K}. "I found {O.them} {R.at}."
  {K} gave the {O.n} back to {H}. {!gave K H O} <thank H K> (<welcome K>|)
 |Then they asked {K+} for help. {K} (looked|searched) (everywhere|high and low|for a long time) with them. At last, {K.he} found the {O.n} {R.at}. {!found K O R}
  <thank H K> (<welcome K>|)
 |Then they <went> {R.to}. There, {F} found the {O.n} under (a bush|a bench|an old box|some leaves). {!found F O R} <thank H F> (<welcome F>|)
 |Then {K+} came along with {O.a} {O}. "I found {O.this} {O.n} {R.at}," said {K}. "(Do you know whose {O.it} {O.is}|Whose {O.is} {O.it})?"
  "{O.It} {O.is} (mine|my {O.n})!" (cried|said) {H}. <thank H K> (<welcome K>|)]
 [(From that day on|After that|From then on), {H} always kept the {O.n} (in a safe place|by the bed|near the door|on a shelf|in a big chest).|<homeward H F>]
 <closekin H F>
 (*6 |\n Q: (Whose {O.was} the {O.n}|Who owned the {O.n})? A: {H})

document mend story 13
roles H person, F person, K person, O thing:mend, P home, Q out
facts lives H P, owns H O
tell <open H P> [<befriend H F>|{H.His} friend {F} lived (next door|near by|down the road).]
 <love H O>
 [<oneday> {H} and {F} went {Q.to}. {H} took the {O.n} with {H.him}. (On the way|There|Suddenly), {H} (slipped|tripped|fell down) and the {O.n} broke.
 |<oneday> {H} let {F} {O.use} the {O.n} {Q.at}. (But|Suddenly,) {F} dropped {O.them}, and {O.it} broke. "I am (so |very |)sorry!" (said|cried) {F}.
 |<oneday> {H} and {F} took the {O.n} {Q.to}. (But|Then) {O.it} fell on a stone and broke.]
 [<sad H>|<sad H> <cheer H F>]
 [*2 They took the broken {O.n} to {K+}. "Can you (mend|repair|fix) {O.them}?" asked {F}. "(I will try|Of course|Let me see)," said {K}.
 |Then {K+} came by. "I can (mend|repair|fix) your {O.n}," said {K}. "(Give me an hour|Come back tomorrow|Let me get my tools)."
 |"I know who can help us," said {F}. "{K+} can (mend|repair|fix) (anything|everything)." They took the {O.n} to {K}.]
 [{K} worked (all day|for an hour|all afternoon) with (glue|nails and a hammer|string and glue|wood and wire). {!mended K O}|
  {K} (took|got) some (glue|nails|string|wire) and set to work. {!mended K O}]
 [(At last|Soon|In the end), the {O.n} {O.was} (as good as new|whole again|better than before).|
  (At last|Soon|In the end), {K} gave the {O.n} back to {H}. {O.It} {O.was} (as good as new|whole again|better than before). {!gave K H O}]
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
 |{F} threw a stick at the branch, but the {O.n} did not come down.|{F} shook the tree, but the {O.n} did not come down.]
 [<sad H>|]
 [*2 {K+} (heard|saw) them and came (to help|closer). "I am good at climbing," said {K}. {K.He} climbed up and (brought|threw) the {O.n} down. {!helped K H}
  <thank H K> [<welcome K>|]
 |Then {K+} came by with a long (stick|ladder|pole). With it, {K} (reached|got) the {O.n} and gave {O.them} back to {H}. {!gave K H O} <thank H K> [<welcome K>|]
 |"Climb on my back," said {F}. So {H} climbed on {F}'s back and reached the branch. (Now|At last) {H.he} had {H.his} {O.n} again. <thank H F>]
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
 [Then {K+} came by. "Why do you quarrel?" asked {K}. "(You can take turns|You should share|First one and then the other)," {K.he} said.
  "(That is a good idea|You are right)," said {H}.
 |{K+} (saw|heard) them and (shook a finger|came closer). "If you share, you (will both be happy|can both have fun)," said {K}. {H} and {F} looked at each other.
 |(After a while|A little later|Soon), {H} felt bad. "I am sorry, {F}," {H.he} said. "You may {O.use} {O.them} first."]
 [*2 "I am sorry," said {F}. "I am sorry too," said {H}.|]
 [So first {F} had a turn, and then {H} had a turn.
 |So they took turns, first {F} and then {H}.
 |So {H} had a turn in the morning and {F} had a turn in the afternoon.]
 [It was much more fun (together|to share|than to quarrel).
 |They laughed and played until (the sun went down|it was dark|supper).]
 <closekin H F>
)",
                                          R"(
document gift story 13
roles H person, F person, K person, G gift, P home, Q out
facts lives H P
tell <open H P> <befriend H F>
 [Soon it would be {F}'s birthday. {H} wanted to give {F.him} {G.a} {G}.
 |It was almost {F}'s birthday. {H} wanted to (find|get) (a present|a gift) for {F.him}.
 |"Tomorrow is {F}'s birthday," {H} thought. "What can I give {F.him}?"]
 [But {H} had only (one coin|two coins|three coins|a few coins) in the bank^money. <sad H>
 |{H} looked in every shop (at the market|in town), but everything cost too much. <sad H>
 |{H} took (some coins|three coins|all {H.his} coins) out of the bank^money, but (it was|they were) not enough.]
 [{K+} had an idea. "(Help me {Q.at}|Work for me {Q.at}), and I will give you {G.a} {G}," said {K}. {H} (worked hard|helped) all day. Then {K} gave {H} the {G.n}. {!gave K H G}
  <thank H K>
 |Then {H} met {K+} {Q.at}. "I have {G.a} {G}," said {K}. "You may have {G.them}, because you (always help me|helped me last week|are a good neighbour)." {!gave K H G}
  <thank H K>
 |"You can make a present," said {K+}. "I will (help you|show you how)." They worked (all day|until late at night) and made {G.a} {G}. <thank H K>]
 [The next (day|morning), {H} gave the {G.n} to {F}. {!gave H F G}|On the birthday, {H} gave {F} the {G}. {!gave H F G}|
  Then {H} <went> to {F} and gave {F.him} the {G}. {!gave H F G}]
 ["{G.This} {G.is} the best (present|gift) of all," said {F}.|"{G.Is} {G.it} for me?" asked {F}.|{F} (jumped|danced) for joy.|{F} could not wait to {G.use} {G.them}.|]
 <thank F H> [<welcome H>|]
 <closepair H F>
 (*6 |\n Q: Who gave the {G.n} to {F}? A: {H})

document trade story 13
roles H person, F person, O thing, G gift, P home, Q out
facts lives H P, owns H O
tell <open H P> <love H O> <befriend H F>
 [{F} had {G.a} {G}. {!owned F G}|{F} owned {G.a} {G}. {!owned F G}]
 [<oneday> they met {Q.at}. "I like your {G.n}," said {H}. "And I like your {O.n}," said {F}.
 |<oneday> {F} came to visit. "May I {O.use} your {O.n}?" asked {F}. "Yes, if I may {G.use} your {G.n}," said {H}.
 |<oneday> {H} saw the {G.n}. "I wish I had {G.a} {G} like that," said {H}. "(And I like your {O}|And I would love to have your {O})," said {F}.]
 [*2 So they (swapped|made a trade). {H} gave the {O.n} to {F}, and {F} gave the {G.n} to {H}. {!gave H F O}{!gave F H G}
  [{H} was (happy|glad) to {G.use} the {G.n}.|"(This is|What) a good trade," said {F}.|{F} ran home to {O.use} the {O.n}.|]
  [Now {H} had {G.a} {G} and {F} had {O.a} {O}. (Both|The two friends) were (pleased|content).
  |But (at night|the next day), {H} missed the {O.n}. "I want my {O.n} back," {H.he} said. "(That is all right|I understand|Of course)," said {F}. "A friend is worth more than all the things in the world."]
 |"Let us share," said {H}. "You may {O.use} the {O.n} today, and I will {G.use} the {G.n}." In the evening, {F} gave the {O.n} back to {H}, and {H} gave the {G.n} back to {F}.
  {!gave F H O}{!gave H F G} [They did the same (every week|the next day|many times).|(Both|The two friends) were (pleased|content).]]
 ["We should do this more often," said {H}.|After that, they met {Q.at} (every week|every Sunday|very often).|"(Sharing|A friend like you) makes me happy," said {H}.|]
 <closepair H F>

document fear story 13
roles H person, F person, X fear, P home, Q out
facts lives H P, kin H F, fears H X
tell <openkin H F P>
 [{H} was afraid of {X}.|{H} was (brave|not afraid of much), but {H.he} was afraid of {X}.|There was only one thing that {H} feared, and that was {X}.] {!feared H X}
 [*2 (One evening|One night|One day), {X.comes}.|<oneday> they walked home from {Q}. Suddenly, {X.comes}.]
 [{H} (hid behind a door|hid behind {F}|began to shake|shut {H.his} eyes|could not move).
 |"(Help|Oh no)!" cried {H}. {H.His} heart (beat fast|was pounding|jumped).]
 ["Do not be afraid, {H}," said {F}. "{X.words}."|{F} took {H}'s hand. "{X.words}," said {F}.|"{X.words}," said {F} (softly|kindly|with a smile).]
 [{H} took a deep breath.|{H} looked again, (slowly|carefully).|"Are you sure?" asked {H}. "I am (quite |)sure," said {F}.]
 [Then {H} saw that {F} was right.|Then {H} was not so afraid any more.|{H.He} held {F}'s hand until (it was over|{H.he} felt better).]
 [*2 <thank H F>|]
 ["You are (very|so) brave," said {F}.|"Next time, I will help you," said {H}.|"Everybody is afraid of something," said {F}. "Even I am."]
 <closekin H F>
 (*6 |\n Q: Who was afraid of {X}? A: {H})

document learn story 13
roles H person, F person, K person, S skill, P home, Q out
facts lives H P
tell <open H P> (<habit H>|)
 [All {H.his} friends could {S}, but {H} could not.|{H} wanted to learn to {S}.|{H} could do many things, but {H.he} could not {S}.]
 [{F+} laughed at {H.him}. "It is easy to {S}," said {F}.
 |<oneday> {H} tried to {S} {Q.at}, but it went wrong. <sad H>
 |<oneday> {H} saw {F+}, who could {S} very well. "I will never (be able to do that|learn that)," (said|sighed) {H}.]
 [Then {K+} came (by|along). "I will teach you to {S}," said {K}.|"Can you teach me to {S}?" {H} asked {K+}. "(Of course|Gladly|With pleasure)," said {K}.
 |{K+} saw {H}. "If you practise every day, you will learn it," said {K}. "I will help you."]
 [Every (day|morning|afternoon), they met {Q.at} and practised.|They practised {Q.at} for (a week|many days|three weeks).]
 [The first day, {H} could not do it. The second day, it went (a little |)better.
 |(Sometimes|Once), {H} wanted to (give up|stop). "(Try again|Once more|Do not give up)," said {K}.
 |It was (hard|not easy), but {H} did not give up.]
 [(At last|In the end|One day), {H} {S.past} (all by {H.self}|better than anybody|without any help).
 |(At last|In the end|One day), {H} could {S} as well as {K}.]
 <thank H K> [<welcome K>|"I (knew|always knew) that you could do it," said {K}.]
 <close H>
 (*6 |\n Q: Who taught {H} to {S}? A: {K})
)",
                                          R"(
document storm story 13
roles H person, F person, K person, M food:warm, P home, Q out
facts lives H P
tell <open H P>
 [<oneday> {H} set out to visit {F+}.|<oneday> {H} wanted to take a letter to {F+}.|<oneday> {H} was on {H.his} way to see {F+}.]
 [*2 {H.He} was {Q.at} when (a storm began|a cold wind came up|a heavy rain came down|a thick fog came up).
 |When {H.he} came {Q.to}, (a storm began|a cold wind came up|a heavy rain came down|a thick fog came up).]
 [Soon {H} was (wet|cold|wet and cold|lost and tired).|{H} could not (see the path|go on|find the way).]
 [<sad H>|]
 [Then {H.he} saw a light. It was the (house|home) of {K+}. {H} knocked (at|on) the door. "Come in(| quickly)," said {K}.|Then {H.he} met {K+}, who (lived|had a house) near by. "Come with me," said {K}.]
 [{H} sat by the fire and got (warm|dry) again.|{K} gave {H} a (warm|dry|thick) (coat|blanket) and a (seat|chair) by the fire.]
 [Then they ate {M.a}.|Then {K} cooked {M.a} for {H}.|"Have some {M}," {K.he} said.] {!fed K H M}
 [They (told stories|played games|sang songs|talked) until (late|bedtime|midnight).|{H} stayed for the night.]
 [*2 The next morning, the sky was (blue|clear).|In the morning, the sun (was shining|came out).] <thank H K>
 [Then {H} went on {H.his} way and (came|got) safely to {F}.|{F} came to meet {H.him}. "I was so worried!" said {F}.|Then {H} went to see {F} and told {F.him} (everything|the whole story|about {K}).]
 <close H>
 (*6 |\n Q: Who (helped|took in) {H}? A: {K})

document bake story 13
roles H person, F person, K person, M food:bake, N stuff, P home
facts lives H P
tell <open H P> (<habit H>|)
 [<oneday> {H} wanted to (bake|make) {M.a} for {F+}.|<oneday> {F+} was coming to tea. "I will (bake|make) {M.a}," said {H}.|It was the birthday of {F+}. So {H} wanted to (bake|make) {M.a}.]
 [But there was no {N} in the (house|kitchen|cupboard).|But {H} had no {N}.|{H} looked (in the cupboard|on every shelf), but there was no {N} left.]
 [The shop was closed.|"Without {N}, I cannot bake," {H} said.|<sad H>]
 [So {H} <went> to {K+}. "(May I borrow|Can you give me|Do you have) some {N}?" {H.he} asked.|{H} (knocked at|went to) the door of {K+} and asked for some {N}.]
 ["(Of course|Gladly|Take as much as you need)," said {K}. {K.He} gave {H} (a cup|a jar|a bowl) of {N}.|{K} gave {H} (a cup|a jar|a bowl) of {N}.] {!gave K H N}
 <thank H K>
 [{H} <went> home and set to work.|At home, {H} (mixed|stirred) everything in a big bowl.] [Soon the whole house smelled (wonderful|sweet|good).|Soon the {M} {M.was} (ready|in the oven|done).]
 [{F} ate (and ate|until nothing was left|with joy). "{M.This} {M.is} the best {M} in (town|the world)," said {F}.|{F} said that {M.it} {M.was} the best {M} in (town|the world).]
 [{H} took some to {K} too.|Then they asked {K} to come too, and they ate together.|"{K} helped me," said {H}.]
 <close H>
 (*6 |\n Q: Who gave the {N} to {H}? A: {K})

document ill story 13
roles H person, F person, K person, M food, P home
facts lives H P
tell <open H P> <befriend H F>
 [<oneday> {F} did not come out to play.|<oneday> {H} waited for {F}, but {F} did not come.]
 [{F} was (ill|sick) (and had to stay in bed|and lay in bed).|{F} had a (bad|terrible) cold.] (<sad H>|)
 [{H} <went> to {K+} and asked what to do. "(Bring {F.him}|Give {F.him}) {M.a} and be patient," said {K}. <thank H K>
 |{H} took {M.a} and <went> to {F}'s house.
 |"I will visit {F.him}," said {H}. {H.He} packed {M.a} in a basket.]
 ["(How are you|How do you feel), {F}?" asked {H}. "(Not well|Not so good|Very weak)," said {F}.|{F} was (pale|weak|tired), but {F.he} smiled (when {F.he} saw {H}|a little).]
 [{H} gave the {M} to {F}. {!gave H F M}|{H} gave {F} the {M}. {!gave H F M}]
 [Then {H} (read {F.him} a story|sang {F.him} a song|told {F.him} a joke).|Then {H} sat by the bed and held {F.his} hand.]
 <thank F H>
 [(The next day|After three days|A week later), {F} was well again.|Every day, {H} came (again|back), and (soon|at last) {F} was well.]
 [Now they could (play|laugh|run|dance) together again.|"You are the best doctor," said {F}.]
 <closepair H F>

document truth story 13
roles H person, F person, O thing:mend, P home, Q out
facts lives H P, kin H F, owns F O
tell <openkin H F P> {F} had {O.a} {O}. {!owned F O}
 [<oneday> {H} took the {O.n} without asking.|<oneday> {H} wanted to {O.use} {F}'s {O.n}, but {F} was not (there|at home). So {H} just took {O.them}.]
 [(Then|Suddenly,|By accident,) {H} dropped {O.them}, and {O.it} broke.|{H} was not careful, and the {O.n} broke.] {!broke H O}
 [{H} was (afraid|ashamed) and hid the {O.n} (under the bed|behind the house|in a box).|"What have I done?" thought {H}. {H.He} hid the {O.n} (under the bed|behind the house|in a box).]
 [In the evening, {F} (asked|said), "Where {O.is} my {O.n}?"|{F} came home and looked everywhere. "Where {O.is} my {O.n}?" {F.he} asked.]
 [First {H} said nothing.|"I do not know," said {H}, but that was not true.] [{H} could not (eat|sleep|smile).|{H.His} heart was heavy.|]
 [(At last|In the end), {H} told {F} the truth. "I broke your {O.n}," {H.he} said. "I am (so|very) sorry."
 |"I broke {O.them}," {H} said (at last|in the end). "Please forgive me."]
 [{F} was angry at first, but then {F.he} (smiled|laughed).|{F} was quiet for a moment. Then {F.he} (smiled|laughed).]
 ["(It is good|I am glad) that you told me," said {F}.|"I forgive you," said {F}. "But (always tell me|please tell me) the truth."]
 [Together they (mended|repaired|fixed) the {O.n}.|The next day, they (mended|repaired|fixed) the {O.n} {Q.at}.|{H} worked all (night|day) and (mended|repaired|fixed) the {O.n}.]
 <closekin H F>
 (*6 |\n Q: Who broke the {O.n}? A: {H})

document race story 13
roles H person, F person, K person, P home, Q out, R out
facts lives H P
tell <open H P> (<habit H>|) <befriend H F>
 [<oneday> they wanted to know who was faster.|<oneday> there was a great race in the town.|"I am faster than you," said {F} <somewhen>.]
 [{K+} gave the sign, and they (ran|raced) from {Q} to {R}.|"We will run from {Q} to {R}," said {K+}. "(Ready|One, two, three), go!"]
 [At first, {F} was faster.|At first, {H} was behind.|{F} ran like the wind.]
 [Then {F} (slipped|fell|tripped) and hurt {F.his} (knee|foot|leg).|But (half-way|near {R}), {F} fell over a (root|stone).]
 [{H} could have won, but {H.he} stopped.|{H} ran past, but then {H.he} turned around.] (<cheer F H>|"Are you hurt?" asked {H}.) {!helped H F}
 [{F} (leaned on|held on to) {H}, and they went on (together|side by side).|{H} helped {F} up, and they went on (together|side by side).]
 [They came to {R} at the same time. "You have both won!" (said|cried) {K}.|"{H} has won," said {K}, "because {H.he} helped a friend."|{K} gave them a (prize|cake) and said, "A good friend is better than a fast runner."]
 <thank F H> [<welcome H>|]
 <closepair H F>
 (*6 |\n Q: Who helped {F}? A: {H})

define somewhen = (one day|one morning|after lunch)

document newcomer story 13
roles H person, K person, F person, G gift, P home, R home, Q out, S out
facts lives H P, lives K R
tell <open H P>
 [<oneday> a new neighbour moved {R.to}. It was {K+}.|<oneday> {K+} came to live {R.at}.] {!lived K R}
 [{K.He} did not know anybody and felt (lonely|alone|sad).|{K} had no friends there yet and sat alone {Q.at}.]
 [{H} saw {K.him} and (said|called), "Hello! (What is your name|Who are you)?" "I am {K}," {K.he} said.
 |"{K.He} looks (lonely|sad)," thought {H}. So {H.he} went to {K} and said hello.
 |{H} was shy too, but {H.he} waved at {K}.]
 [{H} gave {K} {G.a} {G} (to welcome {K.him}|as a present). {!gave H K G}|"{G.This} {G.n} {G.is} for you," said {H}. "Welcome to Tinyville!" {!gave H K G}]
 <thank K H>
 [Then {H} took {K} {S.to}.|Then they played {S.at} until (evening|it was dark|supper).|"Come, I will show you {S}," said {H}.]
 [There they met {F+}. Now {K} had two friends.|Soon {F+} came and played with them. Now {K} had two friends.|]
 ["I like it here," said {K}.|"I am not lonely any more," said {K}.|"Will you come again tomorrow?" asked {K}. "(Of course|Yes, I will)," said {H}.]
 <closepair H K>
 (*6 |\n Q: Where did {K} live? A: {R.at})

document seed story 13
roles H person, F person, B flower, P home
facts lives H P, kin H F
tell <openkin H F P>
 [In spring^season, {H} (planted|put) a {B} seed in the garden.|{H} found a {B} seed and planted it in (the garden|a pot).|Their (aunt|uncle|grandmother|grandfather) gave {H} a {B} seed. {H.He} planted it in (the garden|a pot).]
 [Every day, {H.he} gave it water from the spring^water.|{H.He} (watered|looked at) it every (day|morning).]
 [But nothing happened. <sad H>|After a week, there was still nothing to see.|{F} laughed. "That is only (mud|earth)," said {F}.]
 ["I will wait," said {H}. "A seed needs time."|{H} wanted to dig it up, but {F} said, "(Wait a little|Be patient)!"|{H} sang a song to the seed (every night|in the evening).]
 [Then it rained for two days.|Then the sun shone for a whole week.|{H} waited and waited.]
 [(At last|One morning), a (small|tiny) green leaf came out of the ground.|(At last|One morning), there was a (small|tiny) green leaf.] {!grew H B}
 ["Look, {F}!" cried {H}. "It is growing!"|{H} called {F}, and they (danced|jumped) for joy.]
 [In summer, it was the (biggest|finest|prettiest) {B} in Tinyville.|In summer, the {B} was (bigger|taller) than {H}.]
 [{H} gave it to {F} (with a smile|as a present). {!gave H F B} <thank F H>|Everybody came to (look at|admire) it.|They (kept|saved) the seeds for the next spring^season.]
 <closekin H F>

document ring story 13
roles H person, K person, M food, P home, Q out
facts lives H P
tell <open H P> (<habit H>|)
 [<oneday> {H} (drank|took water) from the spring^water and saw something in the (grass|sand).|<oneday> something was (shining|lying) in the grass {Q.at}.|<oneday> {H} (found|saw) something on the path {Q.to}.]
 [It was a (golden|silver) ring^jewel.|It was a ring^jewel with a (red|blue|green) stone.]
 ["I could keep it," thought {H}. "But it is not mine."|"How pretty!" said {H}. "But (whose is it|who has lost it)?"|"Somebody will be very sad without it," said {H}.]
 [{H} asked (everybody|all the neighbours), but nobody (knew|had lost a ring^jewel).|{H} put the ring^jewel (in the bank^money|in a safe place) and (wrote|put up) a note.|{H} looked (to the left and to the right|all around), but nobody was there.]
 [(At last,|Then) {H.he} met {K+}, who was looking for something. "I have lost my ring^jewel," said {K}.|(At last,|Then) {K+} came and (said|cried), "My ring^jewel! I have lost my ring^jewel!"]
 ["Is (it this one|this your ring^jewel)?" asked {H}. {K} (nodded|cried for joy).|"I have found it," said {H}. "Here it is."] {!returned H K}
 <thank K H>
 [(Then|The next day,) {K} gave {H} {M.a}. {!gave K H M}|"(You are honest|You have a good heart)," {K.he} said. "Please take {M.a}." {!gave K H M}]
 [{H} took {M.them} home and (ate {M.them}|shared {M.them} with the neighbours).|They ate {M.them} together (in the sun|on the bank^river of the river|on a bench).]
 <closepair H K>
 (*6 |\n Q: Whose was the ring^jewel? A: {K})

document astray story 13
roles H person, F person, K person, P home
facts lives H P
tell <open H P> <befriend H F>
 [<oneday> {H} went into the (forest|woods) to pick (mushrooms|flowers|berries).|<oneday> {H} followed a (butterfly|bird) into the (forest|woods).]
 [{H.He} went (further and further|deeper and deeper), until {H.he} was lost.|When {H.he} wanted to go home, {H.he} could not find the path.]
 [It (grew|got) dark and (cold|quiet).|The trees were (tall|high) and dark.|A bat^animal flew over {H.his} head.]
 [<sad H>|"Is anybody there?" called {H}. Nobody answered.]
 [At home, {F} (was worried|waited and waited). {F.He} asked {K+} for help.|{F} wanted to meet {H}, but {H} was not at home. So {F} <went> to {K+}.]
 ["Take my (big |)bell," said {K}. "{H} will hear it."|"I will ring^sound my (big |)bell," said {K}. "{H} will hear it."]
 [(Then|Suddenly,) {H} heard the ring^sound of a bell.|Far away, there was the ring^sound of a bell.] [{H} <went> towards the sound.|"That must be {F}!" cried {H}.]
 [There stood {F} with a (lamp|lantern|light).|Soon {H.he} saw the light of a (lamp|lantern). It was {F}.] {!found F H}
 [<thank H F>|They ran to each other and hugged.|"I will never go so far alone again," said {H}.]
 [*2 Then they went to {K}. <thank H K>|]
 <closepair H F>
 (*6 |\n Q: Whose was the bell? A: {K})

document fishing story 13
roles H person, F person, K person, O thing, P home
facts lives H P, kin H F
tell <openkin H F P>
 [<oneday> they wanted to catch a fish for (supper|lunch|dinner).|<oneday> there was nothing to eat in the house. "Let us catch a fish," said {H}.]
 [They sat on the bank^river (of the river|under a tree) and waited.|They (went|walked) to the river and sat down on the bank^river.]
 [{H} waited (one hour|two hours|three hours), but no fish came.|{F} caught nothing but an old (shoe|pot|tin).|(First|At first), they caught only (weeds|leaves).]
 [{F} wanted to go home. "(Just one more time|Wait a little)," said {H}.|"Fish, fish, come to me!" sang {F}.|"Be quiet, {F}," said {H}. "The fish can hear you."]
 [(Then|Suddenly,) something pulled at the (line|rod). "It is a big one!" cried {H}.|(Then|Suddenly,) {H} felt something heavy.]
 [They pulled and pulled, but it was only {O.a} {O}.|They pulled (with all their might|as hard as they could), and out came {O.a} {O}.]
 [{F} laughed until {F.he} fell off the bank^river.|They looked at each other and laughed.|"(I cannot eat|Nobody can eat) {O.a} {O}," said {F}.]
 [Then {K+} came by. "{O.This} {O.is} my {O.n}!" said {K}. "I lost {O.them} (last week|in the river)." {H} gave the {O.n} to {K}. {!gave H K O} <thank K H>
  [{K} gave them (three|four|five) fish for supper.|"Come and eat with me," {K.he} said.]
 |They went home without a fish, but with {O.a} {O}.]
 [It was a (merry|good|funny) evening.|They had never laughed so much.]
 <closekin H F>
)"};

} // namespace gf::tinyville
