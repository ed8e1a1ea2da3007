import { sampleWith } from "../../engine/agents/sampling.ts";
import { lookedAtFile } from "../../engine/guards/guard.ts";
import { givenIn } from "../../engine/reading/given-files.ts";
import type { ThreadFile, Tool } from "../../engine/tool.ts";
import type { Turn } from "../../engine/turn.ts";
import type { Parts } from "./parts.ts";

const FILES_MAX = 50; // Of one thread, as a sandbox is given.

/** A tool that may have the agent's own model answer, and may be given the thread's files: each of them at its wish alone. */
export const givenMore = (tool: Tool, agent: { readonly name: string; readonly model: string }, parts: Parts): Tool => ({
  ...tool,
  run: (args, turn, origin) =>
    tool.run(
      args,
      turn,
      origin && {
        ...origin,
        sample: sampleWith(parts.modelNamed(agent.model), agent.name, turn),
        files: (known) => filesOf(turn, known, { agent: agent.name, tool: tool.name }, parts),
      },
    ),
});

/** What the guards stop is not among them, nor what is kept no more. */
async function filesOf(
  { thread }: Turn,
  known: ReadonlySet<string>,
  going: { readonly agent: string; readonly tool: string },
  { readFile, guards }: Parts,
): Promise<readonly ThreadFile[]> {
  const files: ThreadFile[] = [];
  for (const { name, mediaType, hash } of givenIn(thread.logs[0]).slice(-FILES_MAX)) {
    const key = JSON.stringify([name, hash]);
    const content = known.has(key) ? undefined : await readFile(hash);
    if (!content) continue;
    const passed = await lookedAtFile(guards, { name, mediaType, bytes: content.byteLength, content }, { to: "tool", ...going });
    if ("value" in passed) files.push({ key, name: passed.value.name, content: passed.value.content });
  }
  return files;
}
