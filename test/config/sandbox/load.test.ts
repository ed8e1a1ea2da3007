import { expect, test } from "vitest";
import { load, mistakesOf, SMALL } from "../team-files.ts";

const settings = (yaml: string, env: Record<string, string> = {}) =>
  load({ "parley.yml": `${SMALL}sandbox: ${yaml}\n` }, { ANTHROPIC_API_KEY: "k", ...env });

test("a sandbox elsewhere has defaults that let nothing out", () => {
  const { sandbox } = settings("{ executor: kubernetes, image: registry.example/parley-sandbox@sha256:0 }");
  expect(sandbox.kubernetes).toEqual({ namespace: "parley-sandbox", cpus: 1, ttlMinutes: 60, allowNetwork: false });
  expect(settings("{ executor: e2b }", { E2B_API_KEY: "e2b_0" }).warnings).toEqual([]);
});

test("an image that only this machine has is a mistake in a cluster, told with its place and the mend", () => {
  const mistakes = mistakesOf({ "parley.yml": `${SMALL}sandbox: { executor: kubernetes }\n` });
  expect(mistakes).toHaveLength(1);
  expect(mistakes[0]).toMatch(/parley\.yml.*sandbox.*push it to a registry/);
  expect(settings("{ executor: kubernetes }", { PARLEY_SANDBOX_IMAGE: "registry.example/sandbox" }).sandbox.image).toBe(
    "registry.example/sandbox",
  );
});

test("a namespace that cannot be one, and an executor that is none, are told", () => {
  const wrong = (yaml: string) => mistakesOf({ "parley.yml": `${SMALL}sandbox: ${yaml}\n` }).join();
  expect(wrong('{ executor: kubernetes, image: x, kubernetes: { namespace: "My Space" } }')).toContain("is no namespace");
  expect(wrong("{ executor: host }")).toMatch(/sandbox\.executor/);
});

test("E2B without a key is warned of before anybody asks for code", () => {
  expect(
    settings("{ executor: e2b }")
      .warnings.map(({ message }) => message)
      .join(),
  ).toContain("put E2B_API_KEY into the environment");
});
