import { pack } from "tar-stream";
import { SandboxUnavailable } from "../../executor.ts";
import { callEngine, connectEngine, reasonOf, type EngineSettings } from "../engine.ts";
import type { Recipe } from "./recipe.ts";
import { cleanText } from "../../box/output.ts";

const BUILD_MS_MAX = 30 * 60_000; // Scientific packages over a slow line.
const LINE_CHARS_MAX = 2_000;

/**
 * Has the engine build an image; returns its id. Lets the builder reach the network, as every build does; nothing of the team's is sent but
 * the recipe. Throws {@link SandboxUnavailable} when the engine does not answer or the build fails.
 *
 * @param onLine what the builder says, for people
 */
export async function buildImage(
  settings: Pick<EngineSettings, "dockerHost" | "dockerCertFolder">,
  { dockerfile, image }: Recipe,
  onLine: (line: string) => void,
): Promise<string> {
  const { docker, address } = await connectEngine(settings);
  const context = pack();
  context.entry({ name: "Dockerfile" }, dockerfile);
  context.finalize();
  let failure: string | undefined;
  try {
    const told = await docker.buildImage(context as unknown as NodeJS.ReadableStream, {
      t: image,
      rm: true,
      forcerm: true,
      abortSignal: AbortSignal.timeout(BUILD_MS_MAX),
    });
    let rest = "";
    for await (const chunk of told as AsyncIterable<Buffer>) {
      const lines = (rest + chunk.toString()).split("\n");
      rest = (lines.pop() ?? "").slice(-LINE_CHARS_MAX);
      for (const line of lines) failure = heard(line, onLine) ?? failure;
    }
    failure = heard(rest, onLine) ?? failure;
  } catch (error) {
    failure = reasonOf(error);
  }
  if (failure !== undefined)
    throw new SandboxUnavailable(
      `The image ${image} could not be built by the engine at ${address}: ${failure} Mend what it names (sandbox.packages in the team file, or the network of the engine), then run it again.`,
    );
  const built = await callEngine((options) => docker.getImage(image).inspect(options as object));
  return built.Id;
}

/** Passes on what people can read of a line; returns the reason when it tells the end of the build. */
function heard(line: string, onLine: (line: string) => void): string | undefined {
  if (line.trim() === "") return undefined;
  let told: { readonly stream?: unknown; readonly status?: unknown; readonly error?: unknown };
  try {
    told = JSON.parse(line) as typeof told;
  } catch {
    return undefined;
  }
  const text = typeof told.stream === "string" ? told.stream : typeof told.status === "string" ? told.status : "";
  for (const part of cleanText(text).split("\n")) if (part.trim() !== "") onLine(part.slice(0, LINE_CHARS_MAX));
  return typeof told.error === "string" ? cleanText(told.error).trim().slice(0, LINE_CHARS_MAX) : undefined;
}
