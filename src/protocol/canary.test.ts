import assert from "node:assert/strict";
import { test } from "node:test";
import { canaryCommand, canaryNonce } from "./canary.ts";

test("a canary is known by its exact form, and nothing else passes for one", () => {
  const nonce = "0123456789abcdef";
  assert.equal(canaryNonce({ command: canaryCommand(nonce), description: "any" }), nonce);
  const others = [
    `${canaryCommand(nonce)}; rm -rf /`,
    `${canaryCommand(nonce)}\nrm -rf /`,
    ` ${canaryCommand(nonce)}`,
    ": signalbox-canary 0123",
    ": signalbox-canary 0123456789ABCDEF",
    `signalbox-canary ${nonce}`,
  ];
  for (const command of others) assert.equal(canaryNonce({ command }), undefined, command);
  assert.equal(canaryNonce({ command: [canaryCommand(nonce)] }), undefined);
  assert.equal(canaryNonce({}), undefined);
});
