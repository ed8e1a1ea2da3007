import type { SharedFile } from "../words/payload-parts.ts";
import { apiBase, type Log } from "../api/web-client.ts";

/** The bytes of a file that lies in Slack, or why they cannot be had, as the second half of a sentence. Never rejects. */
export type FileContent = (file: SharedFile, bytesMax: number) => Promise<Uint8Array | string>;

const DOWNLOAD_MS_MAX = 20_000; // Somebody waits for it.

export const LACKS_SCOPE = "a file could not be read: the app lacks the scope files:read; add it and install the app again";

export function createFileContent({
  botToken,
  apiUrl,
  log,
}: {
  readonly botToken: () => Promise<string>;
  readonly apiUrl?: string;
  readonly log: Log;
}): FileContent {
  const api = new URL(apiBase(apiUrl));
  return async (file, bytesMax) => {
    if (file.mode === "tombstone") return "it was deleted";
    if (file.mode === "hidden_by_limit") return "the limits of the workspace hide it";
    if (file.file_access === "access_denied") return "the app has no access to it";
    if ((file.size ?? 0) > bytesMax) return tooLarge(bytesMax);
    const address = URL.parse(file.url_private_download ?? file.url_private ?? "");
    // The token goes to Slack alone: a file that lies elsewhere has an address elsewhere.
    if (!address || !isSlacks(address, api)) return "it does not lie in Slack";
    try {
      const answer = await fetch(address, {
        headers: { Authorization: `Bearer ${await botToken()}` },
        redirect: "manual",
        signal: AbortSignal.timeout(DOWNLOAD_MS_MAX),
      });
      // Without the scope, Slack sends one to a page to sign in.
      if (answer.status >= 300 && answer.status < 400) {
        log(LACKS_SCOPE);
        await answer.body?.cancel();
        return "the app may not read files";
      }
      if (!answer.ok || !answer.body) return `Slack answered ${answer.status}`;
      const parts: Uint8Array[] = [];
      let bytes = 0;
      for await (const part of answer.body) {
        bytes += part.byteLength;
        if (bytes > bytesMax) return tooLarge(bytesMax);
        parts.push(part);
      }
      return Buffer.concat(parts);
    } catch (error) {
      log("a file could not be read", error);
      return "it could not be fetched from Slack";
    }
  };
}

const tooLarge = (bytesMax: number): string => `it is larger than ${Math.floor(bytesMax / 1024 / 1024)} MiB`;

/** Slack's own hosts over TLS, or the very server that is spoken to in its place. */
const isSlacks = (address: URL, api: URL): boolean =>
  address.origin === api.origin ||
  (address.protocol === "https:" && /(^|\.)slack(-gov)?\.com$/.test(address.hostname) && /(^|\.)slack(-gov)?\.com$/.test(api.hostname));
