#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/query/jsonata/clone.hpp"
#include "engine/query/jsonata/evaluator.hpp"
#include "engine/query/jsonata/text.hpp"

/// Transforms, `|pattern|update, deletions|`: a copy in which what the pattern finds is changed.
///
/// A document that only fields and predicates lead into is not copied: the objects that change and
/// those around them are made anew, and everything else is shared with it.
namespace stepwell::jsonata {

namespace {

const Signature& transform_signature() {
    static const Signature signature = Signature::parse("<(oa):o>", 0);
    return signature;
}

bool is_from_outside(const Value& value) {
    return value.kind() == Value::Kind::json_object || value.kind() == Value::Kind::json_array;
}

/// Whether the node only picks from what it is given: what it finds lies within that, in the order
/// of the text, and nothing of it within anything else of it.
bool picks(const Node& node) {
    if (node.tuple || node.binds || node.group || node.ancestor || node.cons_array) return false;
    if (node.kind == NodeKind::path)
        return std::ranges::all_of(node.children, [](const auto& step) { return picks(*step); });
    if (node.kind == NodeKind::variable) return node.text.empty();  // `$`
    return node.kind == NodeKind::name || node.kind == NodeKind::wildcard;
}

Value shallow_copy(const Json::object_t& members, std::size_t room) {
    Value copy = make_object();
    copy.object()->reserve(members.size() + room);
    for (const auto& [key, value] : members)
        copy.object()->add(Value::borrow(std::string_view(key)), Value::borrow(value));
    return copy;
}

/// An object that a transform has changed, by what it was made of.
struct Changed {
    const Json* original;
    Value object;
};

/// The document with the changed objects in their places.
class Rebuilder {
public:
    /// In the order of `original`.
    explicit Rebuilder(const std::vector<Changed>& changed) : changed_(changed) {}

    Value rebuild(const Json& document) {
        Value made = made_of(document);
        return made.is_undefined() ? Value::borrow(document) : made;
    }

private:
    /// Undefined where nothing in it has changed.
    Value made_of(const Json& json) {
        if (placed_ == changed_.size()) return {};
        heap().tick();
        if (json.is_array()) return array(*json.get_ptr<const Json::array_t*>());
        if (!json.is_object()) return {};
        const auto found =
            std::ranges::lower_bound(changed_, &json, std::less<>(), &Changed::original);
        if (found == changed_.end() || found->original != &json)
            return object(*json.get_ptr<const Json::object_t*>());
        ++placed_;
        return found->object;
    }

    Value array(const Json::array_t& elements) {
        Value copy;
        for (std::size_t i = 0; i < elements.size(); ++i) {
            if (!elements[i].is_structured()) continue;
            Value made = made_of(elements[i]);
            if (made.is_undefined()) continue;
            if (copy.is_undefined()) {
                copy = make_array();
                copy.array()->reserve(elements.size());
                for (const Json& element : elements) copy.array()->push(Value::borrow(element));
            }
            copy.array()->items[i] = std::move(made);
        }
        return copy;
    }

    Value object(const Json::object_t& members) {
        Value copy;
        std::size_t i = 0;
        for (const auto& [key, value] : members) {
            const std::size_t at = i++;
            if (!value.is_structured()) continue;
            Value made = made_of(value);
            if (made.is_undefined()) continue;
            if (copy.is_undefined()) copy = shallow_copy(members, 0);
            copy.object()->members[at].value = std::move(made);
        }
        return copy;
    }

    const std::vector<Changed>& changed_;
    std::size_t placed_ = 0;
};

}  // namespace

Value Evaluator::transform(const Transform& transform, Arguments& arguments, const Value& input) {
    transform_signature().validate(arguments, input);
    const Value holder = arguments.empty() ? Value() : arguments[0];
    if (holder.is_undefined()) return {};
    const Node& node = *transform.node;
    const FrameRef frame = transform.frame;
    const Value cloner = lookup("clone", frame.get());
    if (!cloner.is_function()) fail("T2013", {.position = node.position});
    Value copy;
    if (cloner.kind() == Value::Kind::builtin) {
        if (is_from_outside(holder) && picks(*node.children[0]) &&
            is_own_clone(holder.json(), dialect()))
            return transform_shared(node, holder, frame.get());
        copy = clone(holder, dialect());
    } else {
        Arguments original{holder};
        copy = apply(cloner, original, Value::null(), frame.get());
    }
    const Value matches = evaluate(*node.children[0], copy, frame.get());
    if (matches.is_undefined()) return copy;
    if (!matches.is_array()) {
        update(node, matches, frame.get());
        return copy;
    }
    const Items items(matches);
    for (std::size_t i = 0; i < items.size(); ++i) update(node, items[i], frame.get());
    return copy;
}

Value Evaluator::transform_shared(const Node& node, const Value& document, Frame* frame) {
    const Node& updates = *node.children[1];
    const std::size_t room = updates.kind == NodeKind::object ? updates.members->pairs.size() : 0;
    std::vector<Changed> changed;
    const auto change = [&](const Value& match) {
        if (match.kind() != Value::Kind::json_object) return update(node, match, frame);
        const Json& original = match.json();
        Value object = shallow_copy(*original.get_ptr<const Json::object_t*>(), room);
        update(node, object, frame);
        changed.push_back({&original, std::move(object)});
    };
    const Value matches = evaluate(*node.children[0], document, frame);
    if (matches.is_undefined()) return document;
    if (matches.is_array()) {
        const Items items(matches);
        for (std::size_t i = 0; i < items.size(); ++i) change(items[i]);
    } else {
        change(matches);
    }
    std::ranges::sort(changed, std::less<>(), &Changed::original);
    return Rebuilder(changed).rebuild(document.json());
}

void Evaluator::update(const Node& node, const Value& match, Frame* frame) {
    const Value changes = evaluate(*node.children[1], match, frame);
    // The match is part of the copy: it is changed in its place. What is not, cannot be.
    const bool changeable = match.kind() == Value::Kind::object;
    if (!changes.is_undefined()) {
        if (!changes.is_object()) {
            fail("T2011", {.position = node.children[1]->position, .value = json_text(changes)});
        }
        for_each_member(changes, [&](const Value& key, const Value& value) {
            if (changeable) match.object()->set(key, value);
        });
    }
    if (node.children.size() < 3) return;
    const Value deletions = evaluate(*node.children[2], match, frame);
    if (deletions.is_undefined()) return;
    const auto refuse = [&] {
        fail("T2012", {.position = node.children[2]->position, .value = json_text(deletions)});
    };
    if (!deletions.is_array()) {
        if (!deletions.is_text()) refuse();
        if (changeable) match.object()->remove(deletions.text());
        return;
    }
    const Items names(deletions);
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!names[i].is_text()) refuse();
    }
    for (std::size_t i = 0; changeable && i < names.size(); ++i) {
        match.object()->remove(names[i].text());
    }
}

}  // namespace stepwell::jsonata
