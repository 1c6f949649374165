#include <stdexcept>
#include <type_traits>
#include <unordered_map>

#include "engine/machine/journal.hpp"

// One description per struct (`fields`) serves writing and reading, so that they cannot differ.
// Numbers are zigzag varints; a variant is its index and its fields; a payload is 0 and its text,
// or, where it stood before in the same Step, one more than its number.
namespace stepwell {
namespace {

// 2: StateExited has the variables that were assigned.
// 3: a scheduled task says whether it is mocked.
constexpr unsigned char kFormat = 3;
constexpr unsigned char kOldestFormat = 1;

class Writer {
public:
    static constexpr bool kReads = false;
    std::string out;

    static unsigned char format() { return kFormat; }

    template <class T>
    void operator()(const T& value) {
        if constexpr (std::is_same_v<T, bool>) {
            out.push_back(value ? '\1' : '\0');
        } else if constexpr (std::is_enum_v<T>) {
            varint(static_cast<std::uint64_t>(value));
        } else if constexpr (std::is_unsigned_v<T>) {
            varint(value);
        } else if constexpr (std::is_signed_v<T>) {
            const auto wide = static_cast<std::int64_t>(value);
            varint((static_cast<std::uint64_t>(wide) << 1U) ^
                   static_cast<std::uint64_t>(wide >> 63));
        } else {
            static_assert(std::is_same_v<T, TimePoint>);
            (*this)(std::int64_t{value.time_since_epoch().count()});
        }
    }
    void operator()(const std::string& text) {
        varint(text.size());
        out += text;
    }
    template <class T>
    void operator()(const std::optional<T>& value) {
        (*this)(value.has_value());
        if (value) (*this)(*value);
    }
    void operator()(const Payload& payload) {
        const auto [at, added] = payloads_.try_emplace(payload.identity(), payloads_.size() + 1);
        varint(added ? 0 : at->second);
        if (added) (*this)(payload.text());
    }

    void varint(std::uint64_t number) {
        while (number >= 0x80) {
            out.push_back(static_cast<char>((number & 0x7FU) | 0x80U));
            number >>= 7U;
        }
        out.push_back(static_cast<char>(number));
    }

private:
    std::unordered_map<const void*, std::size_t> payloads_;
};

class Reader {
public:
    static constexpr bool kReads = true;
    Reader(std::string_view bytes, unsigned char format) : rest_(bytes), format_(format) {}

    /// Of the row that is read.
    unsigned char format() const { return format_; }

    bool done() const { return rest_.empty(); }

    template <class T>
    void operator()(T& value) {
        if constexpr (std::is_same_v<T, bool>) {
            value = byte() != 0;
        } else if constexpr (std::is_enum_v<T> || std::is_unsigned_v<T>) {
            value = static_cast<T>(varint());
        } else if constexpr (std::is_signed_v<T>) {
            const std::uint64_t z = varint();
            value = static_cast<T>(static_cast<std::int64_t>(z >> 1U) ^
                                   -static_cast<std::int64_t>(z & 1U));
        } else {
            static_assert(std::is_same_v<T, TimePoint>);
            std::int64_t millis = 0;
            (*this)(millis);
            value = TimePoint{Milliseconds{millis}};
        }
    }
    void operator()(std::string& text) {
        const std::uint64_t size = varint();
        if (size > rest_.size()) damaged();
        text.assign(rest_.substr(0, size));
        rest_.remove_prefix(size);
    }
    template <class T>
    void operator()(std::optional<T>& value) {
        bool there = false;
        (*this)(there);
        if (there) (*this)(value.emplace());
    }
    void operator()(Payload& payload) {
        const std::uint64_t number = varint();
        if (number == 0) {
            std::string text;
            (*this)(text);
            payloads_.push_back(Payload::from_text(std::move(text)));
            payload = payloads_.back();
        } else {
            if (number > payloads_.size()) damaged();
            payload = payloads_[number - 1];
        }
    }

    std::uint64_t varint() {
        std::uint64_t number = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint64_t next = byte();
            number |= (next & 0x7FU) << shift;
            if (next < 0x80) return number;
        }
        damaged();
    }
    [[noreturn]] static void damaged() { throw std::runtime_error("a journal row is damaged"); }

private:
    std::uint64_t byte() {
        if (rest_.empty()) damaged();
        const auto value = static_cast<unsigned char>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }
    std::string_view rest_;
    unsigned char format_;
    std::vector<Payload> payloads_;
};

// What each struct holds, in its stored order. Never change one: add a new alternative, or raise
// kFormat and add at the end what rows from then on have.

template <class A, class... Ts>
void each(A& archive, Ts&... values) {
    (archive(values), ...);
}

template <class A>
void fields(A& archive, AssignedVariable& value);

template <class T>
void list(Writer& writer, std::vector<T>& values) {
    writer.varint(values.size());
    for (T& value : values) fields(writer, value);
}
template <class T>
void list(Reader& reader, std::vector<T>& values) {
    for (std::uint64_t left = reader.varint(); left > 0; --left)
        fields(reader, values.emplace_back());
}

template <class A, class T>
requires std::is_empty_v<T>
void fields(A&, T&) {}

template <class A>
void fields(A& a, ExecutionStartedDetails& d) {
    each(a, d.input, d.role_arn, d.state_machine_alias_arn, d.state_machine_version_arn);
}
template <class A>
void fields(A& a, OutputDetails& d) {
    each(a, d.output);
}
template <class A>
void fields(A& a, FailureDetails& d) {
    each(a, d.error, d.cause);
}
template <class A>
void fields(A& a, StateEnteredDetails& d) {
    each(a, d.name, d.input);
}
template <class A>
void fields(A& a, AssignedVariable& v) {
    each(a, v.name, v.value);
}
template <class A>
void fields(A& a, StateExitedDetails& d) {
    each(a, d.name, d.output);
    if (a.format() >= 2) list(a, d.assigned);
}
template <class A>
void fields(A& a, LambdaScheduledDetails& d) {
    each(a, d.resource, d.input, d.timeout_in_seconds, d.credentials_role_arn);
}
template <class A>
void fields(A& a, TaskScheduledDetails& d) {
    each(a, d.resource_type, d.resource, d.region, d.parameters, d.timeout_in_seconds,
         d.heartbeat_in_seconds, d.credentials_role_arn);
}
template <class A>
void fields(A& a, TaskDetails& d) {
    each(a, d.resource_type, d.resource);
}
template <class A>
void fields(A& a, TaskOutputDetails& d) {
    each(a, d.resource_type, d.resource, d.output);
}
template <class A>
void fields(A& a, TaskFailureDetails& d) {
    each(a, d.resource_type, d.resource, d.error, d.cause);
}
template <class A>
void fields(A& a, MapStartedDetails& d) {
    each(a, d.length);
}
template <class A>
void fields(A& a, MapIterationDetails& d) {
    each(a, d.name, d.index);
}

template <class A>
void fields(A& a, ActivityScheduledDetails& d) {
    each(a, d.resource, d.input, d.timeout_in_seconds, d.heartbeat_in_seconds);
}
template <class A>
void fields(A& a, ActivityStartedDetails& d) {
    each(a, d.worker_name);
}

template <class A>
void fields(A& a, EvaluationFailedDetails& d) {
    each(a, d.state, d.error, d.cause, d.location);
}

template <class A>
void fields(A& a, ExecutionRedrivenDetails& d) {
    each(a, d.redrive_count);
}
template <class A>
void fields(A& a, MapRunStartedDetails& d) {
    each(a, d.map_run_arn);
}
template <class A>
void fields(A& a, MapRunRedrivenDetails& d) {
    each(a, d.map_run_arn, d.redrive_count);
}

template <class A>
void fields(A& a, EnteredState& n) {
    each(a, n.state);
}
template <class A>
void fields(A& a, LeftState& n) {
    each(a, n.next, n.output);
}
template <class A>
void fields(A& a, WaitsUntil& n) {
    each(a, n.due);
}
template <class A>
void fields(A& a, TaskWasScheduled& n) {
    each(a, n.request_id, n.token, n.deadline, n.heartbeat_seconds, n.credentials_role_arn);
    if (a.format() >= 3) each(a, n.mocked);
}
template <class A>
void fields(A& a, TaskReturned& n) {
    each(a, n.result);
}
template <class A>
void fields(A& a, TaskBroke& n) {
    each(a, n.heartbeat);
}
template <class A>
void fields(A& a, WillRetry& n) {
    each(a, n.retrier, n.due);
}
template <class A>
void fields(A& a, BranchesStarted& n) {
    each(a, n.first_child, n.count, n.input);
}
template <class A>
void fields(A& a, MapStarted& n) {
    each(a, n.first_child, n.items, n.input, n.concurrency);
}
template <class A>
void fields(A& a, IterationStarted& n) {
    each(a, n.index, n.input);
}
template <class A>
void fields(A& a, ChildrenDone& n) {
    each(a, n.result);
}
template <class A>
void fields(A& a, FrameFailed& n) {
    each(a, n.error, n.cause, n.failing_event);
}
template <class A>
void fields(A& a, WorkerHasTask& n) {
    each(a, n.deadline);
}
template <class A>
void fields(A& a, Redriven& n) {
    each(a, n.count, n.client_token, n.deadline);
}
template <class A>
void fields(A& a, TakenUp& n) {
    each(a, n.at);
}

template <class A>
void fields(A& a, ChildrenMocked& n) {
    each(a, n.request_id, n.input);
}

template <class... Ts>
void variant(Writer& writer, std::variant<Ts...>& value) {
    writer.varint(value.index());
    std::visit([&](auto& alternative) { fields(writer, alternative); }, value);
}

template <class... Ts>
void variant(Reader& reader, std::variant<Ts...>& value) {
    const std::uint64_t index = reader.varint();
    std::uint64_t at = 0;
    const auto try_one = [&]<class T>(std::type_identity<T>) {
        if (at++ == index) fields(reader, value.template emplace<T>());
    };
    (try_one(std::type_identity<Ts>{}), ...);
    if (index >= sizeof...(Ts)) Reader::damaged();
}

/// Ids grow by one and times hardly move, so both are stored as differences.
template <class A>
void event_head(A& archive, HistoryEvent& event, EventId& last_id, std::int64_t& last_millis) {
    std::int64_t id = event.id - last_id;
    std::int64_t previous = event.id - event.previous;
    std::int64_t millis = event.timestamp.time_since_epoch().count() - last_millis;
    each(archive, id, previous, millis, event.type);
    if constexpr (A::kReads) {
        event.id = last_id + id;
        event.previous = event.id - previous;
        event.timestamp = TimePoint{Milliseconds{last_millis + millis}};
    }
    last_id = event.id;
    last_millis = event.timestamp.time_since_epoch().count();
}

template <class A>
void entry_fields(A& archive, Entry& entry, EventId& last_id, std::int64_t& last_millis) {
    bool has_event = entry.event.has_value();
    archive(has_event);
    if (has_event) {
        if constexpr (A::kReads) entry.event.emplace();
        event_head(archive, *entry.event, last_id, last_millis);
        variant(archive, entry.event->details);
    }
    each(archive, entry.note.frame, entry.note.advances_chain);
    variant(archive, entry.note.body);
}

}  // namespace

std::string encode_entries(const std::vector<Entry>& entries) {
    Writer writer;
    writer.out.push_back(static_cast<char>(kFormat));
    EventId last_id = 0;
    std::int64_t last_millis = 0;
    for (const Entry& entry : entries) {
        // `fields` is written once for both directions; the writer changes nothing.
        entry_fields(writer, const_cast<Entry&>(entry), last_id, last_millis);
    }
    return std::move(writer.out);
}

std::vector<Entry> decode_entries(std::string_view bytes) {
    const unsigned char format = bytes.empty() ? 0 : static_cast<unsigned char>(bytes.front());
    if (format < kOldestFormat || format > kFormat)
        throw std::runtime_error("a journal row has an unknown format");
    Reader reader(bytes.substr(1), format);
    std::vector<Entry> entries;
    EventId last_id = 0;
    std::int64_t last_millis = 0;
    while (!reader.done()) entry_fields(reader, entries.emplace_back(), last_id, last_millis);
    return entries;
}

}  // namespace stepwell
