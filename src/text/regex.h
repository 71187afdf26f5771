#pragma once
// The regular expressions of tokenizer files. They are run by PCRE2, know Unicode, and take a bounded
// effort. Used by steps of normalizers and pre-tokenizers.

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
    enum class Syntax { oniguruma, pcre2, literal };

    /// Compiles `pattern`, or takes it literally. `where` names it in messages.
    /// @throws Error if it is no regular expression, or one that PCRE2 cannot run.
    Regex(const std::string& pattern, Syntax syntax, const std::string& where);

    /// Appends all matches in `text`, from left to right, to `matches`. `text` must be well-formed UTF-8.
    /// An empty match counts unless it touches the match before.
    /// @throws Error if the search takes far more steps than the length of `text` explains.
    void find_all(std::string_view text, std::vector<Span>& matches) const;

    /// The name of the expression in messages.
    const std::string& where() const { return where_; }

  private:
    std::shared_ptr<const pcre2_real_code_8> code_; // shared: immutable once compiled
    std::string where_;
};

} // namespace gf
