#include "engine/query/jsonata/expression.hpp"

#include <utility>

#include "engine/query/jsonata/evaluator.hpp"
#include "engine/query/jsonata/failure.hpp"
#include "engine/query/jsonata/syntax.hpp"
#include "engine/query/jsonata/text.hpp"

namespace stepwell::jsonata {

namespace {

Error to_error(const Failure& failure, Dialect dialect) {
    Error error = failure.error();
    if (failure.limit && dialect == Dialect::standard) error.code = "U1001";
    return error;
}

Heap::Clock::time_point soft_deadline(Heap::Clock::time_point start, const Limits& limits) {
    return limits.soft_time ? start + *limits.soft_time : Heap::Clock::time_point::max();
}

}  // namespace

Result<Expression, Error> Expression::compile(std::string_view text, Dialect dialect) {
    try {
        auto program = std::make_shared<Program>();
        program->text = text;
        program->dialect = dialect;
        program->root = shape(parse(program->text, dialect));
        resolve(*program);
        return Expression(std::move(program));
    } catch (const Failure& failure) {
        return to_error(failure, dialect);
    }
}

const std::string& Expression::text() const { return program_->text; }
const References& Expression::references() const { return program_->references; }

Result<std::optional<Json>, Error> Expression::evaluate(const Environment& environment) const {
    const Limits& limits = environment.limits;
    const auto start = Heap::Clock::now();
    Heap memory(limits.memory, start, limits.time, soft_deadline(start, limits));
    const HeapScope scope(memory);
    try {
        Evaluator evaluator(*program_, environment);
        const bool has_input =
            environment.input != nullptr && program_->dialect == Dialect::standard;
        const Value input = has_input ? Value::borrow(*environment.input) : Value();
        return to_json(evaluator.run(as_input(input)), program_->dialect);
    } catch (const Failure& failure) {
        return to_error(failure, program_->dialect);
    }
}

}  // namespace stepwell::jsonata
