/** The page's side of protocol.ts: three ways to talk to the server, and the stream of changes. */
const HEADERS = { "X-Parley-Page": "1" };
const RETRY_MS = 1000;
const RETRY_MS_MAX = 10_000; // A restarted server is found again within this.

export async function fetchState(as) {
  const response = await fetch(`/page/state${query({ as })}`, { headers: HEADERS });
  if (!response.ok) throw new Error(`The server answered ${response.status} to /page/state.`);
  return response.json();
}

/** POST /page/VERB; a failure of the network is an answer like any other. */
export async function send(verb, body) {
  try {
    const response = await fetch(`/page/${verb}`, {
      method: "POST",
      headers: { ...HEADERS, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return await answer(response);
  } catch {
    return { ok: false, error: "The local Slack cannot be reached. Is it still running?" };
  }
}

export async function upload({ as, channel, threadTs, file }) {
  const path = `/page/upload${query({ as, channel, thread_ts: threadTs, name: file.name })}`;
  try {
    return await answer(
      await fetch(path, { method: "POST", headers: { ...HEADERS, "Content-Type": "application/octet-stream" }, body: file }),
    );
  } catch {
    return { ok: false, error: `${file.name} could not be sent: the local Slack cannot be reached.` };
  }
}

async function answer(response) {
  const body = await response.json().catch(() => undefined);
  if (body && typeof body === "object") return "ok" in body ? body : { ...body, ok: response.ok };
  return { ok: false, error: `The server answered ${response.status}.` };
}

function query(parameters) {
  const known = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== "");
  return known.length > 0 ? `?${new URLSearchParams(known)}` : "";
}

/** Follows the changes for ever; `onOpen` after each (re)connection, as changes may have been missed before it. */
export function follow(as, { onOpen, onChange, onLost }) {
  let retryMs = RETRY_MS;
  const connect = () => {
    const source = new EventSource(`/page/changes${query({ as })}`);
    source.onopen = () => {
      retryMs = RETRY_MS;
      onOpen();
    };
    source.onmessage = (event) => {
      const change = parse(event.data);
      if (change) onChange(change);
    };
    source.onerror = () => {
      source.close();
      onLost();
      setTimeout(connect, retryMs);
      retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
    };
  };
  connect();
}

function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
