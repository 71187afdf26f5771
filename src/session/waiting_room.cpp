#include "session/waiting_room.h"

#include <type_traits>
#include <utility>

namespace gf {
namespace {

template <class C, class... Any>
constexpr bool is_one_of = (std::is_same_v<C, Any> || ...);

/// Whether the command goes on from tokens that are computed.
bool needs_text(const SessionCommand& command) {
    return std::visit(
        []<class C>(const C& c) {
            if constexpr (std::is_same_v<C, command::ApplyEdit>) // compared runs follow the text
                return c.edit.kind == Edit::Kind::donor && c.edit.donor.kind == DonorSpec::Kind::run;
            else
                return is_one_of<C, command::Step, command::Jump, command::Resample, command::UseDraw,
                                 command::ForceToken>;
        },
        command);
}

/// Whether what waits has lost its sense with the command.
bool interrupts(const SessionCommand& command) {
    return std::visit(
        []<class C>(const C&) {
            return is_one_of<C, command::Open, command::SetPrompt, command::SetSource, command::Pause,
                             command::Undo, command::Redo>;
        },
        command);
}

} // namespace

bool WaitingRoom::keeps(const SessionCommand& command, bool text_is_pending) {
    if (interrupts(command)) commands_.clear();
    if (commands_.empty() && !(text_is_pending && needs_text(command))) return false;
    commands_.push_back(command);
    return true;
}

SessionCommand WaitingRoom::take_first() {
    SessionCommand first = std::move(commands_.front());
    commands_.pop_front();
    return first;
}

} // namespace gf
