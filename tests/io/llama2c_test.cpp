#include "io/llama2c.h"

#include "io/allocations.h"
#include "io/support.h"

#include <cstring>
#include <limits>

namespace gf::tests::llama2c_test {
namespace {

constexpr int k_min = std::numeric_limits<std::int32_t>::min(),
              k_max = std::numeric_limits<std::int32_t>::max();

// Two small models: dim 8, hidden_dim 12, 2 layers, 4 heads of 2, 2 key-value heads, 10 tokens, 6 positions.
constexpr std::array<std::int32_t, 7> k_tied{8, 12, 2, 4, 2, 10, 6};
constexpr std::array<std::int32_t, 7> k_untied{8, 12, 2, 4, 2, -10, 6};
// Where the tensors begin, counted in values behind the header; computed by hand from the order in run.c.
constexpr std::size_t k_ln1 = 80, k_wq = k_ln1 + 2 * 8, k_wk = k_wq + 2 * 64, k_wv = k_wk + 2 * 32,
                      k_wo = k_wv + 2 * 32;
constexpr std::size_t k_ln2 = k_wo + 2 * 64, k_w1 = k_ln2 + 2 * 8, k_w2 = k_w1 + 2 * 96, k_w3 = k_w2 + 2 * 96;
constexpr std::size_t k_ln_final = k_w3 + 2 * 96, k_tables = k_ln_final + 8, k_output = k_tables + 6 * 2,
                      k_end = k_output + 80;

std::shared_ptr<Weights> parse(const std::string& file, std::vector<std::string>* warnings = nullptr) {
    std::vector<std::string> ignored;
    return parse_llama2c(bytes_of(file), "m.bin", warnings ? *warnings : ignored);
}

/// The i-th value that llama2c_file() writes.
real value_at(std::size_t i) { return static_cast<real>(i % 40) / 8; }

TEST(Llama2c, Config) {
    ModelConfig expected;
    expected.d_model = 8, expected.d_mlp = 12, expected.n_layers = 2, expected.n_heads = 4,
    expected.n_kv_heads = 2;
    expected.d_head = 2, expected.d_vocab = 10, expected.n_ctx = 6,
    expected.rope_pairs = RopePairs::interleaved;
    expected.bos_id = 1, expected.eos_id = 2, expected.tied_embeddings = true;
    EXPECT_EQ(parse(llama2c_file(k_tied, k_output))->config, expected);
    expected.tied_embeddings = false;
    EXPECT_EQ(parse(llama2c_file(k_untied, k_end))->config, expected);
}

TEST(Llama2c, EveryTensorComesFromItsPlace) {
    const auto w = parse(llama2c_file(k_untied, k_end));
    for (std::size_t i = 0; i < 80; ++i) ASSERT_EQ(w->embed[i], value_at(i));
    for (std::size_t i = 0; i < 8; ++i) ASSERT_EQ(w->ln_final_gain[i], value_at(k_ln_final + i));
    // The file has [out, in], the engine [in, out].
    const auto expect_matrix = [](const Matrix& m, int in, int out, std::size_t begin) {
        ASSERT_EQ(m.in, in);
        ASSERT_EQ(m.out, out);
        for (int i = 0; i < in; ++i)
            for (int o = 0; o < out; ++o)
                ASSERT_EQ(m.data[i * m.stride + o], value_at(begin + static_cast<std::size_t>(o * in + i)))
                    << i << ", " << o;
    };
    for (std::size_t l = 0; l < 2; ++l) {
        const BlockWeights& b = w->blocks[l];
        for (std::size_t i = 0; i < 8; ++i) {
            ASSERT_EQ(b.ln1_gain[i], value_at(k_ln1 + l * 8 + i));
            ASSERT_EQ(b.ln2_gain[i], value_at(k_ln2 + l * 8 + i));
        }
        expect_matrix(b.q, 8, 8, k_wq + l * 64);
        expect_matrix(b.k, 8, 4, k_wk + l * 32);
        expect_matrix(b.v, 8, 4, k_wv + l * 32);
        expect_matrix(b.attn_out, 8, 8, k_wo + l * 64);
        expect_matrix(b.experts[0].in, 8, 12, k_w1 + l * 96);
        expect_matrix(b.experts[0].out, 12, 8, k_w2 + l * 96);
        expect_matrix(b.experts[0].up, 8, 12, k_w3 + l * 96);
    }
    expect_matrix(w->unembed, 8, 10, k_output);
    const auto tied = parse(llama2c_file(k_tied, k_output));
    expect_matrix(tied->unembed, 8, 10, 0);
}

struct BadHeader {
    std::array<std::int32_t, 7> header;
    Words words;
};

TEST(Llama2c, HeadersWithoutSense) {
    const BadHeader bad[] = {
        {{0, 12, 2, 4, 2, 10, 6}, {"m.bin: header: dim", "1 or more", "0", "damaged"}},
        {{-8, 12, 2, 4, 2, 10, 6}, {"m.bin: header: dim", "1 or more", "-8", "damaged"}},
        {{8, k_min, 2, 4, 2, 10, 6}, {"header: hidden_dim", "1 or more", "-2147483648", "damaged"}},
        {{8, 12, -1, 4, 2, 10, 6}, {"header: n_layers", "1 or more", "-1", "damaged"}},
        {{8, 12, 2, 0, 2, 10, 6}, {"header: n_heads", "1 or more", "0", "damaged"}},
        {{8, 12, 2, 4, -2, 10, 6}, {"header: n_kv_heads", "1 or more", "-2", "damaged"}},
        {{8, 12, 2, 4, 2, 0, 6}, {"header: vocab_size", "any size but 0", "0", "damaged"}},
        {{8, 12, 2, 4, 2, k_min, 6}, {"header: vocab_size", "negative if", "-2147483648", "damaged"}},
        {{8, 12, 2, 4, 2, 10, 0}, {"header: seq_len", "1 or more", "0", "damaged"}},
        {{8, 12, 2, 3, 3, 10, 6}, {"header: n_heads", "a divisor of dim = 8", "3", "damaged"}},
        {{8, 12, 2, 4, 3, 10, 6}, {"n_kv_heads", "a divisor of n_heads = 4", "3", ""}},
        {{8, 12, 2, 8, 2, 10, 6}, {"d_head", "even", "1", ""}},
        {{k_max, 12, 2, 1, 1, 10, 6}, {"d_model", "1 to", "2147483647", ""}},
        {{8, k_max, 2, 4, 2, 10, 6}, {"d_mlp", "1 to", "2147483647", ""}},
        {{8, 12, k_max, 4, 2, 10, 6}, {"n_layers", "1 to", "2147483647", ""}},
        {{8, 12, 2, 4, 2, -k_max, 6}, {"d_vocab", "1 to", "2147483647", ""}},
        {{8, 12, 2, 4, 2, 10, k_max}, {"n_ctx", "1 to", "2147483647", ""}},
        // The largest sizes that validate() accepts: more bytes than any disk
        // has, and no overflow on the way.
        {{1 << 17, 1 << 20, 1 << 12, 1 << 12, 1 << 12, 1 << 24, 1 << 24},
         {"m.bin", "7890101883895836 bytes", "bytes", "truncated"}},
        {{1 << 16, 12, 2, 4, 2, 1 << 24, 6}, {"m.bin", "bytes, as its header says", "bytes", "truncated"}},
        {{0x616b3432, 1, 2, 4, 2, 10, 6}, {"m.bin", "legacy format", "a later version", "--version 0"}},
    };
    for (const BadHeader& b : bad) {
        const std::string file = llama2c_file(b.header, k_output);
        reset_largest_allocation();
        expect_words(problem_of([&] { parse(file); }), b.words);
        EXPECT_LE(largest_allocation(), k_max_allocation);
    }
}

TEST(Llama2c, LengthMustBeExact) {
    const std::string file = llama2c_file(k_tied, k_output);
    for (std::size_t n = 0; n < file.size(); ++n) {
        const std::string part = file.substr(0, n);
        ASSERT_THROW(parse(part), Error) << n;
    }
    const std::string length = std::to_string(file.size());
    expect_words(problem_of([&] { parse(file.substr(0, file.size() - 1)); }),
                 {"m.bin", length + " bytes", std::to_string(file.size() - 1), "truncated"});
    expect_words(problem_of([&] { parse(file + "x"); }),
                 {"m.bin", length + " bytes", std::to_string(file.size() + 1), "something behind the model"});
    expect_words(problem_of([&] { parse(file.substr(0, 20)); }),
                 {"m.bin", "28 bytes of header", "20 bytes", "truncated"});
    const std::string untied = llama2c_file(k_untied, k_output);
    EXPECT_THROW(parse(untied), Error) << "the output matrix is missing";
}

TEST(Llama2c, WarnsOfNaN) {
    std::string file = llama2c_file(k_tied, k_output);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    std::memcpy(file.data() + 28 + 4 * (k_wk + 32 + 5), &nan, 4); // in layer 1
    std::vector<std::string> warnings;
    parse(file, &warnings);
    EXPECT_THAT(warnings, testing::ElementsAre(testing::AllOf(testing::HasSubstr("m.bin"),
                                                              testing::HasSubstr("layers.1.self_attn.k_proj"),
                                                              testing::HasSubstr("1 of 32 values are NaN"))));
    std::memcpy(file.data() + 28 + 4 * (k_wk + 32 + 5), "\0\0\0\0", 4);
    std::memcpy(file.data() + 28 + 4 * k_tables, &nan, 4); // in the tables, which are not read
    warnings.clear();
    parse(file, &warnings);
    EXPECT_THAT(warnings, testing::IsEmpty());
}

} // namespace
} // namespace gf::tests::llama2c_test
