import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parley } from "../cli/here.ts";

const ROOT = resolve(import.meta.dirname, "../..");

test("the JSON Schema of evaluations for editors is what the schema in code says; npm run -s parley -- eval schema > evals/eval.schema.json renews it", async () => {
  const { out } = await parley(["eval", "schema"], { cwd: ROOT });
  expect(JSON.parse(readFileSync(resolve(ROOT, "evals/eval.schema.json"), "utf8"))).toEqual(JSON.parse(out));
  expect(JSON.parse(out)).toMatchObject({ title: "Parley evaluation", required: ["cases", "score"] });
});
