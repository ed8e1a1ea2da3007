import {
  LogLevel,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
  type FetchFunction,
  type Logger,
  type WebAPICallResult,
  type WebClientOptions,
} from "@slack/web-api";
import { systemClock, type Clock } from "../../engine/clock.ts";
import { callOnce, type OnceSettings } from "./call-once.ts";
import { answersBy } from "./fetch-answer.ts";
import { knownCode } from "./error-codes.ts";
import { isOursNoMore } from "./while-ours.ts";
import { createLimitedMethods, type LimitedMethods } from "./limited-methods.ts";
import { RUN_OUT, WORTHLESS, type TokenSource } from "./token-source.ts";

/** Where Slack is called; see {@link createWeb}. */
export interface Web {
  /** For calls that may be made twice: reads. One of a method that Slack has limited comes back at once, and holds up no other. */
  readonly read: WebClient;
  /** For calls that must not be made twice by a client on its own: one try, and a 429 comes back at once. */
  readonly write: WebClient;
}

/** A line for the operator. */
export type Log = (problem: string, error?: unknown) => void;

/** A call that has come back, to whoever follows them: with what it was answered, or why it failed. */
export interface Called {
  readonly method: string;
  readonly args: { readonly [name: string]: unknown };
  readonly outcome: { readonly answer: WebAPICallResult } | { readonly error: unknown };
}

const READ_RETRIES = 3;
const READ_RETRY_DELAY_MS_MAX = 10_000;
const READ_TIMEOUT_MS = 15_000;
/** Slack is known to take over ten seconds for a post and still to make it; giving up early would only make the outcome unknown. */
const WRITE_TIMEOUT_MS = 30_000;

const SLACK_API_URL = "https://slack.com/api/";

/**
 * Two clients, because the SDK repeats a call on every 5xx, network error and time-out of its own, and chat.postMessage cannot be told to
 * happen once: what it repeats, people see twice.
 * @throws TypeError when `apiUrl` is not an address.
 */
export function createWeb(options: {
  readonly token: string | TokenSource;
  readonly apiUrl?: string;
  readonly log?: Log;
  readonly writeTimeoutMs?: number;
  /** The machine's own when absent. */
  readonly clock?: Pick<Clock, "now">;
  /** Asked last of all before a call that must not be made twice; where it rejects, the call is not made, and fails like one that was not answered. */
  readonly beforeWriting?: () => Promise<void>;
  /** Told of every call when it has come back, before its caller is; returns at once and throws nothing. */
  readonly onCalled?: (called: Called) => void;
}): Web {
  const onCalled = options.onCalled ?? (() => undefined);
  const source = typeof options.token === "string" ? lasting(options.token) : options.token;
  const logger = sdkLogger(options.log);
  const before = options.beforeWriting && whileHere(options.beforeWriting);
  const client = (more: Omit<ClientOptions, "logger">, limited?: LimitedMethods) =>
    new FollowedClient(
      { onCalled, source, limited },
      { ...clientOptions(options.apiUrl, options.log), logger, allowAbsoluteUrls: false, ...more },
    );
  // The SDK's own way with a 429 stops every call of the client for as long as one method is limited.
  const rejectRateLimitedCalls = true;
  return {
    read: client(
      {
        fetch: answersBy({ timeoutMs: READ_TIMEOUT_MS, compressed: true }),
        retryConfig: { retries: READ_RETRIES, minTimeout: 500, maxTimeout: READ_RETRY_DELAY_MS_MAX, randomize: true },
        rejectRateLimitedCalls,
      },
      createLimitedMethods(options.clock ?? systemClock),
    ),
    write: client({
      fetch: asking(before, answersBy({ timeoutMs: options.writeTimeoutMs ?? WRITE_TIMEOUT_MS, beforeLate: before })),
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls,
    }),
  };
}

type ClientOptions = WebClientOptions & Required<Pick<WebClientOptions, "fetch" | "retryConfig" | "logger">>;

/**
 * All methods of the SDK's client go through `apiCall`. It asks for the token at each call, and once more where that has just run out: a refused
 * call was not made.
 */
class FollowedClient extends WebClient {
  readonly #onCalled: (called: Called) => void;
  readonly #source: TokenSource;
  readonly #limited: LimitedMethods | undefined;
  /** Of a client that makes each call once, as many at the same time as the paces let through; absent where the SDK is to make it again. */
  readonly #once: Pick<OnceSettings, "fetch" | "logger"> | undefined;

  constructor(
    {
      onCalled,
      source,
      limited,
    }: {
      readonly onCalled: (called: Called) => void;
      readonly source: TokenSource;
      readonly limited: LimitedMethods | undefined;
    },
    options: ClientOptions,
  ) {
    super(undefined, source.team === undefined ? options : { ...options, teamId: source.team });
    this.#once = options.retryConfig.retries === 0 ? options : undefined;
    this.#onCalled = onCalled;
    this.#source = source;
    this.#limited = limited;
  }

  override async apiCall(method: string, args: Record<string, unknown> = {}): Promise<WebAPICallResult> {
    this.#limited?.check(method);
    try {
      const answer = await this.#withToken((token) => this.#call(method, { ...args, token }));
      this.#onCalled({ method, args, outcome: { answer } });
      return answer;
    } catch (error) {
      this.#limited?.failed(method, error);
      this.#onCalled({ method, args, outcome: { error } });
      throw error;
    }
  }

  #call(method: string, args: { readonly token: string }): Promise<WebAPICallResult> {
    // An upload is several calls, which the SDK knows how to make.
    if (this.#once === undefined || method === "files.uploadV2") return super.apiCall(method, args);
    const headers = { ...this["defaultHeaders"], Authorization: `Bearer ${args.token}` };
    return callOnce(`${this.slackApiUrl}${method}`, { team_id: this.#source.team, ...args }, { ...this.#once, headers });
  }

  async #withToken(call: (token: string) => Promise<WebAPICallResult>): Promise<WebAPICallResult> {
    const token = await this.#source.get();
    try {
      return await call(token);
    } catch (error) {
      const code = error instanceof WebAPIPlatformError ? error.data.error : "";
      const next = RUN_OUT.has(code) ? await this.#source.insteadOf(token) : undefined;
      if (next !== undefined) return call(next);
      if (WORTHLESS.has(code)) this.#source.refused(token, code);
      throw error;
    }
  }
}

const asking = (before: (() => Promise<void>) | undefined, call: FetchFunction): FetchFunction =>
  before
    ? async (url, request) => {
        await before();
        return call(url, request);
      }
    : call;

const whileHere = (before: () => Promise<void>) => async (): Promise<void> => {
  await before();
  if (isOursNoMore()) throw new Error(LEFT_TO_ANOTHER);
};

const LEFT_TO_ANOTHER = "what it was for is another process' by now; it was not made";

/** A token that stays as it is. */
const lasting = (token: string): TokenSource => ({
  get: async () => token,
  insteadOf: async () => undefined,
  refused: () => undefined,
  team: undefined,
});

/** What every client of the SDK is given. A fresh object for each: the SDK writes into it. */
export function clientOptions(apiUrl?: string, log?: Log): WebClientOptions {
  return { slackApiUrl: apiBase(apiUrl), logger: sdkLogger(log), fetch: answersBy() };
}

/** The SDK glues the method's name to the address, so it must end in a slash. */
export function apiBase(apiUrl: string = SLACK_API_URL): string {
  const url = URL.parse(apiUrl.trim());
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`SLACK_API_URL is "${apiUrl}"; give an address such as ${SLACK_API_URL}, or leave it out.`);
  }
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}

/** Errors alone: below them the SDK writes down whole requests, words of people included. */
export function sdkLogger(log?: Log): Logger {
  const nothing = () => undefined;
  return {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: (...message: unknown[]) => log?.(`Slack's client: ${message.map(String).join(" ")}`),
    setLevel: nothing,
    getLevel: () => LogLevel.ERROR,
    setName: nothing,
  };
}

/** Slack's own word for what went wrong, such as `missing_scope`; `undefined` when no such answer came. */
export function slackErrorCode(error: unknown): string | undefined {
  if (error instanceof WebAPIRateLimitedError) return "ratelimited";
  return error instanceof WebAPIPlatformError ? error.data.error : undefined;
}

/** This method will not work in this installation, however often it is tried: it does not exist there, or the token may not use it. */
export function isUnavailable(code: string | undefined): boolean {
  // `no_permission` is said of one conversation; in the next the method may well work.
  return code !== undefined && code !== "no_permission" && knownCode(code).reaction === "do-without";
}
