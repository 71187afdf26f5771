#pragma once
// The activation functions of feed-forward networks, by the names that configs give them.

namespace gf {

enum class Activation { gelu_tanh, gelu, silu, relu };

} // namespace gf
