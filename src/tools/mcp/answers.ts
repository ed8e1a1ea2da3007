import type { StandardSchemaV1 } from "@modelcontextprotocol/client";
import { z } from "zod";

/** A page of a server's tools, not checked. Go writes null for a list without entries; a mark for the next page may be a number. */
export const ToolsPage = z.object({
  tools: z
    .array(z.unknown())
    .nullable()
    .transform((tools) => tools ?? []),
  nextCursor: z.union([z.string(), z.number()]).nullish(),
});

/** One part where a list of them is wanted. */
const isPart = (content: unknown): boolean => typeof content === "object" && content !== null && !Array.isArray(content);

/** As open as can be: a part of an unknown kind is no reason to lose the others. */
const AnyCallResult = z.object({
  content: z.preprocess(
    (content) => (typeof content === "string" || isPart(content) ? [content] : content),
    z.array(z.unknown()).nullish(),
  ),
  structuredContent: z.unknown().optional(),
  toolResult: z.unknown().optional(),
  task: z.unknown().optional(),
  isError: z
    .unknown()
    .transform((flag) => flag === true || flag === 1 || String(flag).toLowerCase() === "true")
    .optional(),
  /** What a server of the newest protocol wants to be told before it goes on. */
  inputRequests: z
    .record(
      z.string(),
      z.object({ method: z.string(), params: z.looseObject({ message: z.string().nullish() }).nullish().catch(undefined) }),
    )
    .nullish()
    .catch(undefined),
  requestState: z.string().nullish().catch(undefined),
});
export type McpCallResult = z.output<typeof AnyCallResult>;

/** What a call gives. Most results are as they should be, and a look by hand tells: the schema costs as much as the rest of a call's way through here. */
export const CallResult: StandardSchemaV1<unknown, McpCallResult> = {
  "~standard": {
    version: 1,
    vendor: "parley",
    validate(value: unknown) {
      const result = asItShouldBe(value);
      return result ? { value: result } : AnyCallResult["~standard"].validate(value);
    },
  },
};

/** As the schema above would give it; nothing where it has to look itself. */
function asItShouldBe(value: unknown): McpCallResult | undefined {
  if (!isPart(value)) return undefined;
  const { content, structuredContent, toolResult, task, isError, inputRequests, requestState } = value as {
    readonly [key: string]: unknown;
  };
  const isFlag = isError === undefined || typeof isError === "boolean";
  if (!Array.isArray(content) || !isFlag || inputRequests !== undefined || requestState !== undefined) return undefined;
  return { content: content as unknown[], structuredContent, toolResult, task, isError: isError === true };
}
