import type { ModelFailureKind } from "../../engine/model.ts";
import type { Refusal } from "./refusal.ts";

/**
 * What a refusal means, by what it carries rather than by its English alone: a given delay, then codes and statuses, then words, and only
 * words that several servers use. Read from the top; the first rule that fits counts.
 */
interface Rule {
  readonly kind: ModelFailureKind;
  /** Any of these; all of them when absent. */
  readonly statuses?: readonly number[];
  /** This one or a higher one. */
  readonly statusFrom?: number;
  /** In codes and types. */
  readonly codes?: RegExp;
  /** In the message. */
  readonly words?: RegExp;
  /** Whether the server has named a wait. */
  readonly waits?: boolean;
  /** Not where one of these words stands. */
  readonly unless?: RegExp;
  readonly isPage?: boolean;
}

const QUOTA_CODES =
  /insufficient_quota|billing|spend_limit|insufficient_balance|insufficientbalance|exceeded_current_quota|quota_exceeded|payment_required|credits?_exhausted|access_terminated|arrearage|outofcredit|no_credits?|balance_not_enough|budget_?exceeded|exceeded_?budget/i; // prettier-ignore
const QUOTA_WORDS =
  /credit balance|insufficient (balance|credits?|funds?|quota)|(exceeded|out of|run out of|ran out of|no|not enough|more) (your )?(current |monthly |included |prepaid )?(quota|credits?|balance)\b|payment required|spend(ing)? limit|(key|budget|monthly|usage) (spend )?limit (has been )?(exceeded|reached)|budget has been exceeded|exceeded (your )?(monthly|budget)|account (is )?(not active|suspended|overdue|in arrears|balance)|billing|arrears|exceeded ?budget|over budget|recharge|top[- ]up|balance is (insufficient|too low|not enough|negative|zero)|(n't|not) have (any |enough )?(credits?|funds)|余额不足|欠费|充值|额度(不足|已用尽|已?用完|耗尽)|free (tier|trial) (has )?(ended|expired)|reached your specified/i; // prettier-ignore

const CONTEXT_CODES = /context_length_exceeded|string_above_max_length|request_too_large|context_window|exceed_context_size|contextwindow|tokens_limit_reached|model_max_prompt_tokens_exceeded|prompt_too_long/i; // prettier-ignore
const CONTEXT_WORDS = new RegExp(
  [
    String.raw`(prompt|input|conversation|request|messages?|context|query|text) ((is|are|was|were|has grown) )?(too|far too) (long|large|big)`,
    String.raw`too (long|large) for (the |this |requested |your )?(model|context|window)`,
    String.raw`(maximum|max|model'?s?) (prompt|context|input|sequence|model)[- ]?(length|window|size|token|len)`,
    String.raw`context[_ -]?(window|length|size|limit)`,
    String.raw`exceeds? (the |this |its |available |model'?s? )*(maximum |max )?(context|number of tokens|token (limit|count)|input length|allowed (input|tokens))`,
    String.raw`exceed(s|ed) (the )?(model|maximum) (token|number of (input )?tokens)`,
    String.raw`exceeds? (the )?(model'?s? )?(maximum|max) (supported|allowed) tokens`,
    String.raw`sequence length \d+ is (greater|larger|longer)`,
    String.raw`token (limit|count)[^.]{0,60}exceed`,
    String.raw`exceeds? (the )?(limit|maximum) of \d+ (input )?tokens`,
    String.raw`too many (input |prompt )?tokens`,
    String.raw`must have less than \d+ tokens|exceed(s|ed|ing)? (the )?(token limit|(token )?limit of \d+|max(imum)? (message|input) tokens)`,
    String.raw`max_(input_tokens|model_len|seq_len|position_embeddings)|prompt_token_ids`,
    String.raw`(输入|上下文|提示词?|消息|内容)[^。]{0,12}(超过|超出|过长|太长)|超(过|出)[^。]{0,12}(上下文|最大长度|最大输入)`,
    String.raw`tokens? (in|of) (the )?(prompt|request|input)[^.]{0,60}(exceed|greater|more|larger|over)`,
    String.raw`inputs?[\`]? (length|tokens?)[^.]{0,80}(exceed|must be|should be|maximum|at most|<=)`,
    String.raw`range of input length`,
    String.raw`reduce (the|your) (length|prompt|input|number of tokens|message size)`,
    String.raw`(requested|number of) tokens[^.]{0,60}exceed`,
    String.raw`request body too large|payload too large|entity too large|body (is )?too large|request (is )?too large`,
    String.raw`n_ctx|n_keep|kv cache|prompt (contains|has) \d+ tokens`,
    String.raw`maxLength: \d+, actual|must have length less than or equal to`,
    String.raw`larger than (the )?(context|maximum)`,
    String.raw`longest? than the (maximum|model)|longer than the (maximum|model|context)`,
  ].join("|"),
  "i",
);
/** Said of money alone, also beside a word about speed. */
const OUT_OF_CREDIT = /insufficient_quota|insufficient (balance|credits?|funds)|credit balance|余额不足|欠费|充值/i;
/** How fast, not how much at once. */
const PER_TIME = /per (minute|min|hour|day|second|month)|\b(TPM|RPM|TPD|RPD|ITPM)\b|rate[ _-]?limit/i;

const FILTER_CODES = /content_filter|content_policy|responsibleaipolicy|invalid_prompt|data_inspection_failed|datainspectionfailed|content_blocked|prohibited_content|moderation|safety|_policy(_violation)?\b|sensitive_content|contentfilter/i; // prettier-ignore
const FILTER_WORDS = /content[ _](filter|policy|management policy|moderation)|content filtering|(blocked|flagged|rejected) (by|for|due to|because)[^.]{0,60}(safety|policy|moderation|filter|guardrail|violat|harm)|inappropriate content|content exists risk|high[- ]risk|prohibited[_ ](content|use)|safety system|input was flagged|usage polic|sensitive (content|information|words)|guardrail (intervened|blocked)|敏感(内容|信息|词)|内容(违规|安全)/i; // prettier-ignore

const KEY_CODES = /authentication_?error|invalid_api_key|invalid_authentication|unauthorized|unauthenticated|permission_error|permission_denied|permissiondenied|forbidden|unrecognizedclient|invalidsignature|expiredtoken|accessdenied|api_key_invalid|incorrect_api_key|invalid_iam_token|auth_error|token_not_found|no_api_key|invalidapikey|no_db_connection/i; // prettier-ignore
const KEY_WORDS = /(api|access|auth|bearer|virtual|subscription)[ _-]?(key|token|credential)s?[^.]{0,40}(not valid|invalid|incorrect|missing|required|not found|expired|revoked|wrong|not (passed|provided|set|recognized))|(invalid|incorrect|missing|no|wrong|expired|unknown|malformed|not a valid) (proxy server token|api|access|auth|authentication|bearer|x-api|virtual)[ _-]?(key|token|credential|header)?|unauthori[sz]ed|no auth credentials|security token included in the request|user not found|authentication (fails|failed|error)|no cookie auth|no connected db|无效的?(令牌|密钥|api)|(令牌|密钥)(无效|错误|已过期)|鉴权失败/i; // prettier-ignore

const MODEL_CODES = /model_not_found|not_found_error|deploymentnotfound|model_not_exist|modelnotfound|unknown_model|unsupported_model|invalid_model|model_not_available|no_such_model|modelnotsupported|resourcenotfound|operationnotsupported/i; // prettier-ignore
const MODEL_WORDS = /(model|deployment|engine)s?[^.]{0,100}(not (been )?(found|exist|available|supported|loaded|deployed|recognized|a valid)|does not exist|doesn't exist|is not a valid|unknown|no longer (available|supported)|decommissioned|deprecated|retired|has been (removed|shut down)|is invalid|isn't supported|not have access)|(no such|unknown|invalid|unsupported|unrecognized|no) model|not a valid model|no models? loaded|model(_id| id)? (identifier|name)[^.]{0,30}(invalid|not)|provided model identifier|no (endpoints|deployments|provider|allowed providers)[^.]{0,30}(found|available|for)|passed in model=|not found, try pulling it|on-demand throughput (isn['’]t|is not) supported|support on-demand throughput|模型[^。]{0,60}不存在|无可用渠道/i; // prettier-ignore

const BUSY_CODES = /overloaded|unavailable|capacity_exceeded|engine_overloaded|server_busy|model_overloaded|slow_down|serviceunavailable|modelnotready/i; // prettier-ignore
const BUSY_WORDS = /overloaded|over capacity|at capacity|no (available )?capacity|capacity (is )?(exceeded|limit)|server (is )?busy|too busy|high (demand|load|traffic)|heavy load|currently (busy|loading)|is (still )?loading|queue (is )?full|no slot|model (is )?not ready|insufficient capacity|cannot handle|try again later|temporarily (unavailable|rate)|pending requests|(model|system) (is )?busy|degraded function|(服务器?|系统)繁忙|负载(已饱和|过高)|稍后再?(试|重试)/i; // prettier-ignore

const FAST_CODES = /rate_?limit|throttl|too_?many_?requests|resource_exhausted|tokens_per|requests_per|concurrency|slow_down|limit_requests|limit_burst_rate/i; // prettier-ignore
const FAST_WORDS = /rate[ _-]?limit|too many requests|throttl|requests? per (second|minute|min|hour|day)|tokens per (minute|day)|too (quickly|fast)|concurren(t|cy)|quota exceeded for|resource (has been )?exhausted|request (was )?limited|slow down|过于频繁|请求频率|速率限制|并发数?(过高|超)/i; // prettier-ignore

const LATE_WORDS = /timed? ?out|UND_ERR_(HEADERS|BODY|CONNECT)_TIMEOUT|ETIMEDOUT|deadline[ _]exceeded|took too long/i;

/** Groq's. */
export const UNREAD_CODES = /tool_use_failed|json_validate_failed|output_parse_failed/i;

/** Of a moment: in conflict, too early, or left by a gateway that waits no longer. */
const PASSING = [409, 425, 499];

/** What was asked for is not at this address: the path is wrong. */
export const PATH_WORDS =
  /unexpected endpoint|method not allowed|page not found|no route(?! to host)|unknown (?:request url|route|path|endpoint)|cannot post|invalid url \(post|^\W*(?:file )?not found\W*$/i;

const RULES: readonly Rule[] = [
  // What the model wrote could not be read: another time it writes something else. It may stand in the message, and speak of anything.
  { kind: "unavailable", codes: UNREAD_CODES },
  { kind: "unknown_model", statuses: [301, 302, 303, 307, 308] },
  { kind: "bad_key", isPage: true, statuses: [401, 403] },
  { kind: "rate_limited", isPage: true, statuses: [429] },
  { kind: "overloaded", isPage: true, statuses: [503, 529] },
  { kind: "timeout", isPage: true, statuses: [408, 504, 524] },
  { kind: "unavailable", isPage: true, statuses: PASSING },
  { kind: "unavailable", isPage: true, statusFrom: 500 },
  { kind: "quota", isPage: true, statuses: [402] },
  { kind: "context_too_long", isPage: true, statuses: [413] },
  { kind: "unknown_model", isPage: true },
  // Of a length, but not of the conversation's: whoever put the request can say it in other words.
  { kind: "bad_request", statuses: [400], words: /(?:\bid|call_id|name|description)['"`]?: string too long/i },
  // No wait makes it smaller.
  { kind: "context_too_long", statuses: [429], words: /request (?:is )?too large for|tokens must be reduced/i },
  // A delay beats a word: Google speaks of quota and billing where a minute's wait is all that is asked for.
  { kind: "rate_limited", statuses: [429], waits: true, unless: OUT_OF_CREDIT },
  { kind: "quota", statuses: [402] },
  { kind: "quota", codes: QUOTA_CODES },
  { kind: "rate_limited", statuses: [429], words: PER_TIME, unless: OUT_OF_CREDIT },
  { kind: "quota", words: QUOTA_WORDS, statuses: [400, 401, 403, 429] },
  { kind: "context_too_long", statuses: [413] },
  { kind: "context_too_long", codes: CONTEXT_CODES },
  { kind: "context_too_long", words: CONTEXT_WORDS, statuses: [400, 403, 422, 424, 500], unless: PER_TIME },
  { kind: "filtered", codes: FILTER_CODES },
  { kind: "filtered", words: FILTER_WORDS, statuses: [400, 403, 422, 451, 500] },
  { kind: "unknown_model", statuses: [401, 403], words: /not have access to (the |this )?model|model[^.]{0,60}not (available|enabled|allowed)|no access to model|access to model[^.]{0,40}denied|authorized to (access|use) (the |this )?model|无权访问[^。]{0,20}模型|(specified|this) model id/i }, // prettier-ignore
  { kind: "rate_limited", statuses: [400, 403], words: /rate[ _-]?limit (has been )?(exceeded|reached)|too many requests/i },
  // No key helps there.
  { kind: "bad_request", statuses: [403], words: /(country|region|territory|location)[^.]{0,40} not (supported|allowed|available)/i },
  { kind: "bad_key", statuses: [401, 403] },
  { kind: "bad_key", codes: KEY_CODES, statuses: [400, 404] },
  { kind: "bad_key", words: KEY_WORDS, statuses: [400, 404, 407] },
  { kind: "overloaded", statuses: [529, 498] },
  { kind: "rate_limited", statuses: [429], codes: FAST_CODES },
  { kind: "overloaded", statuses: [429, 500, 502, 503], words: BUSY_WORDS, unless: PER_TIME },
  { kind: "rate_limited", statuses: [429] },
  { kind: "rate_limited", codes: FAST_CODES, statuses: [400, 403, 500, 503] },
  { kind: "unknown_model", codes: MODEL_CODES },
  { kind: "unknown_model", words: MODEL_WORDS, statuses: [400, 404, 410, 422, 500, 503] },
  { kind: "unknown_model", statuses: [404, 405, 410] },
  { kind: "unavailable", statuses: [400], words: BUSY_WORDS },
  { kind: "timeout", statuses: [408, 504, 524] },
  { kind: "overloaded", statuses: [503], codes: BUSY_CODES },
  { kind: "rate_limited", statuses: [503], words: FAST_WORDS },
  { kind: "timeout", statuses: [500, 502, 503], words: LATE_WORDS },
  { kind: "timeout", statuses: [424], words: LATE_WORDS },
  { kind: "unavailable", statuses: [424], codes: /generation|ModelErrorException/i },
  { kind: "unavailable", statuses: PASSING },
];

/** Where no status came: within a stream, and on the network. The same words, without it. */
const UNNUMBERED: readonly Rule[] = [
  { kind: "unavailable", codes: UNREAD_CODES },
  { kind: "unknown_model", isPage: true },
  { kind: "unknown_model", words: PATH_WORDS },
  { kind: "rate_limited", waits: true, codes: FAST_CODES },
  { kind: "quota", codes: QUOTA_CODES },
  { kind: "quota", words: QUOTA_WORDS },
  { kind: "context_too_long", codes: CONTEXT_CODES },
  { kind: "context_too_long", words: CONTEXT_WORDS, unless: PER_TIME },
  { kind: "filtered", codes: FILTER_CODES },
  { kind: "filtered", words: FILTER_WORDS },
  { kind: "bad_key", codes: KEY_CODES },
  { kind: "bad_key", words: KEY_WORDS },
  { kind: "overloaded", codes: BUSY_CODES },
  { kind: "rate_limited", codes: FAST_CODES },
  { kind: "unknown_model", codes: MODEL_CODES },
  { kind: "overloaded", words: /overloaded|over capacity|server (is )?busy/i },
  { kind: "rate_limited", words: FAST_WORDS },
  { kind: "unknown_model", words: MODEL_WORDS },
  { kind: "timeout", words: LATE_WORDS },
  { kind: "bad_request", codes: /invalid_(?:request|argument|param)|bad_?request|validation/i },
];

export function kindOf(refusal: Refusal, waitMs: number | undefined): ModelFailureKind {
  const { status, said } = refusal;
  if (said.isUnreadable) return "unavailable";
  const codes = said.codes.join(" ");
  // An address in the words may be of a page about limits.
  const words = refusal.text.replaceAll(/https?:\/\/\S+/g, "");
  const rules = status === undefined ? UNNUMBERED : RULES;
  const found = rules.find(
    (rule) =>
      (rule.isPage ?? false) === (said.isPage ?? false) &&
      (rule.statuses === undefined || (status !== undefined && rule.statuses.includes(status))) &&
      (rule.statusFrom === undefined || (status ?? 0) >= rule.statusFrom) &&
      (rule.waits === undefined || rule.waits === (waitMs !== undefined)) &&
      (rule.codes === undefined || rule.codes.test(codes)) &&
      (rule.words === undefined || rule.words.test(words)) &&
      !rule.unless?.test(`${codes} ${words}`),
  );
  if (found) return found.kind;
  return status === undefined || status >= 500 ? "unavailable" : "bad_request";
}
