// The other ten stories: storm, bake, ill, truth, race, newcomer, seed, ring, astray, fishing. Each has a
// goal, a trouble, help and an end.

#include "train/tinyville/grammar_text.h"

namespace gf::tinyville {

const char* const k_grammar_stories_storm_to_fishing =
    R"(
document storm story 13
roles H person, F person, K person, M food:warm, P home, Q out
facts lives H P
tell <open H P>
 [<oneday> {H} set out to visit {F+}.|<oneday> {H} wanted to take a letter to {F+}.)"
    R"(|<oneday> {H} was on {H.his} way to see {F+}.]
 [*2 {H.He} was {Q.at} when (a storm began|a cold wind came up|a heavy rain came down|a thick fog came up).
 |When {H.he} came {Q.to}, (a storm began|a cold wind came up|a heavy rain came down|a thick fog came up).]
 [Soon {H} was (wet|cold|wet and cold|lost and tired).|{H} could not (see the path|go on|find the way).]
 [<sad H>|]
 [Then {H.he} saw a light. It was the (house|home) of {K+}. )"
    R"({H} knocked (at|on) the door. "Come in(| quickly)," said {K}.)"
    R"(|Then {H.he} met {K+}, who (lived|had a house) near by. "Come with me," said {K}.]
 [{H} sat by the fire and got (warm|dry) again.)"
    R"(|{K} gave {H} a (warm|dry|thick) (coat|blanket) and a (seat|chair) by the fire.]
 [Then they ate {M.a}.|Then {K} cooked {M.a} for {H}.|"Have some {M}," {K.he} said.] {!fed K H M}
 [They (told stories|played games|sang songs|talked) until (late|bedtime|midnight).|{H} stayed for the night.]
 [*2 The next morning, the sky was (blue|clear).|In the morning, the sun (was shining|came out).] <thank H K>
 [Then {H} went on {H.his} way and (came|got) safely to {F}.|{F} came to meet {H.him}. "I was so worried!" )"
    R"(said {F}.|Then {H} went to see {F} and told {F.him} (everything|the whole story|about {K}).]
 <close H>
 (*6 |\n Q: Who (helped|took in) {H}? A: {K})

document bake story 13
roles H person, F person, K person, M food:bake, N stuff, P home
facts lives H P
tell <open H P> (<habit H>|)
 [<oneday> {H} wanted to (bake|make) {M.a} for {F+}.|<oneday> {F+} was coming to tea. )"
    R"("I will (bake|make) {M.a}," said {H}.|It was the birthday of {F+}. So {H} wanted to (bake|make) {M.a}.]
 [But there was no {N} in the (house|kitchen|cupboard).)"
    R"(|But {H} had no {N}.|{H} looked (in the cupboard|on every shelf), but there was no {N} left.]
 [The shop was closed.|"Without {N}, I cannot bake," {H} said.|<sad H>]
 [So {H} <went> to {K+}. "(May I borrow|Can you give me|Do you have) some {N}?" {H.he} asked.)"
    R"(|{H} (knocked at|went to) the door of {K+} and asked for some {N}.]
 ["(Of course|Gladly|Take as much as you need)," said {K}. {K.He} gave {H} (a cup|a jar|a bowl) of {N}.)"
    R"(|{K} gave {H} (a cup|a jar|a bowl) of {N}.] {!gave K H N}
 <thank H K>
 [{H} <went> home and set to work.|At home, {H} (mixed|stirred) everything in a big bowl.] )"
    R"([Soon the whole house smelled (wonderful|sweet|good).|Soon the {M} {M.was} (ready|in the oven|done).]
 [{F} ate (and ate|until nothing was left|with joy). "{M.This} {M.is} the best {M} in (town|the world)," )"
    R"(said {F}.|{F} said that {M.it} {M.was} the best {M} in (town|the world).]
 [{H} took some to {K} too.|Then they asked {K} to come too, and they ate together.)"
    R"(|"{K} helped me," said {H}.]
 <close H>
 (*6 |\n Q: Who gave the {N} to {H}? A: {K})

document ill story 13
roles H person, F person, K person, M food, P home
facts lives H P
tell <open H P> <befriend H F>
 [<oneday> {F} did not come out to play.|<oneday> {H} waited for {F}, but {F} did not come.]
 [{F} was (ill|sick) (and had to stay in bed|and lay in bed).|{F} had a (bad|terrible) cold.] (<sad H>|)
 [{H} <went> to {K+} and asked what to do. )"
    R"("(Bring {F.him}|Give {F.him}) {M.a} and be patient," said {K}. <thank H K>
 |{H} took {M.a} and <went> to {F}'s house.
 |"I will visit {F.him}," said {H}. {H.He} packed {M.a} in a basket.]
 ["(How are you|How do you feel), {F}?" asked {H}. "(Not well|Not so good|Very weak)," said {F}.)"
    R"(|{F} was (pale|weak|tired), but {F.he} smiled (when {F.he} saw {H}|a little).]
 [{H} gave the {M} to {F}. {!gave H F M}|{H} gave {F} the {M}. {!gave H F M}]
 [Then {H} (read {F.him} a story|sang {F.him} a song|told {F.him} a joke).)"
    R"(|Then {H} sat by the bed and held {F.his} hand.]
 <thank F H>
 [(The next day|After three days|A week later), {F} was well again.)"
    R"(|Every day, {H} came (again|back), and (soon|at last) {F} was well.]
 [Now they could (play|laugh|run|dance) together again.|"You are the best doctor," said {F}.]
 <closepair H F>

document truth story 13
roles H person, F person, O thing:mend, P home, Q out
facts lives H P, kin H F, owns F O
tell <openkin H F P> {F} had {O.a} {O}. {!owned F O}
 [<oneday> {H} took the {O.n} without asking.|<oneday> {H} wanted to {O.use} {F}'s {O.n}, )"
    R"(but {F} was not (there|at home). So {H} just took {O.them}.]
 [(Then|Suddenly,|By accident,) {H} dropped {O.them}, and {O.it} broke.)"
    R"(|{H} was not careful, and the {O.n} broke.] {!broke H O}
 [{H} was (afraid|ashamed) and hid the {O.n} (under the bed|behind the house|in a box).)"
    R"(|"What have I done?" thought {H}. {H.He} hid the {O.n} (under the bed|behind the house|in a box).]
 [In the evening, {F} (asked|said), "Where {O.is} my {O.n}?")"
    R"(|{F} came home and looked everywhere. "Where {O.is} my {O.n}?" {F.he} asked.]
 [First {H} said nothing.|"I do not know," said {H}, but that was not true.] )"
    R"([{H} could not (eat|sleep|smile).|{H.His} heart was heavy.|]
 [(At last|In the end), {H} told {F} the truth. "I broke your {O.n}," {H.he} said. "I am (so|very) sorry."
 |"I broke {O.them}," {H} said (at last|in the end). "Please forgive me."]
 [{F} was angry at first, but then {F.he} (smiled|laughed).)"
    R"(|{F} was quiet for a moment. Then {F.he} (smiled|laughed).]
 ["(It is good|I am glad) that you told me," said {F}.)"
    R"(|"I forgive you," said {F}. "But (always tell me|please tell me) the truth."]
 [Together they (mended|repaired|fixed) the {O.n}.)"
    R"(|The next day, they (mended|repaired|fixed) the {O.n} {Q.at}.)"
    R"(|{H} worked all (night|day) and (mended|repaired|fixed) the {O.n}.]
 <closekin H F>
 (*6 |\n Q: Who broke the {O.n}? A: {H})

document race story 13
roles H person, F person, K person, P home, Q out, R out
facts lives H P
tell <open H P> (<habit H>|) <befriend H F>
 [<oneday> they wanted to know who was faster.)"
    R"(|<oneday> there was a great race in the town.|"I am faster than you," said {F} <somewhen>.]
 [{K+} gave the sign, and they (ran|raced) from {Q} to {R}.)"
    R"(|"We will run from {Q} to {R}," said {K+}. "(Ready|One, two, three), go!"]
 [At first, {F} was faster.|At first, {H} was behind.|{F} ran like the wind.]
 [Then {F} (slipped|fell|tripped) and hurt {F.his} (knee|foot|leg).)"
    R"(|But (half-way|near {R}), {F} fell over a (root|stone).]
 [{H} could have won, but {H.he} stopped.)"
    R"(|{H} ran past, but then {H.he} turned around.] (<cheer F H>|"Are you hurt?" asked {H}.) {!helped H F}
 [{F} (leaned on|held on to) {H}, and they went on (together|side by side).)"
    R"(|{H} helped {F} up, and they went on (together|side by side).]
 [They came to {R} at the same time. "You have both won!" (said|cried) {K}.)"
    R"(|"{H} has won," said {K}, "because {H.he} helped a friend.")"
    R"(|{K} gave them a (prize|cake) and said, "A good friend is better than a fast runner."]
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
 [{H} gave {K} {G.a} {G} (to welcome {K.him}|as a present). {!gave H K G})"
    R"(|"{G.This} {G.n} {G.is} for you," said {H}. "Welcome to Tinyville!" {!gave H K G}]
 <thank K H>
 [Then {H} took {K} {S.to}.|Then they played {S.at} until (evening|it was dark|supper).)"
    R"(|"Come, I will show you {S}," said {H}.]
 [There they met {F+}. Now {K} had two friends.)"
    R"(|Soon {F+} came and played with them. Now {K} had two friends.|]
 ["I like it here," said {K}.|"I am not lonely any more," said {K}.)"
    R"(|"Will you come again tomorrow?" asked {K}. "(Of course|Yes, I will)," said {H}.]
 <closepair H K>
 (*6 |\n Q: Where did {K} live? A: {R.at})

document seed story 13
roles H person, F person, B flower, P home
facts lives H P, kin H F
tell <openkin H F P>
 [In spring^season, {H} (planted|put) a {B} seed in the garden.)"
    R"(|{H} found a {B} seed and planted it in (the garden|a pot).|Their )"
    R"((aunt|uncle|grandmother|grandfather) gave {H} a {B} seed. {H.He} planted it in (the garden|a pot).]
 [Every day, {H.he} gave it water from the spring^water.|{H.He} (watered|looked at) it every (day|morning).]
 [But nothing happened. <sad H>|After a week, there was still nothing to see.)"
    R"(|{F} laughed. "That is only (mud|earth)," said {F}.]
 ["I will wait," said {H}. "A seed needs time.")"
    R"(|{H} wanted to dig it up, but {F} said, "(Wait a little|Be patient)!")"
    R"(|{H} sang a song to the seed (every night|in the evening).]
 [Then it rained for two days.|Then the sun shone for a whole week.|{H} waited and waited.]
 [(At last|One morning), a (small|tiny) green leaf came out of the ground.)"
    R"(|(At last|One morning), there was a (small|tiny) green leaf.] {!grew H B}
 ["Look, {F}!" cried {H}. "It is growing!"|{H} called {F}, and they (danced|jumped) for joy.]
 [In summer, it was the (biggest|finest|prettiest) {B} in Tinyville.)"
    R"(|In summer, the {B} was (bigger|taller) than {H}.]
 [{H} gave it to {F} (with a smile|as a present). {!gave H F B} <thank F H>)"
    R"(|Everybody came to (look at|admire) it.|They (kept|saved) the seeds for the next spring^season.]
 <closekin H F>

document ring story 13
roles H person, K person, M food, P home, Q out
facts lives H P
tell <open H P> (<habit H>|)
 [<oneday> {H} (drank|took water) from the spring^water and saw something in the (grass|sand).)"
    R"(|<oneday> something was (shining|lying) in the grass {Q.at}.)"
    R"(|<oneday> {H} (found|saw) something on the path {Q.to}.]
 [It was a (golden|silver) ring^jewel.|It was a ring^jewel with a (red|blue|green) stone.]
 ["I could keep it," thought {H}. "But it is not mine."|"How pretty!" )"
    R"(said {H}. "But (whose is it|who has lost it)?"|"Somebody will be very sad without it," said {H}.]
 [{H} asked (everybody|all the neighbours), but nobody (knew|had lost a ring^jewel).)"
    R"(|{H} put the ring^jewel (in the bank^money|in a safe place) and (wrote|put up) a note.)"
    R"(|{H} looked (to the left and to the right|all around), but nobody was there.]
 [(At last,|Then) {H.he} met {K+}, who was looking for something. "I have lost my ring^jewel," said {K}.)"
    R"(|(At last,|Then) {K+} came and (said|cried), "My ring^jewel! I have lost my ring^jewel!"]
 ["Is (it this one|this your ring^jewel)?" asked {H}. {K} (nodded|cried for joy).)"
    R"(|"I have found it," said {H}. "Here it is."] {!returned H K}
 <thank K H>
 [(Then|The next day,) {K} gave {H} {M.a}. {!gave K H M})"
    R"(|"(You are honest|You have a good heart)," {K.he} said. "Please take {M.a}." {!gave K H M}]
 [{H} took {M.them} home and (ate {M.them}|shared {M.them} with the neighbours).)"
    R"(|They ate {M.them} together (in the sun|on the bank^river of the river|on a bench).]
 <closepair H K>
 (*6 |\n Q: Whose was the ring^jewel? A: {K})

document astray story 13
roles H person, F person, K person, P home
facts lives H P
tell <open H P> <befriend H F>
 [<oneday> {H} went into the (forest|woods) to pick (mushrooms|flowers|berries).)"
    R"(|<oneday> {H} followed a (butterfly|bird) into the (forest|woods).]
 [{H.He} went (further and further|deeper and deeper), until {H.he} was lost.)"
    R"(|When {H.he} wanted to go home, {H.he} could not find the path.]
 [It (grew|got) dark and (cold|quiet).)"
    R"(|The trees were (tall|high) and dark.|A bat^animal flew over {H.his} head.]
 [<sad H>|"Is anybody there?" called {H}. Nobody answered.]
 [At home, {F} (was worried|waited and waited). {F.He} asked {K+} for help.)"
    R"(|{F} wanted to meet {H}, but {H} was not at home. So {F} <went> to {K+}.]
 ["Take my (big |)bell," said {K}. "{H} will hear it.")"
    R"(|"I will ring^sound my (big |)bell," said {K}. "{H} will hear it."]
 [(Then|Suddenly,) {H} heard the ring^sound of a bell.|Far away, there was the ring^sound of a bell.] )"
    R"([{H} <went> towards the sound.|"That must be {F}!" cried {H}.]
 [There stood {F} with a (lamp|lantern|light).)"
    R"(|Soon {H.he} saw the light of a (lamp|lantern). It was {F}.] {!found F H}
 [<thank H F>|They ran to each other and hugged.|"I will never go so far alone again," said {H}.]
 [*2 Then they went to {K}. <thank H K>|]
 <closepair H F>
 (*6 |\n Q: Whose was the bell? A: {K})

document fishing story 13
roles H person, F person, K person, O thing, P home
facts lives H P, kin H F
tell <openkin H F P>
 [<oneday> they wanted to catch a fish for (supper|lunch|dinner).)"
    R"(|<oneday> there was nothing to eat in the house. "Let us catch a fish," said {H}.]
 [They sat on the bank^river (of the river|under a tree) and waited.)"
    R"(|They (went|walked) to the river and sat down on the bank^river.]
 [{H} waited (one hour|two hours|three hours), but no fish came.)"
    R"(|{F} caught nothing but an old (shoe|pot|tin).|(First|At first), they caught only (weeds|leaves).]
 [{F} wanted to go home. "(Just one more time|Wait a little)," said {H}.)"
    R"(|"Fish, fish, come to me!" sang {F}.|"Be quiet, {F}," said {H}. "The fish can hear you."]
 [(Then|Suddenly,) something pulled at the (line|rod). "It is a big one!" cried {H}.)"
    R"(|(Then|Suddenly,) {H} felt something heavy.]
 [They pulled and pulled, but it was only {O.a} {O}.)"
    R"(|They pulled (with all their might|as hard as they could), and out came {O.a} {O}.]
 [{F} laughed until {F.he} fell off the bank^river.)"
    R"(|They looked at each other and laughed.|"(I cannot eat|Nobody can eat) {O.a} {O}," said {F}.]
 [Then {K+} came by. "{O.This} {O.is} my {O.n}!" said {K}. )"
    R"("I lost {O.them} (last week|in the river)." {H} gave the {O.n} to {K}. {!gave H K O} <thank K H>
  [{K} gave them (three|four|five) fish for supper.|"Come and eat with me," {K.he} said.]
 |They went home without a fish, but with {O.a} {O}.]
 [It was a (merry|good|funny) evening.|They had never laughed so much.]
 <closekin H F>
)";

} // namespace gf::tinyville
