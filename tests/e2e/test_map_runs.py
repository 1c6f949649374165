"""Map Runs over 100,000 rows, ended with kill -9 in their middle. Issue 6, "Recovery"."""

from harness import ServerTest
from map_run_kills import OPTIONS, stays_stopped, survives_kills

ROWS = 100_000
BATCH = 100


class Kills(ServerTest):
    def setUp(self):
        super().setUp()
        self.s3 = self.folder / "s3"
        self.s3.mkdir()
        self.stepwell = self.server(*OPTIONS, "--s3-folder", self.s3, data=self.folder / "stepwell.db")

    def test_no_row_is_lost_or_started_twice(self):
        survives_kills(self.stepwell, self.s3, ROWS, (0.1, 0.4, 0.7), batch=BATCH, concurrency=50)

    def test_an_express_child_under_way_runs_again(self):
        survives_kills(self.stepwell, self.s3, ROWS, (0.1, 0.4, 0.7), kind="EXPRESS", batch=BATCH, concurrency=50)

    def test_nothing_runs_on_behind_a_stop(self):
        stays_stopped(self.stepwell, self.s3, ROWS, batch=BATCH, concurrency=50)


del ServerTest
