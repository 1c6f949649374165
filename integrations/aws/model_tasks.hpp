#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/tasks.hpp"
#include "integrations/aws/client.hpp"
#include "integrations/items/folder_tasks.hpp"

namespace stepwell::aws {

/// `bedrock:invokeModel`. What the model is asked and what it answers may be objects of S3
/// (`Input`, `Output`), which may be larger than a state: up to 25 MB, the most that Bedrock takes.
/// Developer Guide, "Invoke and customize Amazon Bedrock models with Step Functions". Belongs to
/// the loop's thread.
class ModelTasks {
public:
    using Finished = std::function<void(TaskResult)>;
    using GiveUp = std::function<void()>;

    /// Both must outlive it. `s3_folder`: where S3 is a folder; null: S3 is called.
    ModelTasks(AwsClient& client, items::FolderTasks* s3_folder)
        : client_(client), s3_folder_(s3_folder) {}

    GiveUp invoke(TaskCall call, Finished finished);

private:
    struct Run;
    using RunPtr = std::shared_ptr<Run>;

    void read(const RunPtr& run);
    void ask(const RunPtr& run, std::optional<std::string> body);
    void write(const RunPtr& run, Answer answer);

    AwsClient& client_;
    items::FolderTasks* const s3_folder_;
};

}  // namespace stepwell::aws
