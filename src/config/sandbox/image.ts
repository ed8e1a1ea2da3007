import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ATTACK_DEFAULTS, ATTACKS } from "../../sandbox/cases/attacks.ts";
import { playCases, type Answer } from "../../sandbox/cases/suite.ts";
import { buildImage } from "../../sandbox/docker/image/build.ts";
import { recipeWith, type Recipe } from "../../sandbox/docker/image/recipe.ts";
import { createDockerExecutor } from "../../sandbox/docker/executor.ts";
import type { Env } from "../env.ts";
import { engineOf, imageOf } from "./executor.ts";
import type { SandboxSettings } from "../schema/sandbox.ts";

const DOCKERFILE = resolve(import.meta.dirname, "../../../sandbox/Dockerfile");

/**
 * What is to be built for these settings, in order: Parley's own image where that is the one named, then the one with the packages that are
 * asked for. Nothing, where the settings name an image of somebody else's and no packages.
 */
export function recipesFor({ image, packages }: SandboxSettings): readonly Recipe[] {
  const own = /^parley-sandbox(:[\w.-]+)?$/.test(image) ? [{ image, dockerfile: readFileSync(DOCKERFILE, "utf8") }] : [];
  const more = recipeWith(image, packages);
  return more ? [...own, more] : own;
}

/** Builds the image that code will run in; returns its name and id. Throws `SandboxUnavailable`. */
export async function buildSandboxImage(
  settings: SandboxSettings,
  env: Env,
  onLine: (line: string) => void,
): Promise<{ readonly image: string; readonly id: string } | undefined> {
  let built: { readonly image: string; readonly id: string } | undefined;
  for (const recipe of recipesFor(settings)) built = { image: recipe.image, id: await buildImage(engineOf(env), recipe, onLine) };
  return built;
}

/** Runs the attacks against an image, the one of the settings when none is named. */
export async function testSandboxImage(
  settings: SandboxSettings,
  env: Env,
  { image = imageOf(settings), report }: { readonly image?: string; readonly report: (id: string, answer: Answer) => Promise<void> },
): Promise<void> {
  const { limits = {} } = ATTACK_DEFAULTS;
  await playCases({
    cases: ATTACKS,
    defaults: ATTACK_DEFAULTS,
    kind: "docker",
    start: (instance) => createDockerExecutor({ image, instance, memoryMb: limits.memoryMiB ?? 256, ...engineOf(env) }),
    report,
  });
}
