#pragma once
// The activation functions of feed-forward networks. ModelConfig names one of them, activate() applies it.

namespace gf {

enum class Activation { gelu_tanh, gelu, silu, relu };

} // namespace gf
