import { readFileSync } from "node:fs";
import http from "node:http";
import { basename, dirname, join, posix, relative, resolve, sep } from "node:path";
import { rolldown } from "rolldown";

const ROOT = resolve(import.meta.dirname, "..");

/** What is a program or a module of its own: others import it, it is started as a process, or an extension's import leads there. */
const ENTRIES = [
  "src/cli/main.ts",
  "src/index.ts",
  "src/index-engine.ts",
  "src/index-store.ts",
  "src/index-testing.ts",
  "src/documents/parser-process.ts",
];

/**
 * What is loaded together stands together, in one file for all that these need besides those before: to find and read a file takes half a
 * millisecond, and what everybody shares with somebody is a hundred of them.
 */
const ROOMS = ["src/cli/main.ts", "src/index-engine.ts", "src/index.ts", "src/config/load.ts", "src/parley.ts", "src/slack/open-slack.ts"];
/** The words for mistakes in other languages, which are there for who asks for them. */
const LOCALES = /[\\/]zod[\\/]v4[\\/]locales[\\/](?!en\.)/;

/** Read in by another program than Node, so it stands alone. */
const GUEST = "src/sandbox/wasm/guest.ts";

/** A package with a binary, one that is optional, or one that is read as files, is found where it is installed. */
const { peerDependencies, optionalDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const OUTSIDE = new Set(["better-sqlite3", "cpu-features", "ssh2", "bufferutil", "utf-8-validate", "vitest", ...Object.keys({ ...peerDependencies, ...optionalDependencies })]); // prettier-ignore
const packageOf = (specifier) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

/**
 * Makes of the sources and the packages that they use a few files in `out`: entries where the compiler would put them, what they share in
 * `out/lib`. Starting takes a fraction of what 1,500 files take. What is loaded when it is needed stays apart.
 */
export async function bundle(out) {
  const shared = {
    cwd: ROOT,
    platform: "node",
    external: (id) => id.startsWith("node:") || OUTSIDE.has(packageOf(id)),
    // A package that looks for something optional says so in ways that are no news here.
    logLevel: "silent",
  };
  const rooms = togetherByRoom();
  const build = await rolldown({
    ...shared,
    input: Object.fromEntries(ENTRIES.map((file) => [file.replace(/\.ts$/, ""), join(ROOT, file)])),
    external: (id) => id !== HTTP && shared.external(id),
    plugins: [httpWithoutFetch(), keepPlaces(), rooms.plugin],
  });
  await build.write({
    dir: out,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "lib/[name]-[hash].js",
    codeSplitting: { groups: rooms.groups },
  });
  await build.close();
  const guest = await rolldown({ ...shared, input: join(ROOT, GUEST) });
  await guest.write({ file: join(out, GUEST.replace(/\.ts$/, ".js")), format: "esm" });
  await guest.close();
}

/** Each module that is no entry is in the first of the {@link ROOMS} that imports it, over however many others; what is imported when it is needed is in none. */
function togetherByRoom() {
  const roomOf = new Map();
  const entries = new Set(ENTRIES.map((file) => join(ROOT, file)));
  return {
    plugin: {
      name: "together-by-room",
      buildEnd() {
        for (const room of ROOMS) {
          const reached = new Set([join(ROOT, room)]);
          // A set is walked on to what is added meanwhile.
          for (const id of reached) {
            for (const imported of this.getModuleInfo(id)?.importedIds ?? []) reached.add(imported);
            if (!roomOf.has(id)) roomOf.set(id, room);
          }
        }
      },
    },
    groups: [
      { name: "zod-locales", test: LOCALES },
      ...ROOMS.map((room) => ({ name: `with-${basename(room, ".ts")}`, test: (id) => roomOf.get(id) === room && !entries.has(id) })),
    ].map((group, index, all) => ({ ...group, priority: all.length - index })),
  };
}

const HTTP = "node:http";
const HTTP_ALONE = "\0http-alone";
/** Exports that load Node's `fetch` and all that belongs to it when they are looked at. */
const OF_FETCH = new Set(["WebSocket", "CloseEvent", "MessageEvent"]);

/** An `import` of Node's HTTP looks at each of its exports, those of `fetch` too: half of what a process takes to start. What nobody here uses is left out. */
function httpWithoutFetch() {
  const names = Object.keys(http).filter((name) => !OF_FETCH.has(name));
  return {
    name: "http-without-fetch",
    resolveId: (id, _importer, { kind }) =>
      id === HTTP && kind !== "require-call" ? HTTP_ALONE : id === HTTP ? { id, external: true } : null,
    load: (id) =>
      id === HTTP_ALONE
        ? `const http = process.getBuiltinModule("node:http");\nexport default http;\nexport const { ${names.join(", ")} } = http;\n`
        : null,
  };
}

/**
 * A module that looks for a file beside itself finds it where it would be without being put together with others: its address is the one that
 * the compiler's output has.
 */
function keepPlaces() {
  const word = /__place_of_(\w+)__/g;
  const places = [];
  return {
    name: "keep-places",
    transform(code, id) {
      const path = relative(ROOT, id);
      if (path.startsWith("..") || path.startsWith("node_modules") || !code.includes("import.meta.")) return null;
      const index = places.push(path.split(sep).join("/").replace(/\.ts$/, ".js")) - 1;
      return {
        code: code
          .replaceAll("import.meta.dirname", `__place_of_dirname_${index}__`)
          .replaceAll("import.meta.url", `__place_of_url_${index}__`),
        map: null,
      };
    },
    renderChunk(code, chunk) {
      if (!code.includes("__place_of_")) return null;
      return code.replace(word, (_, what) => {
        const [kind, index] = what.split("_");
        const to = posix.relative(posix.dirname(chunk.fileName), places[Number(index)]);
        return kind === "url"
          ? `new URL(${JSON.stringify(to)}, import.meta.url).href`
          : `${RESOLVE}(import.meta.dirname, ${JSON.stringify(dirname(to))})`;
      });
    },
  };
}
const RESOLVE = `process.getBuiltinModule("node:path").resolve`;
