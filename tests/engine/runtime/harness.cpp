#include "tests/engine/runtime/harness.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "engine/asl/parser.hpp"
#include "engine/base/arn.hpp"
#include "engine/machine/journal.hpp"

namespace stepwell::testing {
namespace {

const Owner kOwner{"123456789012", "us-east-1"};

}  // namespace

const char* const kPass = R"({"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}})";
const char* const kWaitHour = R"({"StartAt":"W","States":{
    "W":{"Type":"Wait","Seconds":3600,"Next":"A"},
    "A":{"Type":"Pass","End":true}}})";
const char* const kTask = R"({"StartAt":"Work","States":{
    "Work":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:work","End":true}}})";
const char* const kRetry = R"({"StartAt":"Work","States":{
    "Work":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:work","End":true,
            "Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":10,"MaxAttempts":2,"BackoffRate":1}]}}})";
const char* const kToken = R"({"StartAt":"Ask","States":{
    "Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
           "Parameters":{"FunctionName":"ask","Payload":{"token.$":"$$.Task.Token"}},"Next":"A"},
    "A":{"Type":"Pass","End":true}}})";
const char* const kEndless = R"({"StartAt":"A","States":{
    "A":{"Type":"Pass","Next":"B"},
    "B":{"Type":"Choice","Choices":[{"Variable":"$.stop","IsPresent":true,"Next":"C"}],"Default":"A"},
    "C":{"Type":"Succeed"}}})";

Payload payload(const std::string& text) { return Payload::from_parts(text, json(text)); }

Harness::Harness(RuntimeOptions options)
    : disk(std::make_unique<HeldStore>(memory)),
      tasks(std::make_unique<ScriptedTasks>()),
      options_(options) {
    begin();
}

Harness::~Harness() {
    disk->release();
    runtime.reset();
}

void Harness::begin() {
    runtime = std::make_unique<Runtime>(*disk, *tasks, clock, options_, 7);
    runtime->recover();
    runtime->settle();
}

StartRequest Harness::machine(const std::string& name, const std::string& definition,
                              WorkflowType type, const std::string& logging) {
    auto record = std::make_shared<StateMachineRecord>();
    record->arn = state_machine_arn(kOwner, name);
    record->name = name;
    record->owner = kOwner;
    record->type = type;
    record->definition = definition;
    record->role_arn = "arn:aws:iam::123456789012:role/r";
    record->creation_date = record->update_date = clock.now();
    record->logging_configuration = logging;
    record->tracing_configuration = "{}";
    StartRequest request;
    asl::Parsed parsed = asl::parse(definition, type);
    if (!parsed.machine)
        throw std::logic_error(asl::invalid_definition_message(parsed.diagnostics));
    request.definition = std::move(parsed.machine);
    const Answer<PublishOutcome> created;
    disk->create_state_machine(*record, {}, {}, created.callback());
    if (created.get().outcome != Outcome::committed)
        throw std::logic_error("no machine was created");
    request.state_machine = std::move(record);
    return request;
}

std::string Harness::arn_of(const StartRequest& request, const std::string& name) {
    const StateMachineRecord& machine = *request.state_machine;
    const Arn arn = *Arn::parse(machine.arn);
    return machine.type == WorkflowType::standard
               ? execution_arn(arn, machine.name, name)
               : express_execution_arn(arn, machine.name, name, "uuid");
}

Answer<Started> Harness::start_later(StartRequest request, const std::string& name,
                                     const std::string& input) {
    request.execution_arn = arn_of(request, name);
    request.name = name;
    request.input = payload(input);
    Answer<Started> answer;
    runtime->start(std::move(request), answer.callback());
    return answer;
}

Started Harness::start(StartRequest request, const std::string& name, const std::string& input) {
    Started started = start_later(std::move(request), name, input).get();
    settle();
    return started;
}

Stopped Harness::stop(ExecutionKey key, StopRequest request) {
    const Answer<Stopped> answer;
    runtime->stop(key, std::move(request), answer.callback());
    Stopped stopped = answer.get();
    settle();
    return stopped;
}

TokenOutcome Harness::report(const std::string& token, TokenReport report) {
    const Answer<TokenOutcome> answer;
    runtime->report(token, std::move(report), answer.callback());
    const TokenOutcome outcome = answer.get();
    settle();
    return outcome;
}

Outcome Harness::reset() {
    const Answer<Outcome> answer;
    runtime->reset(answer.callback());
    return answer.get();
}

void Harness::delete_machine(const std::string& name) {
    const std::string arn = state_machine_arn(kOwner, name);
    const Answer<Outcome> deleted;
    disk->delete_state_machine(arn, deleted.callback());
    deleted.get();
    runtime->state_machine_deleted(arn);
}

void Harness::advance(Milliseconds by) {
    clock.advance(by);
    runtime->clock_changed();
    runtime->settle();
}

void Harness::restart(Milliseconds down) {
    runtime.reset();
    clock.advance(down);
    begin();
}

void Harness::restart_after_cut() {
    runtime.reset();
    disk = std::make_unique<HeldStore>(memory);
    begin();
}

ExecutionRecord Harness::execution(const std::string& execution_arn) const {
    auto record = memory.find_execution(execution_arn);
    if (!record) throw std::logic_error("no execution " + execution_arn);
    return *std::move(record);
}

std::vector<HistoryEvent> Harness::events(const std::string& execution_arn) const {
    std::vector<HistoryEvent> events;
    for (const JournalRow& row :
         memory.read_history(key(execution_arn), 1, false, 100'000, 1U << 30U)) {
        for (Entry& entry : decode_entries(row.bytes)) {
            if (entry.event) events.push_back(*std::move(entry.event));
        }
    }
    return events;
}

std::vector<std::string> Harness::history(const std::string& execution_arn) const {
    std::vector<std::string> names;
    for (const HistoryEvent& event : events(execution_arn))
        names.emplace_back(event_type_name(event.type));
    return names;
}

std::vector<std::string> Harness::exits(const std::string& execution_arn) const {
    std::vector<std::string> names;
    for (const HistoryEvent& event : events(execution_arn)) {
        if (const auto* exited = std::get_if<StateExitedDetails>(&event.details))
            names.push_back(exited->name);
    }
    return names;
}

std::size_t Harness::count(const std::string& execution_arn, const std::string& event_type) const {
    const auto names = history(execution_arn);
    return static_cast<std::size_t>(std::count(names.begin(), names.end(), event_type));
}

std::string Harness::faults(const std::string& execution_arn) const {
    EventId expected = 1;
    TimePoint latest{};
    for (const HistoryEvent& event : events(execution_arn)) {
        if (event.id != expected)
            return "event " + std::to_string(event.id) + " stands at " + std::to_string(expected);
        if (event.timestamp < latest) return "time goes back at event " + std::to_string(event.id);
        latest = event.timestamp;
        ++expected;
    }
    return expected - 1 == execution(execution_arn).last_event ? ""
                                                               : "the row's last event is another";
}

}  // namespace stepwell::testing
