#pragma once
// docs/models.md: every figure of the models that ship beside what is required of it.

#include "models/card.h"
#include "models/shipped.h"

#include <filesystem>
#include <string>

namespace gf {

/// Markdown from recipes and cards; models without a card are named as not trained.
std::string models_document(const std::filesystem::path& models);

} // namespace gf
