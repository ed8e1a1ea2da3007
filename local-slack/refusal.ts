/** `ok: false` and why, as Slack's methods refuse; the HTTP status is still 200, as Slack's is. */
export interface Refusal {
  readonly ok: false;
  /** One of Slack's error codes. */
  readonly error: string;
  readonly [detail: string]: unknown;
}

export function refuse(error: string, details: { readonly [detail: string]: unknown } = {}): Refusal {
  return { ok: false, error, ...details };
}

export function isRefusal(value: unknown): value is Refusal {
  return (
    typeof value === "object" &&
    value !== null &&
    "ok" in value &&
    value.ok === false &&
    "error" in value &&
    typeof value.error === "string"
  );
}
