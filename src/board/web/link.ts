/** The code in a link, if it is one. Where the link leads does not matter: a code is worth something at its own daemon only. */
export const codeIn = (link: string): string | undefined => /#code=([A-Za-z0-9_-]{16,64})$/.exec(link.trim())?.[1];
