#include "engine/query/intrinsics/call.hpp"

#include <algorithm>

namespace stepwell::intrinsics {
namespace {

constexpr std::string_view kPrefix = "States.";

class CallReader {
public:
    explicit CallReader(std::string_view text) : text_(text) {}

    Result<std::unique_ptr<Call>, CompileError> read() {
        auto call = TRY(read_call(1));
        skip_blanks();
        if (at_ != text_.size()) return fail("is followed by something else");
        return call;
    }

private:
    char current() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skip_blanks() {
        while (current() == ' ' || current() == '\t' || current() == '\n' || current() == '\r')
            ++at_;
    }
    bool take(char wanted) {
        skip_blanks();
        if (current() != wanted || at_ >= text_.size()) return false;
        ++at_;
        return true;
    }
    CompileError fail(std::string_view why) const {
        return {"The intrinsic function call '" + std::string(text_) + "' " + std::string(why)};
    }

    Result<std::unique_ptr<Call>, CompileError> read_call(std::size_t nesting) {
        if (nesting > kMaxNesting) return fail("nests too deeply");
        if (!text_.substr(at_).starts_with(kPrefix)) return fail("is not one");
        at_ += kPrefix.size();
        const std::size_t end = std::min(text_.find_first_of("( \t", at_), text_.size());
        const Function* function = find_function(text_.substr(at_, end - at_));
        if (!function) return fail("names no function");
        at_ = end;
        if (!take('(')) return fail("lacks its arguments");
        auto call = std::make_unique<Call>(Call{function, {}, std::nullopt});
        if (!take(')')) {
            do {
                skip_blanks();
                Argument argument = TRY(read_argument(*call, nesting));
                call->arguments.push_back(std::move(argument));
            } while (take(','));
            if (!take(')')) return fail("is not closed");
        }
        const std::size_t count = call->arguments.size();
        if (count < function->min_arguments || count > function->max_arguments) {
            return fail("has a wrong number of arguments");
        }
        return call;
    }

    Result<Argument, CompileError> read_argument(Call& call, std::size_t nesting) {
        if (current() == '\'') return read_literal(call);
        if (current() == '$') return read_path();
        if (text_.substr(at_).starts_with(kPrefix)) return Argument(TRY(read_call(nesting + 1)));
        return read_constant();
    }

    /// A text in single quotes; a backslash stands before ' { } and itself, and nowhere else.
    Result<Argument, CompileError> read_literal(Call& call) {
        // In a template an escaped {} is no placeholder, so the template is cut up here.
        FormatTemplate pieces(1);
        std::string value;
        for (++at_; current() != '\''; ++at_) {
            if (at_ >= text_.size()) return fail("has an unterminated string");
            char c = current();
            if (c == '\\') {
                ++at_;
                c = current();
                if (at_ >= text_.size() ||
                    std::string_view("'{}\\").find(c) == std::string_view::npos) {
                    return fail("has an illegal escape");
                }
            } else if (text_.substr(at_).starts_with("{}")) {
                pieces.emplace_back();
                value += "{}";
                ++at_;
                continue;
            }
            pieces.back().push_back(c);
            value.push_back(c);
        }
        ++at_;
        if (call.arguments.empty() && call.function->invoke == format)
            call.format = std::move(pieces);
        return Argument(Json(std::move(value)));
    }

    Result<Argument, CompileError> read_path() {
        return Argument(TRY(RootedPath::compile(read_until_separator())));
    }

    /// A number, true, false or null.
    Result<Argument, CompileError> read_constant() {
        const std::string_view text = read_until_separator();
        auto value = parse_json(text, {.max_depth = 1, .max_bytes = 400});
        if (!value || value->is_structured() || value->is_string())
            return fail("has an argument that is no value");
        return Argument(*std::move(value));
    }

    /// Up to the comma or parenthesis that ends an argument; those inside brackets, parentheses and
    /// quotes do not.
    std::string_view read_until_separator() {
        const std::size_t start = at_;
        int nested = 0;
        bool quoted = false;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '\'') quoted = !quoted;
            if (quoted) continue;
            if (nested == 0 && (c == ',' || c == ')')) break;
            nested += (c == '[' || c == '(') - (c == ']' || c == ')');
        }
        std::string_view text = text_.substr(start, at_ - start);
        while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
        return text;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

/// The values of a call's arguments, one after the other.
class ArgumentEvaluator {
public:
    ArgumentEvaluator(const Scope& scope, const std::string& text, Budget& budget)
        : scope_(scope), text_(text), budget_(budget) {}

    Result<Selection, EvaluationFailure> evaluate(const Argument& argument) const {
        if (const auto* constant = std::get_if<Json>(&argument)) return Selection(constant);
        if (const auto* path = std::get_if<RootedPath>(&argument)) return look_up(*path);
        return Selection(
            TRY(evaluate_call(*std::get<std::unique_ptr<Call>>(argument), scope_, text_, budget_)));
    }

private:
    Result<Selection, EvaluationFailure> look_up(const RootedPath& path) const {
        auto selected = path.select(scope_);
        if (selected) return selected;
        EvaluationFailure failure = std::move(selected).error();
        failure.call = text_;
        return failure;
    }

    const Scope& scope_;
    const std::string& text_;
    Budget& budget_;
};

EvaluationFailure refused(const std::string& text, std::string_view reason) {
    return {
        .kind = EvaluationFailure::Kind::intrinsic,
        .message = "The function '" + text + "' had the following error: " + std::string(reason),
        .path = {},
        .call = text};
}

}  // namespace

Result<std::unique_ptr<Call>, CompileError> parse_call(std::string_view text) {
    return CallReader(text).read();
}

void collect_variables(const Call& call, VariableNames& names) {
    for (const Argument& argument : call.arguments) {
        if (const auto* path = std::get_if<RootedPath>(&argument)) path->collect_variables(names);
        if (const auto* inner = std::get_if<std::unique_ptr<Call>>(&argument))
            collect_variables(**inner, names);
    }
}

Result<Json, EvaluationFailure> evaluate_call(const Call& call, const Scope& scope,
                                              const std::string& text, Budget& budget) {
    const ArgumentEvaluator evaluator(scope, text, budget);
    std::vector<Selection> values;
    values.reserve(call.arguments.size());
    for (const Argument& argument : call.arguments) {
        values.push_back(TRY(evaluator.evaluate(argument)));
        // Before the function copies it: States.Array($, $, $ …).
        if (!budget.spend(values.back().value()))
            return refused(text, "The arguments are too large");
    }
    const FormatTemplate* format = call.format ? &*call.format : nullptr;
    auto answer =
        call.function->invoke({.arguments = values, .random = scope.random, .format = format});
    if (!answer) return refused(text, answer.error().reason);
    return *std::move(answer);
}

}  // namespace stepwell::intrinsics
