"""Ends the server with kill -9 in the middle of a Map Run over a large file, and holds what is there then against the file.

tests/crash/run has every row as a child of its own, tests/e2e batches of them: the same runs and the same checks.
"""

import collections
import json
import time
from pathlib import Path

import harness

BUCKET = "data"
# A child that takes a moment, so that many are under way at any time.
CHILD = {"First": {"Type": "Pass", "Next": "Rest"}, "Rest": {"Type": "Wait", "Seconds": 1, "Next": "Last"},
         "Last": {"Type": "Pass", "End": True}}
CHILD_EVENTS = ["ExecutionStarted", "PassStateEntered", "PassStateExited", "WaitStateEntered", "WaitStateExited",
                "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
OPTIONS = ("--wait-time-scale", "0.05", "--log-level", "warn")


def machine(kind, batch, concurrency):
    state = {
        "Type": "Map", "Label": "Rows", "End": True, "MaxConcurrency": concurrency,
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": BUCKET, "Key": "rows.csv"},
                       "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind}, "StartAt": "First",
                          "States": CHILD},
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": BUCKET, "Prefix": "out"}}}
    if batch > 1:
        state["ItemBatcher"] = {"MaxItemsPerBatch": batch}
    return {"StartAt": "M", "States": {"M": state}}


def rows_of(record):
    """The numbers of the rows that a child was given."""
    given = json.loads(record["Input"])
    return [int(row["id"]) for row in (given["Items"] if "Items" in given else [given])]


class MapRunUnderKills:
    """One Map Run. `server` has the options above and `--s3-folder S3`."""

    def __init__(self, server, s3, rows, kind="STANDARD", batch=1, concurrency=1000):
        self.server, self.rows, self.kind, self.batch = server, rows, kind, batch
        self.bucket = Path(s3) / BUCKET
        self.bucket.mkdir(parents=True, exist_ok=True)
        with open(self.bucket / "rows.csv", "w", encoding="utf-8") as file:
            file.write("id,name\n")
            file.writelines(f"{n},row {n}\n" for n in range(rows))
        self.execution = server.run(f"rows-{kind}-{batch}-{time.time_ns()}", machine(kind, batch, concurrency))
        self.run = harness.wait_for(
            lambda: next(iter(server.call("ListMapRuns", executionArn=self.execution)["mapRuns"]), None),
            "the Map Run")["mapRunArn"]
        self.looks = self.succeeded = 0

    def counts(self):
        """What DescribeMapRun says, which adds up at every moment."""
        described = self.server.call("DescribeMapRun", mapRunArn=self.run)
        for counted in (described["itemCounts"], described["executionCounts"]):
            parts = sum(counted[name] for name in ("pending", "running", "succeeded", "failed", "timedOut", "aborted"))
            assert parts == counted["total"], described
        done = described["itemCounts"]["succeeded"]
        assert done >= self.succeeded, f"{self.succeeded} rows had succeeded; then {described}"
        self.succeeded, self.looks = done, self.looks + 1
        return described

    def reach(self, share):
        """Waits until so many of the rows have succeeded."""
        until = time.monotonic() + harness.PATIENCE
        while (described := self.counts())["itemCounts"]["succeeded"] < share * self.rows:
            assert described["status"] == "RUNNING", described
            assert time.monotonic() < until, described
            time.sleep(0.002)
        return described

    def kill(self):
        self.server.kill()
        self.server.start()

    def over(self):
        """The Map Run once it is over."""
        def described():
            answer = self.counts()
            return answer if answer["status"] != "RUNNING" else None
        return harness.wait_for(described, "the end of the Map Run")

    def results(self):
        """Status → the records in the files of the manifest."""
        folder = self.bucket / "out" / self.run.rpartition(":")[2]
        manifest = json.loads((folder / "manifest.json").read_text())
        return {status: [record for file in files for record in json.loads((self.bucket / file["Key"]).read_text())]
                for status, files in manifest["ResultFiles"].items()}

    def children(self, **filters):
        found, token = [], {}
        while True:
            page = self.server.call("ListExecutions", mapRunArn=self.run, maxResults=1000, **filters, **token)
            found += page["executions"]
            if "nextToken" not in page:
                return found
            token = {"nextToken": page["nextToken"]}

    def check_succeeded(self):
        """No row was lost, none was given to two children, and the counts say so."""
        description = self.server.closed(self.execution)
        assert description["status"] == "SUCCEEDED", description
        described = self.over()
        wanted = -(-self.rows // self.batch)
        for counted, total in ((described["itemCounts"], self.rows), (described["executionCounts"], wanted)):
            assert (counted["succeeded"], counted["total"], counted["resultsWritten"]) == (total,) * 3, described
        results = self.results()
        assert not results["FAILED"] and not results["PENDING"], (len(results["FAILED"]), len(results["PENDING"]))
        given = [row for record in results["SUCCEEDED"] for row in rows_of(record)]
        assert given == list(range(self.rows)), self.faults(given)
        for record in results["SUCCEEDED"]:
            assert record["Output"] == record["Input"], record
        if self.kind == "STANDARD":
            self.check_children(wanted)
        return f"{self.rows:,} rows in {wanted:,} {self.kind} children, looked at {self.looks} times"

    def check_children(self, wanted):
        children = self.children()
        assert len({child["name"] for child in children}) == len(children) == wanted, len(children)
        assert sum(child["itemCount"] for child in children) == self.rows
        for child in children[::max(1, len(children) // 100)]:
            types = [event["type"] for event in self.server.history(child["executionArn"])]
            assert types == CHILD_EVENTS, types

    def check_aborted(self):
        """No child runs on, and every row is in one of the files."""
        described = self.over()
        assert described["status"] == "ABORTED", described
        counted = described["itemCounts"]
        assert counted["running"] == 0 and counted["total"] == self.rows, described
        results = self.results()
        given = collections.Counter({status: sum(len(rows_of(record)) for record in records)
                                     for status, records in results.items()})
        assert (given["SUCCEEDED"], given["FAILED"], given["PENDING"]) == \
            (counted["succeeded"], counted["aborted"], counted["pending"]), (given, described)
        rows = sorted(row for records in results.values() for record in records for row in rows_of(record))
        assert rows == list(range(self.rows)), self.faults(rows)
        if self.kind == "STANDARD":
            assert not self.children(statusFilter="RUNNING")
            for child in self.children(statusFilter="ABORTED")[:20]:
                assert self.server.history(child["executionArn"])[-1]["type"] == "ExecutionAborted"
        return f"{self.rows:,} rows: {dict(given)}"

    def faults(self, given):
        times = collections.Counter(given)
        lost = [row for row in range(self.rows) if row not in times]
        twice = [row for row, count in times.items() if count > 1]
        return f"lost {lost[:20]} of {len(lost)}, twice {twice[:20]} of {len(twice)}, or not in order"


def survives_kills(server, s3, rows, shares, **more):
    """A run that is killed when so many of its rows have succeeded."""
    run = MapRunUnderKills(server, s3, rows, **more)
    for share in shares:
        run.reach(share)
        run.kill()
    return run.check_succeeded()


def stays_stopped(server, s3, rows, **more):
    """The parent is stopped in the middle, and the server killed right behind the answer."""
    run = MapRunUnderKills(server, s3, rows, **more)
    run.reach(0.2)
    server.call("StopExecution", executionArn=run.execution)
    run.kill()
    assert server.status(run.execution) == "ABORTED"
    return run.check_aborted()
