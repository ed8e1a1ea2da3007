/**
 * A process of its own, in which a document of whomever is taken apart: what breaks, hangs or grows in it, ends here. Its parent gives it one
 * document; a thread parses it, and the process itself looks after the thread's memory, for in it no timer runs while a parser works.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { DocumentText } from "./document.ts";
import { OUT_OF_MEMORY, type ParserRequest } from "./parser-protocol.ts";

/** Memory is looked at so often. */
const LOOK_MS = 20;

if (isMainThread) process.once("message", (request: ParserRequest) => supervise(request));
else
  void parse(workerData as ParserRequest).then(
    (text) => parentPort?.postMessage(text),
    (error: unknown) => parentPort?.postMessage({ kind: "unread", why: reasonOf(error) } satisfies DocumentText),
  );

function supervise(request: ParserRequest): void {
  const worker = new Worker(new URL(import.meta.url), { workerData: request, resourceLimits: { maxOldGenerationSizeMb: 256 } });
  setInterval(() => {
    if (process.memoryUsage.rss() > request.memoryBytesMax) process.exit(OUT_OF_MEMORY);
  }, LOOK_MS).unref();
  const answer = (text: DocumentText) => process.send?.(text, () => process.exit(0));
  worker.on("message", answer);
  // Out of its own memory, for one.
  worker.on("error", () => process.exit(OUT_OF_MEMORY));
  process.on("disconnect", () => process.exit(0));
}

async function parse({ kind, content, charsMax }: ParserRequest): Promise<DocumentText> {
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
  }
}

/** What a parser says of a broken file helps nobody; a few things do. */
function reasonOf(error: unknown): string {
  const { name = "", message = "" } = error instanceof Error ? error : {};
  if (error?.constructor.name === "TooLarge") return message;
  if (name === "PasswordException" || /password|encrypted/i.test(message)) return "it is locked by a password";
  return "it is damaged, or not what it says it is";
}
