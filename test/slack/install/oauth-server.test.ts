import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { closeDoor, openDoor, portOf } from "../../../src/slack/install/oauth-server.ts";
import type { Server } from "node:http";

let door: Server | undefined;
afterEach(() => closeDoor(door));

const LIMIT_MS = 1_000;
/** Half of what it takes where nobody looks in time: room enough for a machine that is busy. */
const LATE_MS = 15_000;

/** How long a connection lives that says this, and then one letter now and then, for as long as it is let. */
async function livesMs(first: string): Promise<number> {
  door = await openDoor(
    { host: "127.0.0.1", port: 0 },
    "--http",
    (request, response) => {
      request.on("error", () => undefined).resume();
      request.on("end", () => response.end("done"));
    },
    LIMIT_MS,
  );
  const began = performance.now();
  const socket = connect(portOf(door) ?? 0, "127.0.0.1");
  const dribble = setInterval(() => socket.write(first === "" ? "" : "x"), LIMIT_MS / 20);
  socket.on("error", () => undefined);
  socket.write(first);
  await new Promise((resolve) => socket.resume().once("close", resolve));
  clearInterval(dribble);
  return performance.now() - began;
}

test.each([
  ["dribbles its headers", "POST /slack/events HTTP/1.1\r\nhost: x\r\nx-slow: "],
  ["dribbles its body", "POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n"],
  ["says nothing at all", ""],
])("whoever %s is cut off within the time that a request may take", async (_, first) => {
  const ms = await livesMs(first);
  // Without a look in time it would be half a minute.
  expect(ms).toBeLessThan(LATE_MS);
  expect(ms).toBeGreaterThan(LIMIT_MS / 2);
});
