#pragma once
// Panels whose options are a struct that states its fields (io/fields.h): menus and scripts list and set
// them, and a saved state reads them back.

#include "app/view/panel.h"
#include "io/fields.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

namespace detail {

/// Lists the fields: words are what may be chosen; a text or a number may be anything.
struct OptionLister {
    std::vector<PanelOption>& out;
    template <class T>
    void operator()(const char* key, const T&, const FieldRule& rule = {}) const {
        std::vector<std::string_view> words(rule.words.begin(), rule.words.end());
        if constexpr (std::is_enum_v<T>)
            if (words.empty())
                words.assign(fields_detail::enum_words<T>().begin(), fields_detail::enum_words<T>().end());
        out.push_back({key, std::move(words)});
    }
};

} // namespace detail

/// The value of an option in words, as SetView has it: "lines", "on", "12.5".
std::string option_text(const nlohmann::ordered_json& value);
/// The JSON of such words. `is_number`: the option is a number. @throws Error when it then is none
nlohmann::json option_json(std::string_view text, bool is_number, const std::string& where);

/// The words of an option that is a switch.
inline constexpr std::array<std::string_view, 2> k_off_on{"off", "on"};

template <class Options>
class PanelWithOptions : public Panel {
  public:
    std::vector<PanelOption> options() const override {
        std::vector<PanelOption> all;
        Options::fields(options_, detail::OptionLister{all});
        return all;
    }
    std::string option(std::string_view name) const override {
        return option_text(fields_to_json(options_).at(std::string(name)));
    }
    void choose(std::string_view name, std::string_view value) override {
        const std::string key(name), where = std::string("view ") + title();
        const bool is_number = fields_to_json(options_).at(key).is_number();
        Options before = options_;
        fields_from_json(nlohmann::json{{key, option_json(value, is_number, where)}}, {where}, options_);
        try {
            take_option(name);
        } catch (...) {
            options_ = std::move(before);
            throw;
        }
    }

  protected:
    /// Called when choose() has changed this field of options_. @throws Error when the value cannot be
    virtual void take_option(std::string_view /*name*/) {}
    Options options_;
};

} // namespace gf::ui
