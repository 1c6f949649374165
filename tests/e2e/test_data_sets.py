"""What Distributed Maps read and write: every format from a plain folder and from an S3 endpoint, and S3 Tasks on the folder."""

import gzip
import hashlib
import json
import unittest

from botocore.config import Config
from botocore.session import get_session
from harness import HERE, ServerTest, wait_for
from test_services import MODULES, NpmServer

PASS = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": True}}}
CSV = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}
RESULTS = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "data", "Prefix": "results"}}


def reader(config, key, bucket="data"):
    return {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config,
            "Parameters": {"Bucket": bucket, "Key": key}}


def lister(config, **parameters):
    return {"Resource": "arn:aws:states:::s3:listObjectsV2", "ReaderConfig": config,
            "Parameters": {"Bucket": "data", **parameters}}


def machine(item_reader, processor=PASS, **more):
    return {"StartAt": "Map", "States": {"Map": {
        "Type": "Map", "Label": "M", "ItemReader": item_reader, "ItemProcessor": processor, "End": True, **more}}}


def zstandard(data):
    """A frame of one block that is not compressed: RFC 8878, section 3.1.1."""
    assert len(data) < 256
    return (b"\x28\xb5\x2f\xfd" + bytes([0x20, len(data)]) +
            (1 | len(data) << 3).to_bytes(3, "little") + data)


class DataTest(ServerTest):
    """`put` and `get` reach the place where the server finds S3."""

    machines = 0

    def ended(self, definition, input=None):
        self.machines += 1
        return self.stepwell.closed(self.stepwell.run(f"machine-{self.machines}", definition, input))

    def output(self, definition, input=None):
        description = self.ended(definition, input)
        self.assertEqual(description["status"], "SUCCEEDED", description)
        return json.loads(description["output"])

    def failed(self, definition, input=None):
        """Error and cause."""
        description = self.ended(definition, input)
        self.assertEqual(description["status"], "FAILED", description)
        return description["error"], description["cause"]


class Everywhere:
    """The same claims for each place."""

    def test_csv(self):
        self.put("data", "f.csv", b'\xef\xbb\xbfid,text\r\n1,"a, ""b""\nc"\r\n2\r\n3,x,more\r\n')
        self.assertEqual(self.output(machine(reader(CSV, "f.csv"))),
                         [{"id": "1", "text": 'a, "b"\nc'}, {"id": "2", "text": ""}, {"id": "3", "text": "x"}])

    def test_csv_with_given_headers_and_delimiter(self):
        self.put("data", "f.csv", b"1|2\n3|4\n")
        config = {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "b"], "CSVDelimiter": "PIPE"}
        self.assertEqual(self.output(machine(reader(config, "f.csv"))), [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}])

    def test_json_at_a_pointer(self):
        self.put("data", "f.json", b'{"meta": [0], "orders": {"items": [{"a": 1}, 2]}}')
        config = {"InputType": "JSON", "ItemsPointer": "/orders/items"}
        self.assertEqual(self.output(machine(reader(config, "f.json"))), [{"a": 1}, 2])

    def test_json_lines_packed(self):
        self.put("data", "f.jsonl.gz", gzip.compress(b'{"a": 1}\n\n[2]\n'))
        self.assertEqual(self.output(machine(reader({"InputType": "JSONL"}, "f.jsonl.gz"))), [{"a": 1}, [2]])

    def test_csv_packed_with_zstandard(self):
        self.put("data", "f.csv.zstd", zstandard(b"a,b\n1,2\n") + zstandard(b"3,4\n"))
        self.assertEqual(self.output(machine(reader(CSV, "f.csv.zstd"))), [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}])

    def test_parquet(self):
        self.put("data", "people.parquet", (HERE / "data/people.parquet").read_bytes())
        self.assertEqual(self.output(machine(reader({"InputType": "PARQUET"}, "people.parquet"))), [
            {"id": 1, "big": 1, "name": "Ada", "score": 1.5, "ok": True, "since": "1970-01-01T00:00:00.000Z",
             "tags": {"a": [1]}},
            {"id": 2, "big": 9007199254740993, "name": 'Grace "H"', "score": 2.0, "ok": False,
             "since": "2023-11-14T22:13:20.123Z", "tags": {"b": 2}},
            {"id": 3, "big": -3, "name": "Zoë", "score": None, "ok": None, "since": "1970-01-01T00:00:00.005Z",
             "tags": None}])

    def test_what_is_no_parquet(self):
        self.put("data", "people.parquet", b"this is a text and nothing else")
        error, cause = self.failed(machine(reader({"InputType": "PARQUET"}, "people.parquet")))
        self.assertEqual(error, "States.ItemReaderFailed")
        self.assertEqual(cause, "The Parquet file cannot be read: parquet file invalid (footer != PAR1).")

    def test_a_listing(self):
        self.put("data", "in/b.txt", b"binary data")
        self.put("data", "in/a b+ü.txt", b"")
        self.put("data", "out/x.txt", b"")
        first, second = self.output(machine(lister({}, Prefix="in/")))
        self.assertEqual([first["Key"], second["Key"]], ["in/a b+ü.txt", "in/b.txt"])
        self.assertEqual(list(second), ["Etag", "Key", "LastModified", "Size", "StorageClass"])
        self.assertEqual(second["Etag"], f'"{hashlib.md5(b"binary data").hexdigest()}"')
        self.assertEqual((second["Size"], second["StorageClass"]), (11, "STANDARD"))
        self.assertIsInstance(second["LastModified"], int)

    def test_a_listing_that_is_loaded_and_flattened(self):
        self.put("data", "in/1.csv", b"a\n1\n2\n")
        self.put("data", "in/2.csv.gz", gzip.compress(b"a,b\n3,x\n"))
        items = self.output(machine(lister({**CSV, "Transformation": "LOAD_AND_FLATTEN"}, Prefix="in/")))
        self.assertEqual(items, [{"a": "1"}, {"a": "2"}, {"a": "3", "b": "x"}])

    def test_an_inventory(self):
        self.put("data", "inv/manifest.json", json.dumps({
            "sourceBucket": "src", "destinationBucket": "arn:aws:s3:::data", "fileFormat": "CSV",
            "fileSchema": "Bucket, Key, Size", "files": [{"key": "inv/data/1.csv.gz"}]}).encode())
        self.put("data", "inv/data/1.csv.gz", gzip.compress(b'"src","a.txt","1"\n'))
        self.assertEqual(self.output(machine(reader({"InputType": "MANIFEST"}, "inv/manifest.json"))),
                         [{"Bucket": "src", "Key": "a.txt", "Size": "1"}])

    def test_an_athena_manifest(self):
        self.put("data", "q-manifest.csv", b"s3://data/out/1\ns3://data/out/2\n")
        self.put("data", "out/1", gzip.compress(b'{"a":1}\n'))
        self.put("data", "out/2", gzip.compress(b'{"a":2}\n'))
        config = {"InputType": "JSONL", "ManifestType": "ATHENA_DATA"}
        self.assertEqual(self.output(machine(reader(config, "q-manifest.csv"))), [{"a": 1}, {"a": 2}])

    def test_where_items_come_from(self):
        self.put("data", "f.jsonl", b"1\n")
        definition = machine(reader({"InputType": "JSONL"}, "f.jsonl"),
                             ItemSelector={"source.$": "$$.Map.Item.Source", "index.$": "$$.Map.Item.Index"})
        self.assertEqual(self.output(definition), [{"source": "S3://data/f.jsonl", "index": 0}])

    def test_what_is_missing(self):
        error, cause = self.failed(machine(reader(CSV, "none.csv")))
        self.assertEqual(error, "States.ItemReaderFailed")
        self.assertRegex(cause, r"^The specified key does not exist\. \(Service: Amazon S3; Status Code: 404; "
                                r"Error Code: NoSuchKey; Request ID: \S+; S3 Extended Request ID: \S+; Proxy: null\)$")
        _, cause = self.failed(machine(reader(CSV, "none.csv", bucket="no-such-bucket")))
        self.assertRegex(cause, r"^The specified bucket does not exist \(Service: Amazon S3; Status Code: 404;")

    def test_results(self):
        self.put("data", "f.jsonl", b"[1,2]\n3\n")
        output = self.output(machine(reader({"InputType": "JSONL"}, "f.jsonl"), ResultWriter={
            "Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "data", "Prefix": "results"}}))
        self.assertEqual(list(output), ["MapRunArn", "ResultWriterDetails"])
        run = output["MapRunArn"].rpartition(":")[2]
        self.assertEqual(output["ResultWriterDetails"], {"Bucket": "data", "Key": f"results/{run}/manifest.json"})
        manifest = json.loads(self.get("data", f"results/{run}/manifest.json"))
        self.assertEqual(list(manifest), ["DestinationBucket", "MapRunArn", "ResultFiles"])
        self.assertEqual((manifest["DestinationBucket"], manifest["MapRunArn"]), ("data", output["MapRunArn"]))
        (file,) = manifest["ResultFiles"]["SUCCEEDED"]
        self.assertEqual(file["Key"], f"results/{run}/SUCCEEDED_0.json")
        body = self.get("data", file["Key"])
        self.assertEqual(file["Size"], len(body))
        records = json.loads(body)
        self.assertEqual([record["Output"] for record in records], ["[1,2]", "3"])
        self.assertEqual({record["Status"] for record in records}, {"SUCCEEDED"})
        for record in records:
            child = self.stepwell.call("DescribeExecution", executionArn=record["ExecutionArn"])
            self.assertEqual((child["name"], child["mapRunArn"]), (record["Name"], output["MapRunArn"]))

    def test_results_transformed(self):
        self.put("data", "f.jsonl", b"[1,2]\n3\n")
        writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "data"}}
        for transformation, output_type, name, content in (
                ("COMPACT", "JSON", "SUCCEEDED_0.json", b"[[1,2],3]"),
                ("FLATTEN", "JSONL", "SUCCEEDED_0.jsonl", b"1\n2\n3\n")):
            output = self.output(machine(reader({"InputType": "JSONL"}, "f.jsonl"), ResultWriter={
                **writer, "WriterConfig": {"Transformation": transformation, "OutputType": output_type}}))
            run = output["MapRunArn"].rpartition(":")[2]
            self.assertEqual(self.get("data", f"{run}/{name}"), content)

    def result_files(self, run):
        """Status → the names of its files and their records; whatever the manifest names is there, of that size."""
        name = self.stepwell.call("DescribeMapRun", mapRunArn=run)["mapRunArn"].rpartition(":")[2]
        manifest = json.loads(self.get("data", f"results/{name}/manifest.json"))
        self.assertEqual(list(manifest["ResultFiles"]), ["FAILED", "PENDING", "SUCCEEDED"])
        found = {}
        for status, files in manifest["ResultFiles"].items():
            records = []
            for number, file in enumerate(files):
                self.assertEqual(file["Key"], f"results/{name}/{status}_{number}.json")
                body = self.get("data", file["Key"])
                self.assertEqual(file["Size"], len(body))
                records += json.loads(body)
            found[status] = records
        return found

    def run_of(self, execution):
        return wait_for(lambda: self.stepwell.call("ListMapRuns", executionArn=execution)["mapRuns"], "the Map Run")[0]["mapRunArn"]

    def over(self, run):
        return wait_for(lambda: (d := self.stepwell.call("DescribeMapRun", mapRunArn=run))["status"] != "RUNNING" and d,
                        "the end of the Map Run")

    def test_results_of_a_run_that_failed(self):
        """FAILED has the child that did, PENDING what was not started: Developer Guide, "ResultWriter (Map)"."""
        self.put("data", "f.jsonl", b"".join(b"%d\n" % n for n in range(40)))
        fails = {"ProcessorConfig": PASS["ProcessorConfig"], "StartAt": "C", "States": {
            "C": {"Type": "Choice", "Choices": [{"Variable": "$.Items[0]", "NumericLessThan": 5, "Next": "Ok"}],
                  "Default": "No"},
            "Ok": {"Type": "Succeed"}, "No": {"Type": "Fail", "Error": "Odd", "Cause": "too much"}}}
        execution = self.stepwell.run("fails", machine(
            reader({"InputType": "JSONL"}, "f.jsonl"), fails, MaxConcurrency=1,
            ItemBatcher={"MaxItemsPerBatch": 5}, ResultWriter=RESULTS))
        self.assertEqual(self.stepwell.closed(execution)["error"], "States.ExceedToleratedFailureThreshold")
        files = self.result_files(self.run_of(execution))
        self.assertEqual([record["Input"] for record in files["SUCCEEDED"]], ['{"Items":[0,1,2,3,4]}'])
        (failed,) = files["FAILED"]
        self.assertEqual((failed["Error"], failed["Cause"], failed["Input"], failed["Status"]),
                         ("Odd", "too much", '{"Items":[5,6,7,8,9]}', "FAILED"))
        self.assertEqual((failed["RedriveCount"], failed["RedriveStatus"]), (0, "REDRIVABLE_BY_MAP_RUN"))
        self.assertEqual([json.loads(record["Input"])["Items"][0] for record in files["PENDING"]], [10, 15, 20, 25, 30, 35])
        self.assertEqual(files["PENDING"][0], {
            "Input": '{"Items":[10,11,12,13,14]}', "InputDetails": {"Included": True}, "Status": "PENDING"})
        counts = self.over(self.run_of(execution))["itemCounts"]
        self.assertEqual((counts["succeeded"], counts["failed"], counts["pending"], counts["total"]), (5, 5, 30, 40))

    def test_results_of_a_run_that_was_stopped_and_then_redriven(self):
        """After a redrive the manifest names "all the successful child workflow executions across all the attempts",
        and what failed or is pending of that redrive alone."""
        self.put("data", "f.jsonl", b"".join(b"%d\n" % n for n in range(12)))
        waits = {"ProcessorConfig": PASS["ProcessorConfig"], "StartAt": "C", "States": {
            "C": {"Type": "Choice", "Default": "Ok", "Choices": [{"And": [
                {"Variable": "$", "NumericGreaterThan": 2}, {"Variable": "$", "NumericLessThan": 5}], "Next": "Wait"}]},
            "Wait": {"Type": "Wait", "Seconds": 3, "Next": "Ok"},
            "Ok": {"Type": "Succeed"}}}
        execution = self.stepwell.run("stopped", machine(
            reader({"InputType": "JSONL"}, "f.jsonl"), waits, MaxConcurrency=2, ResultWriter=RESULTS))
        run = self.run_of(execution)
        wait_for(lambda: self.stepwell.call("DescribeMapRun", mapRunArn=run)["itemCounts"]["running"] == 2 and
                 self.stepwell.call("DescribeMapRun", mapRunArn=run)["itemCounts"]["succeeded"] == 3, "two that wait")
        self.stepwell.call("StopExecution", executionArn=execution)
        described = self.over(run)
        counts = described["itemCounts"]
        self.assertEqual((described["status"], counts["succeeded"], counts["aborted"], counts["pending"]),
                         ("ABORTED", 3, 2, 7))
        files = self.result_files(run)
        self.assertEqual([[record["Input"] for record in files[status]] for status in ("SUCCEEDED", "FAILED", "PENDING")],
                         [["0", "1", "2"], ["3", "4"], [str(n) for n in range(5, 12)]])
        self.assertEqual({record["Status"] for record in files["FAILED"]}, {"ABORTED"})
        self.stepwell.call("RedriveExecution", executionArn=execution)
        self.assertEqual(self.stepwell.closed(execution)["status"], "SUCCEEDED")
        files = self.result_files(run)
        self.assertEqual([record["Input"] for record in files["SUCCEEDED"]], [str(n) for n in range(12)])
        self.assertEqual([record["RedriveCount"] for record in files["SUCCEEDED"]], [0, 0, 0, 1, 1, *[0] * 7])
        self.assertEqual((files["FAILED"], files["PENDING"]), ([], []))

    def test_large_results_are_put_in_parts(self):
        """S3 takes parts of 5 MB and more: API Reference, UploadPart."""
        rows = [json.dumps({"n": n, "text": "x" * 200_000}) for n in range(90)]
        self.put("data", "f.jsonl", "\n".join(rows).encode())
        output = self.output(machine(reader({"InputType": "JSONL"}, "f.jsonl"), ResultWriter={
            **RESULTS, "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSON"}}))
        files = self.result_files(output["MapRunArn"])
        self.assertEqual([record["n"] for record in files["SUCCEEDED"]], list(range(90)))
        self.assertEqual({len(record["text"]) for record in files["SUCCEEDED"]}, {200_000})

    def test_results_without_a_bucket(self):
        self.put("data", "f.jsonl", b"1\n")
        error, cause = self.failed(machine(reader({"InputType": "JSONL"}, "f.jsonl"), ResultWriter={
            "Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "no-such-bucket", "Prefix": "p"}}))
        self.assertEqual(error, "States.ResultWriterFailed")
        self.assertRegex(cause, "^The specified bucket does not exist ")


class InAFolder(Everywhere, DataTest):
    def setUp(self):
        super().setUp()
        (self.folder / "s3/data").mkdir(parents=True)
        self.stepwell = self.server("--s3-folder", self.folder / "s3")

    def put(self, bucket, key, body):
        path = self.folder / "s3" / bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)

    def get(self, bucket, key):
        return (self.folder / "s3" / bucket / key).read_bytes()

    def test_more_objects_than_a_page_of_a_listing(self):
        for number in range(1_050):
            self.put("data", f"in/{number:04}", b"")
        items = self.output(machine(lister({}, Prefix="in/"), ItemSelector={"key.$": "$$.Map.Item.Value.Key"},
                                    ItemBatcher={"MaxItemsPerBatch": 100}, ResultSelector={"n.$": "States.ArrayLength($)"}))
        self.assertEqual(items, {"n": 11})


@unittest.skipUnless((MODULES / "s3rver").exists(), "npm packages are not installed")
class AtAnEndpoint(Everywhere, DataTest):
    def setUp(self):
        super().setUp()
        (self.folder / "s3").mkdir()
        place = NpmServer(str(HERE / "s3.cjs"), "--directory", str(self.folder / "s3"), "--buckets", "data")
        self.addCleanup(place.close)
        self.s3 = get_session().create_client(
            "s3", "us-east-1", endpoint_url=place.url, aws_access_key_id="123456789012", aws_secret_access_key="stepwell",
            config=Config(s3={"addressing_style": "path"}))
        self.stepwell = self.server("--endpoint", f"s3={place.url}")

    def put(self, bucket, key, body):
        self.s3.put_object(Bucket=bucket, Key=key, Body=body)

    def get(self, bucket, key):
        return self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()


class Nowhere(DataTest):
    def test_a_map_says_how_to_give_it_a_place(self):
        self.stepwell = self.server()
        error, cause = self.failed(machine(reader(CSV, "f.csv")))
        self.assertEqual(error, "States.ItemReaderFailed")
        self.assertIn("--s3-folder DIR", cause)


del DataTest, Everywhere
