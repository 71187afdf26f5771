#pragma once
// The steps of the computation of one token, in order: each site, behind scores their mask, then each stage
// of sampling, then the draw. Shift and arrows go through them. Used by the shell (keys, Ctrl+K,
// OperationStrip) and by SelectionControl.

#include "app/view/selection.h"
#include "session/snapshot.h"

#include <string>
#include <vector>

namespace gf::ui {

/// All operations of a run, in the order of the computation.
std::vector<Operation> all_operations(const Run& run, const SamplingChain& chain);
/// The operation `steps` further on; where none is selected, the first one of the layer in focus.
Operation operation_after(const Run& run, const SamplingChain& chain, const Selection& selection, int steps);

/// How commands name it: "blocks.2.attn.hook_q", "blocks.2.attn.hook_attn_scores.mask", "sampling.top-k",
/// "draw".
std::string operation_name(const Operation& operation);
/// The operation of this name on a site. @throws Error for an unknown name
Operation find_site_operation(const ModelConfig& config, const std::string& name);
/// The stage or the draw of this name; nullopt for the names of sites. @throws Error for an unknown stage
std::optional<Operation> find_sampling_operation(const std::string& name);

} // namespace gf::ui
