/**
 * The JSON of a push's params. One event often goes to many streams as one and the same object: then it is written once. The object
 * must not change after it was pushed.
 */
export function pushText(params: unknown): string {
  if (typeof params !== "object" || params === null) return JSON.stringify(params);
  let text = texts.get(params);
  if (text === undefined) {
    text = JSON.stringify(params);
    texts.set(params, text);
  }
  return text;
}

/** The same to be put behind a first member: `,"a":1}`. */
export function pushMembers(params: unknown): string {
  const text = pushText(params);
  return text.length > 2 ? `,${text.slice(1)}` : "}";
}

const texts = new WeakMap<object, string>();
