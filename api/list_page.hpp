#pragma once

#include <string>
#include <string_view>

#include "api/call.hpp"
#include "api/json_writer.hpp"

namespace stepwell::api {

/// One page of a List operation: `{"MEMBER":[…],"nextToken":"…"}`.
///
/// `question` says whose pages they are, so that a token of another list is refused. `load(after,
/// limit)` gives up to `limit` items behind the position `after`, "" for the first page; it is
/// asked for one more than the page takes, which shows whether there is another.
/// `position_of(item)` is what the next page goes on behind; `write(object, item)` writes an item's
/// fields.
template <class Load, class PositionOf, class Write>
Checked<std::string> list_page(Call& call, std::string_view member, const std::string& question,
                               const Load& load, const PositionOf& position_of,
                               const Write& write) {
    const Input& input = call.input();
    std::string after;
    if (const std::string* token = input.text("nextToken"))
        after = TRY(call.services().page_tokens.read(question, *token));
    const std::size_t limit = page_size(input);
    auto items = load(after, limit + 1);
    const bool more = items.size() > limit;
    if (more) items.pop_back();

    std::string body;
    ObjectWriter object(body);
    object.member(member).push_back('[');
    for (const auto& item : items) {
        if (body.back() != '[') body.push_back(',');
        ObjectWriter written(body);
        write(written, item);
        written.end();
    }
    body.push_back(']');
    if (more) {
        object.text("nextToken",
                    call.services().page_tokens.issue(question, position_of(items.back())));
    }
    object.end();
    return body;
}

}  // namespace stepwell::api
