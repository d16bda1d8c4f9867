// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Callables of shared libraries, sent to workers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "linked.hpp"
#include "opened_plugin.hpp"
#include "support/fd_census.hpp"

namespace tandem::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class Modules : public fd_census {
protected:
    void SetUp() override {
        fd_census::SetUp();
        std::string name = fs::temp_directory_path() / "tandem-modules-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
        fs::copy_file(TEST_DEPENDENCY, folder_ / fs::path{TEST_DEPENDENCY}.filename());
        fs::copy_file(TEST_PLUGIN_1, plugin());
    }
    void TearDown() override {
        fs::remove_all(folder_);
        fd_census::TearDown();
    }

    /// The worker, and so the forkserver, is there before any plugin.
    static void start(const pool& workers) { (void)workers.submit(::getpid).get(); }

    [[nodiscard]] fs::path plugin() const { return folder_ / "plugin.so"; }
    [[nodiscard]] const fs::path& folder() const { return folder_; }
    /// As installers do it: what is loaded keeps its file.
    void replace_plugin() const {
        fs::copy_file(TEST_PLUGIN_2, folder_ / "new");
        fs::rename(folder_ / "new", plugin());
    }

private:
    fs::path folder_;
};

/// The message of the task_error of a plugin's map.
std::string refusal(const pool& workers, const opened_plugin& plugin) {
    try {
        (void)plugin.map(workers, {1});
    } catch (const task_error& error) {
        EXPECT_EQ(error.type_name(), "tandem::codec_error");
        return error.message();
    }
    return "nothing was refused";
}

TEST_F(Modules, LambdaOfALinkedLibraryRunsInAWorker) {
    const pool workers{{.processes = 1}};

    EXPECT_THAT(add_one_in_library(workers, {1, 2}), ElementsAre(2, 3));
}

TEST_F(Modules, FunctionOfALinkedLibraryRunsInAWorker) {
    const pool workers{{.processes = 1}};

    EXPECT_THAT(workers.map(triple_in_library, std::vector{1L, 2L}), ElementsAre(3, 6));
    EXPECT_EQ(workers.submit(triple_in_library, 5L).get(), 15);
}

TEST_F(Modules, LambdaOfALibraryThatWasOpenedLaterRunsInAWorker) {
    const pool workers{{.processes = 1}};
    start(workers);
    const opened_plugin opened{plugin()};

    EXPECT_THAT(opened.map(workers, {1, 2}), ElementsAre(1001, 1002));
}

TEST_F(Modules, FunctionOfALibraryThatWasOpenedLaterRunsInAWorker) {
    const pool workers{{.processes = 1}};
    start(workers);
    const opened_plugin opened{plugin()};

    EXPECT_EQ(workers.submit(opened.function(), 7L).get(), 1007);
    EXPECT_THAT(opened.submit(workers, {1, 2}), ElementsAre(1001, 1002));
}

TEST_F(Modules, LibraryOpenedByARelativePathIsFoundFromAnyDirectory) {
    const pool workers{{.processes = 1}};
    start(workers);
    const auto before = fs::current_path();
    fs::current_path(folder());
    const opened_plugin opened{"./plugin.so"};
    fs::current_path(before);

    EXPECT_THAT(opened.map(workers, {1}), ElementsAre(1001));
}

// Both have thunks of the same types for plugin_submit(), and workers load them in either order.
TEST_F(Modules, LibrariesWithThunksOfTheSameTypeDoNotShareThem) {
    fs::copy_file(TEST_PLUGIN_2, folder() / "other.so");
    const opened_plugin first{plugin()};
    const opened_plugin second{folder() / "other.so"};

    const pool one{{.processes = 1}};
    EXPECT_THAT(first.submit(one, {1}), ElementsAre(1001));
    EXPECT_THAT(second.submit(one, {1}), ElementsAre(2001));
    const pool another{{.processes = 1}};
    EXPECT_THAT(second.submit(another, {1}), ElementsAre(2001));
    EXPECT_THAT(first.submit(another, {1}), ElementsAre(1001));
}

TEST_F(Modules, LibraryClosedAndOpenedElsewhereIsNamedAnew) {
    const pool workers{{.processes = 1}};
    start(workers);
    std::uintptr_t place = 0;
    {
        const opened_plugin opened{plugin()};
        place = reinterpret_cast<std::uintptr_t>(opened.function());
        EXPECT_THAT(opened.map(workers, {1}), ElementsAre(1001));
        EXPECT_THAT(opened.submit(workers, {1}), ElementsAre(1001));
    }
    ASSERT_FALSE(is_loaded(plugin()));
    fs::copy_file(TEST_PLUGIN_2, folder() / "other.so");
    const opened_plugin in_its_place{folder() / "other.so"};
    const opened_plugin opened{plugin()};
    ASSERT_NE(reinterpret_cast<std::uintptr_t>(opened.function()), place);

    EXPECT_THAT(opened.map(workers, {2}), ElementsAre(1002));
    EXPECT_THAT(opened.submit(workers, {2}), ElementsAre(1002));
    EXPECT_THAT(in_its_place.map(workers, {2}), ElementsAre(2002));
    EXPECT_THAT(in_its_place.submit(workers, {2}), ElementsAre(2002));
}

TEST_F(Modules, ReplacedFileIsRefusedWithATableOfModules) {
    const pool workers{{.processes = 1}};
    start(workers);
    const opened_plugin opened{plugin()};
    replace_plugin();

    const auto message = refusal(workers, opened);

    EXPECT_THAT(message, HasSubstr(plugin().string() + " is not the file any more"));
    EXPECT_THAT(message,
                testing::ContainsRegex("\n  asked for +[0-9a-f]{40}  " + plugin().string()));
    EXPECT_THAT(message,
                testing::ContainsRegex("\n  in the file +[0-9a-f]{40}  " + plugin().string()));
    EXPECT_THAT(message, testing::ContainsRegex("\n  loaded +[0-9a-f]{40}  the program"));
    EXPECT_THAT(message, testing::ContainsRegex("\n  loaded +[0-9a-f]{40}  .*libtest_linked.so"));
    EXPECT_EQ(workers.submit(triple_in_library, 1L).get(), 3) << "the worker goes on";
}

TEST_F(Modules, DeletedFileIsRefused) {
    const pool workers{{.processes = 1}};
    start(workers);
    const opened_plugin opened{plugin()};
    fs::remove(plugin());

    EXPECT_THAT(refusal(workers, opened), HasSubstr("cannot be read (No such file or directory)"));
}

TEST_F(Modules, LibraryThatCannotBeLoadedIsRefusedWithTheLoadersWords) {
    const pool workers{{.processes = 1}};
    start(workers);
    const opened_plugin opened{plugin()};
    fs::remove(folder() / fs::path{TEST_DEPENDENCY}.filename());

    EXPECT_THAT(refusal(workers, opened),
                HasSubstr("cannot be loaded here: libtest_dependency.so"));
}

TEST_F(Modules, NewBuildIsRefusedWhereTheOldOneIsLoaded) {
    const pool workers{{.processes = 1}};
    {
        const opened_plugin opened{plugin()};
        EXPECT_THAT(opened.map(workers, {1}), ElementsAre(1001));
    }
    ASSERT_FALSE(is_loaded(plugin()));
    replace_plugin();
    const opened_plugin opened{plugin()};

    EXPECT_THAT(refusal(workers, opened), HasSubstr("is loaded here in another build"));
    const pool others{{.processes = 1}};
    EXPECT_THAT(opened.map(others, {1}), ElementsAre(2001));
}

} // namespace
} // namespace tandem::test
