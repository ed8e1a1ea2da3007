/** Where no letter stands before or behind it. */
export const word = (parts: readonly string[]): string => String.raw`(?<![\p{L}\p{M}])(?:${parts.join("|")})(?![\p{L}\p{M}])`;

/** Whatever is neither a letter nor a digit: bullets, blanks, emoji. */
export const MARKS = String.raw`[^\p{L}\p{N}]*`;
/** The same up to the first colon: of many, it is not tried which one. */
export const MARKS_TO_COLON = String.raw`[^\p{L}\p{N}:：]*`;

/**
 * Whether words are a plain yes: they begin with one, which is about the whole ("I agree with the answer", not "with the method"), and nothing
 * behind it takes it back or puts a condition to it. Weak ones ("fine", "可以") count only as a sentence of their own. What is no plain yes may
 * still be one; it is told rather than taken for one.
 */
export function isPlainYes(words: string): boolean {
  const yes = STRONG.exec(words) ?? WEAK.exec(words);
  if (!yes) return false;
  const behind = words.slice(yes[0].length).replace(ABOUT_ALL, "");
  return BORDER.test(behind.replace(ABOUT_SOMEBODY, "")) && !RESERVED.test(behind.replaceAll(NOTHING_WRONG, " "));
}

const LABEL = String.raw`(?:(?:verdict|vote|decision|position|stance|my view|urteil|votum|avis|veredicto|voto|postura|вердикт|立场|结论)${MARKS_TO_COLON}[:：]${MARKS})?`;
const startingWith = (yes: string, behind = ""): RegExp => new RegExp(`^${MARKS}${LABEL}(?:${yes})${behind}`, "iu");

const STRONG = startingWith(
  word([
    String.raw`yes|yeah|yep|agree[sd]?|i (?:fully |completely |strongly |entirely |totally |wholly |do |also |still )*agree|approve[sd]?|i approve|accepted|i concur|concur|lgtm|no objections?|i have no objections?`,
    String.raw`ja|einverstanden|ich bin (?:damit |mit (?:der|dieser) (?:antwort|lösung) |voll und ganz |ganz |völlig )*einverstanden|ich stimme (?:dem |voll |ganz |völlig |der antwort |dieser antwort )*zu|zustimmung|keine einwände`,
    String.raw`oui|d'accord|je suis (?:tout à fait |entièrement |pleinement |totalement )?d'accord|j'approuve|approuvé|aucune objection`,
    String.raw`sí|de acuerdo|estoy (?:totalmente |completamente |plenamente )?de acuerdo|apruebo|aprobado|sin objeciones`,
    "sì|sono (?:pienamente |completamente )?d'accordo|d'accordo|approvo|sim|concordo|aprovo",
    "да|(?:я )?(?:полностью )?(?:согласен|согласна)|поддерживаю|одобряю",
    "akkoord|eens|ik ben het (?:ermee |er helemaal mee )?eens|tak|zgadzam się|evet|katılıyorum",
  ]) +
    "|(?:我)?(?:完全)?(?:同意|赞成|贊成|支持)|是的|没有异议|无异议|はい|賛成(?:です|します)?|同意します|異議(?:は)?(?:ありません|なし)|네|동의합니다|찬성(?:합니다)?|نعم|أوافق|हाँ|सहमत",
);

const WEAK = startingWith(
  word([
    "ok|okay|fine|correct|right|looks good(?: to me)?|sounds good|in favou?r|i accept|i support (?:it|this|that)|passt|richtig|dafür|stimmt",
    "exact|j'accepte|si|correcto|acepto|accetto|aceito|верно|правильно",
  ]) + "|可以|好的|正确|正確|正しい(?:です)?|맞습니다|صحيح",
  String.raw`(?=[*_\s]*(?:$|[.!。！\n]))`,
);

/** What a yes may name: the whole of what was asked about. */
const ABOUT_ALL = new RegExp(
  String.raw`^\s*(?:${word([
    String.raw`(?:with|to) (?:it|this|that|all of it|everything|(?:the|this|that|your|our|his|her|their) (?:team's |final |whole |proposed |above )*(?:answer|result|conclusion|solution|proposal|team|others))(?: (?:above|below|as it stands))?`,
    String.raw`mit (?:der|dieser|deiner|eurer|dem|diesem) (?:antwort|lösung|ergebnis|vorschlag)|damit`,
    String.raw`avec (?:la|cette|le|ce|votre) (?:réponse|conclusion|solution|résultat|proposition)|avec cela`,
    String.raw`con (?:la|esta|el|este|su) (?:respuesta|conclusión|solución|resultado|propuesta)|con (?:la|questa) (?:risposta|soluzione)|com (?:a|esta) (?:resposta|solução)`,
    "с (?:этим )?(?:ответом|выводом|решением|результатом)|с этим",
  ])}|这个(?:答案|结论|结果)|(?:该|此)(?:答案|结论|结果))`,
  "iu",
);
const ABOUT_SOMEBODY = /^ (?:with|mit|avec|con|com) \p{Lu}[\p{L}\p{M}]*(?= *(?:$|[.!,;:\n]))/u;

/** Where the yes ends, and its reason may begin. */
const BORDER = new RegExp(
  String.raw`^[*_"'”’」\s]*(?:$|[.!。！,，、،;；:：\n–—-]|${word(["because|since|as|weil|denn|da|car|parce que|puisque|porque|ya que|perché|poiché|потому|так как"])}|因为|因為)`,
  "iu",
);

/** "No mistakes found" takes nothing back. */
const NOTHING_WRONG = new RegExp(
  String.raw`${word([
    String.raw`(?:no|not any|without(?: any)?|zero|free of|nothing|could(?: not|n't) find (?:an|any)|can(?:not|'t) (?:find|see) (?:an|any)|did(?: not|n't) find (?:an|any)|do(?: not|n't) see (?:an|any)) (?:\p{L}+ ){0,2}?(?:mistakes?|errors?|issues?|problems?|doubts?|flaws?|gaps?|wrong|missing|reservations?|objections?)`,
    String.raw`(?:keine?n?|ohne|nichts?) (?:\p{L}+ )?(?:fehler|probleme?|zweifel|einwände?|falsch\p{L}*)|(?:aucune?|sans|pas d') ?(?:\p{L}+ )?(?:erreurs?|problèmes?|doutes?|réserves?)|(?:sin|ningún|ninguna|no hay) (?:\p{L}+ )?(?:errores|error|problemas?|dudas?|reservas?)|(?:нет|без) (?:\p{L}+ )?(?:ошибок|проблем|сомнений|возражений)`,
  ])}|(?:没有|无|未发现|沒有)(?:任何)?(?:错误|問題|问题|异议|疑问)`,
  "giu",
);

/** What takes a yes back, puts a condition to it, or makes it one of a part. */
const RESERVED = new RegExp(
  word([
    // English
    String.raw`but|however|although|though|except|excepting|unless|yet|only|if|once|until|till|pending|provided|as long as|so long as|assuming|subject to|not|n't|\p{L}+n't|cannot|never|without|despite|while|whereas|nevertheless|nonetheless|still|instead|rather|ought|should|would|could|needs?|must`,
    String.raw`part|parts|partly|partial|partially|mostly|largely|somewhat|half|nearly|almost|roughly|approximately|basically|broadly|generally|principle|more or less|barring|save for|bar|apart|aside|modulo|minus|hardly|barely|no|wait|hmm|reservations?|caveats?|conditions?|qualifications?|problems?|issues?|mistakes?|mistaken|errors?|wrong|incorrect|miss|misses|missing|missed|omit\p{L}*|fails?|failed|off by|flaw\p{L}*|doubts?|reject\p{L}*|disagree\p{L}*|object\p{L}*|overcounts?|undercounts?`,
    // German
    String.raw`aber|jedoch|solange|allerdings|doch|außer|sofern|nicht|kein\p{L}*|nur|wenn|falls|obwohl|bis auf|hingegen|sondern|statt|dennoch|trotzdem|teilweise|teils|zum teil|größtenteils|vorbehalt\p{L}*|bedingung\p{L}*|fehl(?:er|t|en)\p{L}*|falsch\p{L}*|wäre|müsste|sollte|nein`,
    // French
    String.raw`mais|tant que|cependant|toutefois|sauf|pas|pourtant|bien que|condition\p{L}*|ne|n'\p{L}+|non|si|sous|réserve\p{L}*|près|hormis|excepté|partiellement|en partie|plutôt|serait|devrait|manque\p{L}*|erreurs?|fausse?|faux`,
    // Spanish, Portuguese, Italian
    String.raw`pero|mientras|desde que|purché|sin embargo|aunque|salvo|excepto|menos|no|siempre que|s[oó]lo|parcial\p{L}*|en parte|em parte|in parte|condici\p{L}*|reservas?|ser[ií]a|deber[ií]a|falta\p{L}*|error\p{L}*|ma|per[òo]|tuttavia|non|tranne|se|parzialmente|riserv\p{L}*|sarebbe|dovrebbe|mas|porém|não|exceto|ressalvas?|deveria|erro\p{L}*`,
    // Russian, Dutch, Polish, Turkish
    String.raw`но|однако|не|нет|хотя|если|кроме|частично|отчасти|скорее|бы|исключ\p{L}*|оговор\p{L}*|услови\p{L}*|ошиб\p{L}*|зато|maar|niet|geen|behalve|tenzij|als|deels|ale|nie|oprócz|jeśli|częściowo|hariç|ama|fakat|değil|kısmen`,
  ]) +
    "|但|可是|然而|不过|不過|只|除|不|没|沒|如果|若|部分|一半|前半|后半|保留|原则上|基本|大体|应该|應該|应为|應為|改|出入|勉强|缺|漏|错|錯|问题|問題|否|ただし|しかし|ですが|けれど|が、|一応|除(?:け|い)|条件|べき|なら|ない|ません|하지만|그러나|다만|지만|부분|빼|제외|조건|않|아니" +
    "|لكن|باستثناء|جزئي|بشرط|إلا|إذا|ليس|لا |लेकिन|छोड़|आंशिक|अगर|शर्त|नहीं|पर ",
  "iu",
);
