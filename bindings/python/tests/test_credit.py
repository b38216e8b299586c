import ctypes
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import cairn
from cairn import _credit, _surrogate
from cairn.adapters import verl

INCLUDE = Path(__file__).resolve().parents[3] / "include"
STRUCTS = {"cairn_trajectory": _credit.Trajectory, "cairn_credit_group": _credit.Group, "cairn_about": _credit.About,
           "cairn_credit_stats": _credit.Stats, "cairn_credit_result": _credit.Result, "cairn_text": _credit.Text,
           "cairn_surrogate": _surrogate.Surrogate, "cairn_surrogate_batch": _surrogate.Batch,
           "cairn_surrogate_stats": _surrogate.Stats}


def response(outcome, n=2):
    return {"n_tokens": n, "step_end": [n - 1], "outcome": outcome}


class Credit(unittest.TestCase):
    def test_rloo_by_hand(self):
        made = cairn.credit("rloo", [[response(1), response(0), response(0)]])
        for tokens, expected in zip(made["advantage"][0], [1, -0.5, -0.5]):
            self.assertEqual(tokens, [expected] * 2)
        self.assertEqual(made["stats"]["tokens"], 6)

    def test_errors_have_the_librarys_text(self):
        with self.assertRaisesRegex(cairn.CairnError, "rloo"):
            cairn.explain("no-such-row")
        with self.assertRaisesRegex(cairn.CairnError, "response"):
            cairn.credit("rloo", [[dict(response(1), step_end=[5]), response(0)]])
        with self.assertRaisesRegex(ValueError, "drawn has 1 values, expected 2"):
            cairn.credit("rloo", [[dict(response(1), drawn=[1])]])
        with self.assertRaisesRegex(ValueError, "outcom'"):
            cairn.credit("rloo", [[dict(response(1), outcom=1)]])

    def test_every_row_explains_itself(self):
        self.assertIn("pure", cairn.credit_rows())
        for name in cairn.credit_rows():
            self.assertTrue(cairn.explain(name))

    def test_verl_equals_credit(self):
        rewards, mask = [[0, 0.5, 0, 1], [0, -0.5, 0, 0], [0, 0, 1, 0]], [[1, 1, 1, 1], [1, 1, 1, 0], [1, 0, 1, 0]]
        advantages, _ = verl.estimator("rloo")(rewards, mask, ["a", "a", "a"])
        self.assertEqual(advantages, [[0.5] * 4, [-1, -1, -1, 0], [0.5, 0, 0.5, 0]])

    def test_surrogate_by_hand(self):
        loss, slope, stats = cairn.surrogate("ppo:mean=token", [[-1, -2], [-1]], [[1, 1], [-2]], mask=[[1, 1], [0]])
        self.assertAlmostEqual(loss, -1)
        self.assertEqual(slope, [[-0.5, -0.5], [0]])
        self.assertEqual((stats["tokens"], stats["skipped"]), (2, 1))
        with self.assertRaisesRegex(ValueError, "advantage"):
            cairn.surrogate("ppo", [[-1]], [[1, 2]])

    @unittest.skipUnless(shutil.which("cc"), "no C compiler to ask for layouts")
    def test_layouts_are_those_of_the_header(self):
        want = ["sizeof(cairn_credit_plan)"]
        have = []
        for name, mirror in STRUCTS.items():
            want.append(f"sizeof({name})")
            have.append(ctypes.sizeof(mirror))
            for field, _ in mirror._fields_:
                want.append(f"offsetof({name}, {field})")
                have.append(getattr(mirror, field).offset)
        lines = "".join(f'printf("%zu\\n", {what});\n' for what in want)
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "layout.c"
            source.write_text(f'#include "cairn/surrogate.h"\n#include "cairn/credit.h"\nint main(void) {{\n{lines}return 0;\n}}\n')
            subprocess.run(["cc", "-I", INCLUDE, source, "-o", f"{folder}/layout"], check=True)
            said = subprocess.run([f"{folder}/layout"], check=True, capture_output=True, text=True).stdout
        plan, *rest = map(int, said.split())
        self.assertLessEqual(plan, _credit.PLAN_BYTES)
        self.assertEqual(rest, have)


if __name__ == "__main__":
    unittest.main()
