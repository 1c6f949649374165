#include "engine/machine/question.hpp"

#include "engine/base/random.hpp"

namespace stepwell {
namespace {

const Json* value_of(const std::optional<Payload>& payload) {
    return payload ? &payload->value() : nullptr;
}

}  // namespace

Answer answer(const Question& question, std::optional<std::chrono::microseconds> patience) {
    RandomBits random(question.seed);
    JsonataScope scope{.input = question.input.value(),
                       .result = value_of(question.result),
                       .error_output = value_of(question.error_output),
                       .context = value_of(question.context),
                       .variables = question.variables,
                       .now = question.now,
                       .random = random};
    if (patience) scope.soft_deadline = std::chrono::steady_clock::now() + *patience;
    std::vector<Json> values;
    values.reserve(question.values.size());
    for (const JsonataValue* asked : question.values) {
        values.push_back(TRY(asked->evaluate(scope)));
        if (!question.conditions) continue;
        const Json& condition = values.back();
        if (!condition.is_boolean()) return asked->unexpected_type("boolean", condition);
        if (condition.get<bool>()) break;
    }
    return values;
}

}  // namespace stepwell
