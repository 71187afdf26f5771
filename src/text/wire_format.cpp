#include "text/wire_format.h"

#include "platform/error.h"

#include <cstring>
#include <fmt/format.h>

namespace gf {

void WireReader::refuse(const char* expected) const {
    throw Error({where_, expected, fmt::format("other bytes, {} before the end", rest_.size()),
                 "the file is damaged, or no SentencePiece model"});
}

/// Seven bits a byte, the lowest first; the highest bit of a byte says that another follows.
std::uint64_t WireReader::take_varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const auto byte = static_cast<unsigned char>(take(1).front());
        value |= std::uint64_t(byte & 0x7F) << shift;
        if (byte < 0x80) return value;
    }
    refuse("an integer of at most 64 bits");
}

std::string_view WireReader::take(std::uint64_t size) {
    if (size > rest_.size()) refuse("a field that ends inside of the message");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
}

bool WireReader::next(WireField& field) {
    if (rest_.empty()) return false;
    const std::uint64_t tag = take_varint();
    field = {};
    field.number = static_cast<std::uint32_t>(tag >> 3);
    if (field.number == 0 || tag >> 32 != 0) refuse("the number of a field");
    switch (tag & 7) {
    case 0: field.value = take_varint(); return true;
    case 1:
        field.kind = WireField::Kind::fixed64;
        take(8);
        return true;
    case 2:
        field.kind = WireField::Kind::bytes;
        field.bytes = take(take_varint());
        return true;
    case 5: // little-endian, like every machine that this runs on
        field.kind = WireField::Kind::fixed32;
        std::memcpy(&field.real, take(4).data(), 4);
        return true;
    default: refuse("a field of a known type");
    }
}

} // namespace gf
