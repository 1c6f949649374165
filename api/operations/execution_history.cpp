#include <algorithm>
#include <charconv>

#include "api/arns.hpp"
#include "api/history_event.hpp"
#include "api/json_writer.hpp"
#include "api/operations.hpp"
#include "engine/machine/journal.hpp"

namespace stepwell::api::operations_of {
namespace {

/// A page ends once its answer has these bytes, with a nextToken, whatever maxResults says: an
/// event may carry 256 KiB, and a page a thousand events. design.md, "API".
constexpr std::size_t kMaxPageBytes = 3U << 20U;
/// What is read from the store at a time.
constexpr std::size_t kMaxRowsPerRead = 64;
constexpr std::size_t kMaxBytesPerRead = 1U << 20U;

enum class Order : bool { ascending, descending };

/// Writes events one after the other until the page is full.
class Page {
public:
    Page(std::string& body, std::size_t max_events, Order order, ExecutionData data, EventId first)
        : body_(body), left_(max_events), order_(order), data_(data), next_(first) {}

    bool full() const { return left_ == 0 || body_.size() >= kMaxPageBytes; }
    /// The event that comes next.
    EventId next() const { return next_; }

    void add(const JournalRow& row) {
        std::vector<Entry> entries = decode_entries(row.bytes);
        if (order_ == Order::descending) std::ranges::reverse(entries);
        for (const Entry& entry : entries) {
            if (full()) return;
            // A row holds a whole Step: it may begin before the page does.
            if (!entry.event || entry.event->id != next_) continue;
            if (body_.back() != '[') body_.push_back(',');
            append_history_event(body_, *entry.event, data_);
            --left_;
            next_ += order_ == Order::ascending ? 1 : -1;
        }
    }

private:
    std::string& body_;
    std::size_t left_;
    const Order order_;
    const ExecutionData data_;
    EventId next_;
};

EventId first_of(const std::string& position) {
    EventId first = 0;
    std::from_chars(position.data(), position.data() + position.size(), first);
    return first;
}

}  // namespace

Checked<std::string> get_execution_history(Call& call) {
    const Input& input = call.input();
    const auto arn = TRY(parse_execution_arn(input.required_text("executionArn")));
    const auto execution = call.store().find_execution(arn);
    if (!execution) return error(ErrorKind::execution_does_not_exist, arn);
    const Order order = input.flag("reverseOrder") ? Order::descending : Order::ascending;
    const auto data = input.flag("includeExecutionData", true) ? ExecutionData::include
                                                               : ExecutionData::leave_out;
    const std::string question = "GetExecutionHistory\n" + std::to_string(execution->key) +
                                 (order == Order::descending ? "\ndescending" : "\nascending") +
                                 (data == ExecutionData::include ? "" : "\nwithout data");
    EventId first = order == Order::ascending ? 1 : execution->last_event;
    if (const std::string* token = input.text("nextToken")) {
        first = first_of(TRY(call.services().page_tokens.read(question, *token)));
    }

    std::string body;
    ObjectWriter object(body);
    object.member("events").push_back('[');
    Page page(body, page_size(input), order, data, first);
    const auto more = [&] { return page.next() >= 1 && page.next() <= execution->last_event; };
    while (!page.full() && more()) {
        const EventId from = page.next();
        for (const JournalRow& row :
             call.store().read_history(execution->key, from, order == Order::descending,
                                       kMaxRowsPerRead, kMaxBytesPerRead)) {
            page.add(row);
        }
        if (page.next() == from) {
            // The machine and its executions have been removed meanwhile.
            return error(ErrorKind::execution_does_not_exist, arn);
        }
    }
    body.push_back(']');
    if (more()) {
        object.text("nextToken",
                    call.services().page_tokens.issue(question, std::to_string(page.next())));
    }
    object.end();
    return body;
}

}  // namespace stepwell::api::operations_of
