// Models on disk: which path is taken for which kind of model, and which are refused.

#include "io/model_file.h"

#include "io/allocations.h"
#include "io/support.h"

#include <cstring>
#include <random>

namespace gf::tests::model_file_test {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<Weights> load_path(const fs::path& path, std::vector<std::string>* warnings = nullptr) {
    std::vector<std::string> ignored;
    return load_model(path, warnings ? *warnings : ignored);
}

TEST(ModelFile, FoldersAndFilesInThem) {
    const TestFolder scratch;
    const auto weights = tiny_weights(tiny_config("llama"));
    const fs::path folder = scratch.path() / "new" / "model";
    save_model(folder, *weights);
    expect_equal(*load_path(folder), *weights);
    expect_equal(*load_path(folder / "model.safetensors"), *weights);
    fs::rename(folder / "model.safetensors", folder / "weights of step 7.safetensors");
    expect_equal(*load_path(folder / "weights of step 7.safetensors"), *weights);
    EXPECT_THROW(load_path(folder), Error);

    const fs::path before = fs::current_path();
    fs::current_path(folder);
    expect_equal(*load_path("weights of step 7.safetensors"), *weights);
    fs::current_path(before);
}

TEST(ModelFile, SavingAgainReplaces) {
    const TestFolder scratch;
    save_model(scratch.path(), *tiny_weights(tiny_config("llama")));
    const auto other = tiny_weights(tiny_config("gpt2"));
    save_model(scratch.path(), *other);
    expect_equal(*load_path(scratch.path()), *other);
    EXPECT_EQ(std::distance(fs::directory_iterator(scratch.path()), fs::directory_iterator()), 2);
}

TEST(ModelFile, SaysWhatIsWrongWithThePath) {
    const TestFolder scratch;
    const fs::path f = scratch.path();
    expect_words(problem_of([&] { load_path(f / "none"); }),
                 {f / "none", "a model folder or file", "nothing there", "check the path"});
    expect_words(problem_of([&] { load_path(f); }), {f, "config.json", "none", "download"});
    write_text(f / "m.weights", "whatever");
    expect_words(problem_of([&] { load_path(f / "m.weights"); }),
                 {f / "m.weights", "llama2.c .bin", "another extension", "convert"});
    write_text(f / "pytorch_model.bin", "PK\3\4 and so on, with a data.pkl in it");
    expect_words(problem_of([&] { load_path(f / "pytorch_model.bin"); }),
                 {"pytorch_model.bin", "llama2.c", "PyTorch", "safetensors"});
    write_text(f / "empty.bin", "");
    expect_words(problem_of([&] { load_path(f / "empty.bin"); }),
                 {"empty.bin", "contents", "an empty file", "again"});
    write_text(f / "config.json", "");
    expect_words(problem_of([&] { load_path(f); }),
                 {f / "config.json", "contents", "an empty file", "again"});
    write_text(f / "config.json", "{}");
    fs::create_directory(f / "model.safetensors");
    expect_words(problem_of([&] { load_path(f); }),
                 {"config.json: 'model_type'", "llama", "no such key", ""});
    save_model(f / "ok", *tiny_weights(tiny_config("llama")));
    fs::remove(f / "ok" / "model.safetensors");
    fs::create_directory(f / "ok" / "model.safetensors");
    expect_words(problem_of([&] { load_path(f / "ok"); }),
                 {"ok/model.safetensors", "readable file", "a folder", "name a file"});
    fs::remove(f / "ok" / "config.json");
    expect_words(problem_of([&] { load_path(f / "ok" / "m.safetensors"); }),
                 {"m.safetensors", "folder or file", "nothing there", ""});
    write_text(f / "file", "x");
    expect_words(problem_of([&] { save_model(f / "file" / "below", *tiny_weights(tiny_config("llama"))); }),
                 {"file/below", "a folder to write", "Not a directory", "another name"});
}

TEST(ModelFile, RandomBytesAreRefused) {
    const TestFolder scratch;
    save_model(scratch.path(), *tiny_weights(tiny_config("llama")));
    std::mt19937_64 random(5);
    reset_largest_allocation();
    for (int i = 0; i < 300; ++i) {
        std::string bytes(random() % 3000 + 1, '\0');
        for (char& c : bytes) c = static_cast<char>(random());
        for (const char* file : {"m.bin", "model.safetensors"}) {
            write_text(scratch.path() / file, bytes);
            ASSERT_THROW(load_path(scratch.path() / file), Error);
        }
    }
    EXPECT_LE(largest_allocation(), k_max_allocation);
}

// The public model, whose bytes are read here at offsets computed by hand: dim 64, hidden_dim 172, 5 layers,
// 8 heads, 4 key-value heads, 512 tokens, 512 positions, the embedding as output matrix.
TEST(ModelFile, Stories260K) {
    const fs::path path = fs::path(GLASSFORMER_MODELS_DIR) / "stories260K.bin";
    if (!fs::exists(path)) GTEST_SKIP() << path << " is not there";
    std::vector<std::string> warnings;
    const auto w = load_path(path, &warnings);
    EXPECT_THAT(warnings, testing::IsEmpty());
    const ModelConfig& c = w->config;
    EXPECT_EQ(c.d_model, 64);
    EXPECT_EQ(c.d_mlp, 172);
    EXPECT_EQ(c.n_layers, 5);
    EXPECT_EQ(c.n_heads, 8);
    EXPECT_EQ(c.n_kv_heads, 4);
    EXPECT_EQ(c.d_vocab, 512);
    EXPECT_EQ(c.n_ctx, 512);
    EXPECT_TRUE(c.tied_embeddings);
    EXPECT_EQ(w->size(), 260032u);

    const std::string file = read_text(path);
    ASSERT_EQ(file.size(), 1056540u);
    const auto value = [&](std::size_t i) {
        float x = 0;
        std::memcpy(&x, file.data() + 28 + 4 * i, 4);
        return x;
    };
    EXPECT_EQ(w->embed[0], value(0));
    EXPECT_EQ(w->embed[512 * 64 - 1], value(32767));
    EXPECT_EQ(w->blocks[0].ln1_gain[0], value(32768));
    EXPECT_EQ(w->blocks[4].ln1_gain[63], value(33087));
    EXPECT_EQ(w->blocks[0].q.data[0], value(33088));
    EXPECT_EQ(w->blocks[0].q.data[1], value(33088 + 64)) << "the second output of the first input";
    EXPECT_EQ(w->blocks[4].q.data[63 * 64 + 63], value(33088 + 5 * 4096 - 1));
    EXPECT_EQ(w->blocks[0].k.data[0], value(53568));
    EXPECT_EQ(w->blocks[4].k.data[64 * 32 - 1], value(53568 + 5 * 2048 - 1));
    EXPECT_EQ(w->blocks[2].v.data[0], value(63808 + 2 * 2048));
    EXPECT_EQ(w->blocks[4].attn_out.data[64 * 64 - 1], value(74048 + 5 * 4096 - 1));
    EXPECT_EQ(w->blocks[0].ln2_gain[0], value(94528));
    EXPECT_EQ(w->blocks[0].experts[0].in.data[0], value(94848));
    EXPECT_EQ(w->blocks[4].experts[0].in.data[64 * 172 - 1], value(94848 + 5 * 11008 - 1));
    EXPECT_EQ(w->blocks[0].experts[0].out.data[0], value(149888));
    EXPECT_EQ(w->blocks[1].experts[0].up.data[0], value(204928 + 11008));
    EXPECT_EQ(w->ln_final_gain[0], value(259968));
    EXPECT_EQ(w->ln_final_gain[63], value(260031));
    EXPECT_EQ(w->unembed.data[1], value(64)) << "transposed embedding";

    const TestFolder scratch; // saved in our own format and read again
    save_model(scratch.path(), *w);
    expect_equal(*load_path(scratch.path()), *w);
}

} // namespace
} // namespace gf::tests::model_file_test
