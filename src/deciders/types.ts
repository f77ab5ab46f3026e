import type { Json } from "../kit/canonical.ts";

/** A tool call that a client asks about, before policy has judged it. */
export interface Question {
  readonly session: string;
  /** What one turn of the session is known by: in nexo's case the connection, since each turn starts its own client. */
  readonly turn: string;
  readonly tool: string;
  readonly input: Readonly<Record<string, Json>>;
}

/** How long an answer stands for the same call (tool and input), so that the decider is not asked again. */
export type Scope = "once" | "turn" | "session";

/**
 * What a decider thinks of a call. Policy judges every call whatever it says: it can be stricter than policy, and it can release
 * what policy holds; what policy denies stays denied.
 */
export type Opinion =
  | { readonly say: "policy" }
  | { readonly say: "stricter"; readonly to: "hold" | "deny"; readonly reason: string }
  | {
      readonly say: "release";
      readonly scope: Scope;
      /** What should run instead; it is this that policy then judges. */
      readonly input?: Readonly<Record<string, Json>> | undefined;
    }
  /** No verdict at all, so nothing runs. */
  | { readonly say: "nothing"; readonly because: "unavailable" | "cancelled"; readonly reason: string };

export interface Decider {
  readonly name: DeciderName;
  /** @throws Refusal  it can't decide: the client is told so, and nothing runs */
  decide(question: Question): Opinion;
  /** A turn is over: what was decided for it is asked anew. */
  turnEnded?(turn: string): void;
}

export const deciderNames = ["policy", "operator", "deny-all", "allow-all", "scripted"] as const;
export type DeciderName = (typeof deciderNames)[number];

/** They release without a person, so they exist in homes made for tests only. */
export const releasing: readonly DeciderName[] = ["allow-all", "scripted"];
