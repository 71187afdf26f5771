#pragma once
// The names of sites in commands, edit files and panels. In a model with two stacks, a name may begin with
// its stack: "encoder.blocks.0.attn.hook_q".

#include "core/params.h"
#include "core/site.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// "encoder." or "decoder." if the model is an encoder-decoder, else "".
std::string_view stack_prefix(const Weights& weights, Stack stack);

/// A name divided into its stack and the rest. The stack is empty where the name does not begin with one, as
/// names of parameters never do.
struct StackName {
    std::optional<Stack> stack;
    std::string name;
};
StackName split_stack(const Weights& weights, const std::string& name);

/// A site with its full name, as named_sites() lists them.
struct NamedSite {
    std::string name;
    Stack stack = Stack::decoder;
    SiteRef site;
};
/// All sites of all stacks, in the order of the computation.
std::vector<NamedSite> named_sites(const Weights& weights);

} // namespace gf
