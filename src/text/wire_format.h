#pragma once
// Protocol Buffers' wire format: a message is a list of numbered fields
// (protobuf.dev/programming-guides/encoding). Used by the reader of SentencePiece's models, which needs a
// dozen fields of three messages.

#include <cstdint>
#include <string>
#include <string_view>

namespace gf {

/// One field of a message. Which of the values it has depends on its wire type.
struct WireField {
    std::uint32_t number = 0;
    std::uint64_t value = 0; ///< of integers, booleans and enumerations
    float real = 0;          ///< of floats
    std::string_view bytes;  ///< of strings and messages
    enum class Kind { integer, fixed32, fixed64, bytes } kind = Kind::integer;
};

/// Reads the fields of `message` in turn. The views in them point into it.
class WireReader {
  public:
    /// `where` names the message in errors.
    WireReader(std::string_view message, std::string where) : rest_(message), where_(std::move(where)) {}

    /// Reads the next field. Returns false at the end.
    /// @throws Error if the message is damaged
    bool next(WireField& field);

  private:
    [[noreturn]] void refuse(const char* expected) const;
    std::uint64_t take_varint();
    std::string_view take(std::uint64_t size);

    std::string_view rest_;
    std::string where_;
};

} // namespace gf
