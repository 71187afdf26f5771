#pragma once
// docs/models.md: every figure of the models that ship beside what is required of it.
// Used by `glassformer models --document`.

#include "models/model_card.h"
#include "models/shipped.h"

#include <filesystem>
#include <string>

namespace gf {

/// The document as Markdown, made from the recipes and cards in the folder `models`; a model without a card
/// is listed as not trained.
/// @throws Error naming the recipe or card that cannot be read
std::string models_markdown(const std::filesystem::path& models);

} // namespace gf
