import { httpFetch } from "../http-fetch.ts";
import { saidIn, type Said } from "./said.ts";

const BODY_CHARS_MAX = 65_536; // Pages of HTML may be long; the reason is at the beginning.

/** For a provider's SDK: what an answer says that is no success is kept as it came, since the SDK keeps no other shape than its provider's. */
export const fetchKeepingRefusals: typeof fetch = async (input, init) => {
  const response = await httpFetch(input, init);
  if (response.ok || response.body === null) return response;
  const text = await beginningOf(response.body);
  const said = response.status < 400 ? elsewhere(response, input) : saidIn(text);
  const headers = new Headers(response.headers);
  for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  headers.set("content-type", "application/json");
  return new Response(JSON.stringify({ error: { message: said.message, said } }), { status: response.status, headers });
};

/** What comes behind it is read no further: it need not have an end. */
async function beginningOf(body: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const part of body) {
    text += decoder.decode(part, { stream: true });
    if (text.length >= BODY_CHARS_MAX) return text.slice(0, BODY_CHARS_MAX);
  }
  return text + decoder.decode();
}

/** A key is not carried to where a server points; people may take the address over. */
function elsewhere({ headers }: Response, asked: Parameters<typeof fetch>[0]): Said {
  const to = headers.get("location") ?? "";
  const from = typeof asked === "string" ? asked : asked instanceof URL ? asked.href : asked.url;
  const address = URL.canParse(to, from) ? new URL(to, from) : undefined;
  return { message: `the server points elsewhere${address ? `: to ${address.origin}${address.pathname}` : ""}`, codes: [] };
}
