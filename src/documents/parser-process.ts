/**
 * A process of its own, in which a document of whomever is taken apart: what breaks, hangs or grows in it, ends here. Its parent gives it one
 * document; a thread parses it, and the process itself looks after the thread's memory, for in it no timer runs while a parser works.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { failed, unreadFor } from "./failures.ts";
import { OUT_OF_MEMORY, type ParserAnswer, type ParserRequest } from "./parser-protocol.ts";

/** Memory is looked at so often. */
const LOOK_MS = 20;

if (isMainThread) process.once("message", (request: ParserRequest) => supervise(request));
else
  void parse(workerData as ParserRequest).then(
    (answer) => parentPort?.postMessage(answer),
    (error: unknown) => parentPort?.postMessage(unreadFor(error)),
  );

function supervise(request: ParserRequest): void {
  const worker = new Worker(new URL(import.meta.url), { workerData: request, resourceLimits: { maxOldGenerationSizeMb: 256 } });
  setInterval(() => {
    if (process.memoryUsage.rss() > request.memoryBytesMax) process.exit(OUT_OF_MEMORY);
  }, LOOK_MS).unref();
  let isAnswered = false;
  const answer = (said: ParserAnswer) => {
    if (isAnswered) return;
    isAnswered = true;
    process.send?.(said, () => process.exit(0));
  };
  worker.on("message", answer);
  worker.on("error", (error) => {
    if ("code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY") process.exit(OUT_OF_MEMORY);
    answer(failed(error));
  });
  worker.on("exit", (code) => answer(failed(new Error(`its thread ended with ${code}`))));
  process.on("disconnect", () => process.exit(0));
}

async function parse({ kind, content, charsMax }: ParserRequest): Promise<ParserAnswer> {
  const budget = { charsMax };
  switch (kind) {
    case "pdf":
      return (await import("./pdf.ts")).readPdf(content, budget);
    case "docx":
      return (await import("./word.ts")).readWord(content, budget);
    case "xlsx":
      return (await import("./sheets.ts")).readWorkbook(content, budget);
    case "csv":
      return (await import("./csv.ts")).readCsv(content, budget);
    case "text":
      return (await import("./plain.ts")).readPlain(content, budget) ?? { kind: "no text" };
  }
}
