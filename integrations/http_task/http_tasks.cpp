#include "integrations/http_task/http_tasks.hpp"

#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "engine/base/json_member.hpp"
#include "engine/base/state_errors.hpp"
#include "integrations/base64.hpp"
#include "integrations/http_task/message.hpp"

namespace stepwell::http_task {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// A token that is about to expire is not used: the request takes its time, too.
constexpr std::chrono::seconds kTokenMargin{10};
/// Of a token whose answer does not say so.
constexpr std::chrono::seconds kTokenLife{300};
constexpr Milliseconds kTokenTimeout{30'000};
constexpr std::size_t kMaxTokenBytes = 1U << 16U;

struct Token {
    std::string authorization;  ///< `Bearer …`
    SteadyTime expires;
};

StateError connection_error(const char* kind, std::string cause) {
    return {std::string("Events.ConnectionResource.") + kind, std::move(cause)};
}

/// The request for a token. RFC 6749, section 4.4; the client's credentials stand in the body, as
/// EventBridge sends them.
HttpRequest token_request(const OAuthAuth& auth) {
    HttpRequest request;
    request.method = auth.method;
    request.url = auth.endpoint;
    if (!auth.query.empty()) {
        request.url.target += request.url.target.find('?') == std::string::npos ? "?" : "&";
        request.url.target += url_encoded(auth.query);
    }
    for (const auto& [name, value] : auth.headers) request.headers.push_back({name, value});
    NamedValues form;
    const auto add_unless_given = [&](const char* name, const std::string& value) {
        for (const auto& [given, ignored] : auth.body) {
            if (given == name) return;
        }
        form.emplace_back(name, value);
    };
    add_unless_given("grant_type", "client_credentials");
    add_unless_given("client_id", auth.client_id);
    add_unless_given("client_secret", auth.client_secret);
    form.insert(form.end(), auth.body.begin(), auth.body.end());
    if (auth.method == "GET") {
        request.url.target += request.url.target.find('?') == std::string::npos ? "?" : "&";
        request.url.target += url_encoded(form);
    } else {
        request.body = url_encoded(form);
        request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    }
    request.timeout = kTokenTimeout;
    request.max_body_bytes = kMaxTokenBytes;
    return request;
}

/// Never quotes what came: it may hold a secret.
Evaluated<Token> read_token(const HttpResult& answer) {
    if (!answer) {
        return connection_error(
            "InvalidConnectionState",
            "The authorization endpoint cannot be reached: " + answer.error().message);
    }
    if (answer->status < 200 || answer->status >= 300) {
        return connection_error("InvalidConnectionState", "The authorization endpoint answered " +
                                                              std::to_string(answer->status) + " " +
                                                              answer->reason);
    }
    const auto body = parse_json(answer->body);
    const std::string access = body && body->is_object() ? text_of(*body, "access_token") : "";
    if (access.empty()) {
        return connection_error("InvalidConnectionState",
                                "The answer of the authorization endpoint has no access_token");
    }
    std::chrono::seconds life = kTokenLife;
    if (const auto found = body->find("expires_in");
        found != body->end() && found->is_number_integer() && found->get<std::int64_t>() >= 0) {
        life = std::chrono::seconds(std::min<std::int64_t>(found->get<std::int64_t>(), 86'400));
    }
    return Token{"Bearer " + access, std::chrono::steady_clock::now() + life - kTokenMargin};
}

}  // namespace

/// Held by the callbacks of its calls weakly: they may come after its end.
class HttpTasks::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(HttpClient& http, Connections connections)
        : http_(http), connections_(std::move(connections)) {}

    Cancel start(TaskCall call, Finished done) {
        auto parameters = read_parameters(call.input);
        if (!parameters) {
            done(parameters.error());
            return {};
        }
        const auto* connection = find_connection(connections_, parameters->connection_arn);
        if (connection == nullptr) {
            done(connection_error("ResourceNotFound",
                                  "The connection '" + parameters->connection_arn +
                                      "' does not exist: describe it below \"connections\" in "
                                      "stepwell.yaml"));
            return {};
        }
        auto work = std::make_shared<Work>(
            Work{std::move(call), *std::move(parameters), connection, std::move(done), 0, false});
        authorize(work);
        return [weak = weak_from_this(), work] {
            work->done = nullptr;
            if (const auto self = weak.lock()) self->http_.cancel(work->request);
        };
    }

private:
    struct Work {
        TaskCall call;
        Parameters parameters;
        const Connections::value_type* connection;
        Finished done;  ///< empty: given up
        HttpClient::CallId request = 0;
        bool token_is_fresh = false;
    };
    using WorkPtr = std::shared_ptr<Work>;

    static void finish(const WorkPtr& work, TaskResult result) {
        if (const auto done = std::exchange(work->done, nullptr)) done(std::move(result));
    }

    void authorize(const WorkPtr& work) {
        const auto& [name, connection] = *work->connection;
        if (const auto* basic = std::get_if<BasicAuth>(&connection.auth)) {
            return call_api(work,
                            "Basic " + base64::encode(basic->username + ":" + basic->password));
        }
        const auto* oauth = std::get_if<OAuthAuth>(&connection.auth);
        if (oauth == nullptr) return call_api(work, "");
        const auto known = tokens_.find(name);
        if (known != tokens_.end() && known->second.expires > std::chrono::steady_clock::now())
            return call_api(work, known->second.authorization);
        work->token_is_fresh = true;
        work->request = http_.send(token_request(*oauth),
                                   [weak = weak_from_this(), work](const HttpResult& answer) {
                                       const auto self = weak.lock();
                                       if (!self || !work->done) return;
                                       auto token = read_token(answer);
                                       if (!token) return finish(work, token.error());
                                       const std::string authorization = token->authorization;
                                       self->tokens_[work->connection->first] = *std::move(token);
                                       self->call_api(work, authorization);
                                   });
    }

    void call_api(const WorkPtr& work, const std::string& authorization) {
        auto request = make_request(work->parameters, work->connection->second, authorization,
                                    work->call.region);
        if (!request) return finish(work, request.error());
        inspect(*work, *request);
        const HttpRequest sent = *request;
        work->request = http_.send(
            *std::move(request), [weak = weak_from_this(), work, sent](const HttpResult& answer) {
                const auto self = weak.lock();
                if (!self || !work->done) return;
                if (self->token_was_refused(*work, answer)) return self->authorize(work);
                if (work->call.inspection && answer)
                    work->call.inspection->response = shown_response(sent, *answer);
                finish(work, read_response(answer));
            });
    }

    /// An old token that the API does not take any more: a new one is fetched, once.
    bool token_was_refused(const Work& work, const HttpResult& answer) {
        if (!std::holds_alternative<OAuthAuth>(work.connection->second.auth)) return false;
        if (work.token_is_fresh || !answer || (answer->status != 401 && answer->status != 407))
            return false;
        tokens_.erase(work.connection->first);
        return true;
    }

    /// What TestState shows: all of it, or without what the connection has put in.
    static void inspect(const Work& work, const HttpRequest& request) {
        if (!work.call.inspection) return;
        if (work.call.inspection->reveal_secrets) {
            work.call.inspection->request = shown_request(request);
            return;
        }
        const auto plain = make_request(work.parameters, Connection{}, "", work.call.region);
        if (plain) work.call.inspection->request = shown_request(*plain);
    }

    HttpClient& http_;
    const Connections connections_;
    std::map<std::string, Token> tokens_;  ///< by the connection's key
};

HttpTasks::HttpTasks(HttpClient& http, Connections connections)
    : impl_(std::make_shared<Impl>(http, std::move(connections))) {}

HttpTasks::~HttpTasks() = default;

HttpTasks::Cancel HttpTasks::start(TaskCall call, Finished done) {
    return impl_->start(std::move(call), std::move(done));
}

}  // namespace stepwell::http_task
