#pragma once
// The one exception type for bad input. It says where the problem is, what was expected, what was found, and
// what to do. Thrown by all layers.

#include <stdexcept>
#include <string>

namespace gf {

/// The four parts of a helpful message. `expected` and `found` may be empty where they make no sense.
struct Problem {
    /// The file, and the tensor, field or option in it: "m.safetensors: tensor 'wte.weight'".
    std::string where;
    std::string expected; ///< "shape [50257, 768]"
    std::string found;    ///< "shape [50257, 64]"
    std::string remedy;   ///< "convert the model again, or pass the matching config.json"
};

/// Bad input. The command line prints what() and exits with 2; the window shows it and keeps the old session.
class Error : public std::runtime_error {
  public:
    explicit Error(Problem p) : std::runtime_error(text(p)), problem_(std::move(p)) {}
    const Problem& problem() const { return problem_; }

  private:
    static std::string text(const Problem& p) {
        std::string s = p.where;
        const char* separator = ": ";
        auto part = [&](const char* label, const std::string& value) {
            if (value.empty()) return;
            s += separator + (label + value);
            separator = "; ";
        };
        part("expected ", p.expected);
        part("found ", p.found);
        part("", p.remedy);
        return s;
    }
    Problem problem_;
};

} // namespace gf
