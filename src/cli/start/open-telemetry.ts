import { randomUUID } from "node:crypto";
import type { Meter, Tracer } from "@opentelemetry/api";
import { ConfigError } from "../../config/config-error.ts";
import type { Env } from "../../config/env.ts";
import type { Role } from "../../engine/role.ts";

export interface OpenTelemetry {
  readonly tracer: Tracer;
  readonly meter: Meter;
  /** Whether spans hold what was said; only where OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT is `true`. */
  readonly contents: boolean;
  /** Sends what is left; gives up after {@link SHUTDOWN_TIMEOUT_MS}. */
  shutdown(): Promise<void>;
}

const PACKAGES = [
  "@opentelemetry/sdk-trace",
  "@opentelemetry/sdk-metrics",
  "@opentelemetry/resources",
  "@opentelemetry/exporter-trace-otlp-http",
  "@opentelemetry/exporter-metrics-otlp-http",
];
const EXPORT_TIMEOUT_MS = 10_000;
const SHUTDOWN_TIMEOUT_MS = 3_000; // Of the ten seconds that a stop has.
const SPANS_WAITING_MAX = 10_000; // A collector that is away must not fill the memory; what is more is dropped.
const SPANS_A_REQUEST_MAX = 512;

/**
 * OpenTelemetry over OTLP/HTTP to the collector that the environment names, in its own variables (OTEL_EXPORTER_OTLP_ENDPOINT, _HEADERS,
 * OTEL_SERVICE_NAME); `undefined` where it names none. Throws {@link ConfigError} where the optional packages are missing.
 */
export async function startOpenTelemetry(env: Env, role: Role = "all"): Promise<OpenTelemetry | undefined> {
  const endpoint = env["OTEL_EXPORTER_OTLP_ENDPOINT"]?.trim();
  if (!endpoint || env["OTEL_SDK_DISABLED"] === "true") return undefined;
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ""))
    throw mistake("OTEL_EXPORTER_OTLP_ENDPOINT", "is no address; give that of a collector, such as http://127.0.0.1:4318.");
  const {
    TracerProvider,
    BatchSpanProcessor,
    MeterProvider,
    PeriodicExportingMetricReader,
    resourceFromAttributes,
    OTLPTraceExporter,
    OTLPMetricExporter,
  } = await loadSdk();
  const resource = resourceFromAttributes({
    "service.name": env["OTEL_SERVICE_NAME"]?.trim() || "parley",
    // Of several processes, which one, and what it does.
    "service.instance.id": randomUUID(),
    "parley.role": role,
  });
  const target = (path: string) => ({
    url: `${endpoint.replace(/\/$/, "")}/v1/${path}`,
    headers: headersOf(env["OTEL_EXPORTER_OTLP_HEADERS"] ?? ""),
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const traces = new TracerProvider({
    resource,
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter(target("traces")),
        maxQueueSize: SPANS_WAITING_MAX,
        maxExportBatchSize: SPANS_A_REQUEST_MAX,
      }),
    ],
  });
  const metrics = new MeterProvider({
    resource,
    readers: [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(target("metrics")) })],
  });
  return {
    tracer: traces.getTracer("parley"),
    meter: metrics.getMeter("parley"),
    contents: env["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] === "true",
    async shutdown() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, SHUTDOWN_TIMEOUT_MS)));
      await Promise.race([Promise.allSettled([traces.shutdown(), metrics.shutdown()]), late]);
      clearTimeout(timer);
    },
  };
}

async function loadSdk() {
  try {
    const [trace, metrics, resources, toTraces, toMetrics] = await Promise.all([
      import("@opentelemetry/sdk-trace"),
      import("@opentelemetry/sdk-metrics"),
      import("@opentelemetry/resources"),
      import("@opentelemetry/exporter-trace-otlp-http"),
      import("@opentelemetry/exporter-metrics-otlp-http"),
    ]);
    return { ...trace, ...metrics, ...resources, ...toTraces, ...toMetrics };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw mistake(
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      `is set, and the packages that send there are not installed: npm install ${PACKAGES.join(" ")}`,
    );
  }
}

/** `name=value,name=value`, percent-encoded, as OpenTelemetry has it. */
function headersOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(",").flatMap((pair) => {
      const [name = "", ...value] = pair.split("=");
      return name.trim() && value.length > 0 ? [[name.trim(), decoded(value.join("=").trim())]] : [];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const mistake = (path: string, message: string): ConfigError => new ConfigError([{ file: "environment", path, message }]);
