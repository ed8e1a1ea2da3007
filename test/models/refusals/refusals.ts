import type { ModelFailureKind } from "../../../src/engine/model.ts";

/** What a server answered to somebody, and where that was told. */
export interface ToldRefusal {
  readonly server: string;
  readonly status: number;
  /** JSON, or text as it came. */
  readonly body: unknown;
  readonly kind: ModelFailureKind;
  /** A thread on GitHub. */
  readonly source: string;
  readonly waitMs?: number;
}

type Row = readonly [server: string, status: number, body: unknown, kind: ModelFailureKind, source: string, waitMs?: number];

/** OpenAI's shape of an error. */
const openAi = (message: string, type = "invalid_request_error", code: string | number | null = null) => ({
  error: { message, type, param: null, code },
});
const anthropic = (type: string, message: string) => ({ type: "error", error: { type, message } });
const vllm = (message: string) => ({ object: "error", message, type: "BadRequestError", param: null, code: 400 });
const google = (code: number, message: string, status: string) => ({ error: { code, message, status } });
/** Google's CLI and gateways in front of it put the error into a string. */
const wrapped = (code: number, message: string, status: string) => ({
  error: { message: JSON.stringify(google(code, message, status)), code, status: "Error" },
});
const forbidden = (...loc: readonly (string | number)[]) => ({
  object: "error",
  message: { detail: [{ type: "extra_forbidden", loc: ["body", ...loc], msg: "Extra inputs are not permitted" }] },
  type: "invalid_request_error",
  param: null,
  code: null,
});
const tooFast = (model: string, limits: string, wait: string) =>
  openAi(`Rate limit reached for model \`${model}\` in organization \`org_1\` on ${limits}. Please try again in ${wait}.`, "tokens", "rate_limit_exceeded"); // prettier-ignore
const tgi = (limit: number, inputs: number, wanted: number) =>
  `Input validation error: \`inputs\` tokens + \`max_new_tokens\` must be <= ${limit}. Given: ${inputs} \`inputs\` tokens and ${wanted} \`max_new_tokens\``;

const ROWS: readonly Row[] = [
  ["OpenAI", 400, openAi("This model's maximum context length is 4097 tokens. However, your messages resulted in 6988 tokens. Please reduce the length of the messages.", "invalid_request_error", "context_length_exceeded"), "context_too_long", "rahul2002m/ChatPDF/issues/6"],
  ["OpenAI", 400, openAi("This model's maximum context length is 8192 tokens. However, your messages resulted in 8227 tokens. Please reduce the length of the messages."), "context_too_long", "crewAIInc/crewAI-examples/issues/121"],
  ["OpenAI", 400, openAi("This model's maximum context length is 128000 tokens. However, your messages resulted in 204308 tokens. Please reduce the length of the messages."), "context_too_long", "webtimemachine/wtm2/issues/579"],
  ["OpenAI", 400, openAi("This model's maximum context length is 4097 tokens. However, you requested 4120 tokens (3120 in the messages, 1000 in the completion). Please reduce the length of the messages or completion.", "invalid_request_error", "context_length_exceeded"), "context_too_long", "mckaywrigley/chatbot-ui/issues/102"],
  ["OpenAI", 400, openAi("This model's maximum context length is 8192 tokens. However, you requested 254457 tokens"), "context_too_long", "langchain-ai/langchain/issues/24058"],
  ["OpenAI", 429, openAi("Rate limit reached for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Used 29937, Requested 385. Please try again in 644ms."), "rate_limited", "BuilderIO/micro-agent/issues/86", 644],
  ["OpenAI", 429, openAi("Rate limit reached for gpt-4o in organization X on tokens per min (TPM): Limit 30000, Used 14567, Requested 24754. Please try again in 18.642s. Visit https://platform.openai.com/account/rate-limits to learn more."), "rate_limited", "semanser/codel/issues/72", 18_642],
  ["OpenAI", 429, openAi("Rate limit reached for gpt-4 in organization org-1 on tokens per min (TPM): Limit 10000, Used 8554, Requested 3082. Please try again in 9.816s."), "rate_limited", "FoundationAgents/MetaGPT/issues/523", 9_816],
  ["OpenAI", 401, openAi("Incorrect API key provided: claude. You can find your API key at https://platform.openai.com/account/api-keys.", "invalid_request_error", "invalid_api_key"), "bad_key", "continuedev/continue/issues/12834"],
  ["OpenAI", 401, openAi("Incorrect API key provided: https://****lETQ. You can find your API key at https://platform.openai.com/account/api-keys."), "bad_key", "continuedev/continue/issues/10250"],
  ["OpenAI", 401, openAi("Incorrect API key provided: sk-or-v1****de5d. You can find your API key at https://platform.openai.com/account/api-keys."), "bad_key", "continuedev/continue/issues/12788"],
  ["vLLM", 400, vllm("This model's maximum context length is 16384 tokens. However, you requested 19591 tokens (9591 in the messages, 10000 in the completion). Please reduce the length of the messages or completion. None"), "context_too_long", "vllm-project/vllm/issues/20409"],
  ["vLLM", 400, vllm("This model's maximum context length is 16384 tokens. However, you requested 122946 tokens (112946 in the messages, 10000 in the completion)."), "context_too_long", "vllm-project/vllm/issues/20409"],
  ["vLLM", 400, vllm("This model's maximum context length is 4096 tokens. However, you requested 6379 tokens (6029 in the messages, 350 in the completion). Please reduce the length of the messages or completion."), "context_too_long", "elotl/GenAI-infra-stack/issues/62"],
  ["vLLM", 400, vllm("This model's maximum context length is 8192 tokens. However, you requested 8203 tokens (7691 in the messages, 512 in the completion)."), "context_too_long", "ruipeterpan/specreason/issues/4"],
  ["Groq", 400, openAi("Please reduce the length of the messages or completion.", "invalid_request_error", "context_length_exceeded"), "context_too_long", "thepersonalaicompany/amurex-backend/issues/51"],
  ["Groq", 400, openAi("Please reduce the length of the messages or completion."), "context_too_long", "OpenHands/OpenHands/issues/1902"],
  ["Groq", 413, openAi("Request too large for model `llama-3.1-8b-instant` in organization `x` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 6294, please reduce your message size and try again.", "tokens", "rate_limit_exceeded"), "context_too_long", "elizaOS/eliza/issues/4040"],
  ["Groq", 413, openAi("Request too large for model `moonshotai/kimi-k2-instruct` in organization `o` service tier `on_demand` on tokens per minute (TPM): Limit 10000, Requested 15088, please reduce your message size and try again.", "tokens", "rate_limit_exceeded"), "context_too_long", "cline/cline/issues/4971"],
  ["Groq", 429, tooFast("llama-3.1-8b-instant", "tokens per minute (TPM): Limit 6000, Used 5034, Requested 1443", "4.77s"), "rate_limited", "elizaOS/eliza/issues/4040", 4_770],
  ["Groq", 429, tooFast("llama-3.3-70b-versatile", "tokens per minute (TPM): Limit 6000, Used 3513, Requested 3166", "6.780999999s"), "rate_limited", "openinterpreter/openinterpreter/issues/408", 6_781],
  ["Groq", 429, tooFast("llama-3.3-70b-versatile", "tokens per day (TPD): Limit 100000, Used 97050, Requested 3619", "9m38.016s"), "rate_limited", "continuedev/continue/issues/10920", 578_016],
  ["Groq", 429, tooFast("llama3-70b-8192", "tokens per minute (TPM): Limit 7000, Used 0, Requested ~12903", "50.597142857s"), "rate_limited", "danielmiessler/Fabric/issues/364", 50_597],
  ["Groq", 429, tooFast("llama3-70b-8192", "tokens per minute (TPM): Limit 5000, Used 5747, Requested ~4251", "59.977s"), "rate_limited", "crewAIInc/crewAI/issues/494", 59_977],
  ["Groq", 404, openAi("The model `llama3.1-405b` does not exist or you do not have access to it.", "invalid_request_error", "model_not_found"), "unknown_model", "continuedev/continue/issues/10832"],
  ["xAI", 429, JSON.stringify("Too many tokens for team e9fe and model grok-4-0709. Your team's rate limit is — Tokens per Minute (actual/limit): 65605/16000."), "rate_limited", "cline/cline/issues/4826"],
  ["xAI", 429, JSON.stringify("Your team 16f2 has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit."), "quota", "continuedev/continue/issues/10373"],
  ["xAI", 403, { code: "x", error: "You have run out of credits or need a Grok subscription. Add credits at https://grok.com/?_s=usage" }, "quota", "Wei-Shaw/sub2api/issues/4069"],
  ["xAI", 400, JSON.stringify("Incorrect API key provided: na***ys. You can obtain an API key from https://console.x.ai."), "bad_key", "continuedev/continue/issues/10778"],
  ["xAI", 400, JSON.stringify("Incorrect API key provided: gs***tF. You can obtain an API key from https://console.x.ai."), "bad_key", "continuedev/continue/issues/10161"],
  ["Meta's Llama API", 429, { title: "Too Many Requests", detail: "You have exceeded the maximum number of tokens allowed within a given time frame. Wait a bit and try again.", status: 429 }, "rate_limited", "meta-llama/llama-models/issues/354"],
  ["Google", 429, [google(429, "Resource exhausted. Please try again later. Please refer to https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.", "RESOURCE_EXHAUSTED")], "rate_limited", "google-gemini/gemini-cli/issues/14831"],
  ["Google", 429, wrapped(429, "Resource has been exhausted (e.g. check quota).", "RESOURCE_EXHAUSTED"), "rate_limited", "continuedev/continue/issues/10560"],
  ["Google", 429, wrapped(429, "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.", "RESOURCE_EXHAUSTED"), "quota", "gke-labs/gemini-for-kubernetes-development/issues/1215"],
  ["Google", 429, { error: { code: 429, message: "You exceeded your current quota, please check your plan and billing details.", status: "RESOURCE_EXHAUSTED", details: [{ "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [] }, { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34s" }] } }, "rate_limited", "google-gemini/gemini-cli/issues/8437", 34_000],
  ["Google", 503, wrapped(503, "This model is currently experiencing high demand. Spikes in demand are usually temporary. Please try again later.", "UNAVAILABLE"), "overloaded", "continuedev/continue/issues/11549"],
  ["Google", 503, [google(503, "The model is overloaded. Please try again later.", "UNAVAILABLE")], "overloaded", "continuedev/continue/issues/8308"],
  ["Google", 503, google(503, "The model is overloaded. Please try again later.", "UNAVAILABLE"), "overloaded", "google-gemini/cookbook/issues/425"],
  ["OpenRouter", 402, { error: { message: "This request requires more credits, or fewer max_tokens. You requested up to 225702 tokens, but can only afford 92985.", code: 402 } }, "quota", "QwenLM/qwen-code/issues/73"],
  ["OpenRouter", 402, { error: { message: "Insufficient credits. Add more using https://openrouter.ai/settings/credits", code: 402, metadata: { limit_source: "openrouter_credits" } } }, "quota", "open-assistant-org/open-assistant/issues/80"],
  ["OpenRouter", 402, { error: { message: "Insufficient credits. This account never purchased credits.", code: 402 } }, "quota", "Gitlawb/openclaude/issues/43"],
  ["OpenRouter", 404, { error: { message: "No endpoints found that support tool use. To learn more about provider routing, visit: https://openrouter.ai/docs/provider-routing", code: 404 } }, "unknown_model", "dnakov/anon-kode/issues/2"],
  ["OpenRouter", 402, { error: { message: "This request requires more credits, or fewer max_tokens. You requested up to 4096 tokens, but can only afford 222.", code: 402 } }, "quota", "continuedev/continue/issues/11154"],
  ["Opengateway", 402, openAi("Insufficient credits — top up your balance", "insufficient_quota", "insufficient_credits"), "quota", "Gitlawb/openclaude/issues/1528"],
  ["9router", 404, openAi("No active credentials for provider: codex", "invalid_request_error", "model_not_found"), "unknown_model", "decolua/9router/pull/3770"],
  ["DeepSeek", 402, openAi("Insufficient Balance", "unknown_error", "invalid_request_error"), "quota", "1Panel-dev/MaxKB/issues/3797"],
  ["LiteLLM", 400, openAi(`litellm.BadRequestError: DeepseekException - ${JSON.stringify(openAi("Insufficient Balance", "unknown_error", "invalid_request_error"))}`), "quota", "Aider-AI/aider/issues/4851"],
  ["LiteLLM", 400, openAi("Budget has been exceeded! Current cost: 76.16, Max budget: 10.0", "budget_exceeded", "400"), "quota", "BerriAI/litellm/issues/20615"],
  ["LiteLLM", 429, openAi("LiteLLM User: engineer-1, exceeded budget for model=claude-opus-4-8", "budget_exceeded", "429"), "quota", "OWASP/OpenCRE/pull/1102"],
  ["LiteLLM", 401, openAi("Authentication Error, ExceededBudget: over budget", "auth_error", "401"), "quota", "BerriAI/litellm/issues/3293"],
  ["LiteLLM", 400, openAi(`litellm.BadRequestError: MistralException - ${JSON.stringify(forbidden("metadata"))}`), "bad_request", "OpenHands/OpenHands-CLI/issues/83"],
  ["Kimi", 400, { error: { message: "Invalid request: Your request exceeded model token limit: 262144 (requested: 269030)", type: "invalid_request_error" } }, "context_too_long", "MoonshotAI/kimi-cli/issues/2011"],
  ["Kimi", 403, { error: { message: "Your account org-1<ak-1> is not active, organization <org-1> exceeded current quota, please check your plan and billing details", type: "exceeded_current_quota_error" } }, "quota", "MoonshotAI/Kimi-K2/issues/5"],
  ["Kimi", 400, anthropic("invalid_request_error", "Invalid request Error"), "bad_request", "MoonshotAI/Kimi-K2.5/issues/20"],
  ["Kimi", 400, openAi("thinking is enabled but reasoning_content is missing in assistant tool call message at index 19"), "bad_request", "continuedev/continue/issues/11711"],
  ["Kimi", 400, openAi("cannot specify both 'thinking' and 'reasoning_effort'"), "bad_request", "HKUDS/nanobot/issues/3939"],
  ["Qwen", 400, openAi("<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 983616]", "invalid_request_error", "invalid_parameter_error"), "context_too_long", "agentscope-ai/QwenPaw/issues/6255"],
  ["Qwen", 400, openAi("<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 204800]"), "context_too_long", "QwenLM/qwen-code/issues/98"],
  ["Qwen", 400, { code: "InvalidParameter", message: "Range of input length should be [1, 6000]", request_id: "x" }, "context_too_long", "LLM-Red-Team/qwen-free-api/issues/23"],
  ["Qwen", 400, { code: "InvalidParameter", message: "Range of input length should be [1, 30720]" }, "context_too_long", "langgenius/dify/issues/14986"],
  ["Bedrock", 400, { message: "Input is too long for requested model." }, "context_too_long", "aws-samples/assessment-generator/issues/2"],
  ["Bedrock", 400, { message: "Malformed input request: expected maxLength: 42000, actual: 46735, please reformat your input and try again." }, "context_too_long", "ryanadoty/Amazon-Bedrock-Amazon-RDS-POC/issues/9"],
  ["Bedrock", 400, { message: "1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less than or equal to 25000000" }, "context_too_long", "langchain-ai/langchain-aws/issues/419"],
  ["Bedrock", 400, { message: "The maximum tokens you requested exceeds the model limit of 32768" }, "bad_request", "charmbracelet/crush/issues/946"],
  ["Bedrock", 400, { message: "The maximum tokens you requested exceed the model limit of 4096. Try again with a maximum tokens value lower than 4096." }, "bad_request", "RooCodeInc/Roo-Code/issues/248"],
  ["Bedrock", 429, { message: "Too many tokens, please wait before trying again." }, "rate_limited", "aws-samples/well-architected-iac-analyzer/issues/25"],
  ["Bedrock", 429, { message: "Too many requests, please wait before trying again. You have sent too many requests. Wait before trying again." }, "rate_limited", "i-dot-ai/caddy-chatbot/issues/97"],
  ["Mistral", 422, { object: "Error", detail: [{ type: "extra_forbidden", loc: ["body", "tools"], msg: "Extra inputs are not permitted", input: [] }], type: "invalid_request_error", code: 3001 }, "bad_request", "partITech/php-mistral/issues/76"],
  ["Mistral", 422, forbidden("max_completion_tokens"), "bad_request", "editor-code-assistant/eca/issues/231"],
  ["Mistral", 422, forbidden("messages", 0, "user", "name"), "bad_request", "nomtek/mistralai_client_dart/issues/44"],
  ["Mistral", 422, forbidden("n"), "bad_request", "crewAIInc/crewAI/issues/60"],
  ["Mistral", 422, forbidden("messages", 31, "assistant", "reasoning_content"), "bad_request", "charmbracelet/crush/issues/1590"],
  ["Mistral", 422, { detail: [{ type: "extra_forbidden", loc: ["body", "messages", 6, "assistant", "tool_calls", 0, "name"], msg: "Extra inputs are not permitted" }] }, "bad_request", "zeroclaw-labs/zeroclaw/issues/2693"],
  ["Mistral", 400, { object: "error", message: "Tool call id was call_search but must be a-z, A-Z, 0-9, with a length of 9.", type: "invalid_request_error", param: null, code: null }, "bad_request", "BibekBhusal0/zen-custom-js/pull/7"],
  ["LM Studio", 400, { error: 'Error rendering prompt with jinja template: "Unknown test: sequence".' }, "bad_request", "zed-industries/zed/issues/45379"],
  ["LM Studio", 400, { error: 'Error rendering prompt with jinja template: "Cannot pass both content and thinking in an assistant message with tool calls!".' }, "bad_request", "lmstudio-ai/lmstudio-bug-tracker/issues/842"],
  ["llama.cpp", 500, { error: { code: 500, message: "the request exceeds the available context size. try increasing the context size or enable context shift", type: "exceed_context_size_error", n_prompt_tokens: 1407, n_ctx: 256 } }, "context_too_long", "ggml-org/llama.cpp/pull/15780"],
  ["llama.cpp", 200, { error: { code: 400, message: "the request exceeds the available context size. try increasing the context size or enable context shift", type: "exceed_context_size_error", n_prompt_tokens: 14429, n_ctx: 8192 } }, "context_too_long", "oobabooga/textgen/issues/7257"],
  ["llama.cpp", 500, { error: { code: 500, message: "Context size has been exceeded.", type: "server_error" } }, "context_too_long", "ggml-org/llama.cpp/issues/19774"],
  ["llama.cpp", 400, { error: { code: 400, message: "request (4390 tokens) exceeds the available context size (4096 tokens), try increasing it", type: "exceed_context_size_error" } }, "context_too_long", "ggml-org/llama.cpp/issues/19774"],
  ["llama.cpp", 400, { error: { code: 400, message: "request (131168 tokens) exceeds the available context size (131072 tokens), try increasing it" } }, "context_too_long", "langchain-ai/openwiki/issues/648"],
  ["llama-cpp-python", 500, openAi("Requested tokens (2285) exceed context window of 2048", "internal_server_error"), "context_too_long", "fedora-copr/logdetective-website/pull/193"],
  ["Azure OpenAI", 429, openAi("Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-05-01-preview have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 86400 seconds.", "x", "429"), "rate_limited", "alex-wolf-ps/dbchatprov2/issues/2", 86_400_000],
  ["Azure OpenAI", 429, openAi("Rate limit is exceeded. Try again in 30 seconds.", "x", "429"), "rate_limited", "Azure-Samples/azure-search-openai-demo/issues/177", 30_000],
  ["Azure OpenAI", 404, { error: { code: "DeploymentNotFound", message: "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again." } }, "unknown_model", "chatboxai/chatbox/issues/861"],
  ["Ollama", 400, openAi("registry.ollama.ai/library/llama3:8b does not support tools", "api_error"), "bad_request", "pydantic/pydantic-ai/issues/703"],
  ["Ollama", 400, { error: "registry.ollama.ai/library/Qwen3.5:0.8b does not support tools" }, "bad_request", "ollama/ollama/issues/14795"],
  ["Ollama", 400, openAi("stablelm2:latest does not support tools", "api_error"), "bad_request", "ollama/ollama/issues/6027"],
  ["Ollama", 400, openAi("hf.co/eaddario/Hammer2.1-7b-GGUF:Q4_K_M does not support tools", "api_error"), "bad_request", "MadeAgents/Hammer/issues/14"],
  ["Ollama", 400, openAi("registry.ollama.ai/library/gemma3:1b-it-qat does not support tools"), "bad_request", "tinyhumansai/openhuman/issues/2787"],
  ["Anthropic", 401, anthropic("authentication_error", "Invalid authentication credentials"), "bad_key", "anthropics/claude-code/issues/64667"],
  ["Anthropic", 529, anthropic("overloaded_error", "Overloaded"), "overloaded", "anthropics/claude-code/issues/35792"],
  ["Anthropic", 500, anthropic("api_error", "Overloaded"), "overloaded", "anthropics/claude-code/issues/4248"],
  ["Anthropic", 500, anthropic("api_error", "Internal server error"), "unavailable", "anthropics/claude-code/issues/61368"],
  ["Anthropic", 400, anthropic("invalid_request_error", "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."), "quota", "anthropics/claude-code/issues/66297"],
  ["Anthropic", 429, anthropic("rate_limit_error", "This request would exceed your account's rate limit. Please try again later."), "rate_limited", "anthropics/claude-code/issues/5769"],
  ["Anthropic", 429, anthropic("rate_limit_error", "This request would exceed the rate limit for your organization of 30,000 input tokens per minute. Please reduce the prompt length or the maximum tokens requested, or try again later."), "rate_limited", "continuedev/continue/issues/9623"],
  ["Anthropic, as OpenAI", 429, { error: { code: "rate_limit_error", message: "This request would exceed the rate limit for your organization of 20,000 input tokens per minute. Please reduce the prompt length or the maximum tokens requested, or try again later.", type: "invalid_request_error", param: null } }, "rate_limited", "FoundationAgents/OpenManus/issues/746"],
  ["Anthropic", 400, anthropic("invalid_request_error", "messages.65.content.1.tool_use.text: Extra inputs are not permitted"), "bad_request", "anthropics/claude-code/issues/4378"],
  ["Together", 429, openAi("You have reached the rate limit specific to this model. The maximum rate limit for this model is 9.0 queries per minute."), "rate_limited", "xtekky/gpt4free/issues/3032"],
  ["TGI", 422, { error: tgi(65_537, 79_993, 1_024), error_type: "validation" }, "context_too_long", "bytedance/UI-TARS-desktop/issues/626"],
  ["TGI", 422, { error: tgi(2_048, 3_474, 60) }, "context_too_long", "huggingface/llm-vscode/issues/94"],
  ["TGI", 422, { error: tgi(1_512, 603, 1_024) }, "context_too_long", "huggingface/chat-ui/issues/327"],
  ["TGI", 422, { error: "Input validation error: `max_new_tokens` must be <= 192", error_type: "validation" }, "bad_request", "huggingface/transformers/issues/28523"],
  ["Cerebras", 429, JSON.stringify("Tokens per minute limit exceeded - too many tokens processed."), "rate_limited", "continuedev/continue/issues/9800"],
  ["GitHub Copilot", 400, { error: { message: "prompt token count of 21225 exceeds the limit of 20000", param: "", code: "", type: "" } }, "context_too_long", "zed-industries/zed/issues/20362"],
  ["GitHub Copilot", 400, { error: { message: "prompt token count of 1083 exceeds the limit of 0", code: "model_max_prompt_tokens_exceeded" } }, "context_too_long", "copilot-extensions/user-feedback/issues/32"],
  ["GitHub Models", 413, openAi("Request body too large for gpt-4.1 model. Max size: 8000 tokens.", "x", "tokens_limit_reached"), "context_too_long", "tashfeenahmed/freellmapi/issues/426"],
  ["Llama Stack", 404, { error: { code: "404", message: "model 'ollama/llama3.2:3' not found or is not available" } }, "unknown_model", "opendatahub-io/odh-dashboard/pull/4873"],
]; // prettier-ignore

export const REFUSALS: readonly ToldRefusal[] = ROWS.map(([server, status, body, kind, source, waitMs]) => ({
  server,
  status,
  body,
  kind,
  source: `https://github.com/${source}`,
  ...(waitMs === undefined ? {} : { waitMs }),
}));
