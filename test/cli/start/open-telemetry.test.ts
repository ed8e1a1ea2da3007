import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { startOpenTelemetry } from "../../../src/cli/start/open-telemetry.ts";
import { IDLE_STAYS } from "../../support/idle-connections.ts";

/** A collector that keeps what it is sent. */
async function collector(): Promise<{ readonly url: string; readonly got: { path: string; key: unknown; body: string }[] }> {
  const got: { path: string; key: unknown; body: string }[] = [];
  const server = createServer(IDLE_STAYS, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      got.push({ path: request.url ?? "", key: request.headers["x-key"], body: Buffer.concat(chunks).toString() });
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
}

test("nothing is sent anywhere where no collector is named", async () => {
  expect(await startOpenTelemetry({})).toBeUndefined();
  expect(await startOpenTelemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: " " })).toBeUndefined();
  expect(await startOpenTelemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1", OTEL_SDK_DISABLED: "true" })).toBeUndefined();
});

test("spans and metrics reach the collector that the environment names, with its headers, at the latest at the end", async () => {
  const { url, got } = await collector();
  const telemetry = await startOpenTelemetry({
    OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/`,
    OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20key, broken",
    OTEL_SERVICE_NAME: "our parley",
  });
  telemetry?.tracer.startSpan("invoke_workflow pair").end();
  telemetry?.meter.createCounter("parley.runs").add(1);
  expect(telemetry?.contents).toBe(false);
  await telemetry?.shutdown();
  expect(got.map(({ path }) => path).toSorted()).toEqual(["/v1/metrics", "/v1/traces"]);
  expect(new Set(got.map(({ key }) => key))).toEqual(new Set(["a key"]));
  const sent = got.map(({ body }) => body).join("");
  for (const word of ["our parley", "invoke_workflow pair", "parley.runs"]) expect(sent).toContain(word);
});

test("an address that is none is refused at the start, by the variable's name", async () => {
  await expect(startOpenTelemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" })).rejects.toThrow(/OTEL_EXPORTER_OTLP_ENDPOINT/);
});
