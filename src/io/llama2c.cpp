#include "io/llama2c.h"

#include "core/error.h"
#include "io/loading.h"

#include <cstring>
#include <fmt/format.h>

namespace gf {
namespace {

/// As in the file. A negative vocab_size says that the output matrix is a tensor of its own.
struct Header {
    std::int32_t dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, seq_len;
};
static_assert(sizeof(Header) == 28);

constexpr std::int32_t k_magic = 0x616b3432; // "24ka": versions 1 and 2 of the format begin with it

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
    const std::int64_t vocab =
        std::abs(std::int64_t{h.vocab_size}); // the most negative int has no positive twin in 32 bits
    for (const auto& [value, field] : {std::pair{h.dim, "dim"},
                                       {h.hidden_dim, "hidden_dim"},
                                       {h.n_layers, "n_layers"},
                                       {h.n_heads, "n_heads"},
                                       {h.n_kv_heads, "n_kv_heads"},
                                       {h.seq_len, "seq_len"}})
        require(value > 0, field, "1 or more", value);
    require(vocab > 0 && vocab <= std::numeric_limits<int>::max(), "vocab_size",
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
    c.d_vocab = static_cast<int>(vocab);
    c.rope_pairs = RopePairs::interleaved;
    c.tied_embeddings = h.vocab_size > 0;
    if (c.d_vocab > 2)
        c.bos_id = 1, c.eos_id = 2; // of the SentencePiece vocabularies that the format is used with
    validate(c, where);
    return c;
}

/// Values in the two tables of rotations, which are not needed: [seq_len, d_head / 2] each.
std::uint64_t rotation_values(const ModelConfig& c) {
    return static_cast<std::uint64_t>(c.n_ctx) * static_cast<std::uint64_t>(c.d_head);
}

void check_length(std::size_t file_bytes, const ModelConfig& c, const std::string& where) {
    // The limits of validate() keep this below 2^53.
    const std::uint64_t expected = sizeof(Header) + sizeof(float) * (param_count(c) + rotation_values(c));
    if (file_bytes != expected)
        throw Error({where, fmt::format("{} bytes, as its header says", expected),
                     fmt::format("{} bytes", file_bytes),
                     file_bytes < expected
                         ? "the file is truncated; download it again"
                         : "the file has something behind the model, or its header is damaged"});
}

/// Copies the tensors in the order of the file.
class Reader {
  public:
    Reader(Weights& weights, const std::byte* data) : weights_(weights), data_(data) {}

    void read_all() {
        read(Role::embed);
        for (Role role : {Role::ln1_gain, Role::q, Role::k, Role::v, Role::attn_out, Role::ln2_gain,
                          Role::mlp_in, Role::mlp_out, Role::mlp_up})
            read(role);
        read(Role::ln_final_gain);
        data_ += sizeof(float) * rotation_values(weights_.config);
        read(Role::unembed);
    }

  private:
    /// All tensors of this kind, layer by layer; none if the model has none.
    void read(Role role) {
        for (const ParamRow& row : weights_.table) {
            if (row.role != role) continue;
            read_parameter(weights_, row, DType::f32, data_);
            data_ += sizeof(float) * row.size();
        }
    }

    Weights& weights_;
    const std::byte* data_;
};

} // namespace

std::shared_ptr<Weights> parse_llama2c(std::span<const std::byte> bytes, const std::string& where,
                                       std::vector<std::string>& warnings) {
    const ModelConfig config = config_of(read_header(bytes, where), where);
    check_length(bytes.size(), config, where);
    auto weights = std::make_shared<Weights>(config);
    Reader(*weights, bytes.data() + sizeof(Header)).read_all();
    weights->refresh();
    warn_not_finite(*weights, where, warnings);
    return weights;
}

} // namespace gf
