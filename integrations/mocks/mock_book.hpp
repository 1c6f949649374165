#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/machine/mock_directory.hpp"
#include "integrations/mocks/mock_config.hpp"

namespace stepwell::mocks {

/// How many test cases may be set over HTTP.
inline constexpr std::size_t kMostSetCases = 1'000;
/// The most bytes of a configuration file, and of a test case set over HTTP.
inline constexpr std::size_t kMostConfigBytes = 16U << 20U;

/// All mocks there are: those of the configuration file, which is read again when it has changed,
/// and test cases that were set one by one, which go before the file's. Thread-safe.
class MockBook final : public MockDirectory {
public:
    MockBook();
    ~MockBook() override;

    /// Reads the file, now and whenever it has changed. The error names the file and the place in
    /// it.
    std::optional<ConfigError> use_file(const std::filesystem::path& file);

    bool has_test_case(const std::string& state_machine,
                       const std::string& test_case) const override;
    bool is_mocked(const std::string& state_machine, const std::string& test_case,
                   const std::string& state) const override;
    std::vector<MockedState> mocked_states(const std::string& state_machine) const override;

    /// Names of the state machines that have test cases.
    std::vector<std::string> state_machines() const;

    /// Sets a test case, from its JSON text, or replaces it.
    std::optional<ConfigError> set(const std::string& state_machine, const std::string& test_case,
                                   const std::string& text);
    /// False where none was set.
    bool remove(const std::string& state_machine, const std::string& test_case);
    /// The text that it was set with.
    std::optional<std::string> text_of(const std::string& state_machine,
                                       const std::string& test_case) const;
    /// Forgets all that was set; the file's stay.
    void clear();

    /// The answer to a call; the error where there is none says what there is.
    Evaluated<Answer> answer(const MockedCall& call, const std::string& state,
                             const Json& input) const;

private:
    struct Content;
    struct File;
    /// After a look at whether the file has changed.
    std::shared_ptr<const Content> fresh() const;
    std::shared_ptr<const Content> current() const;
    std::optional<ConfigError> read_file() const;

    mutable std::mutex mutex_;
    mutable std::shared_ptr<const Content> content_;
    mutable std::unique_ptr<File> file_;
};

}  // namespace stepwell::mocks
