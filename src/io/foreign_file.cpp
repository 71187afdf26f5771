#include "io/foreign_file.h"

#include "platform/error.h"

#include <algorithm>
#include <array>

namespace gf {
namespace {

using namespace std::string_view_literals;

constexpr const char* k_from_pytorch =
    "convert it to safetensors: load it in Python and call save_pretrained(folder, safe_serialization=True)";
constexpr const char* k_unpack = "unpack it, and open the folder that was in it";
constexpr const char* k_other_library = "open the model's safetensors files instead, or convert it to them";

/// Bytes that a kind of file begins with, or has a little later.
struct Signature {
    std::string_view bytes;
    std::size_t at;
    const char *what, *remedy;
};
constexpr auto k_signatures = std::to_array<Signature>({
    {"version https://git-lfs.github.com/spec/", 0, "a Git LFS pointer, not the file itself",
     "run git lfs pull in its folder (git lfs install first), or download the file"},
    {"GGUF", 0, "a GGUF file (llama.cpp's format)", k_other_library},
    {"tjgg", 0, "a GGML file (llama.cpp's older format)", k_other_library},
    {"lmgg", 0, "a GGML file (llama.cpp's older format)", k_other_library},
    {"fmgg", 0, "a GGML file (llama.cpp's older format)", k_other_library},
    {"\x89HDF\r\n", 0, "an HDF5 file (Keras or TensorFlow weights)", k_other_library},
    {"TFL3", 4, "a TensorFlow Lite file", k_other_library},
    {"\x93NUMPY", 0, "a NumPy array", k_other_library},
    {"\x1f\x8b\x08", 0, "a gzip archive", k_unpack},
    {"BZh", 0, "a bzip2 archive", k_unpack},
    {"\xfd"
     "7zXZ",
     0, "an xz archive", k_unpack},
    {"\x28\xb5\x2f\xfd", 0, "a zstd archive", k_unpack},
    {"7z\xbc\xaf\x27\x1c", 0, "a 7z archive", k_unpack},
    {"Rar!\x1a\x07", 0, "a rar archive", k_unpack},
    {"ustar", 257, "a tar archive", k_unpack},
    {"<!DOCTYPE", 0, "a web page", "the download failed: download the file again"},
    {"<!doctype", 0, "a web page", "the download failed: download the file again"},
    {"<html", 0, "a web page", "the download failed: download the file again"},
});

/// Text of the first bytes, of which PyTorch's archives have the name of their pickle.
std::string_view beginning(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), std::min<std::size_t>(bytes.size(), 4096)};
}

/// Python's pickles of protocol 2 to 5 begin with an opcode, the protocol, and another opcode.
bool is_pickle(std::string_view text) {
    return text.size() >= 3 && text[0] == '\x80' && text[1] >= 2 && text[1] <= 5 && text[2] != '\0';
}

/// ONNX is a protocol buffer: its version, then the name of the library that wrote it, or its graph.
bool is_onnx(std::string_view text) {
    return text.size() >= 3 && text[0] == '\x08' && text[1] >= 1 && text[1] <= 20 &&
           (text[2] == '\x12' || text[2] == '\x3a');
}

ForeignFile torch() { return {"a PyTorch checkpoint", k_from_pytorch}; }
ForeignFile zip() { return {"a zip archive", k_unpack}; }
ForeignFile pickle() { return {"a Python pickle (an old PyTorch checkpoint)", k_from_pytorch}; }
ForeignFile onnx() { return {"an ONNX model", k_other_library}; }

/// File names, or ends of them, that hold a model in another form, the likeliest wish first.
struct WeightsName {
    std::string_view name;
    const char *what, *remedy;
};
constexpr auto k_weights_names = std::to_array<WeightsName>({
    {"adapter_model.safetensors", "only an adapter (PEFT), which changes another model",
     "open the base model that adapter_config.json names, or merge the adapter into it: merge_and_unload()"},
    {"adapter_model.bin", "only an adapter (PEFT), which changes another model",
     "open the base model that adapter_config.json names, or merge the adapter into it: merge_and_unload()"},
    {"adapter_config.json", "only an adapter (PEFT), which changes another model",
     "open the base model that adapter_config.json names, or merge the adapter into it: merge_and_unload()"},
    {"pytorch_model.bin", "PyTorch weights", k_from_pytorch},
    {"pytorch_model.bin.index.json", "PyTorch weights", k_from_pytorch},
    {"tf_model.h5", "TensorFlow weights", k_other_library},
    {"flax_model.msgpack", "Flax weights", k_other_library},
    {".gguf", "a GGUF file (llama.cpp's format)", k_other_library},
    {".onnx", "an ONNX model", k_other_library},
    {".pt", "PyTorch weights", k_from_pytorch},
    {".pth", "PyTorch weights", k_from_pytorch},
    {".ckpt", "PyTorch weights", k_from_pytorch},
    {".h5", "Keras or TensorFlow weights", k_other_library},
    {".msgpack", "Flax weights", k_other_library},
    {".npz", "NumPy arrays", k_other_library},
    {".zip", "a zip archive", k_unpack},
    {".tar", "a tar archive", k_unpack},
    {".gz", "a gzip archive", k_unpack},
});

} // namespace

std::optional<ForeignFile> foreign_file(std::span<const std::byte> bytes) {
    const std::string_view text = beginning(bytes);
    if (text.size() > 8 && text[8] == '{' && text.substr(3, 5) == "\0\0\0\0\0"sv)
        return std::nullopt; // safetensors: the length of a header below 16 MB, and the header
    for (const Signature& s : k_signatures)
        if (text.size() >= s.at && text.substr(s.at).starts_with(s.bytes))
            return ForeignFile{s.what, s.remedy};
    if (text.starts_with("PK\x03\x04"sv)) return text.find(".pkl") != text.npos ? torch() : zip();
    if (is_pickle(text)) return pickle();
    if (is_onnx(text)) return onnx();
    return std::nullopt;
}

void refuse_foreign_file(std::span<const std::byte> bytes, const std::string& where,
                         const std::string& expected) {
    if (const auto found = foreign_file(bytes)) throw Error({where, expected, found->what, found->remedy});
}

std::optional<ForeignFile> foreign_weights(const std::vector<std::string>& file_names) {
    for (const WeightsName& wanted : k_weights_names)
        for (const std::string& name : file_names)
            if (wanted.name[0] == '.' ? name.ends_with(wanted.name) : name == wanted.name)
                return ForeignFile{name + ": " + wanted.what, wanted.remedy};
    return std::nullopt;
}

std::vector<ForeignFile> foreign_file_kinds() {
    std::vector<ForeignFile> kinds{torch(), pickle(), onnx(), zip()};
    const auto add = [&](const char* what, const char* remedy) {
        const auto same = [&](const ForeignFile& k) { return k.what == what; };
        if (std::none_of(kinds.begin(), kinds.end(), same)) kinds.push_back({what, remedy});
    };
    for (const Signature& s : k_signatures) add(s.what, s.remedy);
    for (const WeightsName& w : k_weights_names) add(w.what, w.remedy);
    return kinds;
}

} // namespace gf
