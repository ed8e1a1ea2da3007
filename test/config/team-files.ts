import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ConfigError } from "../../src/config/config-error.ts";
import { loadSettings, type Settings } from "../../src/config/load.ts";

/** A new folder with these files in it; its path. */
export function folderWith(files: { readonly [name: string]: string | Uint8Array }): string {
  const folder = mkdtempSync(join(tmpdir(), "parley-config-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Loads `parley.yml` of a new folder that holds these files. */
export const load = (files: { readonly [name: string]: string | Uint8Array }, env: { readonly [name: string]: string } = {}): Settings =>
  loadSettings({ env, cwd: folderWith(files) });

/** The lines of mistakes that loading tells. */
export function mistakesOf(
  files: { readonly [name: string]: string | Uint8Array },
  env: { readonly [name: string]: string } = {},
): string[] {
  try {
    load(files, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
  return [];
}

/** A small whole file: two agents taking turns. */
export const SMALL = `models:
  m: { provider: anthropic, model: claude-sonnet-5-5 }
teams:
  pair:
    description: Two who talk.
    speakers: { policy: round-robin }
    agents:
      - { name: Ana, description: Asks., model: m }
      - { name: Ben, description: Answers., model: m }
    stop: { textMention: DONE }
`;
