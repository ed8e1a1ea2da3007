import { z } from "zod";

/** A page of a server's tools, not checked. */
export const ToolsPage = z.object({ tools: z.array(z.unknown()), nextCursor: z.string().nullish() });

/** One part where a list of them is wanted. */
const isPart = (content: unknown): boolean => typeof content === "object" && content !== null && !Array.isArray(content);

/** As open as can be: a part of an unknown kind is no reason to lose the others. */
export const CallResult = z.object({
  content: z.preprocess(
    (content) => (typeof content === "string" || isPart(content) ? [content] : content),
    z.array(z.unknown()).nullish(),
  ),
  structuredContent: z.unknown().optional(),
  toolResult: z.unknown().optional(),
  task: z.unknown().optional(),
  isError: z.boolean().nullish(),
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
export type McpCallResult = z.output<typeof CallResult>;
