import { ruleTrouble } from "../../schedules/rule.ts";
import {
  RUNS_PER_DAY_DEFAULT,
  RUNS_PER_DAY_MAX,
  TASK_CHARS_MAX,
  type Results,
  type Schedule,
  type Starts,
} from "../../schedules/schedule.ts";
import { readSpokenRule, type SpeakingAt } from "../../schedules/spoken-rule.ts";
import type { TeamCards } from "../../team-shelf.ts";
import type { Translator } from "../language/translator.ts";
import { linksIn } from "../door/quoted-messages.ts";
import { teamNamed, whyNotTeam } from "../render/help-text.ts";

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
  const when = /^when/i.test(text.trim()) ? readTrigger(text.trim()) : readTimes(text, around);
  if ("why" in when) return { kind: "unclear", why: when.why };
  const chosen = readTerms(when.rest, around, when.starts);
  if ("why" in chosen) return { kind: "unclear", why: chosen.why };
  const { task, ...terms } = chosen;
  if (task === "")
    return { kind: "unclear", why: "Say what is to be done as well, behind the time: `every weekday at 9:00 Sum up what is new`." };
  if (task.length > TASK_CHARS_MAX)
    return { kind: "unclear", why: `The task has ${task.length} characters; at most ${TASK_CHARS_MAX} are kept. Shorten it.` };
  if (when.starts.kind !== "times" && (terms.results.to === "channel" || "under" in terms.results))
    return {
      kind: "unclear",
      why: "What begins by something that is posted is answered in the thread of that message, or on a canvas (`to=canvas`): so nothing can answer itself for ever.",
    };
  return { kind: "schedule", wanted: { starts: when.starts, task, ...terms } };
}

type When = { readonly starts: Starts; readonly rest: string } | { readonly why: string };

function readTimes(text: string, around: SpeakingAt): When {
  const spoken = readSpokenRule(text, around);
  if (spoken.kind === "unclear") return { why: spoken.why };
  const trouble = ruleTrouble(spoken.rule, around.nowMs);
  if (trouble !== undefined) return { why: trouble };
  return { starts: { kind: "times", rule: spoken.rule, words: spoken.words }, rest: spoken.rest };
}

const QUOTED = String.raw`["“”„]([^"“”„]{1,200})["“”„]`;
const begins = (words: string): RegExp => new RegExp(String.raw`^when(?:ever)?\s+${words}(?:[\s,:]+|$)`, "iu");
const FILE = begins(String.raw`(?:a|an|any)\s+(?:new\s+)?(?:file|([a-z0-9]{2,8})(?:[\s-]+file)?)\s+is\s+(?:posted|shared|uploaded|added)`);
const REACTION = begins(String.raw`(?:(?:somebody|someone)\s+(?:adds|reacts\s+with)\s+)?:([a-z0-9_+'-]{1,100}):(?:\s+is\s+(?:added|put))?`);
const MESSAGE = begins(String.raw`(?:a|any)\s+message\s+(?:says|has|contains|mentions)\s+(?:${QUOTED}|(\S{2,100}))`);
const BOT = begins(
  String.raw`(?:the\s+)?(?:bot\s+)?(?:<@([UW][A-Z0-9]{2,20})(?:\|[^>]{0,100})?>|([AB][A-Z0-9]{5,20})|${QUOTED})\s+(?:posts|writes|says)(?:\s+${QUOTED})?`,
);
const HOW =
  'Say what it begins by, such as `when :bug: is added`, `when a file is posted`, `when a pdf is posted`, `when a message says "deploy failed"` or `when "PagerDuty" posts`, and the task behind it.';

function readTrigger(text: string): When {
  const [file, reaction, message, bot] = [FILE, REACTION, MESSAGE, BOT].map((words) => words.exec(text));
  const found = message ?? bot ?? reaction ?? file;
  if (!found) return { why: HOW };
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
        if (!results) return { why: "Results go `to=thread`, `to=channel`, `to=canvas`, or to a thread of this channel by its link." };
        chosen.results = results;
        break;
      }
      case "missed":
        if (value !== "once" && value !== "skip")
          return { why: "Times that are missed are run `missed=once` when I am back, or left out: `missed=skip`." };
        chosen.missed = value;
        break;
      case "usd": {
        const usd = Number(value.replace(/^\$/, ""));
        if (!(usd > 0 && usd <= USD_MAX))
          return { why: `What a run may cost is in US dollars, such as \`usd=0.50\`, and at most ${USD_MAX}.` };
        chosen.usdPerRun = usd;
        break;
      }
      case "runs": {
        if (starts.kind === "times")
          return { why: "`runs=` is for what begins by something that is posted. A time comes as often as it is said: say it less often." };
        const runs = Number(value);
        if (!Number.isInteger(runs) || runs < 1 || runs > RUNS_PER_DAY_MAX)
          return { why: `Runs a day are \`runs=1\` to \`runs=${RUNS_PER_DAY_MAX}\`.` };
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
