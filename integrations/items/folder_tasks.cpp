#include "integrations/items/folder_tasks.hpp"

#include <exception>
#include <utility>

#include "integrations/aws/errors.hpp"
#include "integrations/items/folder_actions.hpp"
#include "integrations/items/workers.hpp"

namespace stepwell::items {

namespace {

TaskResult carry_out(FolderStore& store, const TaskCall& call) {
    const auto& resource = std::get<asl::ServiceResource>(call.resource);
    auto answer = call_folder(store, resource.action, call.input.value());
    if (!answer) return aws::task_error(answer.error(), call, aws::sdk_error);
    return aws::task_result(std::move(answer->output), resource.resource_type);
}

aws::CallResult read_whole(FolderStore& store, const ObjectName& name, std::size_t most_bytes) {
    auto part = store.get({}, name, 0, most_bytes);
    if (!part) return to_aws_error(part.error());
    if (part->object_size > most_bytes) return object_too_large();
    aws::Answer answer;
    answer.body = std::move(part->bytes);
    return answer;
}

}  // namespace

struct FolderTasks::Impl {
    Impl(IoLoop& of_loop, const std::string& folder) : loop(of_loop), store(folder), workers(1) {}

    /// `work` on the folder's thread, and what it came to on the loop's.
    template <class Work, class Done>
    void run(Work work, Done done) {
        workers.add([this, work = std::move(work), done = std::move(done)] {
            loop.post([result = work(store), done] { done(result); });
        });
    }

    IoLoop& loop;
    FolderStore store;
    Workers workers;
};

FolderTasks::FolderTasks(IoLoop& loop, const std::string& folder)
    : impl_(std::make_shared<Impl>(loop, folder)) {}

FolderTasks::~FolderTasks() { impl_->workers.stop(); }

FolderTasks::GiveUp FolderTasks::call_action(TaskCall call, Finished finished) {
    const auto given_up = std::make_shared<bool>(false);  // of the loop's thread
    impl_->run([call = std::move(call)](FolderStore& store) { return carry_out(store, call); },
               [given_up, finished = std::move(finished)](const TaskResult& result) {
                   if (!*given_up) finished(result);
               });
    return [given_up] { *given_up = true; };
}

void FolderTasks::read(const ObjectName& name, std::size_t most_bytes, aws::CallDone done) {
    impl_->run(
        [name, most_bytes](FolderStore& store) { return read_whole(store, name, most_bytes); },
        std::move(done));
}

void FolderTasks::write(const ObjectName& name, std::string bytes, aws::CallDone done) {
    impl_->run(
        [name, bytes = std::move(bytes)](FolderStore& store) -> aws::CallResult {
            auto put = store.put({}, name, bytes);
            if (!put) return to_aws_error(put.error());
            return aws::Answer();
        },
        std::move(done));
}

}  // namespace stepwell::items
