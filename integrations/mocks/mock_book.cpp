#include "integrations/mocks/mock_book.hpp"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "engine/base/state_errors.hpp"

namespace stepwell::mocks {

namespace {

using CaseKey = std::pair<std::string, std::string>;  ///< state machine, test case

struct SetCase {
    std::string text;
    std::shared_ptr<const TestCase> states;
};

/// What tells a file from what it was.
struct Stamp {
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    std::int64_t size = -1;
    std::uint64_t inode = 0;
    bool operator==(const Stamp&) const = default;
};

Stamp stamp_of(const std::filesystem::path& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return {};
    return {found.st_mtim.tv_sec, found.st_mtim.tv_nsec, found.st_size, found.st_ino};
}

}  // namespace

struct MockBook::Content {
    std::shared_ptr<const Config> file = std::make_shared<const Config>();
    std::map<CaseKey, SetCase> set;

    const TestCase* find(const std::string& state_machine, const std::string& test_case) const {
        if (const auto found = set.find({state_machine, test_case}); found != set.end())
            return found->second.states.get();
        const auto machine = file->state_machines.find(state_machine);
        if (machine == file->state_machines.end()) return nullptr;
        const auto found = machine->second.find(test_case);
        return found == machine->second.end() ? nullptr : found->second.get();
    }
};

struct MockBook::File {
    std::filesystem::path path;
    Stamp stamp;
};

MockBook::MockBook() : content_(std::make_shared<const Content>()) {}
MockBook::~MockBook() = default;

std::optional<ConfigError> MockBook::use_file(const std::filesystem::path& file) {
    const std::lock_guard lock(mutex_);
    file_ = std::make_unique<File>(File{file, stamp_of(file)});
    return read_file();
}

std::optional<ConfigError> MockBook::read_file() const {
    const std::string name = file_->path.string();
    std::ifstream in(file_->path, std::ios::binary);
    std::error_code ignored;
    if (!in || std::filesystem::is_directory(file_->path, ignored))
        return ConfigError{"mock configuration " + name +
                           " cannot be read: name a file that exists"};
    std::string text;
    text.resize(kMostConfigBytes + 1);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > kMostConfigBytes)
        return ConfigError{"mock configuration " + name + " is larger than 16 MiB"};
    auto config = parse_config(text);
    if (!config) return ConfigError{"mock configuration " + name + ": " + config.error().message};
    for (const std::string& warning : config->warnings)
        spdlog::warn("mock configuration {}: {}", name, warning);
    auto content = std::make_shared<Content>(*content_);
    content->file = std::make_shared<const Config>(*std::move(config));
    content_ = std::move(content);
    return std::nullopt;
}

std::shared_ptr<const MockBook::Content> MockBook::current() const {
    const std::lock_guard lock(mutex_);
    return content_;
}

std::shared_ptr<const MockBook::Content> MockBook::fresh() const {
    const std::lock_guard lock(mutex_);
    if (!file_) return content_;
    const Stamp now = stamp_of(file_->path);
    if (now == file_->stamp) return content_;
    file_->stamp = now;
    if (const auto error = read_file()) {
        spdlog::warn("{}; what was read before stays", error->message);
    } else {
        spdlog::info("mock configuration {} was read again", file_->path.string());
    }
    return content_;
}

bool MockBook::has_test_case(const std::string& state_machine, const std::string& test_case) const {
    return fresh()->find(state_machine, test_case) != nullptr;
}

bool MockBook::is_mocked(const std::string& state_machine, const std::string& test_case,
                         const std::string& state) const {
    const auto content = current();
    const TestCase* const found = content->find(state_machine, test_case);
    return found != nullptr && found->contains(state);
}

std::vector<MockedState> MockBook::mocked_states(const std::string& state_machine) const {
    const auto content = fresh();
    std::vector<MockedState> states;
    const auto add = [&](const std::string& test_case, const TestCase& mocked) {
        for (const auto& [state, response] : mocked) states.push_back({test_case, state});
    };
    if (const auto machine = content->file->state_machines.find(state_machine);
        machine != content->file->state_machines.end()) {
        for (const auto& [name, test_case] : machine->second) add(name, *test_case);
    }
    for (const auto& [key, test_case] : content->set) {
        if (key.first == state_machine) add(key.second, *test_case.states);
    }
    return states;
}

std::vector<std::string> MockBook::state_machines() const {
    std::vector<std::string> names;
    for (const auto& [name, cases] : fresh()->file->state_machines) names.push_back(name);
    return names;
}

std::optional<ConfigError> MockBook::set(const std::string& state_machine,
                                         const std::string& test_case, const std::string& text) {
    if (text.size() > kMostConfigBytes) return ConfigError{"the test case is larger than 16 MiB"};
    const auto value = parse_json(text);
    if (!value) return ConfigError{"the test case is not JSON: " + value.error().message};
    const auto known = fresh();
    auto states = parse_test_case(*value, known->file->responses, "");
    if (!states) return states.error();
    const std::lock_guard lock(mutex_);
    auto content = std::make_shared<Content>(*content_);
    content->set[{state_machine, test_case}] = {
        text, std::make_shared<const TestCase>(*std::move(states))};
    if (content->set.size() > kMostSetCases)
        return ConfigError{"there are 1000 test cases already: delete some"};
    content_ = std::move(content);
    return std::nullopt;
}

bool MockBook::remove(const std::string& state_machine, const std::string& test_case) {
    const std::lock_guard lock(mutex_);
    auto content = std::make_shared<Content>(*content_);
    if (content->set.erase({state_machine, test_case}) == 0) return false;
    content_ = std::move(content);
    return true;
}

std::optional<std::string> MockBook::text_of(const std::string& state_machine,
                                             const std::string& test_case) const {
    const auto content = current();
    const auto found = content->set.find({state_machine, test_case});
    if (found == content->set.end()) return std::nullopt;
    return found->second.text;
}

void MockBook::clear() {
    const std::lock_guard lock(mutex_);
    auto content = std::make_shared<Content>();
    content->file = content_->file;
    content_ = std::move(content);
}

Evaluated<Answer> MockBook::answer(const MockedCall& call, const std::string& state,
                                   const Json& input) const {
    const auto content = fresh();
    const std::string where = "the state '" + state + "' in the test case '" + call.test_case +
                              "' of the state machine '" + call.state_machine + "'";
    const auto none = [&](const std::string& cause) {
        return StateError{std::string(state_errors::kRuntime), cause};
    };
    const TestCase* const test_case = content->find(call.state_machine, call.test_case);
    const auto response =
        test_case == nullptr ? TestCase::const_iterator() : test_case->find(state);
    if (test_case == nullptr || response == test_case->end())
        return none("The mock configuration no longer has " + where);
    if (const Answer* answer = response->second->find(call, input)) return *answer;
    return none("The mock configuration has no answer for invocation " +
                std::to_string(call.invocation) + " of " + where + ": it has those for " +
                response->second->invocations());
}

}  // namespace stepwell::mocks
