import { expect, test } from "vitest";
import { codingTeam, fence, recorder } from "../../support/coding-team.ts";
import { GENERAL, JONAS, MARIA, openJourney, type Journey } from "../../support/journey.ts";
import { englishIn, textsIn } from "../../support/slack/english.ts";
import { wordsOf } from "../../support/slack/thread.ts";

const ASK = { name: "transfer_to_human", args: { question: "Jusqu’où ?" } };

/** Maria reads Slack in French. */
const open = (replies: object): Promise<Journey> =>
  openJourney({
    file: codingTeam({ coder: { handoffs: ["human"] } }),
    replies,
    executor: recorder([]),
    prepare: ({ control }) => control.setLocale(MARIA, "fr-FR"),
  });

/** All that Slack was given to show. */
const shownBy = ({ slack }: Journey): readonly string[] =>
  slack.control
    .calls()
    .filter(({ method }) => /^(?:chat|views|assistant|files)\./.test(method))
    .flatMap(({ args }) => textsIn(args));

test("a French reader's run is French where a file and earlier messages could not be read, where code is held back, and at its end", async () => {
  const journey = await open({ Coder: [fence("print(2)"), fence("print(2)"), "Cela fait 55. DONE"] });
  const { control } = journey.slack;
  const root = await control.post({ user: JONAS, channel: GENERAL, text: "Le déploiement a échoué." });
  control.fault({ method: "conversations.replies", kind: "error", code: "missing_scope", times: 1 });
  const file = { name: "notes.csv", content: Buffer.from("a"), isStub: true, refusedWith: "file_deleted" };
  await control.post({ user: MARIA, channel: GENERAL, text: "@parley pourquoi ?", threadTs: root.ts, files: [file] });
  const thread = journey.thread(GENERAL, root.ts);
  await thread.until(() => wordsOf(thread.ofKind("approval").at(-1)).includes("[Refuser]"));
  expect(wordsOf(thread.ofKind("card")[0])).toMatch(
    /Rien lu [^;]*\u202F; au moins un autre n’a pas pu être lu\u00A0: l’app n’a pas le droit de lire ce qui a été dit ici auparavant/,
  );
  await thread.click("Refuser", MARIA);
  const end = await thread.ended();
  expect(wordsOf(end)).toContain("*Terminée*");
  expect(thread.text()).toContain("Maria a déjà refusé ce code. Il n’est plus exécuté tel quel dans cette exécution");
  // What agents read is the team's own, and stays as it is.
  const [task] = (await thread.log()).filter((event) => event.type === "message.posted" && "person" in event);
  expect(JSON.stringify(task)).toContain("it was deleted");

  expect(shownBy(journey).length).toBeGreaterThan(20);
  expect(englishIn(shownBy(journey))).toEqual([]);
  expect(journey.problems).toEqual([]);
});

test("whoever reads French is told in French of a channel, and of a thread, that is closed to the app", async () => {
  const journey = await open({ Coder: [{ toolCalls: [ASK] }, { toolCalls: [ASK] }] });
  const { control } = journey.slack;
  const directly = () => control.calls("chat.postMessage").flatMap(({ args }) => (args["channel"] === MARIA ? [args["text"]] : []));
  const thread = await journey.mention("@parley compte");
  await thread.until(() => thread.ofKind("question").length === 1);
  control.archive(GENERAL);
  await control.until(() => directly().length === 1);
  expect(directly()).toEqual([
    `Je ne peux plus publier dans <#${GENERAL}> (is_archived). Le canal est archivé. Désarchivez-le, ou posez la question dans un autre. L’exécution que vous y avez lancée attend\u202F; elle reprend dès que je peux de nouveau y publier, et est abandonnée après 7 jours.`,
  ]);
  control.unarchive(GENERAL);
  await expect.poll(() => journey.problems.join("\n")).toContain("is open to Parley again");
  control.fault({ method: "chat.postMessage", kind: "error", code: "restricted_action_thread_locked", times: 1 });
  await thread.reply("Oui.");
  await control.until(() => directly().length === 2);
  expect(directly()[1]).toBe(
    "J’ai arrêté de travailler sur votre tâche\u00A0: je ne peux plus publier dans son fil (restricted_action_thread_locked). Le fil est verrouillé. Posez la question dans un nouveau fil. Rien n’est perdu\u00A0: mentionnez-moi là-bas pour continuer.",
  );
  expect(englishIn(shownBy(journey))).toEqual([]);
});
