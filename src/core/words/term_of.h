#pragma once
// Which term explains a thing that has a table of its own: a site, a parameter, a stage of sampling.

#include "core/params.h"
#include "core/sampling/sampling.h"
#include "core/site.h"
#include "core/words/term.h"

namespace gf {

inline const Term& term_of(Site site) { return term(site_row(site).term); }
inline const Term& term_of(StageKind kind) { return term(stage_row(kind).name); }
const Term& term_of(Role parameter);

} // namespace gf
