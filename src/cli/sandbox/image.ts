import { buildSandboxImage, testSandboxImage } from "../../config/sandbox/image.ts";
import { readEnv } from "../../config/env.ts";
import { loadSettings } from "../../config/load.ts";
import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { harmless } from "../terminal.ts";

/** `parley sandbox build`: the image that the settings ask for. */
export async function build(args: readonly string[], io: Io): Promise<number> {
  readArguments(args, { options: {} });
  const env = readEnv(io.cwd, io.env);
  const { sandbox } = loadSettings({ env, cwd: io.cwd });
  const built = await buildSandboxImage(sandbox, env, (line) => void print(io.stderr, harmless(line)));
  if (!built) {
    await print(
      io.stderr,
      `There is nothing to build: sandbox.image names ${sandbox.image}, which is not Parley's own, and sandbox.packages is empty. Fetch it with: docker pull ${sandbox.image}`,
    );
    return 0;
  }
  await print(io.stdout, `${built.image} ${built.id}`);
  return 0;
}

/** `parley sandbox test`: the attacks against the image; 1 when any is not held. */
export async function test(args: readonly string[], io: Io): Promise<number> {
  const { values } = readArguments(args, { options: { image: { type: "string" } } });
  if (values.image === "") throw new UsageError("--image is empty; name an image that the engine has.");
  const env = readEnv(io.cwd, io.env);
  const { sandbox } = loadSettings({ env, cwd: io.cwd });
  const counts = { ok: 0, "not ok": 0, skip: 0 };
  await testSandboxImage(sandbox, env, {
    ...(values.image === undefined ? {} : { image: values.image }),
    report: async (id, answer) => {
      counts[answer.kind]++;
      await print(io.stdout, answer.kind === "ok" ? `ok ${id}` : `${answer.kind} ${id}: ${harmless(answer.why).replaceAll("\n", " ")}`);
    },
  });
  await print(io.stdout, `\n${counts.ok} held, ${counts["not ok"]} not held, ${counts.skip} skipped`);
  return counts["not ok"] > 0 || counts.ok === 0 ? 1 : 0;
}
