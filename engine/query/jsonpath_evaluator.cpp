#include "engine/query/budget.hpp"
#include "engine/query/java_values.hpp"
#include "engine/query/jsonpath_program.hpp"

namespace stepwell::jsonpath {
namespace {

/// Nodes looked at, names and criteria tried on them. A path over the largest payload needs a
/// fraction; `$..*..*..*` over a nested one never ends.
constexpr std::size_t kMaxVisits = 2'000'000;
/// Nested calls: steps and levels of the document together.
constexpr std::size_t kMaxDepth = 2'048;
/// `[?]` has no predicate to apply: this is what then comes out of the library's virtual machine.
constexpr std::string_view kNoPredicate =
    "Cannot invoke "
    "\"com.jayway.jsonpath.Predicate.apply(com.jayway.jsonpath.Predicate$PredicateContext)\" "
    "because "
    "\"<local7>\" is null";

/// Where a node lies, for messages: a list from the node up, on the stack.
struct Location {
    const Location* parent;
    const std::string* name;  ///< null for an index
    std::size_t index;
};

std::string render(const Location* where) {
    if (!where) return "$";
    std::string out = render(where->parent);
    return out +
           (where->name ? "['" + *where->name + "']" : "[" + std::to_string(where->index) + "]");
}

bool has_names(const Json& model, const std::vector<std::string>& names) {
    const auto* object = model.get_ptr<const Json::object_t*>();
    if (!object) return false;
    for (const std::string& name : names) {
        if (object->find(name) == object->end()) return false;
    }
    return true;
}

std::int64_t wanted_index(const Step& step, std::size_t size) {
    return step.numbers[0] +
           (step.kind == StepKind::from_end ? static_cast<std::int64_t>(size) : 0);
}

class Evaluator {
public:
    Evaluator(const Path& path, const Json& document, Required required)
        : path_(path), document_(document), required_(required) {}

    Outcome run() { return arrive(0, document_, nullptr); }
    std::string& message() { return message_; }
    std::vector<Selection>& results() { return results_; }

private:
    /// One nested call deeper, for as long as it lives.
    class Descent {
    public:
        explicit Descent(std::size_t& depth) : depth_(depth) { ++depth_; }
        ~Descent() { --depth_; }
        Descent(const Descent&) = delete;
        Descent& operator=(const Descent&) = delete;

    private:
        std::size_t& depth_;
    };

    template <class... Parts>
    Outcome not_found(const Parts&... parts) {
        if (swallowing_ == 0) message_ = (std::string() + ... + parts);
        return Outcome::not_found;
    }
    template <class... Parts>
    Outcome failed(const Parts&... parts) {
        message_ = (std::string() + ... + parts);
        return Outcome::failed;
    }
    /// The location as text, unless nobody will read it.
    std::string at(const Location* where) const {
        return swallowing_ == 0 ? render(where) : std::string();
    }

    bool is_last(std::size_t step) const { return step + 1 == path_.steps.size(); }

    bool spend(std::size_t visits = 1) {
        visits_ += visits;
        return visits_ <= kMaxVisits && depth_ <= kMaxDepth;
    }
    Outcome too_long() {
        // DIFFERS: the service has limits of its own, which nobody has published.
        // docs/differences.md
        return failed("The path takes too long to evaluate");
    }

    Outcome arrive(std::size_t step, const Json& value, const Location* where) {
        if (!spend()) return too_long();
        if (step < path_.steps.size()) return take(step, value, where);
        results_.emplace_back(&value);
        return Outcome::found;
    }

    Outcome take(std::size_t number, const Json& model, const Location* where) {
        const Descent descent(depth_);
        switch (path_.steps[number].kind) {
            case StepKind::property:
                return take_property(number, model, where);
            case StepKind::properties:
                return take_properties(number, model, where);
            case StepKind::index:
            case StepKind::indexes:
            case StepKind::from_end:
            case StepKind::slice_from:
            case StepKind::slice_to:
            case StepKind::slice_between:
                return take_items(number, model, where);
            case StepKind::wildcard:
                return take_all(number, model, where);
            case StepKind::descend:
                return walk(number + 1, model, where);
            case StepKind::filter:
                return take_filtered(number, model, where);
        }
        return Outcome::found;
    }

    Outcome take_property(std::size_t number, const Json& model, const Location* where) {
        const Step& step = path_.steps[number];
        const std::string& name = step.names[0];
        const auto* object = model.get_ptr<const Json::object_t*>();
        if (!object) return not_found("Property ['", name, "'] not found in path ", at(where));
        const Location here{where, &name, 0};
        const auto member = object->find(name);
        if (member != object->end()) return arrive(number + 1, member->second, &here);
        if (is_last(number)) return not_found("No results for path: ", at(&here));
        // With something indefinite ahead a missing object on the way just gives no results.
        if (!step.definite_from_here && required_ == Required::no) return Outcome::found;
        return not_found("Missing property in path ", at(&here));
    }

    Outcome take_properties(std::size_t number, const Json& model, const Location* where) {
        const Step& step = path_.steps[number];
        const auto* object = model.get_ptr<const Json::object_t*>();
        const auto names = [&] { return render_steps({.steps = {step}}, 0); };
        if (!object) return not_found("Property ", names(), " not found in path ", at(where));
        if (!is_last(number)) {
            return failed("Multi properties can only be used as path leafs: ", render(where),
                          names());
        }
        if (!spend(step.names.size())) return too_long();
        Json::object_t merged;
        for (const std::string& name : step.names) {
            const auto member = object->find(name);
            if (member != object->end()) {
                merged.emplace(name, member->second);
            } else if (required_ == Required::yes) {
                return not_found("Missing property in path ", at(where), names());
            }
        }
        results_.emplace_back(Json(std::move(merged)));
        return Outcome::found;
    }

    Outcome take_index(std::size_t number, std::int64_t index, const Json::array_t& array,
                       const Location* where) {
        if (index < 0 || static_cast<std::size_t>(index) >= array.size()) {
            return not_found("Index out of bounds when evaluating path ", at(where), "[",
                             std::to_string(index), "]");
        }
        const auto position = static_cast<std::size_t>(index);
        const Location here{where, nullptr, position};
        return arrive(number + 1, array[position], &here);
    }

    Outcome take_range(std::size_t number, std::int64_t from, std::int64_t to,
                       const Json::array_t& array, const Location* where) {
        for (std::int64_t i = from; i < to; ++i) {
            const Outcome outcome = take_index(number, i, array, where);
            if (outcome != Outcome::found) return outcome;
        }
        return Outcome::found;
    }

    Outcome take_items(std::size_t number, const Json& model, const Location* where) {
        const Step& step = path_.steps[number];
        if (model.is_null()) return not_found("The path ", at(where), " is null");
        const auto* array = model.get_ptr<const Json::array_t*>();
        if (!array) {
            return failed("Filter: ", render_steps(path_, number),
                          " can only be applied to arrays. Current context is: ", java_text(model));
        }
        const auto size = static_cast<std::int64_t>(array->size());
        const std::int64_t first = step.numbers[0];
        const std::int64_t from_start = first < 0 ? size + first : first;
        switch (step.kind) {
            case StepKind::indexes:
                for (const int index : step.numbers) {
                    const Outcome outcome = take_index(number, index, *array, where);
                    if (outcome != Outcome::found) return outcome;
                }
                return Outcome::found;
            case StepKind::slice_from:
                return take_range(number, std::max<std::int64_t>(from_start, 0), size, *array,
                                  where);
            case StepKind::slice_to:
                return take_range(number, 0, std::min(from_start, size), *array, where);
            case StepKind::slice_between:
                // Negative bounds do not count from the end here, unlike in the other two.
                if (size == 0) return Outcome::found;
                return take_range(number, first, std::min<std::int64_t>(step.numbers[1], size),
                                  *array, where);
            default:
                return take_index(number, wanted_index(step, array->size()), *array, where);
        }
    }

    Outcome take_all(std::size_t number, const Json& model, const Location* where) {
        if (const auto* object = model.get_ptr<const Json::object_t*>()) {
            for (const auto& [name, value] : *object) {
                const Location here{where, &name, 0};
                const Outcome outcome = arrive(number + 1, value, &here);
                if (outcome != Outcome::found) return outcome;
            }
        } else if (const auto* array = model.get_ptr<const Json::array_t*>()) {
            // Over an array, and only there, an item that lacks what follows is left out.
            ++swallowing_;
            for (std::size_t i = 0; i < array->size(); ++i) {
                const Location here{where, nullptr, i};
                if (arrive(number + 1, (*array)[i], &here) == Outcome::failed)
                    return Outcome::failed;
            }
            --swallowing_;
        }
        return Outcome::found;
    }

    std::optional<bool> passes(std::size_t number, const Json& item) {
        const Step& step = path_.steps[number];
        if (!step.filter) {
            message_ = kNoPredicate;
            return std::nullopt;
        }
        if (!spend(step.filter->criteria())) {
            too_long();
            return std::nullopt;
        }
        return accepts(*step.filter, item, document_, message_);
    }

    Outcome take_filtered(std::size_t number, const Json& model, const Location* where) {
        if (model.is_object()) {
            const auto passed = passes(number, model);
            if (!passed) return Outcome::failed;
            return *passed ? arrive(number + 1, model, where) : Outcome::found;
        }
        const auto* array = model.get_ptr<const Json::array_t*>();
        if (!array) {
            return failed(
                "Filter: ", render_steps(path_, number),
                " can not be applied to primitives. Current context is: ", java_text(model));
        }
        for (std::size_t i = 0; i < array->size(); ++i) {
            const auto passed = passes(number, (*array)[i]);
            if (!passed) return Outcome::failed;
            if (!*passed) continue;
            const Location here{where, nullptr, i};
            const Outcome outcome = arrive(number + 1, (*array)[i], &here);
            if (outcome != Outcome::found) return outcome;
        }
        return Outcome::found;
    }

    /// Whether the step behind `..` is worth taking at `model`.
    std::optional<bool> applies(std::size_t number, const Json& model) {
        const Step& step = path_.steps[number];
        switch (step.kind) {
            case StepKind::property:
            case StepKind::properties:
                visits_ += step.names.size();
                return has_names(model, step.names);
            case StepKind::index:
            case StepKind::indexes:
            case StepKind::from_end:
            case StepKind::slice_from:
            case StepKind::slice_to:
            case StepKind::slice_between:
                return model.is_array();
            case StepKind::wildcard:
                return true;
            case StepKind::descend:
                return false;
            case StepKind::filter:
                return passes(number, model);
        }
        return false;
    }

    /// `..`: takes step `number` at `model` and at everything below it, parents first.
    Outcome walk(std::size_t number, const Json& model, const Location* where) {
        if (!model.is_structured()) return Outcome::found;
        const Descent descent(depth_);
        if (!spend()) return too_long();
        const auto applicable = applies(number, model);
        if (!applicable) return Outcome::failed;
        if (const auto* object = model.get_ptr<const Json::object_t*>()) {
            if (*applicable) {
                const Outcome outcome = take(number, model, where);
                if (outcome != Outcome::found) return outcome;
            }
            for (const auto& [name, value] : *object) {
                const Location here{where, &name, 0};
                const Outcome outcome = walk(number, value, &here);
                if (outcome != Outcome::found) return outcome;
            }
            return Outcome::found;
        }
        const auto& array = model.get_ref<const Json::array_t&>();
        if (*applicable) {
            const Outcome outcome = is_last(number) ? take(number, model, where)
                                                    : take_items_behind(number, array, where);
            if (outcome != Outcome::found) return outcome;
        }
        for (std::size_t i = 0; i < array.size(); ++i) {
            const Location here{where, nullptr, i};
            const Outcome outcome = walk(number, array[i], &here);
            if (outcome != Outcome::found) return outcome;
        }
        return Outcome::found;
    }

    /// At an array that step `number` applies to, Jayway 2.0 skips that step and takes the next at
    /// every item:
    /// `$..[2].a` gives the `a` of all items.
    Outcome take_items_behind(std::size_t number, const Json::array_t& array,
                              const Location* where) {
        for (std::size_t i = 0; i < array.size(); ++i) {
            const Location here{where, nullptr, i};
            const Outcome outcome = arrive(number + 1, array[i], &here);
            if (outcome != Outcome::found) return outcome;
        }
        return Outcome::found;
    }

    const Path& path_;
    const Json& document_;
    Required required_;
    std::vector<Selection> results_;
    std::string message_;
    std::size_t visits_ = 0;
    std::size_t depth_ = 0;
    std::size_t swallowing_ =
        0;  ///< wildcards over arrays that we are inside of: they swallow not_found
};

EvaluationFailure failure(Outcome outcome, std::string message) {
    const auto kind = outcome == Outcome::not_found ? EvaluationFailure::Kind::not_found
                                                    : EvaluationFailure::Kind::path;
    return {.kind = kind, .message = std::move(message), .path = {}};
}

}  // namespace

Outcome follow(const Path& path, const Json& document, Required required, const Json*& node,
               std::optional<Json>& made) {
    const Json* at = &document;
    for (const Step& step : path.steps) {
        if (step.kind == StepKind::property) {
            const auto* object = at->get_ptr<const Json::object_t*>();
            if (!object) return Outcome::not_found;
            const auto member = object->find(step.names[0]);
            if (member == object->end()) return Outcome::not_found;
            at = &member->second;
        } else if (step.kind == StepKind::properties) {
            auto selected = evaluate(path, document, required);
            if (!selected) {
                return selected.error().kind == EvaluationFailure::Kind::not_found
                           ? Outcome::not_found
                           : Outcome::failed;
            }
            made = std::move(*selected).take();
            node = &*made;
            return Outcome::found;
        } else {
            if (at->is_null()) return Outcome::not_found;
            const auto* array = at->get_ptr<const Json::array_t*>();
            if (!array) return Outcome::failed;
            const std::int64_t index = wanted_index(step, array->size());
            if (index < 0 || static_cast<std::size_t>(index) >= array->size())
                return Outcome::not_found;
            at = &(*array)[static_cast<std::size_t>(index)];
        }
    }
    node = at;
    return Outcome::found;
}

Result<Selection, EvaluationFailure> evaluate(const Path& path, const Json& document,
                                              Required required) {
    Evaluator evaluator(path, document, required);
    const Outcome outcome = evaluator.run();
    if (outcome != Outcome::found) return failure(outcome, std::move(evaluator.message()));
    std::vector<Selection>& results = evaluator.results();
    if (path.definite) return std::move(results.front());
    Json::array_t array;
    array.reserve(results.size());
    Budget budget;
    for (Selection& result : results) {
        if (!budget.spend(result.value()))
            return failure(Outcome::failed, "The path selects too much data");
        array.push_back(std::move(result).take());
    }
    return Selection(Json(std::move(array)));
}

}  // namespace stepwell::jsonpath
