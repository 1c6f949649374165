#include "engine/query/jsonata/matcher.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/query/jsonata/evaluator.hpp"
#include "engine/query/jsonata/utf16.hpp"

namespace stepwell::jsonata {

namespace {

/// A part of a text as a value of its own, or the whole.
Value part_of(const Value& text, std::size_t begin, std::size_t end) {
    if (begin == 0 && end == text.text().size()) return text;
    const std::string_view part = text.text().substr(begin, end - begin);
    return text.kind() == Value::Kind::text ? Value::borrow(part) : make_text(part);
}

Value array_of(const std::vector<Value>& values) {
    Value array = make_array();
    array.array()->reserve(values.size());
    for (const Value& value : values) array.array()->push(value);
    return array;
}

std::optional<Match> find(const Regex& regex, const Value& subject, std::size_t from) {
    heap().tick();
    heap().watch_processor();
    auto deadline = heap().deadline();
    auto result = regex.find(subject.text(), from, deadline);
    while (!result) {
        // What ended it may be the soft limit of time, and it is to be tried again then.
        heap().check_time();
        if (heap().deadline() == deadline) break;  // too many steps
        deadline = heap().deadline();
        result = regex.find(subject.text(), from, deadline);
    }
    const auto found = value_or_fail(std::move(result));
    if (!found) return std::nullopt;
    Match match;
    match.begin = found->begin();
    match.end = found->end();
    match.text = part_of(subject, match.begin, match.end);
    match.groups.reserve(found->group_count());
    for (std::size_t i = 1; i <= found->group_count(); ++i) {
        match.groups.push_back(found->group_matched(i) ? make_text(found->group_text(i)) : Value());
    }
    return match;
}

/// The object that a regular expression gives when it is called as a function.
Value match_object(const Match& match, const Regex& regex, const Value& subject) {
    const std::string_view before = subject.text().substr(0, match.begin);
    const std::size_t start = utf16_length(before);
    Value object = make_object();
    ObjectNode& members = *object.object();
    members.set(Value::borrow(std::string_view("match")), match.text);
    members.set(Value::borrow(std::string_view("start")), Value::count(start));
    members.set(Value::borrow(std::string_view("end")),
                Value::count(start + utf16_length(match.text.text())));
    members.set(Value::borrow(std::string_view("groups")), array_of(match.groups));
    members.set(Value::borrow(std::string_view("next")),
                make_function(NextMatch{&regex, subject, match.end}));
    return object;
}

}  // namespace

Value apply_matcher(const decltype(FunctionNode::body)& body, const Arguments& arguments) {
    if (const auto* next = std::get_if<NextMatch>(&body)) {
        if (next->offset >= next->text.text().size()) return {};
        const auto match = find(*next->regex, next->text, next->offset);
        if (!match) return {};
        if (match->begin == match->end) fail("D1004");
        return match_object(*match, *next->regex, next->text);
    }
    const auto* matcher = std::get_if<Matcher>(&body);
    if (matcher == nullptr || arguments.empty() || !arguments[0].is_text()) return {};
    std::size_t from = 0;
    if (arguments.size() > 1 && arguments[1].is_number() && arguments[1].number() > 0) {
        const double units = std::min(arguments[1].number(), 4e9);
        from = byte_of_utf16(arguments[0].text(), static_cast<std::size_t>(units));
    }
    const auto match = find(*matcher->regex, arguments[0], from);
    return match ? match_object(*match, *matcher->regex, arguments[0]) : Value();
}

Matches::Matches(const Call& call, const Value& matcher, const Value& subject)
    : call_(call), matcher_(matcher), subject_(subject) {
    if (matcher.kind() != Value::Kind::function) return;
    if (const auto* regex = std::get_if<Matcher>(&matcher.function()->body)) {
        regex_ = regex->regex;
    }
}

std::optional<Match> Matches::next() {
    auto match = regex_ != nullptr ? from_regex() : from_function();
    is_first_ = false;
    return match;
}

std::optional<Match> Matches::from_regex() {
    if (!is_first_ && from_ >= subject_.text().size()) return std::nullopt;
    auto match = find(*regex_, subject_, from_);
    if (!match) return std::nullopt;
    if (!is_first_ && match->begin == match->end) fail("D1004");
    from_ = match->end;
    return match;
}

std::optional<Match> Matches::from_function() {
    Arguments arguments;
    if (is_first_) arguments.push_back(subject_);
    const Value found = call_.evaluator.apply(matcher_, arguments, Value::null(), call_.frame);
    if (found.is_undefined() || found.is_null()) return std::nullopt;
    const auto part = [&found](std::string_view name) {
        return found.is_object() ? member(found, name) : Value();
    };
    const Value start = part("start");
    const Value end = part("end");
    const Value groups = part("groups");
    matcher_ = part("next");
    if (!start.is_number() && !end.is_number() && !groups.is_array() && !matcher_.is_function()) {
        fail("T1010");
    }
    const auto byte_of = [this](const Value& units) {
        const bool usable = units.is_number() && units.number() > 0;
        const double count = usable ? std::min(units.number(), 4e9) : 0;
        return byte_of_utf16(subject_.text(), static_cast<std::size_t>(count));
    };
    Match match;
    match.begin = byte_of(start);
    match.end = byte_of(end);
    match.text = part("match");
    if (groups.is_array()) {
        const Items items(groups);
        for (std::size_t i = 0; i < items.size(); ++i) match.groups.push_back(items[i]);
    }
    match.object = found;
    return match;
}

std::size_t Matches::units_at(std::size_t byte) const {
    if (byte < counted_bytes_) return utf16_length(subject_.text().substr(0, byte));
    counted_units_ += utf16_length(subject_.text().substr(counted_bytes_, byte - counted_bytes_));
    counted_bytes_ = byte;
    return counted_units_;
}

Value Matches::object_of(const Match& match) const {
    return match.object.is_undefined() ? match_object(match, *regex_, subject_) : match.object;
}

Value match_summary(const Matches& matches, const Match& match) {
    Value object = make_object();
    ObjectNode& members = *object.object();
    const bool from_regex = match.object.is_undefined();
    members.set(Value::borrow(std::string_view("match")), match.text);
    members.set(
        Value::borrow(std::string_view("index")),
        from_regex ? Value::count(matches.units_at(match.begin)) : member(match.object, "start"));
    members.set(Value::borrow(std::string_view("groups")),
                from_regex ? array_of(match.groups) : member(match.object, "groups"));
    return object;
}

}  // namespace stepwell::jsonata
