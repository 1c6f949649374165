"""@aws-sdk/client-sfn against the server: sdk.test.mjs, run by Node.js; each of its tests is a case here."""

import re
import shutil
import subprocess
import unittest

from harness import HERE, PATIENCE, ServerTest, clean_environment, functions_file


def _cases():
    return re.findall(r"^test\('([^']+)'", (HERE / "sdk.test.mjs").read_text(), re.M)


@unittest.skipUnless(shutil.which("node"), "there is no node")
class Sdk(ServerTest):
    """One server and one run of Node.js for all; the cases look at what it printed."""

    outcome = None  # name → (ok, the lines that explain it)
    printed = ""

    @classmethod
    def setUpClass(cls):
        if not (HERE / "node_modules/@aws-sdk/client-sfn").is_dir():
            raise AssertionError("the npm packages are missing: npm ci --prefix tests/e2e (./dev setup does it)")

    def run_once(self):
        if Sdk.outcome is not None:
            return
        server = self.server("--config", functions_file(self.folder, {"park": "park.handler", "flaky": "flaky.handler"}))
        ended = subprocess.run(
            ["node", "--test", "--test-reporter=tap", str(HERE / "sdk.test.mjs")], capture_output=True, text=True,
            timeout=5 * PATIENCE, cwd=self.folder,
            env=clean_environment(HOME=self.folder, STEPWELL_ENDPOINT=server.url, E2E_FOLDER=self.folder))
        Sdk.printed = ended.stdout + ended.stderr
        Sdk.outcome = {}
        for found in re.finditer(r"^( *)(ok|not ok) \d+ - (.*?)\n((?:\1  .*\n)*)", Sdk.printed, re.M):
            Sdk.outcome[found[3].strip()] = (found[2] == "ok", found[4])

    def check(self, name):
        self.run_once()
        self.assertIn(name, Sdk.outcome, Sdk.printed)
        ok, why = Sdk.outcome[name]
        self.assertTrue(ok, f"\n{why}")


def _add(name):
    setattr(Sdk, "test_" + re.sub(r"\W+", "_", name).strip("_"), lambda self: self.check(name))


for _name in _cases():
    _add(_name)
