import { BETWEEN_RUNS_MINUTES_MIN, ruleTrouble, type RuleTrouble } from "../../schedules/rule.ts";
import {
  RUNS_PER_DAY_DEFAULT,
  RUNS_PER_DAY_MAX,
  TASK_CHARS_MAX,
  type Results,
  type Schedule,
  type Starts,
} from "../../schedules/schedule.ts";
import { readSpokenRule, type SpeakingAt, type Unclear } from "../../schedules/spoken-rule.ts";
import type { TeamCards } from "../../team-shelf.ts";
import type { Translator } from "../language/translator.ts";
import { linksIn } from "../door/quoted-messages.ts";
import { teamNamed, whyNotTeam } from "../render/help-text.ts";
import { safeMrkdwn } from "../words/escape.ts";

/** What somebody wants to have started by itself, as they have said it. */
export type Wanted = Pick<Schedule, "starts" | "task" | "results" | "missed" | "runsPerDay"> &
  Partial<Pick<Schedule, "team" | "usdPerRun">>;

export type SpokenSchedule =
  | { readonly kind: "schedule"; readonly wanted: Wanted }
  /** One sentence with the mend, in mrkdwn. */
  | { readonly kind: "unclear"; readonly why: string };

interface Around extends SpeakingAt {
  /** In whose language it is said what is unclear. */
  readonly t: Translator;
  readonly teams: TeamCards;
  /** Where it will be: a thread that is named has to be there. */
  readonly channel: string;
  /** The workspace's address, by which its links are known. */
  readonly url: string;
}

/** Reads what stands behind `/parley schedule`: when, then what is to be otherwise than usual as `name=value`, then the task. */
export function readSpokenSchedule(text: string, around: Around): SpokenSchedule {
  const when = /^when/i.test(text.trim()) ? readTrigger(text.trim(), around.t) : readTimes(text, around);
  if ("why" in when) return { kind: "unclear", why: when.why };
  const chosen = readTerms(when.rest, around, when.starts);
  if ("why" in chosen) return { kind: "unclear", why: chosen.why };
  const { task, ...terms } = chosen;
  const { t } = around;
  if (task === "") return { kind: "unclear", why: t("spokenSchedules.text.noTask") };
  if (task.length > TASK_CHARS_MAX)
    return {
      kind: "unclear",
      why: t("spokenSchedules.text.longTask", { chars: t.number(task.length), max: t.number(TASK_CHARS_MAX) }),
    };
  if (when.starts.kind !== "times" && (terms.results.to === "channel" || "under" in terms.results))
    return { kind: "unclear", why: t("spokenSchedules.text.answeredThere") };
  return { kind: "schedule", wanted: { starts: when.starts, task, ...terms } };
}

type When = { readonly starts: Starts; readonly rest: string } | { readonly why: string };

function readTimes(text: string, around: Around): When {
  const spoken = readSpokenRule(text, around);
  if (spoken.kind === "unclear") return { why: troubleIn(around.t, spoken.why) };
  const trouble = ruleTrouble(spoken.rule, around.nowMs);
  if (trouble !== undefined) return { why: troubleIn(around.t, trouble) };
  return { starts: { kind: "times", rule: spoken.rule, words: spoken.words }, rest: spoken.rest };
}

/** What is wrong with the words of a time, in a sentence with the mend. */
function troubleIn(t: Translator, trouble: Unclear | RuleTrouble): string {
  switch (trouble.kind) {
    case "noZone":
      return t("spokenSchedules.text.noZone", { zone: safeMrkdwn(trouble.zone) });
    case "noCron":
      return t("spokenSchedules.text.noCron", { pattern: safeMrkdwn(trouble.pattern) });
    case "tooOften":
      return t("spokenSchedules.text.tooOften", { count: trouble.minutes, least: String(BETWEEN_RUNS_MINUTES_MIN) });
    default:
      return t(`spokenSchedules.text.time.${trouble.kind}`);
  }
}

const QUOTED = String.raw`["“”„]([^"“”„]{1,200})["“”„]`;
const begins = (words: string): RegExp => new RegExp(String.raw`^when(?:ever)?\s+${words}(?:[\s,:]+|$)`, "iu");
const FILE = begins(String.raw`(?:a|an|any)\s+(?:new\s+)?(?:file|([a-z0-9]{2,8})(?:[\s-]+file)?)\s+is\s+(?:posted|shared|uploaded|added)`);
const REACTION = begins(String.raw`(?:(?:somebody|someone)\s+(?:adds|reacts\s+with)\s+)?:([a-z0-9_+'-]{1,100}):(?:\s+is\s+(?:added|put))?`);
const MESSAGE = begins(String.raw`(?:a|any)\s+message\s+(?:says|has|contains|mentions)\s+(?:${QUOTED}|(\S{2,100}))`);
const BOT = begins(
  String.raw`(?:the\s+)?(?:bot\s+)?(?:<@([UW][A-Z0-9]{2,20})(?:\|[^>]{0,100})?>|([AB][A-Z0-9]{5,20})|${QUOTED})\s+(?:posts|writes|says)(?:\s+${QUOTED})?`,
);

function readTrigger(text: string, t: Translator): When {
  const [file, reaction, message, bot] = [FILE, REACTION, MESSAGE, BOT].map((words) => words.exec(text));
  const found = message ?? bot ?? reaction ?? file;
  if (!found) return { why: t("spokenSchedules.text.trigger") };
  return { starts: startsBy({ file, reaction, message, bot }), rest: text.slice(found[0].length) };
}

function startsBy(found: { readonly [kind in "file" | "reaction" | "message" | "bot"]: RegExpExecArray | null | undefined }): Starts {
  const { file, reaction, message, bot } = found;
  if (message) return { kind: "message", says: (message[1] ?? message[2] ?? "").trim() };
  if (bot) {
    const [, user, word, quoted, says] = bot;
    const id = user?.toUpperCase() ?? (/^[AB][A-Z0-9]*\d/.test(word ?? "") ? word : undefined);
    const name = (word ?? quoted ?? "").trim();
    // Of a name it is looked up whose it is.
    const whose = id === undefined ? { bot: name, botName: name } : { bot: id };
    return { kind: "message", ...whose, ...(says === undefined ? {} : { says: says.trim() }) };
  }
  if (reaction) return { kind: "reaction", name: (reaction[1] ?? "").toLowerCase() };
  const ending = file?.[1]?.toLowerCase();
  return { kind: "file", ...(ending === undefined ? {} : { ending }) };
}

type Terms = Omit<Wanted, "starts"> | { readonly why: string };

const TERM = /^(team|to|missed|usd|runs)\s*=\s*(\S+)\s*/i;

function readTerms(text: string, { t, teams, channel, url }: Around, starts: Starts): Terms {
  let rest = text.trim();
  const chosen: { team?: string; usdPerRun?: number } & Pick<Wanted, "results" | "missed" | "runsPerDay"> = {
    results: { to: "thread" },
    missed: "once",
    runsPerDay: RUNS_PER_DAY_DEFAULT,
  };
  for (let match = TERM.exec(rest); match; match = TERM.exec(rest)) {
    const [whole, name = "", value = ""] = match;
    rest = rest.slice(whole.length);
    switch (name.toLowerCase()) {
      case "team": {
        const team = teamNamed(teams, value) ?? value;
        const whyNot = whyNotTeam(t, teams, team);
        if (whyNot !== undefined) return { why: whyNot };
        chosen.team = team;
        break;
      }
      case "to": {
        const results = resultsOf(value, channel, url);
        if (!results) return { why: t("spokenSchedules.text.whereTo") };
        chosen.results = results;
        break;
      }
      case "missed":
        if (value !== "once" && value !== "skip") return { why: t("spokenSchedules.text.howMissed") };
        chosen.missed = value;
        break;
      case "usd": {
        const usd = Number(value.replace(/^\$/, ""));
        if (!(usd > 0 && usd <= USD_MAX)) return { why: t("spokenSchedules.text.howUsd", { max: t.number(USD_MAX) }) };
        chosen.usdPerRun = usd;
        break;
      }
      case "runs": {
        if (starts.kind === "times") return { why: t("spokenSchedules.text.runsNotTimes") };
        const runs = Number(value);
        if (!Number.isInteger(runs) || runs < 1 || runs > RUNS_PER_DAY_MAX)
          return { why: t("spokenSchedules.text.howRuns", { max: String(RUNS_PER_DAY_MAX) }) };
        chosen.runsPerDay = runs;
      }
    }
  }
  return { ...chosen, task: rest.replace(/^[:;–—-]\s*/, "").trim() };
}

/** Beyond this somebody has mistyped. */
const USD_MAX = 1_000;

function resultsOf(value: string, channel: string, url: string): Results | undefined {
  if (value === "thread" || value === "channel" || value === "canvas") return { to: value };
  const [link] = linksIn(value.startsWith("<") ? value : `<${value}>`, url);
  return link?.channel === channel ? { to: "thread", under: link.threadTs ?? link.ts } : undefined;
}
