// Files that people take for a model's: each refusal says what the file is and what to do.

#include "io/foreign_file.h"

#include "io/model_file.h"
#include "io/support.h"
#include "support/mutate.h"

namespace gf::tests::foreign_file_test {
namespace {

using nlohmann::json;
using namespace std::string_literals;
namespace fs = std::filesystem;

struct Kind {
    const char* name;
    std::string bytes;
    const char *what, *remedy; ///< words of the message
};

const std::string k_lfs =
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\nsize 2471645608\n";

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> all{
        {"lfs", k_lfs, "Git LFS", "git lfs pull"},
        {"gguf", "GGUF\x03\0\0\0\0\0\0\0\0\0\0\0"s, "GGUF", "safetensors"},
        {"ggml", "tjgg\x01\0\0\0"s, "GGML", "safetensors"},
        {"zip", "PK\x03\x04\x14\0\0\0\x08\0 readme.txt and so on"s, "zip archive", "unpack"},
        {"torch", "PK\x03\x04\0\0\x08\x08\0\0 archive/data.pkl"s, "PyTorch", "safetensors"},
        {"pickle", "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19."s, "pickle", "safetensors"},
        {"newer_pickle", "\x80\x04\x95\x10\0\0\0\0\0\0\0}"s, "pickle", "safetensors"},
        {"onnx", "\x08\x07\x12\x07pytorch\x1a\x05"s, "ONNX", "safetensors"},
        {"hdf5", "\x89HDF\r\n\x1a\n"s, "HDF5", "safetensors"},
        {"tflite", "\x1c\0\0\0TFL3"s, "TensorFlow Lite", "safetensors"},
        {"numpy", "\x93NUMPY\x01\0"s, "NumPy", "safetensors"},
        {"gzip", "\x1f\x8b\x08\0\0\0\0\0"s, "gzip", "unpack"},
        {"bzip2", "BZh91AY&SY"s, "bzip2", "unpack"},
        {"xz",
         "\xfd"
         "7zXZ\0\0"s,
         "xz", "unpack"},
        {"zstd", "\x28\xb5\x2f\xfd\x04"s, "zstd", "unpack"},
        {"seven_zip", "7z\xbc\xaf\x27\x1c\0\x04"s, "7z", "unpack"},
        {"rar", "Rar!\x1a\x07\x01\0"s, "rar", "unpack"},
        {"tar", std::string(257, 'a') + "ustar\0 00"s, "tar", "unpack"},
        {"html", "<!DOCTYPE html><html>Sign in</html>"s, "web page", "download"},
    };
    return all;
}

TEST(ForeignFile, IsNamedByItsFirstBytes) {
    const TestFolder scratch;
    const Files model = saved_files(*tiny_weights(tiny_config("llama")));
    for (const Kind& kind : kinds()) {
        Files files = model;
        files["model.safetensors"] = kind.bytes;
        expect_words(problem_of([&] { load_files(files); }),
                     {"memory/model.safetensors", "safetensors", kind.what, kind.remedy});
        // As a path of its own, whatever it is called.
        for (const char* extension : {".bin", ".model", ".safetensors", ""}) {
            const fs::path path = scratch.path() / (kind.name + std::string(extension));
            write_text(path, kind.bytes);
            std::vector<std::string> warnings;
            expect_words(problem_of([&] { load_model(path, warnings); }),
                         {kind.name, "config.json", kind.what, kind.remedy});
        }
    }
    Files files = model;
    files["config.json"] = k_lfs;
    expect_words(problem_of([&] { load_files(files); }),
                 {"memory/config.json", "JSON", "LFS", "git lfs pull"});
    files = sharded(model);
    files["model-00002-of-00002.safetensors"] = k_lfs;
    expect_words(problem_of([&] { load_files(files); }),
                 {"00002.safetensors", "safetensors", "LFS", "git lfs pull"});
    files["model.safetensors.index.json"] = k_lfs;
    expect_words(problem_of([&] { load_files(files); }), {"index.json", "JSON", "LFS", "git lfs pull"});
}

TEST(ForeignFile, SoundModelsAreNone) {
    for (const NamedConfig& m : tiny_models()) {
        const Files files = saved_files(*tiny_weights(m.config));
        for (const auto& [name, contents] : files) EXPECT_FALSE(foreign_file(bytes_of(contents))) << name;
    }
    // Lengths of headers that look like a pickle, ONNX or gzip.
    for (const std::string& length :
         {"\x80\x03\x01\0\0\0\0\0"s, "\x08\x07\x12\0\0\0\0\0"s, "\x1f\x8b\x08\0\0\0\0\0"s})
        EXPECT_FALSE(foreign_file(bytes_of(length + "{\"a\":1}")));
    EXPECT_FALSE(foreign_file({}));
}

TEST(ForeignFile, AFolderSaysWhatItHoldsInstead) {
    struct Case {
        std::vector<const char*> files;
        Words words;
    };
    const std::string config = saved_files(*tiny_weights(tiny_config("llama"))).at("config.json");
    for (const Case& c : std::initializer_list<Case>{
             {{"pytorch_model.bin"}, {"memory", "model.safetensors", "pytorch_model.bin", "safetensors"}},
             {{"pytorch_model-00001-of-00002.bin", "pytorch_model.bin.index.json"},
              {"memory", "model.safetensors", "PyTorch", "save_pretrained"}},
             {{"tf_model.h5"}, {"memory", "model.safetensors", "tf_model.h5: TensorFlow", "safetensors"}},
             {{"flax_model.msgpack"}, {"memory", "model.safetensors", "Flax", "safetensors"}},
             {{"model.onnx"}, {"memory", "model.safetensors", "ONNX", "safetensors"}},
             {{"tiny-q4.gguf"}, {"memory", "model.safetensors", "tiny-q4.gguf: a GGUF", "safetensors"}},
             {{"model.pth"}, {"memory", "model.safetensors", "model.pth: PyTorch", "safetensors"}},
             {{"model.zip"}, {"memory", "model.safetensors", "zip", "unpack"}},
             {{"weights.safetensors"},
              {"memory", "model.safetensors", "weights.safetensors", "open that file"}},
             {{"adapter_model.safetensors", "pytorch_model.bin"},
              {"memory", "model.safetensors", "only an adapter", "base model"}},
         }) {
        Files files{{"config.json", config}};
        for (const char* name : c.files) files[name] = "x";
        expect_words(problem_of([&] { load_files(files); }), c.words);
    }
}

TEST(ForeignFile, AnAdapterNamesItsBase) {
    Files files{
        {"adapter_model.safetensors", "x"},
        {"adapter_config.json", R"({"peft_type": "LORA", "base_model_name_or_path": "someone/base"})"}};
    expect_words(problem_of([&] { load_files(files); }),
                 {"memory", "config.json",
                  "only an adapter (PEFT), which changes another model ('someone/base')", "base model"});
    for (const char* config : {"{", "[]", R"({"base_model_name_or_path": 3})"}) {
        files["adapter_config.json"] = config;
        expect_words(problem_of([&] { load_files(files); }),
                     {"memory", "config.json", "only an adapter", "base"});
    }
}

TEST(ForeignFile, ACacheOpensItsNewestSnapshot) {
    const TestFolder scratch;
    const fs::path cache = scratch.path() / "models--someone--tiny";
    const auto older = tiny_weights(tiny_config("llama")), newer = tiny_weights(tiny_config("gpt2"));
    save_model(cache / "snapshots" / "aaa", *newer);
    save_model(cache / "snapshots" / "bbb", *older);
    const auto now = fs::last_write_time(cache / "snapshots" / "aaa");
    fs::last_write_time(cache / "snapshots" / "bbb", now - std::chrono::hours(24));
    std::vector<std::string> warnings;
    expect_equal(*load_model(cache, warnings), *newer);
    EXPECT_EQ(model_path(cache), cache / "snapshots" / "aaa");
    EXPECT_EQ(model_name(cache), "tiny");
    EXPECT_EQ(model_name(cache / "snapshots" / "aaa" / ""), "tiny");
    fs::create_directory(cache / "refs");
    write_text(cache / "refs" / "main", "bbb\n"); // what was asked for last
    expect_equal(*load_model(cache, warnings), *older);
    write_text(cache / "refs" / "main", "../snapshots/aaa");
    expect_equal(*load_model(cache, warnings), *newer);
    write_text(cache / "refs" / "main", "ccc"); // begun, and not complete
    fs::create_directory(cache / "snapshots" / "ccc");
    EXPECT_EQ(model_path(cache), cache / "snapshots" / "aaa");
    fs::remove_all(cache / "snapshots");
    fs::create_directory(cache / "snapshots");
    expect_words(problem_of([&] { load_model(cache, warnings); }),
                 {"snapshots", "a snapshot", "none", "download"});
}

/// Hugging Face's folder of caches opens if it holds one model, also by the folders around and inside of it.
TEST(ForeignFile, AFolderOfCachesOpensItsOnlyModel) {
    const TestFolder scratch;
    const fs::path hub = scratch.path() / "hub", snapshots = hub / "models--someone--tiny" / "snapshots";
    const auto weights = tiny_weights(tiny_config("llama"));
    save_model(snapshots / "aaa", *weights);
    fs::create_directories(hub / ".locks" / "models--someone--tiny");
    fs::create_directories(hub / "datasets--someone--texts" / "snapshots" / "bbb");
    std::vector<std::string> warnings;
    for (const fs::path& path : {fs::path(scratch.path()), hub, snapshots}) {
        EXPECT_EQ(model_path(path), snapshots / "aaa") << path;
        expect_equal(*load_model(path, warnings), *weights);
    }
    save_model(hub / "models--other--small" / "snapshots" / "ccc", *weights);
    for (const fs::path& path : {fs::path(scratch.path()), hub})
        expect_words(problem_of([&] { load_model(path, warnings); }),
                     {hub, "one model", "2: models--other--small, models--someone--tiny", "open one"});
}

TEST(ForeignFile, APointerForPyTorchsWeightsIsNamed) {
    Files files = saved_files(*tiny_weights(tiny_config("llama")));
    files.erase("model.safetensors");
    files["pytorch_model.bin"] = k_lfs;
    expect_words(problem_of([&] { load_files(files); }),
                 {"pytorch_model.bin", "model.safetensors", "Git LFS pointer", "git lfs pull"});
}

TEST(ForeignFile, TheConfigStandsForItsFolder) {
    const TestFolder scratch;
    const auto weights = tiny_weights(tiny_config("llama"));
    save_model(scratch.path() / "m", *weights);
    std::vector<std::string> warnings;
    expect_equal(*load_model(scratch.path() / "m" / "config.json", warnings), *weights);
    EXPECT_EQ(model_name(scratch.path() / "m" / "config.json"), "m");
}

TEST(ForeignFile, MutantsGiveAModelOrAnError) {
    const Files model = saved_files(*tiny_weights(tiny_config("llama")));
    Random random(7);
    int named = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::string bytes = mutate(random_item(random, kinds()).bytes, random);
        named += foreign_file(bytes_of(bytes)).has_value();
        Files files = model;
        files["model.safetensors"] = bytes;
        EXPECT_THROW(load_files(files), Error) << i;
    }
    EXPECT_GE(named, 5000);
}

} // namespace
} // namespace gf::tests::foreign_file_test
