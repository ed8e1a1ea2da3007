import { z } from "zod";
import { key, modelRef } from "./names.ts";

const SOURCES_MAX = 20; // Each is asked for at every search.
const GLOBS_MAX = 50;
const glob = z
  .string()
  .min(1)
  .max(300)
  .refine((text) => !text.startsWith("/") && !text.split("/").includes(".."), {
    error: "is no path within the folder; write it as **/*.md or guides/*.pdf",
  });
const globs = z.array(glob).max(GLOBS_MAX);

/** Kinds that hold words, and that are read. */
const READ_BY_DEFAULT = ["**/*.md", "**/*.txt", "**/*.pdf", "**/*.docx", "**/*.xlsx", "**/*.csv"];

const Source = z
  .strictObject({
    name: key.describe("How agents call it."),
    description: z.string().trim().max(300).default("").describe("What is in it, for the agents that may look there."),
    folder: z
      .string()
      .min(1)
      .max(1_000)
      .optional()
      .describe(
        "A folder of this machine, from this file on, with all that is below it. Links are not followed, and what is hidden is left out. Whoever may use the team may be told all of it.",
      ),
    channel: z
      .string()
      .regex(/^(?:[CG][A-Z0-9]{2,20}|#[^\s#,<>]{1,80})$/, { error: "a channel by its name with #, or its id: #project, C0123ABCD" })
      .optional()
      .describe(
        "A channel of Slack that Parley is in: the files that are posted there, and its canvases. Only where everybody who reads a thread may see the channel is anything of it given.",
      ),
    canvas: z
      .string()
      .regex(/^F[A-Z0-9]{2,20}$/, { error: "the id of a canvas, such as F0123ABCD: the last part of its link" })
      .optional()
      .describe("One canvas of Slack, for those who may see a channel in which it is shared."),
    include: globs.min(1).default(READ_BY_DEFAULT).describe("Paths within the folder, with * and **."),
    exclude: globs.default([]).describe("Those that are left out all the same."),
    links: z
      .url({ protocol: /^https?$/, error: "an http or https address" })
      .max(500)
      .optional()
      .describe("The address under which people find the folder: agents link to a file by it. They name its path when absent."),
    filesMax: z
      .int()
      .positive()
      .max(10_000)
      .default(2_000)
      .describe("Files, at most: the first by their names, in Slack the newest; the others are left out."),
    mbMax: z.int().positive().max(4_096).default(200).describe("Mebibytes of all files together, at most."),
    embeddings: modelRef
      .optional()
      .describe(
        "A model of OpenAI, Azure or a compatible server that makes texts into vectors: then passages are found by what they mean, too. By their words alone when absent.",
      ),
    vectorsMax: z
      .int()
      .positive()
      .max(20_000)
      .default(5_000)
      .describe("Passages of which vectors are made, at most; the others are found by their words. Each is compared at every search."),
    touches: z
      .array(z.enum(["private", "untrusted"]))
      .max(2)
      .optional()
      .describe(
        "What its words bring into a conversation. private: they are not for everybody. untrusted: somebody may have written them to deceive agents. Nothing of a folder, private of what lies in Slack when absent.",
      ),
  })
  .refine(({ folder, channel, canvas }) => [folder, channel, canvas].filter((one) => one !== undefined).length === 1, {
    error: "name one of `folder`, `channel` and `canvas`",
  })
  .refine(({ folder, links }) => folder !== undefined || links === undefined, { error: "`links` belongs to a `folder`; Slack has its own" })
  .describe("Documents that are indexed in the database, again as they change.");

export const KnowledgeSources = z
  .array(Source)
  .min(1)
  .max(SOURCES_MAX)
  .refine((sources) => new Set(sources.map(({ name }) => name.toLowerCase())).size === sources.length, {
    error: "two of them have the same name; rename one",
  })
  .describe(
    "What the team's assistants may look things up in, by the tools search_knowledge and read_knowledge: each gives passages, and where people find them.",
  );

export type KnowledgeSettings = z.output<typeof Source>;
