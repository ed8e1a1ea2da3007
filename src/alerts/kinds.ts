/** What whoever runs Parley is told of. Each is a heading of docs/runbook.md, by this name. */
export type AlertKind =
  | "provider-down"
  | "spending-jump"
  | "budget-near"
  | "queue-old"
  | "sandbox-away"
  | "sandboxes-lost"
  | "process-gone"
  | "disk-full"
  | "store-away"
  | "events-dropped";

interface AlertWords {
  /** What is so, of this subject. */
  readonly title: (subject: string) => string;
  /** The first thing to do. */
  readonly mend: string;
}

/** English, as all that is for whoever runs Parley. Nothing here, and nothing that is put in, is a secret or somebody's words. */
export const ALERTS: { readonly [kind in AlertKind]: AlertWords } = {
  "provider-down": {
    title: (provider) => `Models of ${provider} do not answer`,
    mend: "Look at the provider's status page and at the key's plan. A `fallback` in the team file has another model asked meanwhile.",
  },
  "spending-jump": {
    title: (workspace) => `Spending jumps in ${workspace}`,
    mend: "`parley costs --by channel` says where it goes; `budgets` in the team file, or `/parley budget`, set an end to it.",
  },
  "budget-near": {
    title: (workspace) => `The day's budget of ${workspace} is nearly used up`,
    mend: "Its runs wait once nothing is left. `/parley budget` raises it for the day; the next day begins at midnight UTC.",
  },
  "queue-old": {
    title: (queue) => `${queue} wait for long`,
    mend: "Look whether workers are there and ready (`/readyz`), and start more of them.",
  },
  "sandbox-away": {
    title: () => "No code can be run: the sandbox does not answer",
    mend: "Start the engine, or mend the way to it; `parley doctor` says what it lacks. Turns that run code fail until then.",
  },
  "sandboxes-lost": {
    title: () => "Sandboxes are lost while code runs",
    mend: "Look at the engine's memory and its log: containers are ended from outside.",
  },
  "process-gone": {
    title: (process) => `A ${process} is gone without a goodbye`,
    mend: "What it had is gone on with by others, where there are some. Look at its log, and at what ended it: memory, the host, a kill.",
  },
  "disk-full": {
    title: (host) => `The disk of the database is nearly full on ${host}`,
    mend: "Free or add space. Nothing is lost when it is full: nothing new is taken in, and runs wait.",
  },
  "store-away": {
    title: (process) => `The database cannot be written, as seen by the ${process}`,
    mend: "Look whether it runs, has room, and can be reached; `parley doctor --db` reads it through. What is under way waits.",
  },
  "events-dropped": {
    title: (workspace) => `Slack drops events of ${workspace}`,
    mend: "The workspace has more than Slack delivers, 30,000 an hour. What is missing is read back; take Parley out of channels where it has no work.",
  },
};

/** Something that is not as it should be, for as long as it is so. */
export interface Trouble {
  readonly kind: AlertKind;
  /** What it is about: two of the same kind and subject are one, whoever sees them. May be empty. */
  readonly subject: string;
  /** One sentence: what was seen, with numbers. */
  readonly detail: string;
  /** In ms since the epoch; when it is first looked at where it is absent. */
  readonly sinceMs?: number;
}

export const keyOf = ({ kind, subject }: Pick<Trouble, "kind" | "subject">): string => `${kind} ${subject}`;
