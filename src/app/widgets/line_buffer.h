#pragma once
// Texts that change with every frame, written without allocating. Used by panels and bars.

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace gf::ui {

class LineBuffer {
  public:
    /// Formats as fmt::format() does. The text is valid until the next call.
    template <class... T>
    const char* operator()(fmt::format_string<T...> format, T&&... values) {
        text_.clear();
        fmt::format_to(std::back_inserter(text_), format, std::forward<T>(values)...);
        text_.push_back('\0');
        return text_.data();
    }

  private:
    fmt::memory_buffer text_;
};

} // namespace gf::ui
