import { useSyncExternalStore } from "react";
import type { RunName } from "./api.ts";

/** Where the page is, in its address behind `#`: what is looked at can be kept and sent on. */
export type Address =
  | { readonly page: "runs"; readonly query: URLSearchParams }
  | { readonly page: "run"; readonly run: RunName; readonly at: number | undefined }
  /** A run and a fork of it, side by side. */
  | { readonly page: "forked"; readonly run: RunName; readonly fork: RunName }
  | { readonly page: "teams"; readonly workspace: string | undefined }
  /** `name`: nothing for a new one; `from`: of what it begins, such as `team:coding`, `example:debate` or `run:THREAD#1`. */
  | { readonly page: "team"; readonly workspace: string; readonly name: string | undefined; readonly from: string | undefined }
  | { readonly page: "costs" | "quality" | "evaluations"; readonly query: URLSearchParams }
  | { readonly page: "evaluation"; readonly id: string; readonly query: URLSearchParams };

const PAGES = ["costs", "quality", "evaluations"] as const;

export function readAddress(hash: string): Address {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?");
  const params = new URLSearchParams(query);
  const [, thread, seq] = /^\/run\/([^/]+)\/(\d{1,9})$/.exec(path) ?? [];
  const at = /^\d{1,9}$/.exec(params.get("at") ?? "")?.[0];
  const [, first, firstSeq, second, secondSeq] = /^\/forked\/([^/]+)\/(\d{1,9})\/([^/]+)\/(\d{1,9})$/.exec(path) ?? [];
  if (first !== undefined && second !== undefined)
    return {
      page: "forked",
      run: { thread: decoded(first), seq: Number(firstSeq) },
      fork: { thread: decoded(second), seq: Number(secondSeq) },
    };
  if (path === "/teams") return { page: "teams", workspace: params.get("workspace") ?? undefined };
  const [, workspace, team] = /^\/team\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  if (workspace !== undefined)
    return {
      page: "team",
      workspace: decoded(workspace),
      name: team === undefined ? undefined : decoded(team),
      from: params.get("from") ?? undefined,
    };
  const [, evaluation] = /^\/evaluations\/([^/]+)$/.exec(path) ?? [];
  const page = PAGES.find((one) => path === `/${one}`);
  if (evaluation !== undefined) return { page: "evaluation", id: decoded(evaluation), query: params };
  if (page) return { page, query: params };
  if (thread === undefined) return { page: "runs", query: params };
  return { page: "run", run: { thread: decoded(thread), seq: Number(seq) }, at: at === undefined ? undefined : Number(at) };
}

export const runHref = ({ thread, seq }: RunName, at?: number): string =>
  `#/run/${encodeURIComponent(thread)}/${seq}${at === undefined ? "" : `?at=${at}`}`;

export const forkedHref = (run: RunName, fork: RunName): string =>
  `#/forked/${[run, fork].map(({ thread, seq }) => `${encodeURIComponent(thread)}/${seq}`).join("/")}`;

export const teamsHref = (workspace: string): string => `#/teams?${new URLSearchParams({ workspace })}`;

export const teamHref = (workspace: string, name: string): string => `#/team/${encodeURIComponent(workspace)}/${encodeURIComponent(name)}`;

export const newTeamHref = (workspace: string, from?: string): string =>
  `#/team/${encodeURIComponent(workspace)}${from === undefined ? "" : `?${new URLSearchParams({ from })}`}`;

export const pageHref = (page: (typeof PAGES)[number], query: URLSearchParams): string => `#/${page}${query.size > 0 ? `?${query}` : ""}`;

export const evaluationHref = (id: string, query = new URLSearchParams()): string =>
  `#/evaluations/${encodeURIComponent(id)}${query.size > 0 ? `?${query}` : ""}`;

export const listHref = (query: URLSearchParams): string => (query.size > 0 ? `#/?${query}` : "#/");

/** Whether the page is at this run, at whatever point. */
export function isAtRun({ thread, seq }: RunName): boolean {
  const address = readAddress(location.hash);
  return address.page === "run" && address.run.thread === thread && address.run.seq === seq;
}

/** Without a step back in the history: what is typed or moved is no other page. */
export function replaceAddress(href: string): void {
  history.replaceState(null, "", href);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export function useHash(): string {
  return useSyncExternalStore(
    (hear) => {
      addEventListener("hashchange", hear);
      return () => removeEventListener("hashchange", hear);
    },
    () => location.hash,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
