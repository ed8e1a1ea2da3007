import { z } from "zod";
import { nameKey } from "../../engine/names.ts";

/** Names that a person, a selector's answer, Slack or Parley itself already uses. */
const RESERVED_NAMES: readonly string[] = [
  "human", "user", "system", "tool", "selector", "finish", "person", "parley", "slackbot", "slack", "here", "channel", "everyone", "group",
]; // prettier-ignore

export const AGENTS_PER_TEAM_MAX = 20; // A selector reads every description before each turn; people cannot follow more voices either.
export const INSTRUCTIONS_CHARS_MAX = 20_000; // Sent with every call: about 5000 tokens.

export const MESSAGES_MAX = 10_000; // A thread that long is a wrong number.

/** The name of a model, a team or a tool. */
export const key = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, { error: "a name starts with a letter and has at most 40 letters, digits, - and _" })
  .refine((text) => !["constructor", "prototype"].includes(text), { error: "this name cannot be used; take another" });

export const agentName = z
  .string()
  // Unicode writes one name in several ways; from here on there is one.
  .normalize("NFKC")
  .regex(/^\p{L}[\p{L}\p{M}\p{N} _-]{0,39}$/u, {
    error:
      "a name starts with a letter, of any script, and has at most 40 letters, digits, spaces, - and _, so that it can be said and selected",
  })
  .refine((text) => text === text.trim(), { error: "a name does not end with a space" })
  .refine((text) => !RESERVED_NAMES.includes(nameKey(text)), { error: "this name is reserved; take another" })
  .describe("How people, other agents and the selector call it.");

/** A name of an agent where it is only referred to. */
export const agentRef = z.string().normalize("NFKC").min(1).max(40);

export const modelRef = key.describe("A name under `models`.");

export const icon = z
  .string()
  .max(500)
  .regex(/^(:[a-z0-9_+'-]+:|https:\/\/\S+)$/, { error: 'an icon is an emoji name such as ":gear:" or an https address of a picture' })
  .optional()
  .describe("The face in Slack: an emoji name or an https address; one is chosen by the name when absent.");

export const description = z.string().trim().min(1, { error: "say in one line when to call on it" }).max(500);

export const envName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,99}$/, { error: "the NAME of an environment variable, such as ANTHROPIC_API_KEY; never the key itself" });

/** Of a program that is given it; other programs have names of other kinds. */
export const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,199}$/, { error: "the NAME of an environment variable: letters, digits and _, no digit first" });

/** A tool where an agent names it: a key under `tools`, or `server/tool`. */
export const toolRef = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}(\/[^\s/]{1,200})?$/, {
  error: "a tool is a name under `tools`, or server/tool for one tool of an MCP server",
});
