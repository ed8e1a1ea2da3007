import { isTimeZone } from "./rule.ts";

/** What words say of where the clocks are. `zone`: as IANA names it, or as it was written where there is none; absent for the clocks of whoever speaks. */
export interface SpokenZone {
  readonly zone?: string;
  /** How much of the text says so. */
  readonly chars: number;
}

const PLACE = String.raw`[A-Za-z]+(?:\/[A-Za-z][\w+-]*){1,2}`;
const OFFSET = String.raw`[+\-−]\d{1,2}(?::?\d{2})?`;
/** Some are more than one place's, and some stay as they are while the clocks there change: nobody's nine o'clock is guessed by them. */
const SHORT =
  "CES?T|EES?T|WES?T|MES?T|BST|IST|MSK|E[SD]?T|C[SD]T|M[SD]T|P[SD]?T|AK[SD]T|HST|JST|KST|SGT|HKT|AE[SD]?T|AC[SD]T|AWST|NZ[SD]T|BRT|SAST";
const WRITTEN = new RegExp(
  String.raw`^\(?(?:in\s+|time\s+of\s+)?(${PLACE}|(?:UTC|GMT)(?:\s?${OFFSET})?|[+\-−]\d{1,2}:?\d{2}|${SHORT})(?:\s+time)?\)?(?![\w/])`,
);

const WORD = String.raw`\p{L}[\p{L}\p{M}.'’-]*`;
const OWN_TIME = /^\(?(?:in\s+)?(?:my|our|the|local)\s+(?:local\s+|own\s+)?time(?:\s*zone)?\)?(?![\p{L}\p{N}-])/iu;
/** "Berlin time", "New York's time", "in the Tokyo time zone". */
const TIME_OF = new RegExp(
  String.raw`^(\(|(?:in|by)\s+)?(?:the\s+)?(${WORD}(?:\s+${WORD}){0,2}?)\s+(?:(?:standard|daylight|summer|local)\s+)?time(?:\s*zone)?(?![\p{L}\p{N}-])(\)|\s*[:,;])?`,
  "iu",
);
const TIME_IN = new RegExp(String.raw`^\(?(?:time\s+)?(?:in|of)\s+(${WORD}(?:\s+${WORD}){0,2})`, "u");

/** Cities that the database keeps under another name, or by an older spelling of theirs. */
const ALSO = { kolkata: "Asia/Kolkata", kyiv: "Europe/Kyiv", kathmandu: "Asia/Kathmandu", yangon: "Asia/Yangon", "ho chi minh": "Asia/Ho_Chi_Minh", "new york city": "America/New_York" }; // prettier-ignore
/** Its places that are words of other things too. */
const OTHER_WORDS: ReadonlySet<string> = new Set(["christmas", "easter", "midway", "reunion", "troll", "center", "wake", "resolute", "casey", "davis"]); // prettier-ignore

let cities: ReadonlyMap<string, string> | undefined;
/** Of the IANA database: a zone by its city, in small letters without accents. */
function zonesByCity(): ReadonlyMap<string, string> {
  cities ??= new Map([
    ...Intl.supportedValuesOf("timeZone")
      .filter((zone) => zone.includes("/") && !zone.startsWith("Etc/"))
      .map((zone): [string, string] => [
        zone
          .slice(zone.lastIndexOf("/") + 1)
          .replaceAll("_", " ")
          .toLowerCase(),
        zone,
      ])
      .filter(([city]) => !OTHER_WORDS.has(city)),
    ...Object.entries(ALSO),
  ]);
  return cities;
}

/** The zone at the beginning of a text, whether it is written as IANA does or said as people do; nothing where it begins with something else. */
export function zoneAt(text: string): SpokenZone | undefined {
  const written = WRITTEN.exec(text);
  const zone = written?.[1];
  // Words in small letters with a slash between them are a path, unless there is such a place.
  if (written && zone !== undefined && !(/^[a-z].*\/|\/[a-z]/.test(zone) && !isPlace(zone))) return { zone, chars: written[0].length };
  const own = OWN_TIME.exec(text);
  if (own) return { chars: own[0].length };
  const [said = "", before, name = "", end] = TIME_OF.exec(text) ?? [];
  const city = said === "" ? undefined : zoneOf(name);
  const isSaid = said !== "" && (isNameOfClocks(name) || (/^\p{Lu}/u.test(name) && !OF_OTHERS.test(name) && (before ?? end) !== undefined));
  if (city !== undefined || isSaid) return { zone: city ?? name, chars: said.replace(/[:,;]$/, "").trimEnd().length };
  return cityAt(text);
}

/** A place whose clocks can be kept: an offset is none. */
export const isPlace = (zone: string): boolean => /\/|^(?:UTC|GMT)$/.test(zone) && isTimeZone(zone);

/** "in Tokyo": of its words as many as are a city's name. Of another place nothing is taken: it may be what the task is about. */
function cityAt(text: string): SpokenZone | undefined {
  let [said = "", name = ""] = TIME_IN.exec(text) ?? [];
  for (; name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf(" "))).trimEnd()) {
    const zone = zoneOf(name);
    if (zone === undefined) continue;
    const chars = said.indexOf(name) + name.length;
    return { zone, chars: chars + (text.startsWith("(") && text[chars] === ")" ? 1 : 0) };
  }
  return undefined;
}

/** The zone of a city that the database names; nothing where it names none of the name. */
const zoneOf = (name: string): string | undefined =>
  zonesByCity().get(
    name
      .normalize("NFD")
      .replaceAll(/\p{M}|\.|['’]s$/gu, "")
      .replaceAll(/\s+/g, " ")
      .toLowerCase(),
  );

/** "Tea time: …" and "Check time, …" begin a task. */
const OF_OTHERS =
  /^(?:tea|lunch|coffee|dinner|break|quality|prime|show|story|half|full|part|real|down|up|over|run|response|cycle|lead|build|game|play|closing|check|report|track|log|review|spend|save|which|what|first|last|next|this|all|some|any|no)$/i;

/** "eastern time", "US time", "German time", "San Francisco time" say whose clocks are meant, though not which; "check time sheets" does not. */
const isNameOfClocks = (name: string): boolean =>
  /^(?:(?:eastern|central|mountain|pacific|atlantic|greenwich|mean|european|western)(?:\s|$))+/i.test(name) ||
  /^(?:UK|USA?|EU|UAE|NYC?|LA|SF)$/.test(name) ||
  /^(?:\p{Lu}\p{L}*(?:ian|ese|ish|can)|German|French|Dutch|Swiss|Korean)$/u.test(name) ||
  /^(?:San|Los|Las|New|Saint|St\.?|Fort|North|South|East|West)\s+\p{Lu}\p{L}*$/u.test(name);
