// The session on its worker thread. Built with ThreadSanitizer these tests prove that readers need no lock.

#include "session/row_checksum.h"
#include "session/support.h"
#include "support/compare.h"

#include <atomic>
#include <map>
#include <random>
#include <thread>

namespace gf::tests::threads_test {
namespace {

/// Looks at snapshots as the window does, and compares the checksums of published rows with earlier ones.
class Reader {
  public:
    explicit Reader(Session& session) : session_(session) {}

    void look() {
        const Snapshot& s = session_.latest();
        require(s.version >= version_, "versions go up");
        version_ = s.version;
        if (!s.has_run()) return;
        require(s.branch >= 0 && s.branch < std::ssize(s.tree) &&
                    s.tree[static_cast<std::size_t>(s.branch)].trace == s.text().trace,
                "the run is in the tree");
        require(s.cursor() >= 0 && s.cursor() <= s.text().rows && s.text().rows <= s.text().rows_wanted,
                "the cursor is inside the run");
        for (const BranchView& run : s.tree) check_rows(run);
        ++looks;
    }

    long looks = 0, rows_checked = 0;
    std::string failure;

  private:
    void require(bool ok, const char* what) {
        if (!ok && failure.empty()) failure = what;
    }
    void check_rows(const BranchView& run) {
        auto& known = seen_[run.trace]; // the map holds the Trace, so that no other can get its address
        const int checked = static_cast<int>(known.size());
        for (int row = checked; row < run.rows; ++row) known.push_back(row_checksum(run, row));
        for (int i = 0; i < 2 && checked > 0; ++i, ++rows_checked) { // two old rows again
            const int row = static_cast<int>(random_() % static_cast<unsigned>(checked));
            require(row < run.rows && row_checksum(run, row) == known[static_cast<std::size_t>(row)],
                    "published rows stay as they are");
        }
    }

    Session& session_;
    std::uint64_t version_ = 0;
    std::map<std::shared_ptr<const Trace>, std::vector<std::uint64_t>> seen_;
    std::mt19937 random_{1};
};

/// A random command, with arguments that are often right and sometimes not.
SessionCommand random_command(std::mt19937& random, const ModelConfig& config) {
    auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    switch (below(16)) {
    case 0: return command::SetPrompt{ids_text(random_tokens(config, 1 + below(180), random()))};
    case 1:
    case 2: return command::Play{};
    case 3: return command::Pause{};
    case 4:
    case 5: return command::Step{below(9) - 3};
    case 6: return command::Jump{below(100)};
    case 7: return command::SetSpeed{below(2) ? 0.0 : 1e5};
    case 8: return command::SetSampling{{{StageKind::temperature, 0.1 + 0.1 * below(20), true}}};
    case 9: return command::SetSeed{random()};
    case 10: return command::Resample{};
    case 11:
    case 12: return command::ForceToken{below(80), below(config.d_vocab)};
    case 13: return command::SelectBranch{below(4)};
    case 14: return command::Undo{};
    default: return command::Redo{};
    }
}

TEST(Threads, PublishedRowsNeverChange) {
    const SavedModel& model = saved_llama("threads", [](ModelConfig& c) { c.n_ctx = 300; }); // enough to grow
    Session session(Session::Mode::threaded);
    session.post(command::Open{model.path, ""});
    std::atomic<bool> done = false;
    Reader reader(session);
    std::thread window([&] {
        while (!done) reader.look();
        reader.look();
    });
    std::mt19937 random(5);
    for (int i = 0; i < 160; ++i) {
        session.post(random_command(random, model.config()));
        if (i % 4 == 0) session.run_until_idle(); // so that often several commands are in the queue
    }
    session.post(command::SetSpeed{0});
    session.post(command::Play{});
    session.run_until_idle();
    done = true;
    window.join();
    EXPECT_EQ(reader.failure, "");
    EXPECT_GT(reader.looks, 100);
    EXPECT_GT(reader.rows_checked, 100);
    const Snapshot& s = session.latest();
    EXPECT_FALSE(s.playing);
    EXPECT_EQ(s.cursor(), s.text().rows);
    EXPECT_TRUE(same_rows(s.trace(), 0, *run(model.weights, tokens_of(s.text())), 0, s.text().rows, 1e-5));
}

TEST(Threads, TheWorkerDoesWhatTheCallerWould) {
    const SavedModel& model = saved_preset("gpt2");
    const std::vector<SessionCommand> commands = {command::Open{model.path, ""},
                                                  command::SetPrompt{"3,1,4"},
                                                  command::SetSeed{9},
                                                  command::Step{20},
                                                  command::ForceToken{8, 5},
                                                  command::Step{10},
                                                  command::SelectBranch{0},
                                                  command::Jump{5},
                                                  command::Resample{},
                                                  command::SetSpeed{20000},
                                                  command::Play{}};
    Session worker(Session::Mode::threaded), caller(Session::Mode::cooperative);
    for (Session* session : {&worker, &caller})
        for (const SessionCommand& c : commands) {
            session->post(c);
            session->run_until_idle();
        }
    const Snapshot &a = worker.latest(), &b = caller.latest();
    EXPECT_FALSE(a.playing) << "with a speed, too, idle means played to the end";
    ASSERT_EQ(a.tree.size(), b.tree.size());
    for (std::size_t i = 0; i < a.tree.size(); ++i) EXPECT_EQ(tokens_of(a.tree[i]), tokens_of(b.tree[i]));
    EXPECT_EQ(a.branch, b.branch);
    EXPECT_EQ(a.cursor(), b.cursor());
    EXPECT_EQ(a.text().rows, model.config().n_ctx);
}

/// Waits for a snapshot that the test is interested in. Every publication wakes it.
class Watch {
  public:
    std::function<void()> signal() {
        return [this] {
            ++n_;
            n_.notify_one();
        };
    }
    void until(Session& session, const std::function<bool(const Snapshot&)>& ready) {
        for (int seen = n_; !ready(session.latest()); seen = n_) n_.wait(seen);
    }

  private:
    std::atomic<int> n_ = 0;
};

TEST(Threads, EndsWhilePlaying) {
    const SavedModel& model = saved_llama("endless", [](ModelConfig& c) { c.n_ctx = 20000; });
    // Also in the middle of a long wait, even one that is longer than the clock can count.
    for (double speed : {0.0, 1e4, 1e-3, 1e-300}) {
        Watch watch;
        Session session(Session::Mode::threaded, watch.signal());
        session.post(command::Open{model.path, ""});
        session.post(command::SetSpeed{speed});
        session.post(command::Play{});
        watch.until(session, [](const Snapshot& s) { return s.playing && s.cursor() > 1; });
    }
}

TEST(Threads, EndsWithCommandsLeft) {
    const SavedModel& model = saved_preset("llama");
    for (int i = 0; i < 20; ++i) {
        Session session(Session::Mode::threaded);
        session.post(command::Open{model.path, ""});
        for (int j = 0; j < i; ++j) session.post(command::Step{10});
    }
}

TEST(Threads, CommandsAreHeardWhilePlaying) {
    const SavedModel& model = saved_llama("endless", [](ModelConfig& c) { c.n_ctx = 20000; });
    Watch watch;
    Session session(Session::Mode::threaded, watch.signal());
    session.post(command::Open{model.path, ""});
    session.post(command::Play{});
    watch.until(session, [](const Snapshot& s) { return s.playing && s.cursor() > 20; });
    session.post(command::Pause{});
    session.run_until_idle();
    const Snapshot& s = session.latest();
    EXPECT_FALSE(s.playing);
    EXPECT_LT(s.cursor(), model.config().n_ctx);
    EXPECT_EQ(s.message, "");
}

} // namespace
} // namespace gf::tests::threads_test
