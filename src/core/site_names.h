#pragma once
// The sites of a model by the names that commands and panels use: where a model has two stacks, a name may
// begin with its stack.

#include "core/params.h"
#include "core/site.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// "encoder." or "decoder." of an encoder-decoder, else nothing.
std::string_view stack_prefix(const Weights& weights, Stack stack);

/// "encoder.blocks.0.attn.hook_q" as its stack and the rest. None where the name does not say it, as
/// parameters' names never do.
struct StackName {
    std::optional<Stack> stack;
    std::string name;
};
StackName split_stack(const Weights& weights, const std::string& name);

/// All sites of all stacks in the order of the computation, with their full names.
struct NamedSite {
    std::string name;
    Stack stack = Stack::decoder;
    SiteRef site;
};
std::vector<NamedSite> named_sites(const Weights& weights);

/// The stack called so; throws Error listing the valid names.
Stack stack_named(const std::string& word, const std::string& where);

} // namespace gf
