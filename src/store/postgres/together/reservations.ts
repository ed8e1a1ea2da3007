import { randomUUID } from "node:crypto";
import type { CallCost, Reserved, Store } from "../../store.ts";
import type { Connection } from "../server/connection.ts";
import type { Changes } from "./changes.ts";
import type { Membership } from "./membership.ts";

/** What all processes have set aside for calls. */
export interface Reservations extends Pick<Store, "reserve" | "callEnded"> {
  /** Something may be free by now in this workspace, or in any: those who wait look again, in the order in which they came. */
  look(workspace?: string): void;
  close(): void;
}

interface Waiter {
  readonly call: CallCost;
  readonly go: (reserved: Reserved | Promise<never>) => void;
}

/** What each budget has been spent, and what is set aside of it: as of one instant, so that a call is counted once while it is settled. */
const STANDING = `
  SELECT budget.n, coalesce(max(spent.usd), 0) + coalesce(sum(held.cost), 0) AS spent, coalesce(sum(held.usd) FILTER (WHERE held.cost IS NULL), 0) AS under_way
  FROM unnest($3::text[]) WITH ORDINALITY AS budget (account, n)
    LEFT JOIN spent ON spent.workspace = $1 AND spent.day = $2 AND spent.account = budget.account
    LEFT JOIN reservations AS held ON held.workspace = $1 AND held.day = $2 AND budget.account = ANY(held.accounts)
  GROUP BY budget.n ORDER BY budget.n`;

export function createReservations(
  { transaction }: Pick<Connection, "transaction">,
  { changes, membership }: { readonly changes: Pick<Changes, "make">; readonly membership: () => Pick<Membership, "as"> },
): Reservations {
  const waiting = new Set<Waiter>();
  let looking = false;
  /** In these workspaces those who wait are to look again. */
  const asked = new Set<string>();
  let isOpen = true;

  /** What is to be told now; nothing where it waits. */
  async function tried({ workspace, day, usd, budgets }: CallCost): Promise<Reserved | undefined> {
    const accounts = budgets.map(({ account }) => account);
    const reservation = randomUUID();
    const told = membership().as((owner) =>
      transaction(async (within): Promise<Reserved | undefined> => {
        // Who asks for the same day's money asks behind it.
        await within("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`money/${workspace}/${day}`]);
        const standing = await within<{ spent: number; under_way: number }>(STANDING, [workspace, day, accounts]);
        let isFree = true;
        for (const [index, { account, limit }] of budgets.entries()) {
          const { spent = 0, under_way: underWay = 0 } = standing[index] ?? {};
          if (spent >= limit) return { kind: "used up", account, spent };
          if (spent + underWay >= limit) isFree = false;
        }
        if (!isFree) return undefined;
        await within("INSERT INTO reservations (id, owner, workspace, day, usd, accounts) VALUES ($1, $2, $3, $4, $5, $6)", [
          reservation,
          owner,
          workspace,
          day,
          usd,
          accounts,
        ]);
        return { kind: "reserved", reservation };
      }),
    );
    return told.catch((error: unknown) => {
      // Perhaps the answer alone was lost, and nobody would know of it.
      letGo(reservation);
      throw error;
    });
  }

  /** What is set aside while it is not needed keeps others waiting: it is let go as soon as that can be said. */
  function later(work: () => Promise<unknown>): void {
    setTimeout(() => {
      if (isOpen) work().catch(() => later(work));
    }, AGAIN_MS).unref();
  }

  function letGo(reservation: string): void {
    const drops = () => drop(reservation);
    drops().catch(() => later(drops));
  }

  const drop = (reservation: string): Promise<unknown> =>
    changes.make({
      parts: "made AS (DELETE FROM reservations WHERE id = $1 RETURNING workspace)",
      values: [reservation],
      change: { kind: "money" },
      columns: ["workspace"],
    });

  const cost = (reservation: string, usd: number): Promise<unknown> =>
    changes.make({
      parts: "made AS (UPDATE reservations SET cost = $2 WHERE id = $1 RETURNING workspace)",
      values: [reservation, usd],
      change: { kind: "money" },
      columns: ["workspace"],
    });

  async function lookThrough(): Promise<void> {
    if (looking) return;
    looking = true;
    while (asked.size > 0) {
      const [workspace = ""] = asked;
      asked.delete(workspace);
      for (const waiter of waiting) {
        if (waiter.call.workspace !== workspace) continue;
        try {
          const told = await tried(waiter.call);
          if (!told) continue;
          if (waiting.has(waiter)) waiter.go(told);
          else if (told.kind === "reserved") letGo(told.reservation);
        } catch (error) {
          // What cannot be read is told to whoever asks, and to no other.
          if (waiting.has(waiter)) waiter.go(Promise.reject(error as Error));
        }
      }
    }
    looking = false;
  }

  function look(workspace?: string): void {
    for (const { call } of waiting) if (workspace === undefined || call.workspace === workspace) asked.add(call.workspace);
    void lookThrough();
  }

  return {
    async reserve(call, signal) {
      if (signal.aborted) return { kind: "aborted" };
      const told = new Promise<Reserved>((resolve) => {
        const go: Waiter["go"] = (reserved) => {
          waiting.delete(waiter);
          signal.removeEventListener("abort", gone);
          resolve(reserved);
        };
        const gone = () => go({ kind: "aborted" });
        const waiter: Waiter = { call, go };
        waiting.add(waiter);
        signal.addEventListener("abort", gone, { once: true });
      });
      // In line before it looks, so that it hears of whatever is let go meanwhile.
      look(call.workspace);
      return told;
    },
    async callEnded(reservation, usd) {
      const told = () => (usd <= 0 ? drop(reservation) : cost(reservation, usd));
      await told().catch((error: unknown) => {
        later(told);
        throw error;
      });
    },
    look,
    close() {
      isOpen = false;
      for (const waiter of waiting) waiter.go({ kind: "aborted" });
    },
  };
}

const AGAIN_MS = 1_000;
