#pragma once
// The regular expressions of tokenizer files: Unicode, matched over text that may be no UTF-8, with bounded
// effort.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct pcre2_real_code_8;

namespace gf {

/// A part of a text: bytes [begin, end).
struct Span {
    std::size_t begin, end;
};

class Regex {
  public:
    enum class Syntax { pattern, literal };

    /// Compiles `pattern` (or takes it literally). Throws Error, with `where`, if it is no regular expression
    /// that we can run.
    Regex(const std::string& pattern, Syntax syntax, const std::string& where);

    /// All matches in `text` from left to right, appended to `matches`. `text` must be well-formed UTF-8. An
    /// empty match counts unless it touches the match before. Throws Error if the search takes far more steps
    /// than its length explains.
    void find_all(std::string_view text, std::vector<Span>& matches) const;

  private:
    std::shared_ptr<const pcre2_real_code_8> code_; // shared: immutable once compiled
    std::string where_;
};

} // namespace gf
