#include "train/tinyville/world.h"

#include "train/tinyville/lexicon.h"

#include <algorithm>

namespace gf::tinyville {
namespace {

constexpr int k_pairs = 120; // of brothers and sisters

// There is one world. Another seed would invalidate every model trained on it.
constexpr std::uint64_t k_world_seed = 0x71e9;

std::vector<int> homes() {
    const Table& places = table("place");
    std::vector<int> found;
    for (int i = 0; i < places.size(); ++i)
        if (places.entry(i).has("home")) found.push_back(i);
    return found;
}

struct Siblings {
    std::array<int, 2> names;
    int kind;
};

/// Deals names to pairs of one kind so that no two people share both name and kind.
std::vector<Siblings> draw_siblings(RandomStream& random) {
    const int n_kinds = table("kind").size(), n_names = table("name").size();
    std::vector<std::vector<int>> free_names(static_cast<std::size_t>(n_kinds)); // by kind
    for (auto& names : free_names) {
        for (int n = 0; n < n_names; ++n) names.push_back(n);
        random.shuffle(names);
    }
    std::vector<Siblings> pairs;
    for (int i = 0; i < k_pairs; ++i) {
        const int kind = i % n_kinds;
        auto& names = free_names[static_cast<std::size_t>(kind)];
        pairs.push_back({{names[names.size() - 1], names[names.size() - 2]}, kind});
        names.resize(names.size() - 2);
    }
    return pairs;
}

/// All coloured things in random order. The two of one person (2 i and 2 i + 1) are different things.
std::vector<Possession> draw_possessions(RandomStream& random) {
    std::vector<Possession> all;
    for (int colour = 0; colour < table("colour").size(); ++colour)
        for (int thing = 0; thing < table("thing").size(); ++thing) all.push_back({colour, thing});
    random.shuffle(all);
    for (std::size_t i = 1; i < all.size(); i += 2)
        for (std::size_t j = i + 1; all[i].thing == all[i - 1].thing && j < all.size(); ++j)
            std::swap(all[i], all[j]);
    return all;
}

const std::string& first_form(const char* name, int entry) { return table(name).entry(entry).forms[0]; }

} // namespace

std::optional<Relation> find_relation(std::string_view name) {
    for (std::size_t i = 0; i < k_relation_names.size(); ++i)
        if (k_relation_names[i] == name) return static_cast<Relation>(i);
    return std::nullopt;
}

std::string full_name(int name, int kind) {
    return first_form("name", name) + " the " + first_form("kind", kind);
}

World::World() {
    RandomStream random(k_world_seed, 0, 0);
    const auto pairs = draw_siblings(random);
    const auto possessions = draw_possessions(random);
    const auto places = homes();
    for (int i = 0; i < k_pairs; ++i) {
        const Siblings& pair = pairs[static_cast<std::size_t>(i)];
        // Tenths of the pairs, not hashes, so that each split has its share of every kind of person.
        const Split split = i % 10 == 8 ? Split::validation : i % 10 == 9 ? Split::test : Split::train;
        const int home = random.pick(places);
        for (const int name : pair.names) {
            const int index = static_cast<int>(people_.size());
            const std::size_t thing = 2 * people_.size();
            people_.push_back({.name = name,
                               .kind = pair.kind,
                               .home = home,
                               .food = random.below(table("food").size()),
                               .fear = random.below(table("fear").size()),
                               .sibling = index ^ 1, // pairs stand at 2 i and 2 i + 1
                               .owns = {possessions[thing], possessions[thing + 1]},
                               .split = split});
            by_split_[static_cast<std::size_t>(split)].push_back(index);
        }
    }
}

const World& World::get() {
    static const World world;
    return world;
}

std::optional<int> World::find(int name, int kind) const {
    const auto at =
        std::ranges::find_if(people_, [&](const Person& p) { return p.name == name && p.kind == kind; });
    return at == people_.end() ? std::nullopt : std::optional(static_cast<int>(at - people_.begin()));
}

bool World::is_owned(const Possession& possession) const {
    return std::ranges::any_of(
        people_, [&](const Person& p) { return std::ranges::find(p.owns, possession) != p.owns.end(); });
}

bool World::held_out(int index, Relation relation) const {
    const Person& p = person(index);
    if (p.split != Split::train) return false;
    // Siblings live together: what is told of one gives the other's home away, so both are held out or none.
    const int decides = relation == Relation::lives ? std::min(index, p.sibling) : index;
    const std::string key = k_relation_names[static_cast<std::size_t>(relation)] + std::to_string(decides);
    return hash_text(key) % 7 == 0;
}

std::string World::full_name(int index) const {
    return tinyville::full_name(person(index).name, person(index).kind);
}

std::string World::object(int index, Relation relation, int which) const {
    const Person& p = person(index);
    switch (relation) {
    case Relation::lives: {
        const Table& places = table("place");
        return places.entry(p.home).forms[static_cast<std::size_t>(places.column("at"))];
    }
    case Relation::owns: {
        const Possession& possession = p.owns[static_cast<std::size_t>(which)];
        return first_form("colour", possession.colour) + " " + first_form("thing", possession.thing);
    }
    case Relation::likes: return first_form("food", p.food);
    case Relation::fears: return first_form("fear", p.fear);
    }
    return {};
}

} // namespace gf::tinyville
