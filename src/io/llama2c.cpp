#include "io/llama2c.h"

#include "io/param_io.h"
#include "platform/error.h"

#include <cstring>
#include <fmt/format.h>

namespace gf {
namespace {

/// The first bytes of the file (Config in llama2.c's run.c). A negative vocab_size means that the output
/// matrix is a tensor of its own, a positive one that it is the embedding.
struct Header {
    std::int32_t dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, seq_len;
};
static_assert(sizeof(Header) == 28);

constexpr std::int32_t k_magic = 0x616b3432; // versions 1 and 2 of the format begin with it

Header read_header(std::span<const std::byte> bytes, const std::string& where) {
    Header h;
    if (bytes.size() < sizeof h)
        throw Error({where, fmt::format("a llama2.c model, which begins with {} bytes of header", sizeof h),
                     fmt::format("{} bytes", bytes.size()), "the file is truncated or of another kind"});
    std::memcpy(&h, bytes.data(), sizeof h);
    if (h.dim == k_magic)
        throw Error({where, "llama2.c's legacy format", "a later version of it",
                     "export the model with `export.py --version 0`"});
    return h;
}

ModelConfig config_of(const Header& h, const std::string& where) {
    auto require = [&](bool ok, const char* field, const std::string& expected, std::int64_t found) {
        if (!ok)
            throw Error({fmt::format("{}: header: {}", where, field), expected, std::to_string(found),
                         "the file is damaged or no llama2.c model"});
    };
    // In 64 bits, as the most negative 32-bit integer has no positive counterpart in 32.
    const std::int64_t vocab_size = std::abs(std::int64_t{h.vocab_size});
    for (const auto& [value, field] : {std::pair{h.dim, "dim"},
                                       {h.hidden_dim, "hidden_dim"},
                                       {h.n_layers, "n_layers"},
                                       {h.n_heads, "n_heads"},
                                       {h.n_kv_heads, "n_kv_heads"},
                                       {h.seq_len, "seq_len"}})
        require(value > 0, field, "1 or more", value);
    require(vocab_size > 0 && vocab_size <= std::numeric_limits<int>::max(), "vocab_size",
            "any size but 0, negative if the output matrix is its own", h.vocab_size);
    require(h.dim % h.n_heads == 0, "n_heads", fmt::format("a divisor of dim = {}", h.dim), h.n_heads);

    ModelConfig c;
    c.d_model = h.dim;
    c.n_layers = h.n_layers;
    c.n_heads = h.n_heads;
    c.n_kv_heads = h.n_kv_heads;
    c.d_head = h.dim / h.n_heads;
    c.d_mlp = h.hidden_dim;
    c.n_ctx = h.seq_len;
    c.d_vocab = static_cast<int>(vocab_size);
    c.rope_pairs = RopePairs::interleaved;
    c.tied_embeddings = h.vocab_size > 0;
    // The ids that SentencePiece vocabularies have, with which the format is used.
    if (c.d_vocab > 2) c.bos_id = 1, c.eos_id = 2;
    validate(c, where);
    return c;
}

/// How many values the file's two tables of RoPE rotations have: [seq_len, d_head / 2] each. They are
/// skipped, as they follow from the config.
std::uint64_t n_rotation_values(const ModelConfig& c) {
    return static_cast<std::uint64_t>(c.n_ctx) * static_cast<std::uint64_t>(c.d_head);
}

void check_length(std::size_t file_bytes, const ModelConfig& c, const std::string& where) {
    // The limits of validate() keep this below 2^53, so nothing overflows.
    const std::uint64_t expected = sizeof(Header) + sizeof(float) * (param_count(c) + n_rotation_values(c));
    if (file_bytes != expected)
        throw Error({where, fmt::format("{} bytes, as its header says", expected),
                     fmt::format("{} bytes", file_bytes),
                     file_bytes < expected
                         ? "the file is truncated; download it again"
                         : "the file has something behind the model, or its header is damaged"});
}

/// Copies the tensors in the order of the file.
class TensorReader {
  public:
    TensorReader(Weights& weights, const std::byte* data) : weights_(weights), data_(data) {}

    void read_all() {
        read(Role::embed);
        for (Role role : {Role::ln1_gain, Role::q, Role::k, Role::v, Role::attn_out, Role::ln2_gain,
                          Role::mlp_in, Role::mlp_out, Role::mlp_up})
            read(role);
        read(Role::ln_final_gain);
        data_ += sizeof(float) * n_rotation_values(weights_.config);
        read(Role::unembed);
    }

  private:
    /// Reads all tensors of this role, layer by layer; nothing if the model has none.
    void read(Role role) {
        for (const ParamRow& row : weights_.table) {
            if (row.role != role) continue;
            read_parameter(weights_, row, DType::f32, data_);
            data_ += sizeof(float) * row.size();
        }
    }

    Weights& weights_;
    const std::byte* data_; // the next tensor
};

} // namespace

std::shared_ptr<Weights> parse_llama2c(std::span<const std::byte> bytes, const std::string& where,
                                       std::vector<std::string>& warnings) {
    const ModelConfig config = config_of(read_header(bytes, where), where);
    check_length(bytes.size(), config, where);
    auto weights = std::make_shared<Weights>(config);
    TensorReader(*weights, bytes.data() + sizeof(Header)).read_all();
    weights->refresh();
    warn_not_finite(*weights, where, warnings);
    return weights;
}

} // namespace gf
