//! The words the stories are told with.

/// Names of girls and female animals.
pub const SHE: &[&str] = &[
	"Lily", "Mia", "Anna", "Rosa", "Ella", "Nora", "Daisy", "Ruby", "Molly", "Lucy", "Zoe", "Ivy",
	"Poppy", "Clara", "Hazel", "Luna", "Tilly", "Maya", "Bella", "Wren", "Dora", "Penny", "Sara",
	"Willow",
];

/// Names of boys and male animals.
pub const HE: &[&str] = &[
	"Tom", "Max", "Ben", "Sam", "Leo", "Finn", "Jack", "Theo", "Oscar", "Hugo", "Noah", "Milo",
	"Toby", "Felix", "Gus", "Otto", "Benny", "Rufus", "Pip", "Charlie", "Jasper", "Teddy", "Ned",
	"Barney",
];

/// Animals that stories are about.
pub const ANIMALS: &[&str] = &[
	"fox", "bear", "rabbit", "owl", "frog", "duck", "mouse", "cat", "dog", "pig", "cow", "horse",
	"squirrel", "hedgehog", "turtle", "lion", "elephant", "monkey", "penguin", "otter", "deer",
	"goat", "lamb", "kitten", "puppy", "beaver", "badger", "wolf", "mole", "goose", "pony",
	"tiger",
];

/// What the hero is like.
pub const NATURES: &[&str] = &[
	"little", "small", "young", "kind", "happy", "brave", "clever", "curious", "shy", "funny",
	"gentle", "quiet",
];

/// Animals that give advice.
pub const HELPERS: &[&str] = &[
	"owl", "turtle", "crow", "bear", "goat", "toad", "horse", "goose",
];

/// What helpers are like.
pub const HELPER_NATURES: &[&str] = &["wise", "old", "kind", "big", "friendly", "gray"];

/// Things that can be owned, lost and shared.
pub const THINGS: &[&str] = &[
	"ball", "kite", "drum", "hat", "book", "boat", "basket", "bell", "blanket", "scarf", "lantern",
	"flute", "wagon", "key", "button", "shell", "mitten", "coin", "cup", "doll", "whistle",
	"puzzle", "spoon", "crown",
];

/// What things look like.
pub const LOOKS: &[&str] = &[
	"red", "blue", "green", "yellow", "shiny", "tiny", "big", "new", "golden", "purple", "soft",
	"old", "orange", "pink", "round", "special",
];

/// Places, without preposition.
pub const PLACES: &[&str] = &[
	"the park",
	"the garden",
	"the forest",
	"the meadow",
	"the beach",
	"the farm",
	"the village",
	"the barn",
	"the hill",
	"the pond",
	"the river",
	"the old bridge",
	"the big oak tree",
	"the market",
	"the school yard",
	"the lake",
	"the apple orchard",
	"the mill",
	"the field",
	"the green valley",
];

/// Homes.
pub const HOMES: &[&str] = &[
	"a small house by the river",
	"a cozy den under the hill",
	"a little hut in the woods",
	"a warm barn on the farm",
	"a yellow house near the park",
	"a quiet village by the sea",
	"a hollow tree in the forest",
	"a cottage at the edge of the field",
	"a tall house on the hill",
];

/// Relatives who look after the hero.
pub const ELDERS: &[&str] = &["mom", "dad", "grandma", "grandpa", "aunt", "uncle"];

/// Food that is shared or baked.
pub const FOODS: &[&str] = &[
	"apple pie",
	"carrot soup",
	"berry cake",
	"honey bread",
	"plum jam",
	"warm cookies",
	"pumpkin soup",
	"cherry pie",
	"nut bread",
	"banana cake",
];

/// Fruit that is gathered.
pub const FRUITS: &[&str] = &[
	"apples", "berries", "nuts", "pears", "carrots", "plums", "cherries", "acorns",
];

/// Games.
pub const GAMES: &[&str] = &[
	"hide and seek",
	"tag",
	"catch",
	"leap frog",
	"pirates",
	"follow the leader",
	"kings and queens",
	"explorers",
];

/// What can be frightening.
pub const FEARS: &[&str] = &[
	"the dark",
	"thunder",
	"the deep water",
	"the tall slide",
	"loud noises",
	"the high bridge",
	"big waves",
	"the windy night",
	"the old cellar",
];

/// What can be built.
pub const WORKS: &[&str] = &[
	"a tree house",
	"a tall tower",
	"a little boat",
	"a snow fort",
	"a bird house",
	"a sand castle",
	"a stone wall",
	"a swing",
	"a raft",
	"a scarecrow",
];

/// What work is done with.
pub const PARTS: &[&str] = &[
	"wood and rope",
	"sticks and leaves",
	"stones and mud",
	"old boards",
	"straw and string",
];

/// Small animals that need help.
pub const SMALL: &[&str] = &[
	"bird",
	"butterfly",
	"ladybug",
	"snail",
	"bee",
	"chick",
	"baby duck",
	"beetle",
	"fish",
	"bunny",
];

/// Where small animals get caught.
pub const TRAPS: &[&str] = &[
	"a thorn bush",
	"an old net",
	"the mud",
	"a deep hole",
	"a spider web",
	"a tin can",
	"the tall grass",
	"a pile of leaves",
];

/// Weather that spoils plans.
pub const WEATHER: &[&str] = &["rain", "snow", "wind", "fog"];

/// What hurts at night.
pub const SOUNDS: &[&str] = &[
	"a tap at the window",
	"a soft howl",
	"a creak on the stairs",
	"a rustle in the leaves",
	"a low hum",
];

/// Flowers.
pub const FLOWERS: &[&str] = &[
	"roses",
	"daisies",
	"sunflowers",
	"tulips",
	"violets",
	"poppies",
];

/// Skills one can learn.
pub const SKILLS: &[&str] = &[
	"swim",
	"whistle",
	"dance",
	"ride a bike",
	"sing",
	"climb",
	"skate",
	"paint",
	"juggle",
	"read",
	"jump rope",
	"count to ten",
];

/// System messages of the chat form.
pub const SYSTEM: &[&str] = &[
	"You are a helpful assistant.",
	"You tell short stories for children.",
	"You are a kind storyteller.",
	"Answer with a short story.",
];
