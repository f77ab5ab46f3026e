import { Screen } from "../../src/board/tui/screen.ts";

/** A program that takes the terminal and then fails as no program should; terminal.test.ts runs it. */
const screen = new Screen({
  mouse: true,
  onInput: (input) => {
    throw new Error(input.kind === "key" ? `pressed ${input.key}` : input.kind);
  },
  onResize: () => {},
});
screen.open();
screen.draw({ lines: [[{ text: "drawn" }]] });
