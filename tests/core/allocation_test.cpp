// The decode loop and the sampler allocate nothing once they have begun. The tests count calls of malloc,
// which serves operator new and Eigen, too.

#include "core/sampling/sampling.h"
#include "support/random_model.h"
#include "support/varied_setup.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>

// A sanitizer brings its own malloc, so there the tests have nothing to count.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define GF_COUNTS_ALLOCATIONS 0
#else
#define GF_COUNTS_ALLOCATIONS 1
#endif

namespace {
std::atomic<long> n_allocations{0};
}

#if GF_COUNTS_ALLOCATIONS
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void* malloc(std::size_t n) {
    ++n_allocations;
    return __libc_malloc(n);
}
void* calloc(std::size_t n, std::size_t size) {
    ++n_allocations;
    return __libc_calloc(n, size);
}
void* realloc(void* p, std::size_t n) {
    ++n_allocations;
    return __libc_realloc(p, n);
}
void* aligned_alloc(std::size_t alignment, std::size_t n) {
    ++n_allocations;
    return __libc_memalign(alignment, n);
}
}
#endif

namespace gf::tests::allocation_test {
namespace {

/// How many allocations f makes.
template <class F>
long allocations(F f) {
    const long before = n_allocations;
    f();
    return n_allocations - before;
}

class Allocations : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!GF_COUNTS_ALLOCATIONS) GTEST_SKIP() << "a sanitizer replaces malloc";
    }
};

TEST_F(Allocations, AreCounted) {
    EXPECT_GT(allocations([] {
                  std::vector<int> x(1000);
                  asm volatile("" : : "r"(x.data()) : "memory");
              }),
              0);
    EXPECT_GT(allocations([] { std::free(std::malloc(10000)); }), -1);
    EXPECT_GT(allocations([] { Trace(random_weights(preset("llama").config), TraceShape{4}); }), 0);
}

TEST_F(Allocations, NoneInTheDecodeLoop) {
    for (const Preset& p : presets()) {
        if (!can_run_in_pieces(p.config)) continue; // not decoded token by token
        for (const Keep keep : {Keep::all, Keep::residual, Keep::cache}) {
            const auto weights = random_weights(p.config);
            const std::vector<int> tokens = random_tokens(p.config, 20);
            const Edit edit{
                {.site = Site::z, .layer = 0, .row_begin = 6}, Edit::Kind::scale, {real(0.5)}, nullptr};
            for (RunSetup setup : {RunSetup(), varied_setup(p.config, 20, false)}) {
                setup.n_prefix = p.n_prefix;
                setup.edits = {edit};
                Trace trace(weights, {20, keep}, setup, random_source(weights));
                extend(trace, std::span(tokens).first(5));
                EXPECT_EQ(allocations([&] {
                              for (std::size_t t = 5; t < 20; ++t)
                                  extend(trace, std::span(tokens).subspan(t, 1));
                          }),
                          0)
                    << p.name;
            }
        }
    }
}

TEST_F(Allocations, NoneInTheSamplerOnceItKnowsTheVocabulary) {
    std::vector<real> logits(1000), masked(1000, -std::numeric_limits<real>::infinity());
    std::mt19937_64 random(1);
    for (real& l : logits) l = static_cast<real>(static_cast<double>(random() % 10000) / 1000);
    masked[3] = 1; // almost nothing alive at first
    const std::vector<int> history{1, 2, 3};
    SamplingChain chain = default_chain(), first = chain;
    for (SampleStage& s : chain) s.on = s.kind != StageKind::greedy;
    Sampler sampler;
    SampleStep step;
    sampler.sample(masked, {}, first, {}, step);
    EXPECT_EQ(allocations([&] {
                  for (std::uint32_t i = 0; i < 50; ++i) {
                      sampler.sample(logits, history, chain, {.position = i}, step);
                      sampler.redraw(step, {.position = i, .resample = 1});
                      sampler.alive_tokens(100);
                  }
              }),
              0);
}

} // namespace
} // namespace gf::tests::allocation_test
