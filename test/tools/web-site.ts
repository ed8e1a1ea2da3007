import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, createGzip, deflateSync, gzipSync } from "node:zlib";
import { IDLE_STAYS } from "../support/idle-connections.ts";

/** A site on this machine. */
export interface Site {
  readonly port: number;
  readonly paths: readonly string[];
  /** Requests that are not answered in full, and not given up. */
  readonly open: () => number;
  close(): Promise<void>;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export async function startSite(answers: { readonly [path: string]: Answer }, host = "127.0.0.1", port = 0): Promise<Site> {
  const paths: string[] = [];
  let open = 0;
  const server: Server = createServer(IDLE_STAYS, (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site.test");
    paths.push(pathname);
    open++;
    response.on("close", () => open--);
    response.on("error", () => undefined); // The client hangs up; some tests are about that.
    (answers[pathname] ?? ((_, missing) => void missing.writeHead(404, HTML).end("<p>No such page.")))(request, response);
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    paths,
    open: () => open,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const HTML = { "content-type": "text/html; charset=utf-8" };
const TEXT = { "content-type": "text/plain" };
export const page = (body: string | Buffer, headers: { readonly [name: string]: string } = HTML): Answer => {
  return (_, response) => void response.writeHead(200, headers).end(body);
};
export const redirect = (location: string | (() => string), status = 302): Answer => {
  return (_, response) => void response.writeHead(status, { location: typeof location === "string" ? location : location() }).end();
};

/** Writes without an end, as fast as it is read. */
const endless = (headers: { readonly [name: string]: string }, chunk: Buffer): Answer => {
  return (_, response) => {
    response.writeHead(200, headers);
    const write = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on("drain", write);
    write();
  };
};

export const TEN_MB_OF_ZEROS_PACKED = gzipSync(Buffer.alloc(10_000_000));

/** What the site has, good and bad. */
export const answers: { readonly [path: string]: Answer } = {
  "/": page("<title>Home</title><h1>Welcome</h1><p>Read <a href='/about'>about us</a>."),
  "/hang": () => undefined,
  "/crash": (_, response) => response.destroy(),
  "/half": (_, response) => {
    response.writeHead(200, { ...TEXT, "content-length": "100" });
    response.write("half of it", () => response.destroy());
  },
  "/flood": page("word ".repeat(100_000), TEXT),
  "/told": page("word ".repeat(100_000), { ...TEXT, "content-length": "500000" }),
  "/drip": (_, response) => {
    response.writeHead(200, TEXT);
    response.write("d");
  },
  "/endless": endless(TEXT, Buffer.alloc(65_536, "x")),
  "/bomb": (_, response) => {
    response.writeHead(200, { ...TEXT, "content-encoding": "gzip" });
    const packed = createGzip();
    packed.pipe(response);
    const zeros = Buffer.alloc(1_000_000);
    response.on("close", () => packed.destroy());
    const write = () => {
      while (!packed.destroyed && packed.write(zeros));
    };
    packed.on("drain", write);
    write();
  },
  "/nothing-packed": endless({ ...TEXT, "content-encoding": "gzip" }, gzipSync("")),
  "/packed": page(TEN_MB_OF_ZEROS_PACKED, { ...TEXT, "content-encoding": "gzip" }),
  "/gzip": page(gzipSync("packed well"), { ...TEXT, "content-encoding": "gzip" }),
  "/br": page(brotliCompressSync("packed well"), { ...TEXT, "content-encoding": "br" }),
  "/deflate": page(deflateSync("packed well"), { ...TEXT, "content-encoding": "deflate" }),
  "/not-gzip": page("not packed at all", { ...TEXT, "content-encoding": "gzip" }),
  "/odd-packing": page("?", { ...TEXT, "content-encoding": "rar" }),
  "/json": page('{"a": 1}', { "content-type": "application/vnd.api+json" }),
  "/image": page(Buffer.alloc(100), { "content-type": "image/png" }),
  "/unsaid": page("plain words", {}),
  "/unsaid-binary": page(Buffer.from([80, 75, 3, 4, 0, 0]), {}),
  "/latin1": page(Buffer.from("<p>caf\xe9", "latin1"), { "content-type": "text/html; charset=ISO-8859-1" }),
  "/latin1-meta": page(Buffer.from("<meta charset=windows-1252><p>caf\xe9 \x80", "latin1"), { "content-type": "text/html" }),
  "/latin1-unsaid": page(Buffer.from("<p>caf\xe9", "latin1"), { "content-type": "text/html" }),
  "/utf16": page(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("café", "utf16le")]), TEXT),
  "/utf16-be": page(Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from("café", "utf16le").swap16()]), {}),
  "/marked": page(Buffer.from("\ufeffcafé"), { "content-type": "text/plain; charset=iso-8859-1" }),
  "/xml-latin1": page(Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>caf\xe9</a>', "latin1"), {
    "content-type": "application/xml",
  }),
  "/sjis": page(Buffer.from([0x93, 0xfa, 0x96, 0x7b]), { "content-type": "text/plain; charset=Shift_JIS" }),
  "/says-utf16": page("<meta charset=utf-16><p>café", { "content-type": "text/html" }),
  "/umlauts": page("ä".repeat(1_000), TEXT),
  "/download": page("plain words", { "content-type": "application/octet-stream" }),
  "/download-binary": page(Buffer.from([7, 0, 200]), { "content-type": "application/octet-stream" }),
  "/no-pdf": page("<p>Log in first.", { "content-type": "application/pdf" }),
  "/error-pdf": (_, response) => void response.writeHead(500, { "content-type": "application/pdf" }).end("%PDF-1.7 …"),
  "/odd-charset": page("caf\u00e9", { "content-type": "text/plain; charset=klingon" }),
  "/error": (_, response) => void response.writeHead(503, HTML).end("<p>Back soon."),
  "/headers": (request, response) => void response.writeHead(200, TEXT).end(JSON.stringify(request.headers)),
  "/many-headers": (_, response) => void response.writeHead(200, { ...TEXT, "x-long": "x".repeat(60_000) }).end("?"),
  "/moved": redirect("/", 301),
  "/moved-far": redirect("/moved", 308),
  "/loop": redirect("/loop"),
  "/nowhere": (_, response) => void response.writeHead(302).end("no location"),
};
