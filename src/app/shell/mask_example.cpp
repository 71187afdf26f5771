#include "app/shell/mask_example.h"

namespace gf::ui {
namespace {

constexpr const char* k_model = "story";
constexpr const char* k_text = "Once upon a time, Ivy the frog met Gwen the cat. Ivy and";
constexpr int k_layer = 1, k_head = 4; // the head that carries the name on
constexpr int k_gwen = 10, k_the = 11; // positions: "the" behind "Gwen" looks back at it
constexpr int k_cat = 12;              // the word that the leak exchanges

} // namespace

std::vector<Command> mask_example(const Snapshot& s) {
    std::vector<Command> commands;
    if (!s.model || s.model->name != k_model) commands.emplace_back(command::Open{k_model, ""});
    commands.emplace_back(command::SetPrompt{k_text, false});
    commands.emplace_back(command::SetMasks{});
    commands.emplace_back(command::PaintMask{{.cells = {{{k_the, k_the + 1}, {k_gwen, k_gwen + 1}}}}});
    commands.emplace_back(command::FindMaskEffects{true, {.leak_row = k_cat}});
    commands.emplace_back(command::PinHead{k_layer, k_head});
    commands.emplace_back(command::SetLayout{"Masks"});
    return commands;
}

} // namespace gf::ui
