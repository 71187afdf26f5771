#include "train/tinyville/cast.h"

#include <algorithm>
#include <cassert>
#include <optional>

namespace gf::tinyville {
namespace {

/// The relation between brothers and sisters, which is not one of the world's enumerated ones.
constexpr const char* k_kin = "kin";

/// What a fact of somebody is about: an entry of the table place, food or fear. (Things come in twos.)
int fact_object(const Person& person, Relation relation) {
    assert(relation != Relation::owns);
    return relation == Relation::lives   ? person.home
           : relation == Relation::likes ? person.food
                                         : person.fear;
}

/// Draws casts until one fits the kind of document.
class Casting {
  public:
    Casting(const ProseKind& kind, Split split, std::optional<int> lead, RandomStream& random)
        : kind_(kind), split_(split), lead_(lead), random_(random) {}

    Cast draw() {
        while (!attempt()) {
        }
        return std::move(cast_);
    }

  private:
    bool attempt() {
        cast_ = {std::vector<int>(kind_.registers.size(), -1), {}, {}};
        for (const Role& role : kind_.roles)
            if (role.type == "person" && !add_person(role)) return false;
        for (const RoleFact& fact : kind_.facts)
            if (fact.relation != k_kin && !add_fact(fact)) return false;
        for (const Role& role : kind_.roles)
            if (value(role, 0) < 0 && !add_any_entry(role)) return false;
        return true;
    }

    /// What fills a component of a role.
    int& value(const Role& role, std::size_t component) {
        return cast_.values[static_cast<std::size_t>(role.registers[component])];
    }
    const Person& played_by(char letter) const { return World::get().person(cast_.person.at(letter)); }

    /// Somebody's brother or sister, the lead, or anybody of the split. All have different names, and only
    /// siblings are of one kind.
    bool add_person(const Role& role) {
        const auto kin = std::ranges::find_if(
            kind_.facts, [&](const RoleFact& f) { return f.relation == k_kin && f.object == role.letter; });
        const bool is_sibling = kin != kind_.facts.end();
        const int chosen = is_sibling ? played_by(kin->subject).sibling
                           : lead_    ? *lead_
                                      : random_.pick(World::get().people_of_split(split_));
        const Person& p = World::get().person(chosen);
        for (const int other : cast_.people) {
            const Person& o = World::get().person(other);
            if (o.name == p.name || (!is_sibling && o.kind == p.kind)) return false;
        }
        value(role, 0) = p.name;
        value(role, 1) = p.kind;
        cast_.people.push_back(chosen);
        cast_.person[role.letter] = chosen;
        return true;
    }

    bool fits(const Role& role, std::size_t component, int entry) const {
        const Register& filled = kind_.register_at(role.registers[component]);
        const Table& words = table(filled.table);
        if (!words.entry(entry).has(filled.tag)) return false;
        for (std::size_t i = 0; words.distinct_when_written && i < cast_.values.size(); ++i)
            if (kind_.registers[i].table == filled.table && cast_.values[i] == entry) return false;
        return true;
    }

    /// Fills a fact's object with what is so in the world.
    bool add_fact(const RoleFact& fact) {
        const Relation relation = *find_relation(fact.relation);
        const Role& role = kind_.role(fact.object);
        if (!lead_ && World::get().held_out(cast_.person.at(fact.subject), relation)) return false;
        const Person& p = played_by(fact.subject);
        const Possession& possession = p.owns[static_cast<std::size_t>(random_.below(2))];
        const int entry = relation == Relation::owns ? possession.thing : fact_object(p, relation);
        if (!fits(role, 0, entry)) return false;
        value(role, 0) = entry;
        if (relation == Relation::owns) value(role, 1) = possession.colour;
        return true;
    }

    /// Any entries that fit. A coloured thing that is nobody's fact must belong to nobody in the world.
    bool add_any_entry(const Role& role) {
        for (std::size_t c = 0; c < role.registers.size(); ++c) {
            const int entry = random_.below(table(kind_.register_at(role.registers[c]).table).size());
            if (!fits(role, c, entry)) return false;
            value(role, c) = entry;
        }
        return role.type != "thing" || !World::get().is_owned({value(role, 1), value(role, 0)});
    }

    const ProseKind& kind_;
    Split split_;
    std::optional<int> lead_;
    RandomStream& random_;
    Cast cast_;
};

} // namespace

Cast draw_cast(const ProseKind& kind, Split split, RandomStream& random) {
    return Casting(kind, split, std::nullopt, random).draw();
}

Cast draw_cast_around(int person, const ProseKind& kind, RandomStream& random) {
    return Casting(kind, World::get().person(person).split, person, random).draw();
}

std::string role_name(const ProseKind& kind, char letter, const std::vector<int>& values) {
    const Role& role = kind.role(letter);
    auto component = [&](std::size_t index) {
        const int value = values[static_cast<std::size_t>(role.registers[index])];
        return value < 0 ? std::string()
                         : table(kind.register_at(role.registers[index]).table).entry(value).forms[0];
    };
    std::string text;
    if (role.registers.size() > 1 && role.type != "person") text = component(1); // an adjective
    if (!text.empty()) text += ' ';
    return text + component(0);
}

std::string first_untrue_fact(const ProseKind& kind, const std::vector<int>& values) {
    const World& world = World::get();
    auto value = [&](char letter, std::size_t component) {
        return values[static_cast<std::size_t>(kind.role(letter).registers[component])];
    };
    for (const RoleFact& fact : kind.facts) {
        const int name = value(fact.subject, 0), kind_of_person = value(fact.subject, 1),
                  object = value(fact.object, 0);
        if (name < 0 || kind_of_person < 0 || object < 0) continue;
        const std::string full = full_name(name, kind_of_person);
        const auto person = world.find(name, kind_of_person);
        if (!person) return "there is no " + full + " in Tinyville";
        const Person& p = world.person(*person);
        if (fact.relation == k_kin) {
            const int sibling = world.person(p.sibling).name;
            if (sibling != object)
                return "in Tinyville " + full + " is kin of " + table("name").entry(sibling).forms[0];
            continue;
        }
        const Relation relation = *find_relation(fact.relation);
        if (relation == Relation::owns) {
            const Possession thing{value(fact.object, 1), object};
            if (thing.colour >= 0 && std::ranges::find(p.owns, thing) == p.owns.end())
                return "in Tinyville " + full + " owns " + world.object(*person, relation, 0) + " and " +
                       world.object(*person, relation, 1);
        } else if (object != fact_object(p, relation)) {
            return "in Tinyville " + full + " " + fact.relation + " " + world.object(*person, relation);
        }
    }
    return "";
}

} // namespace gf::tinyville
