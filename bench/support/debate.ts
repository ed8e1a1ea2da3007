/** Who argues, with what is said to each alone: about as long as people write it. */
export const DEBATERS = [
  { name: "Advocate", description: "Argues for the change and says what it brings.", instructions: "Argue for district heating. Say in each turn what it brings to whom, with a number where there is one, and answer the strongest objection that was raised since your last turn. Give way where somebody is right." },
  { name: "Sceptic", description: "Looks for what can go wrong and who pays for it.", instructions: "Doubt what is claimed. Ask where each number is from, what happens if the plan is late, and who pays then. Do not repeat an objection that has been answered; find the next one." },
  { name: "Economist", description: "Reckons costs, prices and who bears them.", instructions: "Reckon. Put costs and savings per household and year, name the assumption on which each sum hangs, and say how far it would move if that were off by a fifth. Leave politics to others." },
  { name: "Engineer", description: "Knows pipes, pumps and how long work takes.", instructions: "Speak of what has to be built: pipes, pumps, stores, crossings of roads and rails, in which order and by how many people. Say plainly what cannot be done in the time, and what would make it possible." },
] as const; // prettier-ignore

export const TASK =
  "Should our town of forty thousand replace its gas network by district heating within fifteen years? Argue, then agree.";
export const TURNS = 40;

/** Who speaks in which turn: nobody twice in a row, and not in a ring. */
export const ORDER: readonly string[] = Array.from({ length: TURNS }, (_, turn) => "0123021320312013210231203210213203120132"[turn]).map(
  (nth) => DEBATERS[Number(nth)]?.name ?? "Advocate",
);

const SENTENCES = [
  "If we lay the main along the river first, the hospital and both schools are on it within three years, and they alone take a fifth of the heat.",
  "That figure comes from the utility's own study, which assumed that nine in ten houses join; in Vilshofen it was six in ten after eight years.",
  "A household in a terraced house pays about 1,340 a year for gas now, and would pay 1,210 for heat, but only once the network is two thirds full.",
  "The old town cannot be opened street by street in summer alone, because the water pipes there are from 1911 and have to be replaced in the same trench.",
  "I grant that the first ten years cost more than they save; what I do not grant is that the years after them can be left out of the sum.",
  "Who carries the loss if interest goes from three to five per cent? At that rate the plan needs another eleven million, and nobody has said where it is from.",
  "With one crew we lay four kilometres a year, with three we lay eleven, and there are two firms in the region that have such crews at all.",
  "Heat pumps for single houses on the hill are cheaper than any pipe that goes up there, so let us take the hill out of the plan and shorten it by nine kilometres.",
  "The sewage works give off six megawatts all year round at fourteen degrees, which a large heat pump lifts to seventy for a third of the power that air would take.",
  "People who have bought a new boiler since 2022 will not join before it is worn out, and that is every fourth house north of the railway.",
  "We should say how the price is bound: to an index that everybody can look up, and with a cap for the first five years.",
  "A store of twenty thousand cubic metres would cover the peak on all but six days of an average winter, and it costs less than the second boiler.",
  "What happens to those who stay on gas while the others leave? The same network is then paid by half as many, and the fee doubles by 2036.",
  "Then let us set a date for each quarter, tell it four years ahead, and close the gas there on that date rather than everywhere at the end.",
  "The crossing under the railway takes eighteen months from the request to the permit; if it is not asked for this spring, the north waits until the fourth stage.",
  "I have looked at the tenders of three towns of our size: they came to 1,150, 1,420 and 1,610 for each metre of pipe, the last one in rock.",
  "It is right that subsidies may end, but the contract that is signed before they do keeps them, and stage one can be signed next year.",
  "Nobody has yet counted the work in the houses: a station, new valves and often new radiators, some four to seven thousand each.",
  "On the other side of the ledger stands what the gas network would need anyway, and that is fourteen million in the same fifteen years.",
  "So I could agree to stages one and two, with a look at the numbers before three begins, and with the right to stop there.",
];

/** What is said in a turn: four to nine sentences, as debaters write them; no two turns are alike. */
export function said(turn: number): string {
  const count = 4 + ((turn * 7) % 6);
  const lines = Array.from({ length: count }, (_, nth) => SENTENCES[(turn * 3 + nth * 7) % SENTENCES.length] ?? "");
  const opening = `On the ${turn % 2 === 0 ? "last" : "earlier"} point, number ${turn + 1} of ours: `;
  const half = Math.ceil(count / 2);
  return `${opening}${lines.slice(0, half).join(" ")}\n\n${lines.slice(half).join(" ")}`;
}

export const reasonOf = (turn: number): string => `${ORDER[turn]} can answer what was just said about point ${turn}.`;
