#pragma once
// What the parts of the panel Attribution share: the split, what switching parts off does, and the part and
// the token that are looked into. Made anew in every frame.

#include "app/host/imgui_host.h"
#include "app/view/panel.h"
#include "measures/part_effects.h"

#include <span>

namespace gf::ui {

struct AttributionScene {
    const View& view;
    Selection& selection;
    Commands& commands;
    const Attribution& split;
    const PartFindings* effects;                ///< of this row; null: not known
    int part = -1;                              ///< the term that is looked into; -1: none
    int source = -1;                            ///< among `sources`; -1: none
    std::span<const AttributionSource> sources; ///< of the term, if it is a head's
    std::span<const AttributionTerm> copied;    ///< of the source

    const AttributionTerm& term() const { return split.terms()[static_cast<std::size_t>(part)]; }
    const AttributionTarget& target() const { return split.target(); }
    bool is_head() const {
        return part >= 0 && (term().part == AttributionTerm::Part::head ||
                             term().part == AttributionTerm::Part::source_head);
    }
    void set(const char* option, int value) const {
        commands.post(command::SetView{"Attribution", option, std::to_string(value)});
    }
};

} // namespace gf::ui
