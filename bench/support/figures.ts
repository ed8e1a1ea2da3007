import { WebSocket } from "ws";

export interface Acks {
  reset(): void;
  p95(): number;
  max(): number;
}

/** From an envelope's way out to its ack, as the Slack of this process sees it. */
export function watchAcks(): Acks {
  const sentAt = new Map<string, number>();
  const times: number[] = [];
  const watched = new WeakSet<WebSocket>();
  const { send } = WebSocket.prototype;
  const idIn = (text: string) => /"envelope_id":"([^"]+)"/.exec(text)?.[1] ?? "";
  WebSocket.prototype.send = function (this: WebSocket, ...args: Parameters<typeof send>) {
    if (!watched.has(this)) {
      watched.add(this);
      this.on("message", (data: Buffer) => {
        const sent = sentAt.get(idIn(data.toString()));
        if (sent !== undefined) times.push(performance.now() - sent);
      });
    }
    if (typeof args[0] === "string" && idIn(args[0]) !== "") sentAt.set(idIn(args[0]), performance.now());
    return send.apply(this, args);
  } as typeof send;
  return {
    reset: () => {
      times.length = 0;
      sentAt.clear();
    },
    p95: () => quantile(times, 0.95),
    max: () => quantile(times, 1),
  };
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
}

export const round = (value: number): number => Math.round(value * 10) / 10;

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}
