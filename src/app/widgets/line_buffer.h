#pragma once
// Texts that change with every frame, written without allocating.

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace gf::ui {

class LineBuffer {
  public:
    /// Valid until the next call.
    template <class... T>
    const char* operator()(fmt::format_string<T...> form, T&&... values) {
        text_.clear();
        fmt::format_to(std::back_inserter(text_), form, std::forward<T>(values)...);
        text_.push_back('\0');
        return text_.data();
    }

  private:
    fmt::memory_buffer text_;
};

} // namespace gf::ui
