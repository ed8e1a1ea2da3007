import type {
  ClickRequest,
  ForwardRequest,
  MessageRequest,
  PageChange,
  PageState,
  PostRequest,
  ShortcutRequest,
  SubmitRequest,
} from "../../../local-slack/server/protocol.ts";

/** The page's side of protocol.ts: what it asks of the server, and the stream of changes. */
const HEADERS = { "X-Parley-Page": "1" };
const RETRY_MS = 1000;
const RETRY_MS_MAX = 10_000; // A restarted server is found again within this.

export interface Answer {
  readonly ok: boolean;
  readonly error?: string;
  readonly ts?: string;
  readonly errors?: { readonly [blockId: string]: string };
}

interface Requests {
  readonly post: PostRequest;
  readonly click: ClickRequest;
  readonly submit: SubmitRequest;
  readonly shortcut: ShortcutRequest;
  readonly edit: MessageRequest & { readonly text: string };
  readonly delete: MessageRequest;
  readonly react: MessageRequest & { readonly name: string };
  readonly forward: ForwardRequest;
  readonly model: { readonly as: string; readonly key: string; readonly baseUrl: string };
  readonly "close-modal": { readonly as: string; readonly viewId: string };
  readonly open: { readonly as: string; readonly channel: string; readonly tab: string };
}

/** Throws an error that names the status. */
export async function fetchState(as: string): Promise<PageState> {
  const response = await fetch(`/page/state${query({ as })}`, { headers: HEADERS });
  if (!response.ok) throw new Error(`The server answered ${response.status} to /page/state.`);
  return (await response.json()) as PageState;
}

/** A failure of the network is an answer like any other. */
export async function send<Verb extends keyof Requests>(verb: Verb, body: Requests[Verb]): Promise<Answer> {
  try {
    const headers = { ...HEADERS, "Content-Type": "application/json" };
    return await answerOf(await fetch(`/page/${verb}`, { method: "POST", headers, body: JSON.stringify(body) }));
  } catch {
    return { ok: false, error: "The local Slack cannot be reached. Is it still running?" };
  }
}

export interface Upload {
  readonly as: string;
  readonly channel: string;
  readonly threadTs: string | undefined;
  readonly text: string;
  readonly files: readonly File[];
}

/** One message with its files. */
export async function upload({ as, channel, threadTs, text, files }: Upload): Promise<Answer> {
  const form = new FormData();
  form.append("text", text);
  for (const file of files) form.append("file", file);
  try {
    const path = `/page/upload${query({ as, channel, thread_ts: threadTs })}`;
    return await answerOf(await fetch(path, { method: "POST", headers: HEADERS, body: form }));
  } catch {
    return { ok: false, error: `${files.map(({ name }) => name).join(", ")} could not be sent: the local Slack cannot be reached.` };
  }
}

async function answerOf(response: Response): Promise<Answer> {
  const body: unknown = await response.json().catch(() => undefined);
  if (body === null || typeof body !== "object") return { ok: false, error: `The server answered ${response.status}.` };
  return { ok: response.ok, ...body };
}

function query(parameters: { readonly [name: string]: string | undefined }): string {
  const known = Object.entries(parameters).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return known.length > 0 ? `?${new URLSearchParams(known)}` : "";
}

export interface Follower {
  /** After each (re)connection: changes may have been missed before it. */
  readonly onOpen: () => void;
  readonly onChange: (change: PageChange) => void;
  readonly onLost: () => void;
}

/** Follows the changes for ever. */
export function follow(as: string, { onOpen, onChange, onLost }: Follower): void {
  let retryMs = RETRY_MS;
  const connect = () => {
    const source = new EventSource(`/page/changes${query({ as })}`);
    source.onopen = () => {
      retryMs = RETRY_MS;
      onOpen();
    };
    source.onmessage = (event: MessageEvent<string>) => onChange(JSON.parse(event.data) as PageChange);
    source.onerror = () => {
      source.close();
      onLost();
      setTimeout(connect, retryMs);
      retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
    };
  };
  connect();
}
