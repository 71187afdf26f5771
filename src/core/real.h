#pragma once
// The scalar type of activations and parameters. The same sources are built a second time with double, for
// tests only.

namespace gf {
#ifdef GLASSFORMER_DOUBLE
using real = double;
#else
using real = float;
#endif
} // namespace gf
