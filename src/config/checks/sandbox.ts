import type { Env } from "../env.ts";
import type { SandboxSettings } from "../schema/sandbox.ts";
import type { Report } from "./report.ts";

const LOCAL_IMAGE = "parley-sandbox"; // the default: an image of this machine's engine, which no cluster has

/** What the settings of one executor ask of the others. */
export function checkSandbox({ executor, image }: SandboxSettings, env: Env, report: Report): void {
  if (executor === "kubernetes" && (env["PARLEY_SANDBOX_IMAGE"] || image) === LOCAL_IMAGE)
    report(
      "mistake",
      ["image"],
      `"${LOCAL_IMAGE}" is on this machine only; push it to a registry that the cluster's nodes pull from, and name it here or in PARLEY_SANDBOX_IMAGE.`,
    );
  if (executor === "e2b" && !env["E2B_API_KEY"]?.trim())
    report("warning", ["executor"], "no key is set: put E2B_API_KEY into the environment or into .env.");
}
