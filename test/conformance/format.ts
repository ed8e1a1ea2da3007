/** The scenario format of the conformance files, as far as types can say it. */
export interface ScenarioFile {
  readonly schema_version: number;
  readonly scenarios: readonly Scenario[];
}

export interface Scenario {
  readonly id: string;
  readonly kind: "team" | "termination" | "executor" | "mentions" | "code_blocks";
  readonly setup: Setup;
  readonly steps?: readonly Step[];
  readonly table?: readonly Row[];
  readonly expect?: { readonly construct_error?: boolean };
}

export interface Setup {
  readonly models?: { readonly [id: string]: { readonly replies: readonly Reply[] } };
  readonly agents?: readonly AgentSetup[];
  readonly team?: TeamSetup;
  readonly termination?: ConditionSetup;
  /** Seconds for a block of code. */
  readonly timeout?: number;
}

export type Reply =
  | string
  | { readonly error: string }
  | { readonly ledger: LedgerSetup }
  | {
      readonly tool_calls?: readonly { readonly name: string; readonly args?: unknown }[];
      readonly thought?: string;
      readonly text?: string;
      readonly usage?: readonly [number, number];
    };

/** A progress ledger in the engine's own shape; what is absent: not satisfied, progress, no loop. */
export interface LedgerSetup {
  readonly next: string;
  readonly instruction?: string;
  readonly satisfied?: boolean;
  readonly progress?: boolean;
  readonly in_loop?: boolean;
  readonly reason?: string;
}

export interface ToolSetup {
  readonly name?: string;
  readonly returns?: unknown;
  readonly raises?: string;
  /** Seconds that it takes. */
  readonly delay?: number;
  /** An agent, or a team, whose last words are the result. */
  readonly agent?: string;
  readonly team?: string;
}

export interface AgentSetup {
  readonly name: string;
  readonly type: string;
  readonly description?: string;
  readonly system?: string;
  readonly model?: string;
  readonly tools?: readonly ToolSetup[];
  readonly handoffs?: readonly (
    string | { readonly target: string; readonly name?: string; readonly message?: string; readonly description?: string }
  )[];
  readonly max_tool_iterations?: number;
  readonly reflect_on_tool_use?: boolean;
  readonly sources?: readonly string[];
  readonly deny?: { readonly if_contains: string | readonly string[]; readonly reason: string };
  /** Seconds that each turn of a double takes. */
  readonly delay?: number;
  /** The fields of its answer, each with the name of its JSON type. */
  readonly answer?: { readonly [field: string]: string };
  readonly max_retries_on_error?: number;
  readonly inputs?: readonly string[];
  readonly stop_at?: number;
  readonly to?: string;
  readonly turns?: readonly (string | MessageSetup | { readonly error: string })[];
  readonly error?: string;
  readonly kind?: TeamSetup["kind"];
  readonly participants?: readonly string[];
  readonly termination?: ConditionSetup;
  readonly max_turns?: number;
  readonly team?: TeamSetup | string;
  readonly wrapped?: AgentSetup;
  readonly filter?: readonly { readonly source: string; readonly position?: "first" | "last"; readonly count?: number }[];
  readonly context?: ContextSetup;
  readonly [key: string]: unknown;
}

export interface ContextSetup {
  readonly type?: string;
  readonly n?: number;
  readonly head?: number;
  readonly tail?: number;
}

export interface TeamSetup {
  readonly kind: "round_robin" | "selector" | "swarm" | "graph" | "magentic";
  readonly participants: readonly string[];
  readonly termination?: ConditionSetup;
  readonly max_turns?: number | null;
  readonly model?: string;
  readonly allow_repeated_speaker?: boolean;
  readonly max_selector_attempts?: number;
  readonly selector_prompt?: string;
  readonly selector_func?: { readonly by_last_source: { readonly [source: string]: string | null } };
  readonly candidate_func?: { readonly by_last_source: { readonly [source: string]: readonly string[] } };
  readonly history_buffer?: number;
  readonly edges?: readonly {
    readonly from: string;
    readonly to: string;
    readonly if_contains?: string;
    readonly group?: string;
    readonly activate?: "all" | "any";
  }[];
  readonly entry?: string;
  readonly max_stalls?: number;
  readonly [key: string]: unknown;
}

export type ConditionSetup =
  | { readonly and: readonly ConditionSetup[] }
  | { readonly or: readonly ConditionSetup[] }
  | ({ readonly type: string } & { readonly [key: string]: unknown });

export interface MessageSetup {
  readonly source?: string;
  readonly type?: string;
  readonly content?: unknown;
  readonly target?: string;
  readonly usage?: readonly [number, number];
}

export interface Step {
  readonly op?: "run" | "agent" | "reset" | "save_load" | "external_set" | "set" | "sleep" | "check";
  readonly task?: string | MessageSetup | readonly (string | MessageSetup)[] | null;
  readonly cancel_after?: number;
  readonly agent?: string;
  readonly messages?: readonly (string | MessageSetup)[];
  readonly seconds?: number;
  readonly blocks?: readonly { readonly language: string; readonly code: string }[];
  readonly expect?: Expectation;
  readonly expect_model_calls?: { readonly [model: string]: number };
  readonly expect_received?: { readonly [agent: string]: readonly (readonly string[])[] };
  readonly expect_context?: { readonly [agent: string]: readonly unknown[] };
  readonly expect_prompt?: readonly {
    readonly model: string;
    readonly call: number;
    readonly contains?: readonly string[];
    readonly excludes?: readonly string[];
  }[];
}

export interface Expectation {
  readonly messages?: readonly ExpectedMessage[];
  readonly stream?: readonly ExpectedMessage[];
  readonly stop?: readonly string[] | null | true;
  readonly message_count?: number;
  readonly error?: string | true;
  readonly exit_code?: number;
  readonly output_contains?: readonly string[];
  readonly output_excludes?: readonly string[];
  readonly output?: string;
  readonly file_name?: string;
}

export interface ExpectedMessage {
  readonly source?: string;
  /** One of these, where several speak side by side. */
  readonly source_any?: readonly string[];
  readonly type?: string;
  readonly content?: unknown;
  readonly content_kind?: string;
  readonly contains?: string | readonly string[];
  readonly target?: string;
  readonly output?: string;
}

export interface Row {
  readonly names?: readonly string[];
  readonly reply?: string;
  readonly mentioned?: readonly string[];
  readonly text?: string;
  readonly blocks?: readonly (readonly [string, string])[];
}
