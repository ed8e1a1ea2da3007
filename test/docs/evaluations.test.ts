import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { EvaluationFile } from "../../src/eval/evaluation-schema.ts";
import { shownCode } from "../support/pages.ts";

const REST = { cases: [{ input: "x" }], score: [{ kind: "number" }] };

const found = shownCode()
  .filter(({ lang }) => lang === "yaml" || lang === "yml")
  .flatMap(({ page, line, text }) =>
    parseAllDocuments(text).flatMap((document) => {
      const value: unknown = document.toJS();
      const isOurs = typeof value === "object" && value !== null && ("cases" in value || "score" in value);
      return isOurs ? [[`${page}:${line}`, value] as const] : [];
    }),
  );

test("what is looked for is found in the pages", () => {
  expect(found.length).toBeGreaterThan(1);
});

test.each(found)("%s is an evaluation's file, or a part of one", (_at, value) => {
  expect(EvaluationFile.safeParse({ ...REST, ...value }).error).toBeUndefined();
});
