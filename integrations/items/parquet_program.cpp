#include "integrations/items/parquet_program.hpp"

#include <cstdlib>
#include <future>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

namespace stepwell::items {

namespace {

namespace fs = std::filesystem;

constexpr const char* kScript = "parquet_lines.mjs";
// 10 GB, the most that a data source may have, take about that long.
constexpr Milliseconds kTimeout = std::chrono::minutes(30);
constexpr std::size_t kMaxMessage = 4'096;
// From the program's folder up to the root of the source tree: build/release/server.
constexpr int kFoldersUp = 4;

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

fs::path find_script() {
    std::error_code ignored;
    fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    std::vector<fs::path> places = {folder / "parquet", folder / "../share/stepwell/parquet"};
    for (int i = 0; i < kFoldersUp; ++i) {
        places.push_back(folder / "integrations/items/parquet");
        folder = folder.parent_path();
    }
    for (const fs::path& place : places) {
        if (is_file(place / kScript)) return (place / kScript).lexically_normal();
    }
    return {};
}

/// The variables that Node.js itself needs or understands; not ours, nor anybody's secrets.
std::vector<std::string> environment() {
    std::vector<std::string> variables;
    for (const char* name : {"PATH", "HOME", "LANG", "NODE_OPTIONS", "TMPDIR"}) {
        if (const char* value = std::getenv(name))
            variables.push_back(std::string(name) + "=" + value);
    }
    return variables;
}

std::string cannot_read(const std::string& why) {
    return "The Parquet file cannot be read: " + why;
}

}  // namespace

struct ParquetProgram::Impl {
    using Answer = std::promise<std::optional<std::string>>;
    struct Run {
        std::shared_ptr<Answer> answer;
        std::string output;
        std::unique_ptr<LoopTimer> deadline;
        std::unique_ptr<ChildProcess> child;
    };

    explicit Impl(IoLoop& of_loop) : loop(of_loop) {}

    IoLoop& loop;
    fs::path script;
    std::optional<ProcessGuard> guard;  // on the loop, with the first process
    std::map<unsigned, Run> runs;
    unsigned last_run = 0;
    bool stopped = false;

    /// What the process is, or why it cannot be.
    Result<ChildCommand, StartError> command(const std::string& from, const std::string& to) const {
        const fs::path node = find_program("node");
        if (node.empty()) {
            return StartError{cannot_read(
                "that needs Node.js 18 or newer, and there is no `node` in PATH. Install it "
                "(Debian: apt install nodejs).")};
        }
        if (script.empty()) {
            return StartError{cannot_read(
                "the script parquet_lines.mjs is not there. Say with --parquet-helper where "
                "it is.")};
        }
        if (!fs::exists(script.parent_path() / "node_modules" / "hyparquet")) {
            return StartError{
                cannot_read("npm's package hyparquet is not installed. Run: npm ci --prefix " +
                            script.parent_path().string())};
        }
        ChildCommand command;
        command.executable = node;
        command.arguments = {"node", script.string(), from, to};
        command.environment = environment();
        command.folder = script.parent_path();
        return command;
    }

    void start(const std::shared_ptr<Impl>& self, const std::string& from, const std::string& to,
               std::shared_ptr<Answer> answer) {
        if (stopped) return answer->set_value("Stepwell is ending.");
        auto program = command(from, to);
        if (!program) return answer->set_value(program.error().message);
        if (!guard) guard.emplace();
        const unsigned id = ++last_run;
        Run& run = runs[id];
        run.answer = std::move(answer);
        ChildProcess::Events events;
        events.output = [this, id](std::string_view text) {
            std::string& output = runs[id].output;
            if (output.size() < kMaxMessage) output += text.substr(0, kMaxMessage);
        };
        events.ended = [this, id](int status) { end(id, status); };
        auto child = ChildProcess::start(loop, *guard, *program, std::move(events));
        if (!child) {
            run.answer->set_value(cannot_read(child.error().message));
            runs.erase(id);
            return;
        }
        run.child = std::move(*child);
        run.deadline = std::make_unique<LoopTimer>(loop);
        run.deadline->start(kTimeout, [self, id] {
            if (const auto found = self->runs.find(id); found != self->runs.end())
                found->second.child->kill();
        });
    }

    void end(unsigned id, int status) {
        const auto found = runs.find(id);
        if (found == runs.end()) return;
        Run run = std::move(found->second);
        runs.erase(found);
        const std::string how = describe_exit(status);
        if (how.empty()) return run.answer->set_value(std::nullopt);
        while (!run.output.empty() && run.output.back() == '\n') run.output.pop_back();
        run.answer->set_value(
            cannot_read(run.output.empty() ? "its reader ended with " + how : run.output + "."));
    }
};

ParquetProgram::ParquetProgram(IoLoop& loop, fs::path script)
    : impl_(std::make_shared<Impl>(loop)) {
    impl_->script = script.empty() ? find_script() : fs::absolute(script);
}

ParquetProgram::~ParquetProgram() {
    stop();
    impl_->loop.run([this] { impl_->guard.reset(); });
}

std::optional<std::string> ParquetProgram::convert(const std::string& parquet_path,
                                                   const std::string& lines_path) {
    const auto answer = std::make_shared<Impl::Answer>();
    impl_->loop.post([impl = impl_, parquet_path, lines_path, answer] {
        impl->start(impl, parquet_path, lines_path, answer);
    });
    return answer->get_future().get();
}

void ParquetProgram::stop() {
    impl_->loop.run([this] {
        impl_->stopped = true;
        auto runs = std::exchange(impl_->runs, {});
        for (auto& [id, run] : runs) run.answer->set_value("Stepwell is ending.");
    });
}

}  // namespace stepwell::items
