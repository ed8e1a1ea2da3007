import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import type { Shortcut } from "../../../local-slack/index.ts";

const MANIFEST = new URL("../../../manifest.yml", import.meta.url);

const Manifest = z.object({
  features: z.object({
    shortcuts: z.array(z.object({ type: z.enum(["global", "message"]), name: z.string(), callback_id: z.string() })),
  }),
});

/** The app's shortcuts as its manifest has them, for the menus of the local Slack. */
export async function readShortcuts(): Promise<readonly Shortcut[]> {
  const { features } = Manifest.parse(parse(await readFile(MANIFEST, "utf8")));
  return features.shortcuts.map(({ type, name, callback_id: callbackId }) => ({ type, name, callbackId }));
}
