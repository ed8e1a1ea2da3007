import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { systemClock } from "../../../src/engine/clock.ts";
import { manualClock } from "../../support/clock.ts";
import { Inbox } from "../../../src/slack/door/inbox.ts";
import { createReceiver, type SlackReceiver } from "../../../src/slack/door/socket-receiver.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import type { Store } from "../../../src/store/store.ts";
import { eventually } from "../../support/patience.ts";
import { IDLE_STAYS } from "../../support/idle-connections.ts";

/** Slack's end of the wire, where a test can send what it likes. */
interface Wire {
  readonly apiUrl: string;
  readonly sockets: Set<WebSocket>;
  readonly acked: string[];
  send(envelope: object): void;
  close(): Promise<void>;
}

/** `answers`: whether the nth request for an address, from 0, is answered at all. */
async function openWire(answers: (nth: number) => boolean = () => true): Promise<Wire> {
  const sockets = new Set<WebSocket>();
  const acked: string[] = [];
  let requests = 0;
  const http: Server = createServer(IDLE_STAYS, (_, response) => {
    if (!answers(requests++)) return;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/link` }));
  });
  const ws = new WebSocketServer({ server: http });
  ws.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("message", (data) => acked.push((JSON.parse((data as Buffer).toString()) as { envelope_id: string }).envelope_id));
    socket.send(JSON.stringify({ type: "hello" }));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    apiUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}/api/`,
    sockets,
    acked,
    send: (envelope) => [...sockets][0]?.send(JSON.stringify(envelope)),
    async close() {
      for (const socket of sockets) socket.terminate();
      ws.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

let wire: Wire;
let store: Store;
let inbox: Inbox;
let receiver: SlackReceiver;
const handled: unknown[] = [];
const dropped: unknown[] = [];
const onDropped = (one: unknown) => void dropped.push(one);
const problems: string[] = [];
const log = (problem: string) => void problems.push(problem);

beforeEach(async () => {
  handled.length = 0;
  dropped.length = 0;
  problems.length = 0;
  wire = await openWire();
  const opened = openSqlite({ path: ":memory:" });
  ({ store } = opened);
  inbox = new Inbox({ ...opened, clock: systemClock, log, handle: async (body) => void handled.push(body) });
  inbox.open();
  receiver = createReceiver({
    appToken: "xapp-1",
    apiUrl: wire.apiUrl,
    inbox,
    clock: systemClock,
    log,
    onConnected: () => undefined,
    onDropped,
  });
  await receiver.start();
});
afterEach(async () => {
  await receiver.stop();
  await inbox.close();
  await store.close().catch(() => undefined);
  await wire.close();
});

const event = (id: string) => ({
  type: "events_api",
  envelope_id: `envelope-${id}`,
  payload: { type: "event_callback", event_id: id, event: { type: "app_home_opened", user: "U1" } },
});

test("an app_rate_limited notice, which the SDK cannot read, neither ends the process nor deafens it", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  wire.send({ type: "events_api", envelope_id: "limit", payload: { type: "app_rate_limited", minute_rate_limited: 1, team_id: "T1" } });
  wire.send(event("Ev1"));
  await eventually(() => expect(handled).toHaveLength(1));
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
  expect(dropped).toEqual([{ team: "T1", sinceMs: 1_000 }]);
  await eventually(() => expect(wire.acked).toContain("limit"));
  expect(problems).toEqual([]);
});

test("broken JSON, unknown envelopes and binary frames are passed over", async () => {
  for (const socket of wire.sockets) {
    socket.send("{");
    socket.send("null");
    socket.send("[]");
    socket.send(Buffer.from([0, 1, 2]));
    socket.send(JSON.stringify({ type: "nonsense", envelope_id: "n", payload: { deep: [] } }));
  }
  wire.send(event("Ev2"));
  await eventually(() => expect(handled).toHaveLength(1));
});

test("an envelope is acked once it is written down, also when it is known already", async () => {
  wire.send(event("Ev3"));
  wire.send({ ...event("Ev3"), envelope_id: "again" });
  await eventually(() => expect(wire.acked).toEqual(["envelope-Ev3", "again"]));
  await inbox.idle();
  expect(handled).toHaveLength(1);
});

test("what cannot be written down is not acked", async () => {
  await store.close();
  wire.send(event("Ev4"));
  await eventually(() => expect(problems).toContainEqual(expect.stringContaining("was not acked")));
  expect(wire.acked).toEqual([]);
});

test("while one socket reconnects, the other hears", async () => {
  await eventually(() => expect(wire.sockets.size).toBe(2));
  const [first] = wire.sockets;
  first?.send(JSON.stringify({ type: "disconnect", reason: "refresh_requested" }));
  await eventually(() => expect(wire.sockets.has(first as WebSocket)).toBe(false));
  expect(receiver.connected()).toBe(true);
  wire.send(event("Ev5"));
  await eventually(() => expect(wire.acked).toEqual(["envelope-Ev5"]));
  await eventually(() => expect(wire.sockets.size).toBe(2));
});

test("connections that Slack closes again and again are told of once, with the mend", async () => {
  const goodbye = JSON.stringify({ type: "disconnect", reason: "too_many_websockets" });
  await eventually(() => {
    for (const socket of wire.sockets) socket.send(goodbye);
    expect(problems).toContainEqual(
      expect.stringMatching(/just after it was opened \(too_many_websockets\): it allows ten .* SLACK_APP_TOKEN/),
    );
  });
  expect(problems).toHaveLength(1);
});

test("stopping closes both sockets and opens no more", async () => {
  await eventually(() => expect(wire.sockets.size).toBe(2));
  await receiver.stop();
  await eventually(() => expect(wire.sockets.size).toBe(0));
  expect(receiver.connected()).toBe(false);
});

test("stopping does not wait for an address that Slack was asked for and does not give", async () => {
  const clock = manualClock();
  const asked: number[] = [];
  const silent = await openWire((nth) => asked.push(nth) === 1);
  const other = createReceiver({ appToken: "xapp-1", apiUrl: silent.apiUrl, inbox, clock, log, onConnected: () => undefined, onDropped });
  await other.start();
  await eventually(() => expect(asked).toHaveLength(2));
  const stopped = vi.fn();
  void other.stop().then(stopped);
  await eventually(() => expect(silent.sockets.size).toBe(0));
  await clock.advance(2_000);
  await eventually(() => expect(stopped).toHaveBeenCalled());
  await silent.close();
});

test("sockets that are being opened at a stop are no trouble to be told of", async () => {
  const upgrades: Duplex[] = [];
  const slow: Server = createServer(IDLE_STAYS, (_, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${(slow.address() as AddressInfo).port}/link` }));
  });
  slow.on("upgrade", (_request, socket: Duplex) => void upgrades.push(socket.on("error", () => undefined)));
  await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
  const said: string[] = [];
  const apiUrl = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/api/`;
  const opening = createReceiver({ appToken: "xapp-1", apiUrl, inbox, clock: systemClock, log: (line) => void said.push(line), onConnected: () => undefined, onDropped }); // prettier-ignore
  const begun = opening.start();
  begun.catch(() => undefined);
  await eventually(() => expect(upgrades.length).toBeGreaterThan(0));
  await opening.stop();
  for (const socket of upgrades) socket.destroy();
  slow.closeAllConnections();
  await new Promise((resolve) => slow.close(resolve));
  expect(said).toEqual([]);
});

test("where the machine's environment names a proxy for Node, the sockets go through it, too", async () => {
  const through: (string | undefined)[] = [];
  const proxy = createServer(IDLE_STAYS).on("connect", (request, near: Duplex) => {
    through.push(request.url);
    const { hostname, port } = new URL(`http://${request.url}`);
    const far = connect(Number(port), hostname, () => {
      near.write("HTTP/1.1 200 Connection established\r\n\r\n");
      far.pipe(near).pipe(far);
    });
    for (const end of [near, far]) end.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  // For as long as it connects: it looks again and again which hosts are left out.
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const [name, value] of Object.entries({ NODE_USE_ENV_PROXY: "1", http_proxy: address, no_proxy: "" })) vi.stubEnv(name, value);
  const said: string[] = [];
  const behind = createReceiver({ appToken: "xapp-1", apiUrl: wire.apiUrl, inbox, clock: systemClock, log: (line) => void said.push(line), onConnected: () => undefined, onDropped }); // prettier-ignore
  await behind.start();
  // Both sockets of both: nothing is being opened any more.
  await eventually(() => expect(wire.sockets.size).toBe(4));
  expect(through).toEqual(Array(2).fill(new URL(wire.apiUrl).host));
  await behind.stop();
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
  expect(said).toEqual([]);
});
