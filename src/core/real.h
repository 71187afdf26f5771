#pragma once
// The scalar of all computation. The same sources build a second time with double, for tests only.

namespace gf {
#ifdef GLASSFORMER_DOUBLE
using real = double;
#else
using real = float;
#endif
} // namespace gf
