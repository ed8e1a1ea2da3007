/** A result that is kept as a case, for an evaluation. */
export const cases = {
  "button.keep": "Keep as a case…",
  "title.keep": "Keep as a case",
  "submit.keep": "Keep",
  "label.expected": "The right answer",
  "hint.expected": "Put it right where the team was wrong.",
  "hint.long": "Too long for this field: left empty, it is the team’s answer as it stands.",
  "label.why": "What was good or bad about it?",
  "text.names": "People’s names, mentions and mail addresses are replaced before it is kept.",
  "text.kept": "Kept as a case. `parley eval export` writes the cases of this workspace out, for `parley eval`.",
  "text.noAnswer": "There is no answer here to keep.",
  "text.full":
    "As many cases are kept as there is room for. Take them out with `parley eval export`, and forget threads whose cases are not needed any more.",
  "text.large": "This run is too long to be kept as a case.",
  "text.manyPeople": "Too many people have spoken in this run for it to be kept as a case.",
} as const;
