#include <charconv>

#include "engine/query/jsonpath_program.hpp"

namespace stepwell::jsonpath {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

CompileError invalid(std::string_view what, std::string_view where) {
    return {std::string(what) + std::string(where)};
}

/// Reads one bracketed fragment (`['a']`, `[0:2]`, `[?(…)]`) character by character. Jayway looks
/// for the first telling character and ignores what it does not understand, so `[+1]` is `[1]`.
class FragmentReader {
public:
    FragmentReader(std::string_view fragment, FiltersAllowed filters)
        : fragment_(fragment), filters_(filters) {}

    Result<Step, CompileError> read() {
        if (fragment_ == "[*]") return Step{.kind = StepKind::wildcard};
        if (const std::size_t count = placeholders()) {
            return Step{.kind = StepKind::filter, .placeholders = count};
        }
        for (; at_ < fragment_.size(); ++at_) {
            const char c = current();
            if (c == '?') return read_filter();
            if (c == '\'') return read_names();
            if (c == '@') return read_from_end();
            if (is_digit(c) || c == ':' || c == '-') return read_numbers();
        }
        return fail();
    }

private:
    /// NUL behind the end: no loop below goes on over one.
    char current() const { return at_ < fragment_.size() ? fragment_[at_] : '\0'; }
    char advance() {
        ++at_;
        return current();
    }
    CompileError fail() const { return invalid("Could not analyze path component: ", fragment_); }

    /// `[?]`, `[?, ?]`: a filter that was to be passed in by the caller, of which the service has
    /// none.
    std::size_t placeholders() const {
        const std::size_t start = fragment_.find_first_not_of(" \t\r\n\f\v", 1);
        if (start == std::string_view::npos || fragment_[start] != '?' || fragment_.back() != ']')
            return 0;
        std::size_t count = 0;
        for (std::size_t i = start; i + 1 < fragment_.size(); ++i) {
            if (fragment_[i] == '?')
                ++count;
            else if (std::string_view(",* \t\r\n\f\v").find(fragment_[i]) == std::string_view::npos)
                return 0;
        }
        return count;
    }

    Result<Step, CompileError> read_filter() {
        // A filter inside a filter's path would make it indefinite, which is refused anyway.
        if (filters_ == FiltersAllowed::no) return fail();
        const std::size_t start = fragment_.rfind('[', at_);
        const std::size_t end = filter_end(start);
        if (end == std::string_view::npos) return fail();
        Filter filter = TRY(parse_filter(fragment_.substr(start, end - start)));
        return Step{.kind = StepKind::filter,
                    .filter = std::make_shared<const Filter>(std::move(filter)),
                    .placeholders = 1};
    }

    /// Behind the bracket that closes the filter, quotes and nested brackets considered.
    std::size_t filter_end(std::size_t start) const {
        int brackets = 0;
        int parentheses = 0;
        bool quoted = false;
        char before = ' ';
        for (std::size_t i = start; i < fragment_.size(); ++i) {
            const char c = fragment_[i];
            if (c == '\'' && before != '\\') quoted = !quoted;
            if (!quoted) {
                brackets += (c == '[') - (c == ']');
                parentheses += (c == '(') - (c == ')');
                if (brackets == 0 && parentheses == 0) return i + 1;
            }
            before = c;
        }
        return std::string_view::npos;
    }

    /// Names in single quotes, up to the first bracket: there is no escape, and between the names
    /// anything goes.
    Result<Step, CompileError> read_names() {
        std::vector<std::string> names;
        std::string name;
        bool open = false;
        for (; current() != ']'; ++at_) {
            if (at_ >= fragment_.size()) return fail();
            if (current() == '\'') {
                if (open) names.push_back(std::move(name));
                name.clear();
                open = !open;
            } else if (open) {
                name.push_back(current());
            }
        }
        const StepKind kind = names.size() == 1 ? StepKind::property : StepKind::properties;
        return Step{.kind = kind, .names = std::move(names)};
    }

    /// `(@.length-1)`, `(@.size()-1)`.
    Result<Step, CompileError> read_from_end() {
        at_ += 2;
        std::string function;
        for (; current() != '-'; ++at_) {
            if (at_ >= fragment_.size()) return fail();
            if (current() != ' ' && current() != '(' && current() != ')')
                function.push_back(current());
        }
        if (function != "length" && function != "size") return fail();
        std::string number;
        for (; current() != ')'; ++at_) {
            if (at_ >= fragment_.size()) return fail();
            if (current() != ' ') number.push_back(current());
        }
        const int offset = TRY(parse_int(number));
        return Step{.kind = StepKind::from_end, .numbers = {offset}};
    }

    /// `[1]`, `[0,2]`, `[1:]`, `[:2]`, `[1:2]`; a third number (the step) is read and not used.
    Result<Step, CompileError> read_numbers() {
        std::vector<int> numbers;
        std::string digits;
        bool from = false;
        bool to = false;
        bool between = false;
        bool list = false;
        const auto read_digits = [&] {
            for (advance(); is_digit(current()) || current() == ' ' || current() == '-'; ++at_) {
                if (current() != ' ') digits.push_back(current());
            }
        };
        const auto take = [&]() -> Result<int, CompileError> {
            const int number = TRY(parse_int(digits));
            digits.clear();
            return number;
        };
        while (is_digit(current()) ||
               std::string_view(", :-").find(current()) != std::string_view::npos) {
            const char c = current();
            if (c == ':' && digits.empty()) {
                to = true;
                read_digits();
                numbers.push_back(TRY(take()));
            } else if (c == ':') {
                numbers.push_back(TRY(take()));
                read_digits();
                if (digits.empty()) {
                    from = true;
                } else {
                    between = true;
                    numbers.push_back(TRY(take()));
                }
            } else if (c == ',') {
                list = true;
                numbers.push_back(TRY(take()));
            } else if (c != ' ') {
                digits.push_back(c);
            }
            if (current() == ']') break;
            advance();
        }
        if (at_ >= fragment_.size()) return fail();
        if (!digits.empty()) numbers.push_back(TRY(take()));
        StepKind kind = StepKind::slice_between;
        if (numbers.size() == 1 && !to && !from)
            kind = StepKind::index;
        else if (list)
            kind = StepKind::indexes;
        else if (from)
            kind = StepKind::slice_from;
        else if (to)
            kind = StepKind::slice_to;
        else if (!between)
            return fail();
        return Step{.kind = kind, .numbers = std::move(numbers)};
    }

    Result<int, CompileError> parse_int(std::string_view text) const {
        if (text.starts_with('+')) text.remove_prefix(1);
        int value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size()) return fail();
        return value;
    }

    std::string_view fragment_;
    FiltersAllowed filters_;
    std::size_t at_ = 0;
};

/// Cuts a path into fragments. A name ends at a dot, a bracket or a blank, and a blank is then
/// refused.
class PathReader {
public:
    PathReader(std::string_view text, FiltersAllowed filters) : text_(text), filters_(filters) {}

    Result<Path, CompileError> read() {
        if (text_.size() > 1 && text_[1] != '.' && text_[1] != '[')
            return invalid("Invalid path ", text_);
        // `$.a.` and `$.a..`: nothing may end so.
        if (text_.ends_with('.')) return invalid("Invalid path ", text_);
        at_ = 1;
        while (at_ < text_.size()) {
            if (path_.steps.size() == kMaxSteps)
                return invalid("Too many steps in path ", text_.substr(0, 80));
            const char c = text_[at_];
            if (c == ' ') return CompileError{"Space not allowed in path"};
            if (c == '[') {
                if (auto step = read_bracket(); !step) return std::move(step).error();
            } else if (c == '.') {
                if (auto step = read_dot(); !step) return std::move(step).error();
            } else if (c == '*') {
                ++at_;
                path_.steps.push_back({.kind = StepKind::wildcard});
            } else {
                if (auto step = read_name(); !step) return std::move(step).error();
            }
        }
        finish();
        return std::move(path_);
    }

private:
    using Done = Result<bool, CompileError>;

    Done add(std::string_view fragment) {
        path_.steps.push_back(TRY(FragmentReader(fragment, filters_).read()));
        return true;
    }

    Done read_bracket() {
        int nested = 0;
        std::size_t end = at_ + 1;
        for (; end < text_.size(); ++end) {
            const char c = text_[end];
            if (c == ']' && nested == 0) break;
            nested += (c == '[') - (c == ']');
        }
        const std::string_view fragment = text_.substr(at_, end + 1 - at_);
        at_ = end + 1;
        return add(fragment);
    }

    Done read_dot() {
        ++at_;
        if (at_ < text_.size() && text_[at_] == '.') {
            ++at_;
            path_.steps.push_back({.kind = StepKind::descend});
            return true;
        }
        const std::string_view name = name_at(at_);
        if (name.empty()) return true;  // `.['a']`
        if (name == "*") {
            ++at_;
            path_.steps.push_back({.kind = StepKind::wildcard});
            return true;
        }
        return read_name();
    }

    Done read_name() {
        const std::string_view name = name_at(at_);
        at_ += name.size();
        // Quotes and brackets in a name mean what they mean between `['` and `']`.
        return add("['" + std::string(name) + "']");
    }

    std::string_view name_at(std::size_t start) const {
        return text_.substr(start, text_.find_first_of(".[ ", start) - start);
    }

    void finish() {
        bool definite = true;
        for (auto step = path_.steps.rbegin(); step != path_.steps.rend(); ++step) {
            switch (step->kind) {
                case StepKind::property:
                case StepKind::properties:
                case StepKind::index:
                case StepKind::from_end:
                    break;
                case StepKind::indexes:
                case StepKind::slice_from:
                case StepKind::slice_to:
                case StepKind::slice_between:
                case StepKind::wildcard:
                case StepKind::descend:
                case StepKind::filter:
                    definite = false;
                    break;
            }
            step->definite_from_here = definite;
        }
        path_.definite = definite;
    }

    std::string_view text_;
    FiltersAllowed filters_;
    std::size_t at_ = 0;
    Path path_;
};

std::string join(const std::vector<int>& numbers) {
    std::string out;
    for (const int number : numbers) {
        if (!out.empty()) out.push_back(',');
        out += std::to_string(number);
    }
    return out;
}

std::string render_names(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names) {
        if (!out.empty()) out += ", ";
        out += "'" + name + "'";
    }
    return out;
}

std::string render_placeholders(std::size_t count) {
    std::string out = "?";
    for (std::size_t i = 1; i < count; ++i) out += ",?";
    return out;
}

std::string render_step(const Step& step) {
    switch (step.kind) {
        case StepKind::property:
        case StepKind::properties:
            return "[" + render_names(step.names) + "]";
        case StepKind::index:
        case StepKind::indexes:
            return "[" + join(step.numbers) + "]";
        case StepKind::from_end:
            return "[@.size()" + std::to_string(step.numbers[0]) + "]";
        case StepKind::slice_from:
            return "[" + std::to_string(step.numbers[0]) + ":]";
        case StepKind::slice_to:
            return "[:" + std::to_string(step.numbers[0]) + "]";
        case StepKind::slice_between:
            return "[" + std::to_string(step.numbers[0]) + ":" + std::to_string(step.numbers[1]) +
                   "]";
        case StepKind::wildcard:
            return "[*]";
        case StepKind::descend:
            return "..";
        case StepKind::filter:
            return "[" + render_placeholders(step.placeholders) + "]";
    }
    return {};
}

}  // namespace

Result<Path, CompileError> parse_path(std::string_view text, FiltersAllowed filters) {
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
    if (text.empty() || (text.front() != '$' && text.front() != '@'))
        return invalid("Invalid path ", text);
    return PathReader(text, filters).read();
}

std::string render_steps(const Path& path, std::size_t first) {
    std::string out;
    for (std::size_t i = first; i < path.steps.size(); ++i) out += render_step(path.steps[i]);
    return out;
}

}  // namespace stepwell::jsonpath
