"""Every example of examples/, run by its own script against a server started with its stepwell.yaml."""

import subprocess

from harness import PATIENCE, ROOT, ServerTest, clean_environment

EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/run.sh"))


class ScriptTest(ServerTest):
    def script(self, folder, url, **environment):
        return subprocess.run([folder / "run.sh"], capture_output=True, text=True, timeout=5 * PATIENCE, cwd=self.folder,
                              env=clean_environment(STEPWELL_ENDPOINT=url, HOME=self.folder, **environment))


class Examples(ScriptTest):
    def run_example(self, folder, times=1):
        # What the functions leave behind, in a folder that goes with the test.
        places = {"DOCUMENTS_FOLDER": self.folder / "documents", "IMAGES_TABLE_FILE": self.folder / "images.json"}
        server = self.server("--config", folder / "stepwell.yaml", environment=places)
        for _ in range(times):
            ended = self.script(folder, server.url, **places)
            self.assertEqual(ended.returncode, 0, f"\n{ended.stdout}{ended.stderr}")
            self.assertRegex(ended.stdout, r"(?m)^ok ")
            self.assertTrue(ended.stdout.endswith("The example works.\n"), ended.stdout)

    def test_a_script_can_be_run_again(self):
        self.run_example(ROOT / "examples/document-processing", times=2)


class WithoutItsServer(ScriptTest):
    def test_a_script_says_that_nothing_answers(self):
        server = self.server()
        server.kill()
        for folder in EXAMPLES:
            with self.subTest(folder.name):
                ended = self.script(folder, server.url)
                self.assertNotEqual(ended.returncode, 0)
                self.assertIn("Could not connect to the endpoint URL", ended.stderr)

    def test_a_script_fails_when_its_functions_are_not_served(self):
        ended = self.script(ROOT / "examples/daycare-registration", self.server().url)
        self.assertEqual(ended.returncode, 1, f"\n{ended.stdout}{ended.stderr}")
        self.assertRegex(ended.stdout, r"(?m)^FAIL  the child of three: FAILED, expected: SUCCEEDED$")


def _add(folder):
    if folder.name != "document-processing":  # It is the one that is run twice.
        setattr(Examples, f"test_{folder.name.replace('-', '_')}", lambda self: self.run_example(folder))


for _folder in EXAMPLES:
    _add(_folder)
