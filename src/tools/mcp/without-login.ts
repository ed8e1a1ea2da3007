import type { ToolResult } from "../../engine/tool.ts";
import { failed, type Failed } from "../result.ts";

/** Takes what is secret of a login out of a text. */
type Hide = (text: string) => string;

/** A result without what a server says back of the login that it was given. */
export function withoutLogin(result: ToolResult, { server, hide }: { readonly server: string; readonly hide: Hide }): ToolResult {
  switch (result.kind) {
    case "returned":
      return { ...result, output: hide(result.output) };
    case "failed":
      return failureWithoutLogin(result, hide);
    case "asks": {
      const { text, options = [], state } = result.question;
      // The server is given its state back as it is, and the log keeps it until then.
      if ([state, ...options].some((kept) => hide(kept) !== kept))
        return failed("bad_answer", `The MCP server "${server}" asks a person something that has the login in it. Do without this tool.`);
      return { ...result, question: { ...result.question, text: hide(text) } };
    }
    case "wishes":
      return { ...result, wish: { ...result.wish, args: hide(result.wish.args) } };
  }
}

export const failureWithoutLogin = (failure: Failed, hide: Hide): Failed => ({
  ...failure,
  error: { ...failure.error, message: hide(failure.error.message) },
});
