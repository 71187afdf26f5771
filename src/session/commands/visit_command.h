#pragma once
// Hands a command to the handler that its type has. A command without a handler does not compile, and the
// compiler's message names it. Used by the Engine and the Workbench.

#include <concepts>
#include <string_view>
#include <variant>

namespace gf {

/// Lambdas as one set of overloads.
template <class... Lambdas>
struct Overloads : Lambdas... {
    using Lambdas::operator()...;
};

/// Fails to compile where `has_handler` is false; the compiler's message holds the name of the command.
template <class CommandWithoutHandler, bool has_handler>
constexpr void require_handler() {
    static_assert(has_handler, "no handler for a command; the lines above this one name it");
}

/// Calls handle(command) for the command that the family holds. `handle` must accept each of the family; a
/// class with overloads of run() passes [this](const auto& c) -> decltype(run(c)) { return run(c); }.
template <class... Commands, class Handle>
void visit_command(const std::variant<Commands...>& family, Handle handle) {
    static_assert(!std::invocable<Handle&, const std::variant<Commands...>&>,
                  "a handler of the whole family would take every command of it that has none of its own");
    (require_handler<Commands, std::invocable<Handle&, const Commands&>>(), ...);
    if constexpr ((std::invocable<Handle&, const Commands&> && ...)) // otherwise that message is the only one
        std::visit(handle, family);
}

/// The name of the command that the family holds, as JSON has it.
template <class... Commands>
std::string_view name_of(const std::variant<Commands...>& family) {
    return std::visit([]<class C>(const C&) { return C::k_name; }, family);
}

} // namespace gf
