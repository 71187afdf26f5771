// Tasks on numbers: column addition with and without the steps written out, subtraction, counting on,
// sorting, the bigger of two.

#include "train/tinyville/tasks.h"

#include <algorithm>

namespace gf::tinyville {
namespace {

/// The numbers of "head: 47 + 85"; what stands between them must be `between`.
std::optional<std::vector<int>> read_numbers(std::string_view question, std::string_view between) {
    const auto body = question_body(question);
    if (!body) return std::nullopt;
    std::vector<int> numbers;
    for (const std::string& w : split_words(*body, between)) {
        const auto n = read_number(w);
        if (!n) return std::nullopt;
        numbers.push_back(*n);
    }
    return numbers;
}

std::optional<std::pair<int, int>> read_pair(std::string_view question, std::string_view between) {
    const auto n = read_numbers(question, between);
    return n && n->size() == 2 ? std::optional(std::pair((*n)[0], (*n)[1])) : std::nullopt;
}

/// A number below 10^max_digits, max_digits <= 3. Small numbers are drawn more often than their share.
int draw_number(RandomStream& random, int max_digits) {
    static constexpr int k_bounds[] = {10, 100, 1000};
    int digits = max_digits;
    while (digits > 1 && random.chance(45)) --digits;
    return random.below(k_bounds[digits - 1]);
}

/// "head: 47 + 85"
std::string write_pair(const char* head, int a, const char* between, int b) {
    return std::string(head) + ": " + std::to_string(a) + between + std::to_string(b);
}

std::string join_numbers(const std::vector<int>& numbers) {
    std::vector<std::string> words;
    for (const int x : numbers) words.push_back(std::to_string(x));
    return join_words(words);
}

std::string draw_sum(RandomStream& random) {
    const int a = draw_number(random, 2);
    return write_pair("sum", a, " + ", draw_number(random, 2));
}
std::optional<std::string> answer_sum(std::string_view question) {
    const auto n = read_pair(question, " + ");
    return n ? std::optional(std::to_string(n->first + n->second)) : std::nullopt;
}

std::string draw_steps(RandomStream& random) {
    const int a = draw_number(random, 3);
    return write_pair("sum, steps", a, " + ", draw_number(random, 3));
}

/// "7 + 5 = 12, write 2, carry 1; 4 + 8 + 1 = 13; 132": columns from the right, then the result.
std::optional<std::string> answer_steps(std::string_view question) {
    const auto n = read_pair(question, " + ");
    if (!n) return std::nullopt;
    std::string text;
    int carry = 0;
    for (int a = n->first, b = n->second, column = 0;; ++column, a /= 10, b /= 10) {
        const int sum = a % 10 + b % 10 + carry;
        text += std::to_string(a % 10) + " + " + std::to_string(b % 10);
        if (column > 0) text += " + " + std::to_string(carry);
        text += " = " + std::to_string(sum);
        if (a < 10 && b < 10) break;
        carry = sum / 10;
        text += ", write " + std::to_string(sum % 10) + ", carry " + std::to_string(carry) + "; ";
    }
    return text + "; " + std::to_string(n->first + n->second);
}

/// Both orders of the operands, with and without steps, are in the same split.
std::string sum_key(std::string_view question) {
    const auto n = read_pair(question, " + ");
    return n ? std::to_string(std::min(n->first, n->second)) + "+" +
                   std::to_string(std::max(n->first, n->second))
             : "";
}

std::string draw_minus(RandomStream& random) {
    const int a = random.between(0, 30);
    return write_pair("minus", a, " - ", random.between(0, a));
}
std::optional<std::string> answer_minus(std::string_view question) {
    const auto n = read_pair(question, " - ");
    return n && n->first >= n->second ? std::optional(std::to_string(n->first - n->second)) : std::nullopt;
}

std::string draw_count_on(RandomStream& random) {
    const int from = random.below(90);
    return write_pair("count on", from, " to ", from + random.between(2, 8));
}
std::optional<std::string> answer_count_on(std::string_view question) {
    const auto n = read_pair(question, " to ");
    if (!n || n->second <= n->first || n->second - n->first > 20) return std::nullopt;
    std::vector<int> numbers;
    for (int i = n->first; i <= n->second; ++i) numbers.push_back(i);
    return join_numbers(numbers);
}

std::string draw_sort(RandomStream& random) {
    std::vector<int> numbers;
    const int n = random.between(3, 4);
    while (static_cast<int>(numbers.size()) < n)
        if (const int x = random.below(21); std::ranges::find(numbers, x) == numbers.end())
            numbers.push_back(x);
    return "sort: " + join_numbers(numbers);
}
std::optional<std::string> answer_sort(std::string_view question) {
    auto numbers = read_numbers(question, " ");
    if (!numbers) return std::nullopt;
    std::ranges::sort(*numbers);
    return join_numbers(*numbers);
}

std::string draw_bigger(RandomStream& random) {
    const int a = draw_number(random, 2);
    int b = a;
    while (b == a) b = draw_number(random, 2);
    return write_pair("bigger", a, " or ", b);
}
std::optional<std::string> answer_bigger(std::string_view question) {
    const auto n = read_pair(question, " or ");
    return n && n->first != n->second ? std::optional(std::to_string(std::max(n->first, n->second)))
                                      : std::nullopt;
}

} // namespace

const std::vector<Task> k_number_tasks = {
    {"sum", "arithmetic", "arithmetic", "addition", " = ", 90, draw_sum, answer_sum, sum_key},
    {"sum, steps", "arithmetic", "arithmetic", "addition-steps", " -> ", 60, draw_steps, answer_steps,
     sum_key},
    {"minus", "arithmetic", "arithmetic", "subtraction", " = ", 25, draw_minus, answer_minus, body_key},
    {"count on", "arithmetic", "arithmetic", "counting", " -> ", 20, draw_count_on, answer_count_on,
     body_key},
    {"sort", "arithmetic", "arithmetic", "instruction", " -> ", 25, draw_sort, answer_sort, body_key},
    {"bigger", "arithmetic", "arithmetic", "instruction", " -> ", 15, draw_bigger, answer_bigger, body_key},
};

} // namespace gf::tinyville
