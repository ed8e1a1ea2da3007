import { randomUUID } from "node:crypto";
import type { CallCost, Reserved, Store } from "../store.ts";

/** What is set aside for calls. Of this process, which is the only one: whoever is gone is gone with it. */
export interface Reservations {
  readonly of: (owner: object) => Pick<Store, "reserve" | "callEnded">;
  /** In the breath of the commit that tells what they cost. Those who wait are looked at when all that was committed with it is settled. */
  readonly settle: (reservations: readonly string[]) => void;
  /** Something was spent: those who wait are looked at again, as after {@link Reservations.settle}. */
  readonly spent: () => void;
  /** This opener is gone: what it has set aside is let go. */
  readonly drop: (owner: object) => void;
}

interface Held extends CallCost {
  readonly owner: object;
  /** What it has cost, once that is known: it is as good as spent. */
  readonly cost: number | undefined;
}

interface Waiter {
  readonly owner: object;
  readonly call: CallCost;
  readonly go: (reserved: Reserved | Promise<never>) => void;
}

/** `spentOn`: what the tables say. */
export function createReservations(spentOn: (workspace: string, account: string, day: string) => number): Reservations {
  const held = new Map<string, Held>();
  /** In the order in which they came. */
  const waiting = new Set<Waiter>();
  let isToLook = false;

  function standing({ workspace, day, budgets }: CallCost): "free" | "wait" | Extract<Reserved, { kind: "used up" }> {
    let isFree = true;
    for (const { account, limit } of budgets) {
      let [spent, underWay] = [spentOn(workspace, account, day), 0];
      for (const one of held.values()) {
        if (one.workspace !== workspace || one.day !== day || !one.budgets.some((budget) => budget.account === account)) continue;
        if (one.cost === undefined) underWay += one.usd;
        else spent += one.cost;
      }
      if (spent >= limit) return { kind: "used up", account, spent };
      if (spent + underWay >= limit) isFree = false;
    }
    return isFree ? "free" : "wait";
  }

  /** What is to be told now; nothing where it waits. */
  function tried(owner: object, call: CallCost): Reserved | undefined {
    const now = standing(call);
    if (now === "wait") return undefined;
    if (now !== "free") return now;
    const reservation = randomUUID();
    held.set(reservation, { ...call, owner, cost: undefined });
    return { kind: "reserved", reservation };
  }

  function lookAgain(): void {
    for (const waiter of waiting) {
      try {
        const told = tried(waiter.owner, waiter.call);
        if (told) waiter.go(told);
      } catch (error) {
        // What cannot be read is told to whoever asks, and to no other.
        waiter.go(Promise.reject(error as Error));
      }
    }
  }

  /**
   * Commits that were written together are told one after the other, and the table has the costs of all of them by then: until the last one
   * is settled, its cost would count twice.
   */
  function lookSoon(): void {
    if (isToLook) return;
    isToLook = true;
    queueMicrotask(() => {
      isToLook = false;
      lookAgain();
    });
  }

  function settle(reservations: readonly string[]): void {
    let isLess = false;
    for (const reservation of reservations) isLess = held.delete(reservation) || isLess;
    if (isLess) lookSoon();
  }

  return {
    of: (owner) => ({
      reserve: async (call, signal) => {
        if (signal.aborted) return { kind: "aborted" };
        const told = tried(owner, call);
        if (told) return told;
        return new Promise((resolve) => {
          const go: Waiter["go"] = (reserved) => {
            waiting.delete(waiter);
            signal.removeEventListener("abort", gone);
            resolve(reserved);
          };
          const gone = () => go({ kind: "aborted" });
          const waiter: Waiter = { owner, call, go };
          waiting.add(waiter);
          signal.addEventListener("abort", gone, { once: true });
        });
      },
      callEnded: async (reservation, usd) => {
        const one = held.get(reservation);
        if (!one) return;
        if (usd > 0) held.set(reservation, { ...one, cost: usd });
        else held.delete(reservation);
        lookAgain();
      },
    }),
    settle,
    spent: lookSoon,
    drop(owner) {
      for (const waiter of waiting) if (waiter.owner === owner) waiter.go({ kind: "aborted" });
      settle([...held].flatMap(([reservation, one]) => (one.owner === owner ? [reservation] : [])));
    },
  };
}
