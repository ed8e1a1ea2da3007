import { WebClient } from "@slack/web-api";
import { WORTHLESS } from "../api/token-source.ts";
import { clientOptions, slackErrorCode } from "../api/web-client.ts";

const ASK_TIMEOUT_MS = 15_000;

/** Whether Slack takes a token; `unknown` while it cannot be asked. Never rejects. */
export async function worksAt(apiUrl: string | undefined, token: string): Promise<"yes" | "no" | "unknown"> {
  try {
    const options = { ...clientOptions(apiUrl), timeout: ASK_TIMEOUT_MS, retryConfig: { retries: 0 } };
    await new WebClient(token, options).auth.test();
    return "yes";
  } catch (error) {
    return WORTHLESS.has(slackErrorCode(error) ?? "") ? "no" : "unknown";
  }
}
