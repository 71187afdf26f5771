#include "train/tinyville/world.h"

#include <algorithm>

namespace gf::tinyville {
namespace {

constexpr int k_pairs = 120;
constexpr std::uint64_t k_world_seed =
    0x71e9; // the one world; a change invalidates every model trained on it

int size_of(const char* name) { return static_cast<int>(table(name).entries.size()); }

std::vector<int> homes() {
    std::vector<int> found;
    const auto& places = table("place").entries;
    for (int i = 0; i < static_cast<int>(places.size()); ++i)
        if (places[static_cast<std::size_t>(i)].has("home")) found.push_back(i);
    return found;
}

/// Every (kind, two different names) at most once: which names are free for a kind.
std::vector<std::array<int, 3>> name_pairs(Draw& draw) {
    const int kinds = size_of("kind"), names = size_of("name");
    std::vector<std::array<int, 3>> pairs; // name, name, kind
    std::vector<std::vector<int>> free(static_cast<std::size_t>(kinds));
    for (auto& f : free) {
        for (int n = 0; n < names; ++n) f.push_back(n);
        draw.shuffle(f);
    }
    for (int i = 0; i < k_pairs; ++i) {
        const int kind = i % kinds;
        auto& f = free[static_cast<std::size_t>(kind)];
        pairs.push_back({f[f.size() - 1], f[f.size() - 2], kind});
        f.resize(f.size() - 2);
    }
    return pairs;
}

/// All coloured things in random order, dealt so that nobody owns two of the same noun.
std::vector<Possession> possessions(Draw& draw) {
    std::vector<Possession> all;
    for (int c = 0; c < size_of("colour"); ++c)
        for (int t = 0; t < size_of("thing"); ++t) all.push_back({c, t});
    draw.shuffle(all);
    for (std::size_t i = 1; i < all.size(); i += 2)
        for (std::size_t j = i + 1; all[i].thing == all[i - 1].thing && j < all.size(); ++j)
            std::swap(all[i], all[j]);
    return all;
}

std::optional<Relation> relation(std::string_view name) {
    for (std::size_t i = 0; i < k_relation_names.size(); ++i)
        if (k_relation_names[i] == name) return static_cast<Relation>(i);
    return std::nullopt;
}

const std::string& spoken(const char* name, int entry, int column = 0) {
    return table(name).entries[static_cast<std::size_t>(entry)].columns[static_cast<std::size_t>(column)];
}

} // namespace

Split split_of(std::string_view key) {
    const std::uint64_t h = hash_text(key) % 10;
    return h == 0 ? Split::validation : h == 1 ? Split::test : Split::train;
}

World::World() {
    Draw draw(k_world_seed, 0, 0);
    const auto pairs = name_pairs(draw);
    const auto things = possessions(draw);
    const auto places = homes();
    for (int i = 0; i < k_pairs; ++i) {
        const auto [one, other, kind] = pairs[static_cast<std::size_t>(i)];
        // every tenth pair, so that each split has its share of every kind of person
        const Split split = i % 10 == 8 ? Split::validation : i % 10 == 9 ? Split::test : Split::train;
        const int home = draw.of(places);
        for (const int name : {one, other}) {
            const int id = static_cast<int>(people_.size());
            const std::size_t first = 2 * static_cast<std::size_t>(id);
            people_.push_back({name,
                               kind,
                               home,
                               draw.below(size_of("food")),
                               draw.below(size_of("fear")),
                               id ^ 1,
                               {things[first], things[first + 1]},
                               split});
            by_split_[static_cast<std::size_t>(split)].push_back(id);
        }
    }
}

const World& World::get() {
    static const World world;
    return world;
}

std::string World::full_name(int person) const {
    const Person& p = people_[static_cast<std::size_t>(person)];
    return spoken("name", p.name) + " the " + spoken("kind", p.kind);
}

std::optional<int> World::find(int name, int kind) const {
    const auto at =
        std::ranges::find_if(people_, [&](const Person& p) { return p.name == name && p.kind == kind; });
    return at == people_.end() ? std::nullopt : std::optional(static_cast<int>(at - people_.begin()));
}

bool World::owned(const Possession& p) const {
    return std::ranges::any_of(
        people_, [&](const Person& who) { return std::ranges::find(who.owns, p) != who.owns.end(); });
}

bool World::held_out(int person, Relation r) const {
    const Person& p = people_[static_cast<std::size_t>(person)];
    if (p.split != Split::train) return false;
    // brothers and sisters live together: what is told of one gives the other away
    const int who = r == Relation::lives ? std::min(person, p.sibling) : person;
    return hash_text(std::string(k_relation_names[static_cast<std::size_t>(r)]) + std::to_string(who)) % 7 ==
           0;
}

std::string World::object(int person, Relation r, int which) const {
    const Person& p = people_[static_cast<std::size_t>(person)];
    switch (r) {
    case Relation::lives: return spoken("place", p.home, table("place").column("at"));
    case Relation::owns: {
        const Possession& o = p.owns[static_cast<std::size_t>(which)];
        return spoken("colour", o.colour) + " " + spoken("thing", o.thing);
    }
    case Relation::likes: return spoken("food", p.food);
    case Relation::fears: return spoken("fear", p.fear);
    }
    return {};
}

namespace {

/// One attempt at a cast; false if the people drawn do not fit the kind of document.
class Casting {
  public:
    Casting(const DocumentKind& kind, Split split, std::optional<int> fixed, Draw& draw)
        : kind_(kind), split_(split), fixed_(fixed), draw_(draw) {}

    Cast find() {
        while (!attempt()) {
        }
        return std::move(out_);
    }

  private:
    bool attempt() {
        out_ = {std::vector<int>(kind_.registers.size(), -1), {}, {}};
        for (const Role& role : kind_.roles)
            if (role.type == "person" && !add_person(role)) return false;
        for (const RoleFact& fact : kind_.facts)
            if (fact.relation != "kin" && !add_fact(fact)) return false;
        return std::ranges::all_of(kind_.roles,
                                   [&](const Role& r) { return value(r, 0) >= 0 || add_free(r); });
    }

    int& value(const Role& role, std::size_t component) {
        return out_.values[static_cast<std::size_t>(role.registers[component])];
    }
    const Register& reg(const Role& role, std::size_t component) const {
        return kind_.registers[static_cast<std::size_t>(role.registers[component])];
    }
    const Person& who(char letter) const {
        return World::get().people()[static_cast<std::size_t>(out_.person.at(letter))];
    }

    bool add_person(const Role& role) {
        const auto kin = std::ranges::find_if(
            kind_.facts, [&](const RoleFact& f) { return f.relation == "kin" && f.object == role.letter; });
        const bool sibling = kin != kind_.facts.end();
        const int chosen = sibling  ? who(kin->subject).sibling
                           : fixed_ ? *fixed_
                                    : draw_.of(World::get().people(split_));
        const Person& p = World::get().people()[static_cast<std::size_t>(chosen)];
        for (const int other : out_.people) {
            const Person& o = World::get().people()[static_cast<std::size_t>(other)];
            if (o.name == p.name || (!sibling && o.kind == p.kind)) return false;
        }
        value(role, 0) = p.name;
        value(role, 1) = p.kind;
        out_.people.push_back(chosen);
        out_.person[role.letter] = chosen;
        return true;
    }

    bool fits(const Role& role, std::size_t component, int entry) const {
        const Register& r = reg(role, component);
        const Table& t = tables()[static_cast<std::size_t>(r.table)];
        if (!t.entries[static_cast<std::size_t>(entry)].has(r.tag)) return false;
        for (std::size_t i = 0; t.distinct && i < out_.values.size(); ++i)
            if (kind_.registers[i].table == r.table && out_.values[i] == entry) return false;
        return true;
    }

    bool add_fact(const RoleFact& fact) {
        const Relation r = *relation(fact.relation);
        const Role& role = kind_.role(fact.object);
        if (!fixed_ && World::get().held_out(out_.person.at(fact.subject), r)) return false;
        const Person& p = who(fact.subject);
        const Possession& thing = p.owns[static_cast<std::size_t>(draw_.below(2))];
        const int entry = r == Relation::lives   ? p.home
                          : r == Relation::owns  ? thing.thing
                          : r == Relation::likes ? p.food
                                                 : p.fear;
        if (!fits(role, 0, entry)) return false;
        value(role, 0) = entry;
        if (r == Relation::owns) value(role, 1) = thing.colour;
        return true;
    }

    /// Any entry that fits. A coloured thing that is nobody's fact must belong to nobody in the world.
    bool add_free(const Role& role) {
        for (std::size_t c = 0; c < role.registers.size(); ++c) {
            const int entry = draw_.below(
                static_cast<int>(tables()[static_cast<std::size_t>(reg(role, c).table)].entries.size()));
            if (!fits(role, c, entry)) return false;
            value(role, c) = entry;
        }
        return role.type != "thing" || !World::get().owned({value(role, 1), value(role, 0)});
    }

    const DocumentKind& kind_;
    Split split_;
    std::optional<int> fixed_;
    Draw& draw_;
    Cast out_;
};

} // namespace

Cast cast(const DocumentKind& kind, Split split, Draw& draw) {
    return Casting(kind, split, std::nullopt, draw).find();
}

Cast cast_person(const DocumentKind& kind, int person, Draw& draw) {
    return Casting(kind, World::get().people()[static_cast<std::size_t>(person)].split, person, draw).find();
}

std::string untrue_fact(const DocumentKind& kind, const std::vector<int>& values) {
    const World& world = World::get();
    auto value = [&](char role, std::size_t component) {
        return values[static_cast<std::size_t>(kind.role(role).registers[component])];
    };
    for (const RoleFact& fact : kind.facts) {
        const int name = value(fact.subject, 0), kind_of = value(fact.subject, 1),
                  object = value(fact.object, 0);
        if (name < 0 || kind_of < 0 || object < 0) continue;
        const std::string full = spoken("name", name) + " the " + spoken("kind", kind_of);
        const auto person = world.find(name, kind_of);
        if (!person) return "there is no " + full + " in Tinyville";
        const Person& p = world.people()[static_cast<std::size_t>(*person)];
        if (fact.relation == "kin") {
            const int sibling = world.people()[static_cast<std::size_t>(p.sibling)].name;
            if (sibling != object) return "in Tinyville " + full + " is kin of " + spoken("name", sibling);
            continue;
        }
        const Relation r = *relation(fact.relation);
        if (r == Relation::owns) {
            const Possession thing{value(fact.object, 1), object};
            if (thing.colour >= 0 && std::ranges::find(p.owns, thing) == p.owns.end())
                return "in Tinyville " + full + " owns " + world.object(*person, r, 0) + " and " +
                       world.object(*person, r, 1);
        } else if (object != (r == Relation::lives ? p.home : r == Relation::likes ? p.food : p.fear)) {
            return "in Tinyville " + full + " " + fact.relation + " " + world.object(*person, r);
        }
    }
    return "";
}

} // namespace gf::tinyville
