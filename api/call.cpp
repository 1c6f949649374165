#include "api/call.hpp"

#include <spdlog/spdlog.h>

namespace stepwell::api {

Call::Call(std::shared_ptr<Services> services, std::string_view operation, std::string request_id,
           Owner owner, std::string trace_id, Input input, Respond respond)
    : services_(std::move(services)),
      operation_(operation),
      request_id_(std::move(request_id)),
      owner_(std::move(owner)),
      trace_id_(std::move(trace_id)),
      input_(std::move(input)),
      respond_(std::move(respond)) {}

Call::~Call() {
    if (respond_) guarded([this] { fail("given up before it was answered"); });
}

void Call::answer(Response response) {
    Respond respond;
    {
        const std::lock_guard lock(mutex_);
        respond = std::exchange(respond_, nullptr);
    }
    if (respond) respond(std::move(response));
}

void Call::succeed(std::string body) { answer({200, std::move(body), {}}); }

void Call::refuse(const ApiError& error) {
    const ErrorRow& row = row_of(error.kind);
    answer({row.status, error_body(error), std::string(row.type)});
}

void Call::finish(Checked<std::string> answer) {
    if (answer) {
        succeed(*std::move(answer));
    } else {
        refuse(answer.error());
    }
}

void Call::log_failure(std::string_view what) {
    {
        const std::lock_guard lock(mutex_);
        if (cancelled_) return;  // given up because nobody waits for it: no failure
    }
    spdlog::error("{} {}: {}", operation_, request_id_, what);
}

void Call::fail(std::string_view what) {
    log_failure(what);
    refuse({ErrorKind::internal_failure,
            "The request could not be carried out; the server's log says why."});
}

void Call::fail(Outcome outcome) {
    const std::string_view why =
        outcome == Outcome::discarded
            ? "The request was given up: the server was reset or shut down."
            : "The request could not be stored in time; whether it was carried out is open.";
    log_failure(why);
    refuse({ErrorKind::internal_failure, std::string(why)});
}

void Call::fail_with_current_exception() noexcept {
    try {
        try {
            throw;
        } catch (const StorageError& e) {
            fail(std::string("storage: ") + e.what());
        } catch (const std::exception& e) {
            fail(e.what());
        } catch (...) {
            fail("an exception of unknown type");
        }
    } catch (...) {
        // No memory even for the refusal: the destructor tries again, and the session outlives a
        // lost answer.
        spdlog::critical("a call could not even be refused");
    }
}

void Call::on_reader(std::function<void()> work) {
    services_->readers.post(
        [self = shared_from_this(), work = std::move(work)] { self->guarded(work); });
}

void Call::cancel() {
    std::function<void()> action;
    {
        const std::lock_guard lock(mutex_);
        cancelled_ = true;
        action = std::exchange(on_cancel_, nullptr);
    }
    if (action) action();
}

void Call::on_cancel(std::function<void()> action) {
    {
        const std::lock_guard lock(mutex_);
        if (!respond_) return;  // answered: nothing is left to give up
        if (!cancelled_) {
            on_cancel_ = std::move(action);
            return;
        }
    }
    action();
}

}  // namespace stepwell::api
