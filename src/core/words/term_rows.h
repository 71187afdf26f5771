#pragma once
// The two halves of the table of terms. Only terms.cpp reads them.

#include "core/words/term.h"

namespace gf::detail {

std::span<const Term> model_terms(); ///< what a model is made of
std::span<const Term> work_terms();  ///< what is done with it, and what is measured

} // namespace gf::detail
