import { isPlainYes, MARKS, MARKS_TO_COLON, word } from "./plain-yes.ts";

/** How somebody stands to an answer. `unclear`: neither a plain yes nor a no; it is told as they put it. */
export type Stance = "agree" | "disagree" | "unclear";

/**
 * What words in any language say to the question whether their speaker agrees. Only a plain yes is one (`plain-yes.ts`); whatever is not
 * understood is `unclear`, and so is told and never lost.
 */
export function readStance(text: string): Stance {
  const words = text.normalize("NFKC").replaceAll(/```[^]*?(?:```|$)/g, " ").replaceAll(/^[ \t]*>.*$/gm, " ").replaceAll(/[*_`#’]/g, (mark) => (mark === "’" ? "'" : "")).trim(); // prettier-ignore
  if (disagrees(words, true)) return "disagree";
  return isPlainYes(words) ? "agree" : "unclear";
}

/**
 * Whether words say a no. Of those who were not asked it is one only where they speak of themselves: "that is an error now" may be said of a
 * program.
 */
export const disagrees = (words: string, wasAsked: boolean): boolean => {
  const plain = words.normalize("NFKC").replaceAll("’", "'").replaceAll(DOUBLE_NO, " ");
  return VERDICT.test(plain) || NO.test(plain) || (wasAsked && JUDGEMENT.test(plain));
};

/** The sentence that says a no, of what an agent has said last without being asked. */
export function noIn(words: string): string | undefined {
  const sentences = words.match(/[^.!?\n。！？]+[.!?。！？]*/g) ?? [];
  return sentences.find((one) => disagrees(one, false))?.trim() ?? (disagrees(words, false) ? words.trim() : undefined);
}

/** "I do not disagree" says no no. */
const DOUBLE_NO = new RegExp(
  word([
    String.raw`(?:do not|don't|did not|didn't|cannot|can't|not|never|no longer|neither) (?:really |strongly |at all )?(?:disagree|object|oppose|dispute)`,
    String.raw`(?:no|without(?: any)?|not any|have no|had no) (?:more |further )?(?:objections?|dissent|disagreement)`,
    String.raw`(?:keine?n?|ohne|nichts?) (?:einwände?|einwand|widerspruch|dagegen)`,
    String.raw`(?:pas|aucune|sans|plus) d?'?(?:objections?|désaccord)|ne (?:suis|m'y oppose) pas (?:contre|opposée?)`,
    String.raw`(?:sin|ninguna|no tengo|no hay) (?:ninguna )?objeci[oó]n(?:es)?|no me opongo|no estoy en contra`,
    String.raw`(?:nessuna|senza) obiezion[ei]|non sono contrari[oa]`,
    String.raw`(?:sem|nenhuma) obje[cç](?:ão|ões)|não discordo`,
    String.raw`(?:нет|без) возражени[йя]|не возражаю|не против`,
  ]) + "|没有(?:异议|意见|反对)|无异议|不反对|異議(?:は)?(?:ありません|なし)|반대하지 않",
  "giu",
);

/** At the beginning of a line, and not on into the next ones: each of these begins for itself. */
const MARKS_IN_LINE = String.raw`[^\p{L}\p{N}\n\r\u2028\u2029]*`;

/** A line such as `**Verdict:** reject – the sample is too small`, or the first word. */
const VERDICT = new RegExp(
  String.raw`^${MARKS_IN_LINE}(?:(?:verdict|vote|decision|position|stance|my view|urteil|votum|entscheidung|haltung|avis|verdict|position|veredicto|voto|posición|postura|вердикт|позиция|立场|结论|意见|判断)${MARKS_TO_COLON}[:：]${MARKS})?(?:${word(["no", "nope", "nay", "disagree[sd]?", "reject(?:s|ed)?", "against", "objection", "oppose[sd]?", "not approved", "veto", "nein", "dagegen", "abgelehnt", "ablehnung", "einspruch", "widerspruch", "non", "contre", "désaccord", "rejeté", "opposée?", "rechazo", "rechazado", "en contra", "desacuerdo", "contrario", "respinto", "contra", "discordo", "нет", "против", "не согласен", "не согласна"])}|不(?![错過过])|反对|否|不同意|反対|いいえ|아니|반대)`,
  "imu",
);

/** What a speaker says who does not go along: by language. */
const NO = new RegExp(
  word([
    // English
    String.raw`(?:i|we) (?:\p{L}+ly |still |would |must |have to |do |also )*(?:disagree|object|dissent|oppose|reject|dispute|doubt|refuse)`,
    String.raw`(?:do not|don't|cannot|can't|could not|couldn't|will not|won't|would not|wouldn't|am not able to|unable to|not prepared to|not willing to|refuse to) (?:\p{L}+ly |quite |fully |yet )*(?:agree|accept|support|endorse|approve|concur|sign off|go along|back|vote for|stand behind|share|buy|believe|see it)`,
    String.raw`(?:am|i'm|are|we're|is|be|remain|stay) (?:\p{L}+ly |still |just )*(?:against|opposed|unconvinced|not convinced|not persuaded|not in favou?r|not on board|not in agreement|not satisfied|not happy|not comfortable|in disagreement)`,
    String.raw`(?:my|an|one|strong|serious) (?:\p{L}+ )?(?:objections?|dissent)|(?:thumbs down|count me out|beg to differ|take issue|hard no|part ways|not the right answer|vote no|vote against|voting against|i say no)`,
    // German
    String.raw`(?:nicht|keineswegs|nie|niemals) (?:\p{L}+ )?(?:einverstanden|zustimmen|zu|der meinung|überzeugt|mittragen|richtig|akzeptieren|akzeptabel|unterstützen|mitgehen|dafür|billigen|teilen|korrekt|tragbar)|stimme (?:\p{L}+ ){0,4}nicht zu|(?:lehne|lehnen) (?:\p{L}+ ){0,5}ab|widersprech\p{L}*|dagegen|anderer (?:meinung|ansicht)|einspruch|einwand|einwände|falsch|unzutreffend|ablehnen|bezweifle|veto|trage (?:\p{L}+ ){0,4}nicht mit|sehe (?:\p{L}+ ){0,3}anders|teile (?:\p{L}+ ){0,4}nicht`,
    // French
    String.raw`(?:pas|aucunement|nullement|point) (?:\p{L}+ )?(?:d'accord|d'avis|convaincue?|favorable|accepter|approuver|exacte?|correcte?|juste|acceptable|partager|valider|soutenir|souscrire)|désaccord|désapprouve|m'oppose|m'y oppose|opposée? à|je (?:le |la |les )?(?:rejette|refuse|conteste|réfute|récuse)|en désaccord|je suis contre|contre cette|fausse?|erronée?|objection|(?:ne|n') ?(?:peux|saurais|puis|partage|approuve|accepte|valide|soutiens|souscris|adhère|suis|crois)\p{L}* (?:\p{L}+ )?(?:pas|point)`,
    // Spanish
    String.raw`no (?:\p{L}+ ){0,3}(?:de acuerdo|acepto|apruebo|comparto|apoyo|convence|convencid[oa]|correct[oa]|aceptable|puedo|aceptar|coincido|respaldo|creo|estoy a favor|me parece)|desacuerdo|discrepo|disiento|me opongo|rechazo|en contra|objeto|objeción|incorrect[oa]|equivocad[oa]|errónea?|fals[oa]`,
    // Italian, Portuguese
    String.raw`non (?:\p{L}+ ){0,3}(?:d'accordo|accetto|approvo|condivido|convint[oa]|corrett[oa]|giust[oa])|dissento|mi oppongo|respingo|sono contrari[oa]|sbagliat[oa]|obiezione|não (?:\p{L}+ ){0,3}(?:concordo|aceito|aprovo|apoio|acordo|convencid[oa]|corret[oa])|discordo|oponho|rejeito|sou contra|errad[oa]|objeção`,
    // Russian, Ukrainian, Polish, Dutch
    String.raw`не (?:\p{L}+ ){0,3}(?:соглас\p{L}*|поддерж\p{L}*|одобр\p{L}*|принима\p{L}*|разделя\p{L}*|убежд\p{L}*|верн\p{L}*|прав\p{L}*|могу|підтрим\p{L}*|згод\p{L}*)|против|возраж\p{L}*|отверга\p{L}*|ошиб\p{L}*|неверн\p{L}*|неправ\p{L}*|проти|заперечу\p{L}*|nie (?:\p{L}+ ){0,3}(?:zgadzam|zgodz\p{L}*|akceptuj\p{L}*|popieram)|sprzeciw\p{L}*|(?:niet|geen) (?:\p{L}+ ){0,2}(?:eens|akkoord|voorstander|overtuigd)|oneens|tegen|verwerp|bezwaar`,
  ]) +
    // Scripts without blanks between words, and Arabic and Hindi.
    "|不(?:同意|赞成|贊成|认同|認同|接受|支持|认可|認可|能同意|能接受|能支持|敢苟同|对|對|正确|正確|行|可以|成立|妥|合理|满意|以为然)|反对|反對|异议|異議|有误|有誤|错误|錯誤|质疑|質疑|拒绝|拒絕|否决|否決|驳回|持保留|不是这样|难以(?:同意|接受|认同|苟同)|无法(?:同意|接受|认同|支持|认可|赞成)|無法(?:同意|接受)|没有(?:道理|根据)|站不住|错了|錯了" +
    "|反対|賛成(?:でき|しか)|同意(?:でき|しか|しま)|認められ|納得(?:でき|いか)|受け入れ(?:られ|かね)|間違|異論|違うと思|동의하지|동의할 수 없|반대|찬성하지|틀렸|이의|받아들일 수 없" +
    "|لا (?:أوافق|أتفق|أقبل)|أعارض|أرفض|असहमत|सहमत नहीं",
  "iu",
);

/** What is said of an answer by who was asked for it. */
const JUDGEMENT = new RegExp(
  word([
    String.raw`(?:is|are|this is|that is|that's|it's|looks|seems) (?:\p{L}+ly |still |just |simply |plain )*(?:wrong|incorrect|mistaken|flawed|not right|not correct|not true|unacceptable|false|a mistake|an error|premature|misleading)`,
  ]),
  "iu",
);
