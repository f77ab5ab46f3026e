import assert from "node:assert/strict";
import { test } from "node:test";
import { escapedUnseen, visible, visibleName } from "./text.ts";

/** ESC, BEL, CR, the eight-bit CSI, a bidi override, a zero-width space, a line separator, a blank that is not the blank, a tag, a lone surrogate. */
const hostile = "\u001b]0;x\u0007\r\u009b31m\u202e\u200b\u2028\u00a0\u{e0041}\ud800";
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u00a0]/u;

test("what no eye sees is shown by its number", () => {
  assert.equal(unseen.exec(visible(hostile)), null);
  assert.equal(visible("a\u202eb"), "a⟨U+202E⟩b");
  assert.equal(visible("a\ud800b"), "a⟨U+D800⟩b");
  assert.equal(visible("two\n\tlines, 支払い, ❤\ufe0f"), "two\n\tlines, 支払い, ❤\ufe0f");
  assert.equal(visible("x\ufe0f"), "x⟨U+FE0F⟩", "a selector behind anything else hides something");
});

test("pictures stay whole, and hide nothing", () => {
  // A family, a heart, a skin, two flags: each is one picture.
  const pictures = "👩‍👩‍👧‍👦 ❤️ 👍🏽 🇩🇪 🏴󠁧󠁢󠁥󠁮󠁧󠁿";
  assert.equal(visible(pictures), pictures);
  // Letters hidden as tags behind a flag are no flag; nor does a picture cover what stands in it or at its end.
  assert.equal(visible("🏴\u{E0061}\u{E0062}"), "🏴⟨U+E0061⟩⟨U+E0062⟩");
  assert.equal(visible("👩\u200D\u202E👩\u200D"), "👩⟨U+200D⟩⟨U+202E⟩👩⟨U+200D⟩");
});

test("a name begins no line of its own", () => {
  assert.equal(visibleName("agent\nApproved"), "agent⟨U+000A⟩Approved");
});

test("escapes are read back as the same characters by JSON, and nothing else is touched", () => {
  const text = JSON.stringify({ [hostile]: hostile, plain: "a\nb ⟨ü⟩ 支" }, null, 2);
  const escaped = escapedUnseen(text);
  assert.equal(unseen.exec(escaped.replaceAll("\n", "")), null);
  assert.deepEqual(JSON.parse(escaped), JSON.parse(text));
});
