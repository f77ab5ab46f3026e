import { z } from "zod";
import type { Json } from "../kit/canonical.ts";

/** Any JSON value, typed as the rest of the house types JSON (read-only). */
export const JsonValue = z.json() as unknown as z.ZodType<Json, Json>;
/** A JSON object, e.g. a tool's input. */
export const JsonObject = z.record(z.string(), JsonValue);
