#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/query/jsonata/expression.hpp"

namespace stepwell::jsonata {

struct RegexFlags {
    bool ignore_case = false;
    bool multiline = false;
    /// For one match only: not worth making machine code of it.
    bool used_once = false;
};

/// What an expression has matched, in bytes of the subject. utf16_length() of what comes before
/// gives JavaScript's offsets.
class RegexMatch {
public:
    std::size_t begin() const { return spans_[0].begin; }
    std::size_t end() const { return spans_[0].end; }
    std::string_view text() const { return group_text(0); }

    std::size_t group_count() const { return spans_.size() - 1; }
    /// Whether group `index`, from 1, took part in the match: JavaScript's undefined if not.
    bool group_matched(std::size_t index) const { return spans_[index].begin != kUnmatched; }
    /// Empty for a group that took no part.
    std::string_view group_text(std::size_t index) const {
        const Span span = spans_[index];
        if (span.begin == kUnmatched) return {};
        return subject_.substr(span.begin, span.end - span.begin);
    }

private:
    friend class Regex;
    struct Span {
        std::size_t begin;
        std::size_t end;
    };
    static constexpr std::size_t kUnmatched = static_cast<std::size_t>(-1);

    std::string_view subject_;
    std::vector<Span> spans_;
};

/// A regular expression of JavaScript (ECMA-262, section 22.2, without its u flag), run by PCRE2.
/// Differs from JavaScript in that a character is a code point; that a group within a repetition
/// keeps what it matched last; and that what a lookbehind matches must have a fixed length.
///
/// Immutable, cheap to copy, used by any number of threads at once. A match takes bounded time and
/// memory, whatever the expression.
class Regex {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    /// JavaScript's SyntaxError is an Error without a code, worded as V8 does: `Invalid regular
    /// expression: /a++/: Nothing to repeat`.
    static Result<Regex, Error> compile(std::string_view pattern, RegexFlags flags);

    /// The first match that begins at byte `from` or later, where a code point begins; `subject`
    /// must outlive the result. With `from` 0 text that is no UTF-8 is refused; a call with another
    /// one is for further matches in a subject that such a call has seen. "Expression evaluation
    /// timeout" once it takes too many steps or the deadline is over.
    Result<std::optional<RegexMatch>, Error> find(std::string_view subject, std::size_t from,
                                                  Deadline deadline = Deadline::max()) const;

    std::size_t group_count() const { return group_count_; }

private:
    Regex(std::shared_ptr<const void> code, std::size_t group_count)
        : code_(std::move(code)), group_count_(group_count) {}

    std::shared_ptr<const void> code_;  ///< a pcre2_code
    std::size_t group_count_;
};

}  // namespace stepwell::jsonata
