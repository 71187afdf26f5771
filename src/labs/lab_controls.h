#pragma once
// The controls of an experiment as data. An experiment states them once, as the fields of a struct
// (io/fields.h) with a sentence for each; what a panel draws, what a lesson sets and the messages about wrong
// values follow.

#include "io/fields.h"

#include <nlohmann/json.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// What a struct of controls says about each of its fields.
struct ControlHelp {
    std::string_view key, title;
    std::string_view help; ///< one sentence for a learner
    /// Whether it only chooses what is shown of what was computed: it acts at once, without a new run.
    bool is_live = false;
};

/// A control as a panel draws it.
struct LabControl {
    enum class Kind { number, integer, choice, toggle, text };
    std::string key, title, help;
    Kind kind = Kind::number;
    double least = 0, greatest = 0;   ///< number, integer: infinite without a limit
    std::vector<std::string> choices; ///< choice: the words
    nlohmann::json value;
    bool is_live = false;
};

namespace labs_detail {

/// Collects the fields of a struct of controls.
struct ControlLister {
    std::vector<LabControl>& out;
    std::span<const ControlHelp> help;

    template <class T>
    void operator()(const char* key, const T& value, const FieldRule& rule = {}) const {
        LabControl control;
        control.key = key, control.value = fields_detail::write_value(value, rule);
        for (const ControlHelp& row : help)
            if (row.key == key) {
                control.title = row.title, control.help = row.help;
                control.is_live = row.is_live;
            }
        control.least = rule.least, control.greatest = rule.greatest;
        if constexpr (std::is_same_v<T, bool>)
            control.kind = LabControl::Kind::toggle;
        else if constexpr (std::is_enum_v<T>) {
            control.kind = LabControl::Kind::choice;
            const auto words = rule.words.empty() ? fields_detail::enum_words<T>() : rule.words;
            control.choices.assign(words.begin(), words.end());
        } else if constexpr (std::integral<T>)
            control.kind = LabControl::Kind::integer;
        else if constexpr (std::floating_point<T>)
            control.kind = LabControl::Kind::number;
        else if (!rule.words.empty()) {
            control.kind = LabControl::Kind::choice;
            control.choices.assign(rule.words.begin(), rule.words.end());
        } else
            control.kind = LabControl::Kind::text;
        out.push_back(std::move(control));
    }
};

} // namespace labs_detail

/// The controls of a struct that has fields() and k_help, an array of ControlHelp with a row for each field.
template <class Controls>
std::vector<LabControl> list_controls(const Controls& controls) {
    std::vector<LabControl> all;
    Controls::fields(controls, labs_detail::ControlLister{all, Controls::k_help});
    return all;
}

} // namespace gf
