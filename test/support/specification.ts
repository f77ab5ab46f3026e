import { Refusal } from "../../src/protocol/refusals.ts";
import type { Answer } from "../../src/transport/running.ts";
import type { Calls } from "../../src/transport/socket/json-rpc.ts";

/** The methods that the examples of the JSON-RPC 2.0 specification call (section 7), behind our own door. */
export function specificationMethods(): Calls & { readonly called: string[] } {
  const called: string[] = [];
  const answer = (method: string, params: unknown): Answer => {
    const list = Array.isArray(params) ? (params as number[]) : [];
    const { subtrahend, minuend } = (params ?? {}) as Record<string, number>;
    switch (method) {
      case "subtract":
        return { result: list.length > 0 ? (list[0] ?? 0) - (list[1] ?? 0) : (minuend ?? 0) - (subtrahend ?? 0) };
      case "sum":
        return { result: list.reduce((sum, value) => sum + value, 0) };
      case "get_data":
        return { result: ["hello", 5] };
      case "update":
      case "notify_hello":
      case "notify_sum":
        return { result: null };
      default:
        return { refusal: new Refusal("UNKNOWN_METHOD", `there is no method "${method}"`) };
    }
  };
  return {
    called,
    isStream: () => false,
    start: (method, params) => {
      called.push(method);
      return { answer: Promise.resolve(answer(method, params)), stream: false, flow: () => {}, cancel: () => {} };
    },
  };
}
