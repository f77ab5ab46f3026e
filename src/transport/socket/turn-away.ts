import type { Socket } from "node:net";
import { limits } from "../../protocol/limits.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { endWith } from "./frames.ts";

/** Connections that are being told that there is no room; one more is closed without a word. */
const turnedAwayMax = 64;
const turnedAwayMsMax = 1_000;

/**
 * Tells connections above the cap, in what they speak, to come again.
 * @param complain  is told of each; it decides how often that is worth a log line
 */
export function createTurnAway(complain: () => void): (socket: Socket) => void {
  let turnedAway = 0;
  return (socket) => {
    complain();
    if (turnedAway >= turnedAwayMax) return void socket.destroy();
    turnedAway += 1;
    const timer = setTimeout(() => socket.destroy(), turnedAwayMsMax);
    socket.once("close", () => {
      turnedAway -= 1;
      clearTimeout(timer);
    });
    socket.once("data", (first: Buffer) => {
      const letter = first.toString("latin1", 0, 1);
      if (letter >= "A" && letter <= "Z") socket.end(busyHttp);
      else
        endWith(
          { socket },
          new Refusal(
            "BUSY",
            `the daemon has ${limits.connectionsMax} connections already`,
            "Close some, then try again.",
          ),
        );
    });
    socket.on("end", () => socket.end());
  };
}

const busyHttp = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
