"""Every example of examples/, run by its own script against a server started with its stepwell.yaml."""

import subprocess

from harness import PATIENCE, ROOT, ServerTest, clean_environment

EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/run.sh"))


class Examples(ServerTest):
    def run_example(self, folder):
        # What the functions leave behind, in a folder that goes with the test.
        places = {"DOCUMENTS_FOLDER": self.folder / "documents", "IMAGES_TABLE_FILE": self.folder / "images.json"}
        server = self.server("--config", folder / "stepwell.yaml", environment=places)
        for attempt in ("first", "second"):  # A tutorial is run more than once.
            with self.subTest(f"{attempt} run"):
                ended = subprocess.run(
                    [folder / "run.sh"], capture_output=True, text=True, timeout=2 * PATIENCE, cwd=self.folder,
                    env=clean_environment(STEPWELL_ENDPOINT=server.url, HOME=self.folder, **places))
                self.assertEqual(ended.returncode, 0, f"\n{ended.stdout}{ended.stderr}")
                self.assertIn("ok ", ended.stdout)

    def test_a_script_says_so_when_nothing_answers(self):
        server = self.server()
        url = server.url
        server.kill()
        for folder in EXAMPLES:
            with self.subTest(folder.name):
                ended = subprocess.run([folder / "run.sh"], capture_output=True, text=True, timeout=2 * PATIENCE,
                                       env=clean_environment(STEPWELL_ENDPOINT=url, HOME=self.folder))
                self.assertNotEqual(ended.returncode, 0)
                self.assertIn("Could not connect to the endpoint URL", ended.stderr)


def _add(folder):
    setattr(Examples, f"test_{folder.name.replace('-', '_')}", lambda self: self.run_example(folder))


for _folder in EXAMPLES:
    _add(_folder)
