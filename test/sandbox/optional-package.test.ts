import { expect, test } from "vitest";
import { SandboxUnavailable } from "../../src/sandbox/executor.ts";
import { optionalPackage } from "../../src/sandbox/optional-package.ts";

test("a package that is not installed is told with the command that installs it", async () => {
  const absent = optionalPackage("@nowhere/absent", () => import("@nowhere/absent" as string));
  await expect(absent).rejects.toThrow(SandboxUnavailable);
  await expect(absent).rejects.toThrow('Run "npm install @nowhere/absent"');
});

test("a package that is there and broken is a bug, not an absence", async () => {
  const broken = optionalPackage("broken", async () => {
    throw new TypeError("no such function");
  });
  await expect(broken).rejects.toThrow(TypeError);
});
