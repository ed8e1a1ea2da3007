import { expect, test } from "vitest";
import { readBack, shown } from "../../src/engine/reading/shown.ts";

test("a long text of nothing but marks is shown in little time", () => {
  const text = "\u001b\u202e".repeat(50_000) + "\n".repeat(50_000) + " ".repeat(50_000);
  const beginMs = performance.now();
  expect(readBack(shown(text))).toBe(text);
  expect(performance.now() - beginMs).toBeLessThan(2_000);
});
