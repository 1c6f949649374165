#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/tasks.hpp"
#include "integrations/aws/client.hpp"
#include "integrations/io_loop.hpp"
#include "integrations/items/object_store.hpp"

namespace stepwell::items {

/// Tasks that call S3 (`aws-sdk:s3:<action>`) where S3 is a folder. They run one after the other on
/// a thread of their own. Belongs to the loop's thread.
class FolderTasks {
public:
    using Finished = std::function<void(TaskResult)>;
    using GiveUp = std::function<void()>;

    /// Throws std::system_error where the folder cannot be opened.
    FolderTasks(IoLoop& loop, const std::string& folder);
    /// Waits for the call that is under way; none is answered any more.
    ~FolderTasks();
    FolderTasks(const FolderTasks&) = delete;
    FolderTasks& operator=(const FolderTasks&) = delete;

    /// `finished` is called on the loop's thread.
    GiveUp call_action(TaskCall call, Finished finished);
    /// An object of at most so many bytes, as Answer::body. `done` is called on the loop's thread.
    void read(const ObjectName& name, std::size_t most_bytes, aws::CallDone done);
    void write(const ObjectName& name, std::string bytes, aws::CallDone done);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace stepwell::items
