#include "train/tinyville/lexicon_text.h"

namespace gf::tinyville {

const char* const k_lexicon_text = R"(
table name|a name|distinct|n
Mira|f
Ada|f
Lila|f
Nora|f
Hana|f
Vera|f
Ruby|f
Daisy|f
Molly|f
Elsa|f
Greta|f
Ivy|f
Rosa|f
Tilly|f
Wanda|f
Zoe|f
Bella|f
Clara|f
Dora|f
Edith|f
Flora|f
Gwen|f
Hazel|f
Iris|f
Julia|f
Kitty|f
Lucy|f
Mabel|f
Nina|f
Olive|f
Penny|f
Sally|f
Tom|m
Bo|m
Max|m
Oscar|m
Felix|m
Hugo|m
Leo|m
Milo|m
Otto|m
Rufus|m
Sam|m
Theo|m
Victor|m
Walter|m
Abel|m
Ben|m
Carl|m
Dan|m
Emil|m
Finn|m
Gus|m
Henry|m
Ivan|m
Jack|m
Karl|m
Louis|m
Nico|m
Oliver|m
Pip|m
Ralph|m
Simon|m
Toby|m
table kind|a kind of person|varied|n
fox|s
heron|s
crow|s
bear|s
mouse|s
rabbit|s
badger|s
hedgehog|s
duck|s
frog|s
goat|s
otter|s
owl|s
squirrel|s
mole|s
cat|s
dog|s
pig|s
beaver|s
bat|s|sense:animal
baker|s
miller|s
farmer|s
tailor|s
gardener|s
weaver|s
table thing|a thing|distinct|n|pl|use
kite|kites|fly|s|mend|wind|toy
ball|balls|throw|s|toy
drum|drums|play|s|mend|toy
flute|flutes|play|s|mend|toy
boat|boats|sail|s|mend|toy
book|books|read|s|toy
lamp|lamps|light|s|mend
lantern|lanterns|light|s|mend
bell|bells|ring|s|toy
whistle|whistles|blow|s|toy
sled|sleds|ride|s|mend|toy
bike|bikes|ride|s|mend|toy
cart|carts|pull|s|mend|toy
wagon|wagons|pull|s|mend|toy
hat|hats|wear|s|wind
scarf|scarves|wear|s|wind
coat|coats|wear|s
cap|caps|wear|s|wind
boots|boots|wear|p|mend
mittens|mittens|wear|p|wind
socks|socks|wear|p|wind
gloves|gloves|wear|p|wind
skates|skates|use|p|mend|toy
paints|paints|use|p|toy
marbles|marbles|roll|p|toy
cup|cups|use|s
jug|jugs|fill|s
basket|baskets|carry|s|mend
bucket|buckets|fill|s|mend
box|boxes|open|s|mend
bag|bags|carry|s
purse|purses|open|s
rope|ropes|use|s|toy
net|nets|use|s|mend
brush|brushes|use|s
pencil|pencils|use|s
doll|dolls|hold|s|mend|toy
puppet|puppets|hold|s|mend|toy
top|tops|spin|s|toy
hoop|hoops|roll|s|toy
clock|clocks|wind|s|mend
umbrella|umbrellas|open|s|mend|wind
blanket|blankets|use|s|wind
pillow|pillows|use|s
bat|bats|swing|s|toy|sense:club
ring|rings|wear|s|sense:jewel
table colour|a colour|free|n
red|s
blue|s
green|s
yellow|s
white|s
black|s
brown|s
grey|s
golden|s
silver|s
pink|s
purple|s
table look|an adjective|free|n
new|s
little|s
big|s
pretty|s
lovely|s
fine|s
beautiful|s
wonderful|s
table place|a place|distinct|n|at|to
the old mill|at the old mill|to the old mill|s|home
the white cottage|in the white cottage|to the white cottage|s|home
the little house by the lake|in the little house by the lake|to the little house by the lake|s|home
the tall tower|in the tall tower|to the tall tower|s|home
the stone barn|in the stone barn|to the stone barn|s|home
the house on the cliff|in the house on the cliff|to the house on the cliff|s|home
the hollow tree|in the hollow tree|to the hollow tree|s|home
the farm|on the farm|to the farm|s|home
the inn|at the inn|to the inn|s|home
the lighthouse|in the lighthouse|to the lighthouse|s|home
the log cabin|in the log cabin|to the log cabin|s|home
the house behind the school|in the house behind the school|to the house behind the school|s|home
the bakery|at the bakery|to the bakery|s|home
the windmill|in the windmill|to the windmill|s|home
the garden shed|in the garden shed|to the garden shed|s|home
the houseboat|on the houseboat|to the houseboat|s|home
the castle|in the castle|to the castle|s|home
the forest hut|in the forest hut|to the forest hut|s|home
the bridge|on the bridge|to the bridge|s|out
the market|at the market|to the market|s|out
the river|by the river|to the river|s|out
the wood|in the wood|into the wood|s|out
the meadow|in the meadow|to the meadow|s|out
the hill|on the hill|up the hill|s|out
the pond|by the pond|to the pond|s|out
the orchard|in the orchard|to the orchard|s|out
the well|by the well|to the well|s|out
the beach|on the beach|to the beach|s|out
the harbour|at the harbour|to the harbour|s|out
the park|in the park|to the park|s|out
the square|in the square|to the square|s|out
the station|at the station|to the station|s|out
the library|at the library|to the library|s|out
the playground|at the playground|to the playground|s|out
the waterfall|by the waterfall|to the waterfall|s|out
the crossroads|at the crossroads|to the crossroads|s|out
the stream|by the stream|to the stream|s|out
the big rock|by the big rock|to the big rock|s|out
the apple tree|under the apple tree|to the apple tree|s|out
the corn field|in the corn field|to the corn field|s|out
the church|by the church|to the church|s|out
the fountain|by the fountain|to the fountain|s|out
table food|a food|distinct|n|a
apple pie|an apple pie|s|bake
honey cake|a honey cake|s|bake
plum tart|a plum tart|s|bake
cherry pudding|a cherry pudding|s|bake
carrot cake|a carrot cake|s|bake
pancakes|some pancakes|p|bake
buns|some buns|p|bake
cookies|some cookies|p|bake
bread|some bread|s|bake|mass
vegetable soup|some vegetable soup|s|mass|warm
mushroom soup|some mushroom soup|s|mass|warm
hot porridge|some hot porridge|s|mass|warm
potato stew|some potato stew|s|mass|warm
cheese|some cheese|s|mass
berries|some berries|p
nuts|some nuts|p
cherries|some cherries|p
pears|some pears|p
table skill|something to learn|distinct|n|past|ing
swim|swam|swimming|s
dance|danced|dancing|s
skate|skated|skating|s
sing|sang|singing|s
whistle|whistled|whistling|s
climb|climbed|climbing|s
dive|dived|diving|s
row|rowed|rowing|s
paint|painted|painting|s
juggle|juggled|juggling|s
knit|knitted|knitting|s
cook|cooked|cooking|s
sew|sewed|sewing|s
table fear|a fear|distinct|n|comes|words
the dark|the light went out|The stars are our little lamps|s
thunder|thunder rolled over the roof|It is only the clouds bumping their heads|s
spiders|a spider ran across the floor|It only wants to find its web|s
ghosts|something white moved in the garden|It is only a sheet on the line|s
high places|they came to the top of a steep path|Look up at the sky and hold on to me|s
loud noises|a door banged somewhere|It is only the wind playing with the door|s
storms|the wind howled around the corner|The wind is only singing a loud song|s
snakes|a snake slid through the grass|It is only looking for a warm stone|s
deep water|they came to a deep pool|Stay close to me and we will walk around it|s
masks|a mask looked down from a wall|It is only paper and paint|s
table flower|a flower|distinct|n|a
rose|a rose|s
sunflower|a sunflower|s
tulip|a tulip|s
lily|a lily|s
bean|a bean|s
pumpkin|a pumpkin|s
melon|a melon|s
poppy|a poppy|s
table stuff|something for baking|distinct|n
flour|s
sugar|s
butter|s
milk|s
honey|s
salt|s
table review|something to judge|distinct|n|good|fine|bad|poor
soup|hot|tasty|cold|thin|s
bread|fresh|soft|hard|stale|s
tea|sweet|hot|bitter|cold|s
cake|light|sweet|dry|burnt|s
room|clean|warm|dirty|dark|s
bed|soft|clean|lumpy|hard|s
music|merry|lovely|loud|dull|s
story|funny|exciting|boring|long|s
garden|pretty|sunny|muddy|bare|s
waiter|kind|quick|rude|slow|s
plates|clean|full|dirty|empty|p
chairs|strong|comfortable|broken|wobbly|p
songs|lovely|funny|sad|dull|p
pictures|bright|pretty|ugly|dull|p
windows|big|bright|broken|dirty|p
jokes|funny|clever|old|boring|p
table number|numbers that add up|distinct|a|b|sum
)";

} // namespace gf::tinyville
